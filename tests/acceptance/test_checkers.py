"""The checkers accept small good files, and see each way of breaking them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.broken import CASES, parsed
from tests.acceptance.checkers import available, complaints_about, message, serious, worse
from tests.acceptance.environments import BUILDERS

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = Path(__file__).parent / "data"
GOOD = {path.stem: path for path in DATA.iterdir()}

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]


@pytest.fixture(scope="module", params=sorted(BUILDERS))
def verdicts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Mapping[str, list[str]]]:
    """For one builder: what it says of the good file ("") and of each broken one (by what is broken)."""
    builder = str(request.param)
    if not available(builder):
        pytest.skip(f"no environment of {builder}: python -m tests.acceptance.setup {builder}")
    folder = tmp_path_factory.mktemp(builder)
    paths = {"": GOOD[builder]}
    for number, case in enumerate(CASES):
        if case.builder == builder:
            document = parsed(GOOD[builder])
            case.edit(document)
            paths[case.what] = folder / f"{number}{GOOD[builder].suffix}"
            paths[case.what].write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML as well
    told = complaints_about(builder, paths.values())
    return builder, {what: told[path] for what, path in paths.items()}


def test_a_good_file_is_accepted(verdicts: tuple[str, Mapping[str, list[str]]]) -> None:
    assert verdicts[1][""] == []


def test_what_is_broken_is_seen(verdicts: tuple[str, Mapping[str, list[str]]]) -> None:
    builder, told = verdicts
    cases = [case for case in CASES if case.builder == builder]
    missed = [case.what for case in cases if not any(re.search(case.complaint, one) for one in told[case.what])]
    assert len(cases) >= 7
    assert missed == [], {what: told[what] for what in missed}


def test_a_broken_file_is_worse_than_the_good_one(verdicts: tuple[str, Mapping[str, list[str]]]) -> None:
    _, told = verdicts
    assert [what for what in told if what and not worse(told[what], told[""])] == []


def test_every_builder_has_a_good_file() -> None:
    assert sorted(GOOD) == sorted(BUILDERS)


def test_worse_compares_messages_not_places() -> None:
    original = ["a | 'x' is required", "b | 'y' is required", "c | no model"]
    assert worse(["1 | 'p' is required", "2 | 'q' is required"], original) == []
    assert worse(["1 | no model", "2 | no model"], original) == ["2 | no model"]
    assert worse(["1 | no url"], original) == ["1 | no url"]
    assert message('node | Parameter "URL" is required') == "Parameter … is required"


def test_what_an_export_leaves_out_is_not_serious() -> None:
    found = ["llm_0 | Model requires a credential", "llm_0 | Model is required"]
    assert serious("flowise", found) == ["llm_0 | Model is required"]
    assert serious("dify", found) == found
