"""The canonical form of a file: what `fjctl fmt` writes, and the proof that it means the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from fjctl.conversion import lens
from fjctl.conversion.naming import Hints
from fjctl.diagnostics import has_errors
from fjctl.errors import RefusedError
from fjctl.formats import document
from fjctl.formats.noise import without_noise
from fjctl.model.order import in_order, key_order
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Workflow
    from fjctl.source import JsonValue


class Formatted(NamedTuple):
    """A file's text before and after; `source` was read without errors unless its diagnostics say otherwise."""

    source: Document
    before: str
    after: str

    @property
    def data(self) -> bytes:
        """The bytes to write."""
        return self.source.encoded(self.after)


def formatted(name: str, data: bytes, *, format_name: str = "") -> Formatted:
    """A file in its canonical form; as it is if it cannot be read. Raises RefusedError rather than change what a file
    means; that would be a fault of fjctl."""
    source = document.read(name, data, format_name=format_name)
    text = source.source.text
    flows = _flows(source, name, data, format_name)
    if not flows:
        return Formatted(source, text, text)
    if source.format is not None and source.format.is_sibling:  # a script is for Python's own formatters
        return Formatted(source, text, text)
    after = _journey_text(source) if source.journey is not None else _workflow_text(source, flows[0])
    result = Formatted(source, text, after)
    if after != text:
        _prove(flows, name, result.data, format_name)
    return result


def _flows(source: Document, name: str, data: bytes, format_name: str) -> list[Document]:
    """The file's flows, each read; none if one of them cannot be."""
    found = [source]
    if source.members:
        found = [document.read(name, data, format_name=format_name, member=member) for member in source.members]
        source.diagnostics[:] = [item for flow in found for item in flow.diagnostics]
    return found if all(flow.ok for flow in found) else []


def _journey_text(source: Document) -> str:
    """Keys in the model's order; in YAML with every comment, quote and blank line."""
    if source.syntax == "json":
        from fjctl.text.json_text import dump

        return dump(cast("JsonValue", in_order(cast("Journey", source.journey))))
    from fjctl.source import Source
    from fjctl.text import yaml_order
    from fjctl.text.yaml_text import parse

    text = source.source.text
    try:
        moved = yaml_order.in_order(text, key_order)
    except ValueError:  # several documents or keys that are maps: nothing that a journey has
        return text
    value, found = parse(Source(source.source.name, moved))
    if has_errors(found) or not same(value, source.value):  # an alias would stand before its anchor
        moved = text
    return _tidy(moved)


def _tidy(text: str) -> str:
    """One line break at the end. What stands inside is the author's."""
    newline = "\r\n" if text.endswith("\r\n") else "\n"
    return text.rstrip("\r\n") + newline if text.endswith(("\n\n", "\n\r\n")) or not text.endswith("\n") else text


def _workflow_text(source: Document, first: Document) -> str:
    """Without the editor's noise; JSON in the form that `JSON.stringify(…, null, 2)` gives it. The order of keys is the
    builder's and stays."""
    whole = first.frame.outer if first.frame is not None else source.value
    clean = without_noise(whole, cast("Format", first.format).name)
    if source.syntax == "json":
        from fjctl.text.json_text import dump

        return dump(clean)
    from fjctl.text.yaml_rewrite import rewrite

    return rewrite(source.source.text, whole, clean, usual=True)


def _prove(before: list[Document], name: str, data: bytes, format_name: str) -> None:
    """That the new text is read as the same flows."""
    whole = document.read(name, data, format_name=format_name)
    after = _flows(whole, name, data, format_name)
    if len(after) != len(before) or any(not _same(*pair) for pair in zip(before, after, strict=True)):
        message = "formatting would change what the file means"
        raise RefusedError(message, place=name, hint="please report this file: it is a fault of fjctl")


def _same(before: Document, after: Document) -> bool:
    return before.format == after.format and same(cast("JsonValue", _meant(before)), cast("JsonValue", _meant(after)))


def _meant(flow: Document) -> Journey:
    if flow.journey is not None:
        return flow.journey
    return lens.read_back(cast("Workflow", flow.workflow), Hints(), cast("Format", flow.format))
