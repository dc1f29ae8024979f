"""A YAML text as a tree of spans: for places in messages and for edits. Values are read elsewhere."""

from __future__ import annotations

from typing import Final

from fjctl.text import yaml_events

_MAX_DEPTH: Final = 200
_MANY: Final = 20
"""Keys of a map from which looking one up is worth an index. Nothing adds keys once a tree is composed."""


class Node:
    """A map, list or scalar; `text[start:end]` is exactly it, without the comments and blank lines behind.

    `style` is `flow` or empty for maps and lists, the quote or block indicator or empty for scalars;
    `keys` are the key scalars of a map, in step with `children`.
    """

    __slots__ = ("children", "end", "index", "keys", "kind", "start", "style", "value")

    def __init__(self, kind: str, start: int, end: int, style: str, value: str) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.style = style
        self.value = value
        self.keys: list[Node] = []
        self.children: list[Node] = []
        self.index: dict[str, tuple[Node, Node]] | None = None

    @property
    def is_block(self) -> bool:
        """Whether it is a map or list written with indentation."""
        return self.kind != yaml_events.SCALAR and self.style == ""

    @property
    def is_literal(self) -> bool:
        """Whether it is a literal or folded block of text."""
        return self.kind == yaml_events.SCALAR and self.style in ("|", ">")

    def child(self, part: str | int) -> tuple[Node | None, Node] | None:
        """Key and value of an entry, or None and the item of a list; None when there is no such entry."""
        if self.kind == yaml_events.SEQ:
            return (None, self.children[part]) if isinstance(part, int) and part < len(self.children) else None
        if len(self.keys) > _MANY:
            if self.index is None:  # the first of equal keys counts
                pairs = zip(reversed(self.keys), reversed(self.children), strict=True)
                self.index = {key.value: (key, node) for key, node in pairs}
            return self.index.get(part) if isinstance(part, str) else None
        for key, node in zip(self.keys, self.children, strict=True):
            if key.value == part:
                return key, node
        return None


def compose(text: str, *, pure: bool = False) -> Node:
    """The tree of the first document. Raises `YamlSyntaxError`, and ValueError for what is no single plain document."""
    root: Node | None = None
    stack: list[Node] = []
    for event in yaml_events.events(text, pure=pure):
        if event.kind == yaml_events.STOP:
            break
        if event.kind == yaml_events.DOCUMENT:
            continue
        if event.kind == yaml_events.END:
            closed = stack.pop()
            last = closed.children[-1] if closed.children else None
            closed.end = event.end if closed.style == "flow" or last is None else max(closed.start, last.end)
            continue
        node = Node(event.kind, event.start, event.end, event.style, event.value)
        if event.kind == yaml_events.SCALAR:
            node.end = _scalar_end(text, node)
        if stack:
            parent = stack[-1]
            wants_key = parent.kind == yaml_events.MAP and len(parent.keys) == len(parent.children)
            if wants_key and event.kind != yaml_events.SCALAR:
                message = "a key that is no scalar"
                raise ValueError(message)
            (parent.keys if wants_key else parent.children).append(node)
        else:
            root = node
        if event.kind in (yaml_events.MAP, yaml_events.SEQ):
            stack.append(node)
            if len(stack) > _MAX_DEPTH:
                message = "nested too deeply"
                raise ValueError(message)
    if root is None:
        message = "no document"
        raise ValueError(message)
    return root


def _scalar_end(text: str, node: Node) -> int:
    """Where a scalar really ends: a block scalar's mark lies behind the blank lines that follow."""
    if node.style not in ("|", ">"):
        return node.end
    body = text[node.start : node.end]
    header = body.split("\n", 1)[0].split("#", 1)[0]
    if "+" in header:
        kept = body.removesuffix("\n").removesuffix("\r")
        return node.start + len(kept)
    return node.start + len(body.rstrip(" \t\r\n"))
