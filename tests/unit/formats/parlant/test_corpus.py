"""Real workflows as Parlant scripts, graphs and drawings: written, read again, and left alone the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fjctl.conversion import bridge
from fjctl.formats import document, registry
from tests.support import corpus_files
from tests.support_laws import messages, text_diff
from tests.support_parlant import GRAPH, SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fjctl.formats.document import Document

LARGEST = 200_000


def flows(path: Path) -> Iterator[Document]:
    data = path.read_bytes()
    found = document.read(path.name, data)
    for member in found.members or [""]:
        flow = document.read(path.name, data, member=member)
        if flow.workflow is not None and flow.workflow.blocks:
            yield flow


@pytest.mark.parametrize("path", corpus_files())
def test_a_real_workflow(path: Path) -> None:
    if path.stat().st_size > LARGEST:
        pytest.skip("large")
    for flow in flows(path):
        for form in (SCRIPT, GRAPH):
            made = bridge.convert(flow, form)
            assert made.text is not None, messages(made)
            if form is SCRIPT:
                compile(made.text, "new.py", "exec")
            data = made.text.encode("utf-8", "surrogatepass")
            written = document.read(f"new{form.suffixes[0]}", data, format_name=form.name)
            assert messages(written) == []
            again = bridge.convert(flow, form, written)
            assert again.text == made.text, text_diff(made.text, again.text or "")
        assert bridge.convert(flow, registry.find("mermaid")).text is not None
