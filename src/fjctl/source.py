"""Text with a name, and places in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    JsonScalar: TypeAlias = bool | int | float | str | None
    JsonValue: TypeAlias = "JsonScalar | list[JsonValue] | dict[str, JsonValue]"
else:
    JsonValue = Any  # whoever reads annotations at run time (schemas, shape checks) takes any value here

Pointer: TypeAlias = "tuple[str | int, ...]"


class Span(NamedTuple):
    """A half-open range of characters, `text[start:end]`."""

    start: int
    end: int


class Position(NamedTuple):
    """A place as people count it: line and column from 1; columns are characters, not bytes."""

    line: int
    column: int


class Source(NamedTuple):
    """A document's decoded text (no byte-order mark; line ends as in the file) and the name messages use for it."""

    name: str
    text: str

    def position(self, offset: int) -> Position:
        """Line and column of a character offset; an offset past the end is the end."""
        before = self.text[: max(0, offset)]
        line = before.count("\n") + 1
        return Position(line, len(before) - (before.rfind("\n") + 1) + 1)


def format_pointer(pointer: Pointer) -> str:
    """RFC 6901 JSON pointer of a path; the root is the empty string."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in pointer)


def format_path(pointer: Pointer) -> str:
    """A path as people write it: `states.lookup.next[0].to`; the root is `(root)`."""
    text = ""
    for part in pointer:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("_", "").replace("-", "").isalnum():
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text or "(root)"
