"""The table of what each format holds is what a measurement gives."""

from __future__ import annotations

import pytest

from fjctl.formats.keeps import FEATURES, LACKS
from fjctl.formats.registry import FORMATS
from tests.support_features import PROBES, holds, probe

WORKFLOWS = [form for form in FORMATS if form.side == "workflow"]


@pytest.mark.parametrize("form", WORKFLOWS, ids=lambda form: form.name)
def test_a_format_holds_what_the_table_says(form: object) -> None:
    measured = {name for name in PROBES if not holds(form, name)}  # type: ignore[arg-type]
    assert measured == LACKS[form.name]  # type: ignore[attr-defined]


def test_every_row_and_column_is_measured() -> None:
    assert list(FEATURES) == list(PROBES)
    assert [form.name for form in WORKFLOWS] == list(LACKS)
    assert all(probe(name).ok for name in PROBES)


def test_some_format_holds_each_thing_and_none_holds_nothing() -> None:
    assert all(any(name not in lacks for lacks in LACKS.values()) for name in FEATURES)
    assert all(len(lacks) < len(FEATURES) for lacks in LACKS.values())
