"""Editing a JSON text at the smallest places, so that it says something else and looks the same.

The laws: a text rewritten to what it says already is the same text, byte for byte; a rewritten text reads as
the new value; and what lies outside of the changed members keeps its bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.text.json_changes import Arrange, Fresh, Inside, Kept, Replace, diff
from fjctl.text.json_spans import Member, after_comma, blank, heading, members, root, skip
from fjctl.text.json_style import Style, detect, line_indent, render

if TYPE_CHECKING:
    from fjctl.source import JsonValue
    from fjctl.text.json_changes import Change


def rewrite(text: str, old: JsonValue, new: JsonValue) -> str:
    """The text edited so that it reads as `new`; `old` is what it reads as now.

    Objects are matched by key, lists of objects by `id` when all have one, other lists by content. New members
    take the layout of their neighbours; members of a list that move take their bytes along. Raises ValueError
    when `new` holds what JSON cannot (NaN, infinities, lone surrogates), or when `text` is not JSON.
    """
    change = diff(old, new)
    if change is None:
        return text
    editor = _Editor(text)
    start = root(text)
    end = editor.edit(start, change, multiline=editor.style.multiline)
    return text[:start] + editor.take(start, end) + text[end:]


_NEW = -1
"""The index of a member that the text does not have yet."""


class _Editor:
    """The replacements collected for one text, in the order of their places; they never overlap."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.style = detect(text)
        self.edits: list[tuple[int, int, str]] = []

    def take(self, start: int, end: int, first: int = 0) -> str:
        """The text from `start` to `end` with the edits from the `first` on, which are used up."""
        pieces: list[str] = []
        at = start
        for edit_start, edit_end, fresh in self.edits[first:]:
            pieces += (self.text[at:edit_start], fresh)
            at = edit_end
        del self.edits[first:]
        pieces.append(self.text[at:end])
        return "".join(pieces)

    def edit(self, start: int, change: Change, *, multiline: bool) -> int:
        """Collect the edits of the value at `start`; returns its end. `multiline` is how its container is laid out."""
        if isinstance(change, Replace):
            end = skip(self.text, start)
            self.edits.append((start, end, self.replacement(start, end, change.value, multiline=multiline)))
            return end
        if isinstance(change, Inside):
            return self.edit_inside(start, change)
        table = list(members(self.text, start))
        end = skip(self.text, start)
        self.edits.append((start, end, self.arranged(start, end, table, change, multiline=multiline)))
        return end

    def edit_inside(self, start: int, change: Inside) -> int:
        """Collect the edits of some members of a container in one pass; returns its end."""
        text = self.text
        at = blank(text, start + 1)
        multiline = _breaks(text[start + 1 : at])
        index = 0
        while text[at] not in "}]":
            key, _, value = heading(text, at) if text[start] == "{" else (index, at, at)
            kept = change.changes.get(key)
            inner = kept.change if kept else None
            end = self.edit(value, inner, multiline=multiline) if inner else skip(text, value)
            at = after_comma(text, end)
            index += 1
        return at + 1

    def replacement(self, start: int, end: int, value: JsonValue, *, multiline: bool) -> str:
        """Fresh text for a value in the place of another."""
        if multiline and self.text[start] in "{[" and end - start > 2:
            multiline = _breaks(self.text[start:end])
        return render(value, self.style._replace(multiline=multiline), line_indent(self.text, start))

    # -- members that come, go or move ----------------------------------------------------------------------

    def arranged(self, start: int, end: int, table: list[Member], change: Arrange, *, multiline: bool) -> str:
        """The whole text of a container with a new sequence of members."""
        opening, closing = self.text[start], self.text[end - 1]
        if not change.members:
            return opening + closing
        layout = (
            _Layout.of(self.text, start, end, table, self.style) if table else self.bare(start, multiline=multiline)
        )
        index_of = {index if member.key is None else member.key: index for index, member in enumerate(table)}
        olds = [index_of[member.part] if isinstance(member, Kept) else _NEW for member in change.members]
        pieces = [opening]
        position = 0
        while position < len(olds):
            until = _run_end(change.members, olds, position)
            before = layout.before(self.text, table, olds[position], position)
            pieces += (before, self.run(change.members[position], table, olds[position], olds[until - 1], layout))
            if until < len(olds):
                pieces += (layout.after(self.text, table, olds[until - 1]), ",")
            position = until
        pieces += (layout.tail, closing)
        return "".join(pieces)

    def bare(self, start: int, *, multiline: bool) -> _Layout:
        """The layout for the first members of a container that was empty."""
        style = self.style
        indent = line_indent(self.text, start)
        line = style.newline + indent
        if multiline:
            return _Layout(line + style.unit, line + style.unit, line, indent + style.unit, style)
        return _Layout("", style.comma[1:], "", indent, style._replace(multiline=False))

    def run(self, member: Kept | Fresh, table: list[Member], first: int, last: int, layout: _Layout) -> str:
        """The text of a new member, of a changed one, or of a run of untouched ones, keys included."""
        if isinstance(member, Fresh):
            return self.fresh(member, layout)
        start, end = table[first].key_start, table[last].end
        if member.change is None:
            return self.text[start:end]
        pending = len(self.edits)
        self.edit(table[first].start, member.change, multiline=layout.style.multiline)
        return self.take(start, end, pending)

    def fresh(self, member: Fresh, layout: _Layout) -> str:
        """A new member, laid out as the first of its kind among its neighbours."""
        style = layout.style
        if style.multiline and isinstance(member.value, (dict, list)):
            opening = "{" if isinstance(member.value, dict) else "["
            style = style._replace(multiline=layout.samples.get(opening, True))
        body = render(member.value, style, layout.indent)
        return body if member.key is None else render(member.key, style) + style.colon + body


def _run_end(sequence: list[Kept | Fresh], olds: list[int], position: int) -> int:
    """The end of the run of untouched members from `position` on that also follow each other in the text."""
    until = position + 1
    if _is_untouched(sequence[position]):
        while until < len(olds) and olds[until] == olds[until - 1] + 1 and _is_untouched(sequence[until]):
            until += 1
    return until


def _is_untouched(member: Kept | Fresh) -> bool:
    return isinstance(member, Kept) and member.change is None


class _Layout:
    """The white space of one container: before its first member, before the others, before its end."""

    def __init__(self, lead: str, between: str, tail: str, indent: str, style: Style) -> None:
        self.lead = lead
        self.between = between
        self.tail = tail
        self.indent = indent
        self.style = style
        self.samples: dict[str, bool] = {}

    @classmethod
    def of(cls, text: str, start: int, end: int, table: list[Member], style: Style) -> _Layout:
        """The layout of a container that has members."""
        lead = text[start + 1 : table[0].key_start]
        multiline = _breaks(lead)
        if len(table) > 1:
            between = text[text.index(",", table[0].end) + 1 : table[1].key_start]
        else:
            between = lead if multiline else style.comma[1:]
        if table[0].key is not None:
            colon = text[table[0].key_end : table[0].start]
            style = style if _breaks(colon) else style._replace(colon=colon)
        if not multiline and not _breaks(between):
            style = style._replace(comma="," + between)
        indent = line_indent(text, table[0].key_start)
        outer = line_indent(text, start)
        if multiline and indent.startswith(outer) and indent != outer:
            style = style._replace(unit=indent[len(outer) :])
        if multiline:
            style = style._replace(newline="\r\n" if "\r\n" in lead else ("\n" if "\n" in lead else "\r"))
        layout = cls(lead, between, text[table[-1].end : end - 1], indent, style._replace(multiline=multiline))
        layout.look_at(text, table)
        return layout

    def look_at(self, text: str, table: list[Member]) -> None:
        """Learn whether the first object and the first list among the members take several lines."""
        for member in table:
            opening = text[member.start]
            if opening in "{[" and opening not in self.samples and member.end - member.start > 2:
                self.samples[opening] = _breaks(text[member.start : member.end])
                if len(self.samples) == 2:
                    return

    def before(self, text: str, table: list[Member], index: int, position: int) -> str:
        """White space before a member; that of the first place belongs to the place, not to the member."""
        if position == 0:
            return self.lead
        if index in {0, _NEW}:
            return self.between
        return text[text.index(",", table[index - 1].end) + 1 : table[index].key_start]

    def after(self, text: str, table: list[Member], index: int) -> str:
        """White space between a member and its comma; the last member's belongs to the end of the container."""
        if index in {_NEW, len(table) - 1}:
            return ""
        return text[table[index].end : text.index(",", table[index].end)]


def _breaks(text: str) -> bool:
    """Whether a text has a line end."""
    return "\n" in text or "\r" in text
