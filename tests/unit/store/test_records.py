from __future__ import annotations

import pytest

from fjctl.store import Base, content_hash
from tests.unit.store.samples import conversion


def test_a_hash_names_its_algorithm() -> None:
    assert content_hash(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_base_hashes_each_side() -> None:
    base = Base(b"workflow", b"journey")
    assert (base.workflow_hash, base.journey_hash) == (content_hash(b"workflow"), content_hash(b"journey"))


def test_records_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        conversion().status = "refused"  # type: ignore[misc]
