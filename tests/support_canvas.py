"""What the tests of the builders' formats share: every law on a real file, and what of it has a real kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.conversion import laws
from fjctl.formats import document
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from pathlib import Path

    from fjctl.formats.document import Document


def read(path: Path, format_name: str = "") -> Document:
    """A file as the command line reads it; it has to be readable."""
    found = document.read(path.name, path.read_bytes(), format_name=format_name)
    assert found.ok, [item.line() for item in found.located()]
    return found


def broken_laws(found: Document) -> list[str]:
    """The laws that a document breaks, with the place. A law that does not apply is not broken; an edit that is refused
    although it was only a text is."""
    return [
        f"{result.law}: {result.difference or result.skipped}"
        for result in laws.check_all(found)
        if result.holds is False or (result.holds is None and "refused" in result.skipped)
    ]


def real_kinds(paths: list[Path], format_name: str) -> tuple[int, int]:
    """Of the blocks of some files: those with a real kind, and all."""
    blocks = [block for path in paths for block in _blocks(read(path, format_name))]
    return sum(block is not BlockKind.OPAQUE for block in blocks), len(blocks)


def _blocks(found: Document) -> list[BlockKind]:
    return [block.kind for block in found.workflow.blocks] if found.workflow is not None else []
