"""The edits behind `rewrite`: from a tree of spans, an old value and a new one to replaced pieces of text."""

from __future__ import annotations

import json
import re
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fjctl.text import yaml_emit
from fjctl.text.yaml_lines import Entry, Lines
from fjctl.text.yaml_match import pair_items, pair_renamed

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.source import JsonValue, Pointer
    from fjctl.text.yaml_emit import Writer
    from fjctl.text.yaml_tree import Node

_COLON: Final = re.compile(r"[ \t]*:")
_GAP: Final = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r?\n[ \t]*(?:#[^\r\n]*)?)*")


class TooHardError(Exception):
    """The layout defies a small edit; a larger subtree must be written anew."""


class WholeError(TooHardError):
    """Nothing of a collection stays, so that writing it anew loses nothing."""


class Editor(Lines):
    """Collects edits of one text; below `coarse` levels, whatever differs is written anew."""

    def __init__(self, text: str, writer: Writer, coarse: int | None, report: Callable[[Pointer], None]) -> None:
        super().__init__(text)
        self.writer = writer
        self.coarse = coarse
        self.report = report
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.edits: list[tuple[int, int, str]] = []

    def apply(self) -> str:
        """The edited text. Raises TooHardError when edits overlap."""
        pieces: list[str] = []
        at = 0
        for start, end, new in sorted(self.edits, key=lambda edit: edit[:2]):
            if start < at:
                message = "edits overlap"
                raise TooHardError(message)
            pieces += self.text[at:start], new.replace("\n", self.newline)
            at = end
        return "".join([*pieces, self.text[at:]])

    # -- values -------------------------------------------------------------------------------------------------

    def change(self, node: Node, old: JsonValue, new: JsonValue, path: Pointer, entry: Entry | None = None) -> None:
        """Collect the edits that turn the value of `node` from `old` into `new`.

        `entry` is the block entry that holds it; None for the root and inside flow collections.
        """
        if _same(old, new):
            return
        mark = len(self.edits)
        if self.coarse is None or len(path) < self.coarse:
            try:
                if self._change_inside(node, old, new, path):
                    return
            except TooHardError as reason:
                del self.edits[mark:]
                if not isinstance(reason, WholeError):
                    self.report(path)
        if entry is not None:
            self._replace_in_block(entry, new, path)
        elif path:
            self._edit(node.start, node.end, self._flow_scalar(node, new))
        else:
            self._replace_root(node, new)

    def _change_inside(self, node: Node, old: JsonValue, new: JsonValue, path: Pointer) -> bool:
        """Whether the change could be made by edits inside the node."""
        if not old or not new:
            return False
        if isinstance(old, dict) and isinstance(new, dict) and node.kind == "map":
            if node.style == "flow":
                self._change_flow_map(node, old, new, path)
            else:
                self._change_block_map(node, old, new, path)
            return True
        if isinstance(old, list) and isinstance(new, list) and node.kind == "seq":
            if node.style == "flow":
                self._change_flow_list(node, old, new, path)
            else:
                self._change_block_list(node, old, new, path)
            return True
        return False

    def _replace_root(self, node: Node, new: JsonValue) -> None:
        """Write the whole document anew, but for the comments around it."""
        if node.is_block and isinstance(new, dict | list) and new:
            message = "the whole document"
            raise TooHardError(message)
        lines: list[str] = [yaml_emit.flow_text(new)]
        if isinstance(new, dict | list) and new:
            lines.clear()
            self.writer.block(lines, new, 0, ())
        self._edit(node.start, node.end, "\n".join(lines))

    def _edit(self, start: int, end: int, new: str) -> None:
        self.edits.append((start, end, new))

    def _flow_scalar(self, node: Node, new: JsonValue) -> str:
        """A value inside brackets, in the quotes of the one before."""
        if isinstance(new, str):
            return _quoted_like(node, new, in_flow=True)
        return yaml_emit.flow_text(new)

    # -- block maps ---------------------------------------------------------------------------------------------

    def _map_entries(self, node: Node) -> dict[str, Entry]:
        column = self._column(node.start)
        entries: dict[str, Entry] = {}
        for key, value in zip(node.keys, node.children, strict=True):
            colon = _COLON.match(self.text, key.end)
            if colon is None or self._column(key.start) != column or (not entries and key.start != node.start):
                message = "a key written with a question mark"
                raise TooHardError(message)
            entries[key.value] = Entry(key.start, colon.end(), max(colon.end(), value.end), value, key)
        return entries

    def _change_block_map(
        self, node: Node, old: dict[str, JsonValue], new: dict[str, JsonValue], path: Pointer
    ) -> None:
        entries = self._map_entries(node)
        renamed = pair_renamed(old, new)
        names = {before: after for after, before in renamed.items()}
        gone = [name for name in old if name not in new and name not in names]
        order = list(entries.values())
        for name, value in old.items():
            entry = entries[name]
            after = names.get(name, name)
            if after in new:
                if after != name and entry.key is not None:
                    self._edit(entry.key.start, entry.key.end, _quoted_like(entry.key, after, in_flow=False))
                self.change(entry.value, value, new[after], (*path, after), entry)
        self._remove([entries[name] for name in gone], order)
        anchor: Entry | None = None
        pending: list[tuple[str, JsonValue]] = []
        for name, value in new.items():
            before = renamed.get(name, name)
            if before in entries:
                self._add_entries(anchor, pending, order, gone, entries, path)
                anchor, pending = entries[before], []
            else:
                pending.append((name, value))
        self._add_entries(anchor, pending, order, gone, entries, path)

    def _add_entries(
        self,
        anchor: Entry | None,
        added: list[tuple[str, JsonValue]],
        order: list[Entry],
        gone: list[str],
        entries: dict[str, Entry],
        path: Pointer,
    ) -> None:
        if not added:
            return
        column = self._column(order[0].start)
        blocks: list[list[str]] = []
        for name, value in added:
            lines: list[str] = []
            self.writer.entry(lines, name, value, column, (*path, name))
            blocks.append(lines)
        rule = self.writer.blank_before
        blanks = [rule is not None and rule((*path, name), value) for name, value in added]
        self._insert(anchor, blocks, blanks, order, {id(entries[name].value) for name in gone})

    # -- block lists --------------------------------------------------------------------------------------------

    def _list_entries(self, node: Node) -> list[Entry]:
        entries: list[Entry] = []
        at = node.start
        for value in node.children:
            if entries:
                gap = _GAP.match(self.text, at)
                at = gap.end() if gap else at
            if self.text[at : at + 1] != "-":
                message = "a list item without dash"
                raise TooHardError(message)
            end = max(at + 1, value.end)
            entries.append(Entry(at, at + 1, end, value))
            at = end
        return entries

    def _change_block_list(self, node: Node, old: list[JsonValue], new: list[JsonValue], path: Pointer) -> None:
        entries = self._list_entries(node)
        pairs = pair_items(old, new)
        kept = {before for before in pairs if before is not None}
        gone = [index for index in range(len(old)) if index not in kept]
        column = self._column(node.start)
        self._remove([entries[index] for index in gone], entries)
        anchor: Entry | None = None
        pending: list[list[str]] = []
        blanks: list[bool] = []
        rule = self.writer.blank_before
        hidden = {id(entries[index].value) for index in gone}
        for index, before in enumerate(pairs):
            here = (*path, index)
            if before is None:
                lines: list[str] = []
                self.writer.item(lines, new[index], column, here)
                pending.append(lines)
                blanks.append(rule is not None and rule(here, new[index]))
                continue
            if pending:
                self._insert(anchor, pending, blanks, entries, hidden)
            self.change(entries[before].value, old[before], new[index], here, entries[before])
            anchor, pending, blanks = entries[before], [], []
        if pending:
            self._insert(anchor, pending, blanks, entries, hidden)

    # -- lines of blocks ----------------------------------------------------------------------------------------

    def _remove(self, gone: list[Entry], order: list[Entry]) -> None:
        """Remove entries with the comments that belong to them."""
        starts = {entry.start for entry in gone}
        beside = 0  # how many of the first entries went together with the one beside a dash
        if order[0].start in starts and not self._owns_line(order[0].start):
            beside = next((index for index, entry in enumerate(order) if entry.start not in starts), 0)
            if not beside:
                raise WholeError
            gap = self.text[order[beside - 1].end : order[beside].start]
            comment = re.search(r"\n[ \t]*(#)", gap)
            end = order[beside - 1].end + (comment.start(1) if comment else len(gap))
            self._edit(order[0].start, end, "")
        for entry in order[beside:]:
            if entry.start not in starts:
                continue
            start = self._above(entry.start)
            end = self._after(entry)
            if end < len(self.text):
                end = self.text.index("\n", end) + 1
                end = self._past_blanks(start, end)
            elif start:  # the last line has no line break: take the one before instead, unless a removal took it
                start = len(self.text[:start].removesuffix("\n").removesuffix("\r"))
            self._edit(max(start, self.edits[-1][1]) if self._touches(start) else start, end, "")

    def _touches(self, start: int) -> bool:
        """Whether the last edit, a removal, reaches over `start`."""
        return bool(self.edits) and self.edits[-1][2] == "" and self.edits[-1][0] <= start < self.edits[-1][1]

    def _insert(
        self, anchor: Entry | None, blocks: list[list[str]], blanks: list[bool], order: list[Entry], hidden: set[int]
    ) -> None:
        """Insert lines behind `anchor`, or before the first entry."""
        spaced = self._is_spaced(order)
        if anchor is None:
            first = order[0]
            column = self._column(first.start)
            lines = [line for block in blocks for line in ([*block, ""] if spaced and block[-1] else block)]
            text = "\n".join([*lines, " " * column])
            if not self._owns_line(first.start):
                self._edit(first.start, first.start, text[column:])
                return
            # At the top of a file comments stay above what comes first, elsewhere with the entry they describe.
            at = self._above(first.start) if column or id(first.value) in hidden else first.start
            self._edit(at, at, text.removesuffix(" " * column))
            return
        at = self._after(anchor)
        pieces: list[str] = []
        for block, blank in zip(blocks, blanks, strict=True):
            pieces += ["", *block] if spaced or blank else block
        if pieces[0] == "" and self.text[:at].endswith("\n"):  # a blank line is there, the end of a `|+` block
            del pieces[0]
        self._edit(at, at, "\n" + "\n".join(pieces))

    def _is_spaced(self, order: list[Entry]) -> bool:
        """Whether blank lines stand between most entries."""
        gaps = [self.text[a.end : b.start] for a, b in pairwise(order)]
        return sum("\n\n" in gap.replace("\r", "") for gap in gaps) * 2 > len(gaps)

    # -- a value in a block entry -------------------------------------------------------------------------------

    def _replace_in_block(self, entry: Entry, new: JsonValue, path: Pointer) -> None:
        node = entry.value
        if node.is_literal and isinstance(new, str):
            block = self._literal_like(entry, new)
            if block is not None:
                self._edit(node.start, node.end, block)
                return
        empty = node.end == node.start
        if not empty and not node.is_block and not node.is_literal:
            inline = self._inline(node, new, path)
            if inline is not None:
                self._edit(node.start, node.end, inline)
                return
        column = self._column(entry.start)
        lines: list[str] = []
        if entry.key is None:
            self.writer.item(lines, new, column, path)
            lines[0] = lines[0][column + 1 :]
            comment = self.text[entry.end : self._line_end(entry.end)]
            if len(lines) > 1 and comment.strip():
                below = "\n" + " " * (column + 1) + "\n".join(lines)
                self._edit(entry.lead, self._line_end(entry.end), comment + below)
            else:
                self._edit(entry.lead, entry.end, "\n".join(lines))
            return
        self.writer.value(lines, " " * column, new, column, path)
        self._replace_entry_value(entry, lines[0][column:].rstrip(" "), lines[1:])

    def _replace_entry_value(self, entry: Entry, head: str, below: list[str]) -> None:
        """Replace what stands behind the colon (`head`) and the lines below; a comment behind the colon stays."""
        node = entry.value
        if node.is_literal:
            head_end = node.start + len(self._header(node))
            tail = (self._line_end(head_end), self._line_end(node.end))
        elif node.is_block:
            head_end = entry.lead
            tail = (self._line_end(head_end), self._after(entry))
        else:
            head_end = entry.end
            tail = (self._line_end(head_end),) * 2
        self._edit(entry.lead, head_end, head)
        if below or tail[0] != tail[1]:
            self._edit(*tail, "".join("\n" + line for line in below))

    def _inline(self, node: Node, new: JsonValue, path: Pointer) -> str | None:
        """A value that can take the place of another one on its line."""
        if isinstance(new, str):
            if "\n" in new and node.style in ("", "flow"):
                return None
            return _quoted_like(node, new, in_flow=False)
        if isinstance(new, dict | list):
            return self.writer.inline(new, path, self._column(node.start))
        return yaml_emit.scalar(new)

    def _literal_like(self, entry: Entry, new: str) -> str | None:
        """Block text in the style and at the indentation of the old one."""
        node = entry.value
        body = self.text[node.start : node.end].split("\n")[1:]
        first = next((line for line in body if line.strip()), "")
        margin = len(first) - len(first.lstrip(" "))
        column = self._column(entry.key.start if entry.key else entry.start)
        if re.search(r"\d", self._header(node)) or margin <= column:
            return None
        form = yaml_emit.literal(new, margin - column)
        if form is None:
            return None
        header, content = form
        if header[-1] == "+" and "+" not in self._header(node):
            return None
        lines = content.split("\n")
        if node.style == ">" and len(lines) == 1 and "  " not in content and content == content.strip(" "):
            header = ">" + header[1:]
            width = max(40, self.writer.width - margin)
            lines = textwrap.wrap(content, width, break_long_words=False, break_on_hyphens=False)
        comment = self.text[node.start + len(self._header(node)) : self._line_end(node.start)]
        return "\n".join([header + comment, *[" " * margin + line if line else "" for line in lines]])

    # -- flow collections ---------------------------------------------------------------------------------------

    def _change_flow_map(self, node: Node, old: dict[str, JsonValue], new: dict[str, JsonValue], path: Pointer) -> None:
        renamed = pair_renamed(old, new)
        names = {before: after for after, before in renamed.items()}
        spans: list[tuple[int, int]] = []
        places: dict[str, int] = {}
        for index, (key, value) in enumerate(zip(node.keys, node.children, strict=True)):
            places[key.value] = index
            spans.append((key.start, max(key.end, value.end)))
            after = names.get(key.value, key.value)
            if after not in new:
                continue
            if after != key.value:
                self._edit(key.start, key.end, _quoted_like(key, after, in_flow=True))
            if value.start == value.end and not _same(old[key.value], new[after]):
                self._edit(key.end, value.end, f": {yaml_emit.flow_text(new[after])}")
            else:
                self.change(value, old[key.value], new[after], (*path, after))
        plan: list[int | str] = [index for name, index in places.items() if names.get(name, name) in new]
        at = 0
        for name, item in new.items():
            before = renamed.get(name, name)
            if before in places:
                at = plan.index(places[before]) + 1
            else:
                plan.insert(at, yaml_emit.flow_text({name: item})[1:-1])
                at += 1
        self._reorder_flow(node, spans, plan)

    def _change_flow_list(self, node: Node, old: list[JsonValue], new: list[JsonValue], path: Pointer) -> None:
        spans = [(child.start, child.end) for child in node.children]
        plan: list[int | str] = []
        for index, before in enumerate(pair_items(old, new)):
            if before is None:
                plan.append(yaml_emit.flow_text(new[index]))
            else:
                plan.append(before)
                self.change(node.children[before], old[before], new[index], (*path, index))
        self._reorder_flow(node, spans, plan)

    def _reorder_flow(self, node: Node, spans: list[tuple[int, int]], plan: list[int | str]) -> None:
        """Lay out a flow collection anew: kept entries by their index, new ones by their text."""
        if plan == list(range(len(spans))):
            return
        lead = self.text[node.start : spans[0][0]]
        tail = self.text[spans[-1][1] : node.end]
        between = [self.text[a[1] : b[0]] for a, b in pairwise(spans)]
        usual = between[0] if between and "#" not in between[0] else ", "
        pieces = [lead]
        for number, part in enumerate(plan):
            follower = plan[number + 1] if number + 1 < len(plan) else None
            pieces.append(part if isinstance(part, str) else self._take(*spans[part]))
            own = between[part] if isinstance(part, int) and part < len(between) else usual
            if follower is not None or "#" in own:
                pieces.append(own)
        self._edit(node.start, node.end, "".join([*pieces, tail]).replace("\r\n", "\n"))

    def _take(self, start: int, end: int) -> str:
        """A piece of text with the edits inside it applied and taken off the list."""
        inside = [edit for edit in self.edits if start <= edit[0] and edit[1] <= end]
        self.edits = [edit for edit in self.edits if edit not in inside]
        pieces: list[str] = []
        for first, last, new in sorted(inside, key=lambda edit: edit[:2]):
            pieces += self.text[start:first], new
            start = last
        return "".join([*pieces, self.text[start:end]])


def _quoted_like(node: Node, text: str, *, in_flow: bool) -> str:
    """A string on one line, quoted as the scalar it replaces was, where that can hold it."""
    if node.kind == "scalar" and node.style == '"':
        return yaml_emit.double_quoted(text)
    if node.kind == "scalar" and node.style == "'" and yaml_emit.holds_single(text):
        return yaml_emit.single_quoted(text)
    return yaml_emit.string(text, in_flow=in_flow)


def _same(one: JsonValue, other: JsonValue) -> bool:
    """Equal in value and type, whatever the order of keys."""
    return one is other or json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
