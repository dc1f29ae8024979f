"""Events of a YAML text: libyaml through ruamel, its pure parser where the extension is missing.

Events, never nodes: libyaml's composer recurses and kills the process on deep nesting.
`mark.index` counts characters, not bytes, also behind text outside the BMP and with CRLF.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALAR: Final = "scalar"
MAP: Final = "map"
SEQ: Final = "seq"
END: Final = "end"
ALIAS: Final = "alias"
DOCUMENT: Final = "document"
STOP: Final = "stop"
# What the extension's libyaml refuses in flow style although YAML 1.2 allows it, `[12:30]` and `[really?]`. The first
# part of each pattern is what must stay: a sign that means something.
_REFUSED: Final = {
    ":": re.compile(r"""(["'\]}]\s*:)|:(?=[^\s,\[\]{}])"""),
    "?": re.compile(r"([\s,\[\]{}]\?)|(?<=.)\?"),
}
_COMPLAINTS: Final = ("found unexpected ':'", "did not find expected ',' or")


class Event(NamedTuple):
    """One event; `kind` is one of the constants above, `style` the quote or `flow`, `directive` for documents."""

    kind: str
    start: int
    end: int
    value: str = ""
    style: str = ""
    anchor: str | None = None
    tag: str | None = None
    directive: bool = False


class YamlSyntaxError(Exception):
    """The text is not YAML: libyaml's words, the offset of the problem and of the thing it is part of."""

    def __init__(self, problem: str, offset: int, context: int | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.offset = offset
        self.context = context


def _has_extension() -> bool:
    try:
        import ruamel.yaml.cyaml  # noqa: F401  only the strict and the edit path pay for it
    except ImportError:  # pragma: no cover  the extension is a dependency; some platforms cannot build it
        return False
    return True


def events(text: str, *, pure: bool = False) -> Iterator[Event]:
    """Yield the events of `text` lazily; raises `YamlSyntaxError`. `pure` avoids the C extension."""
    if pure or not _has_extension():
        yield from _translated(text, pure=True)
        return
    seen = 0
    try:
        for event in _translated(text, pure=False):
            seen += 1
            yield event
        return
    except YamlSyntaxError as problem:
        if not problem.problem.startswith(_COMPLAINTS):
            raise
        unused = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in text)
        stand_ins = dict(zip(unused, _REFUSED, strict=False))
        if len(stand_ins) < len(_REFUSED):
            raise
    masked = text  # with other characters in their place, which the values get back
    for stand_in, sign in stand_ins.items():
        masked = _REFUSED[sign].sub(lambda found, stand_in=stand_in: found[1] or stand_in, masked)  # type: ignore[misc]
    back = str.maketrans(stand_ins)
    for event in islice(_translated(masked, pure=False), seen, None):
        yield event._replace(value=event.value.translate(back)) if event.value else event


def _translated(text: str, *, pure: bool) -> Iterator[Event]:
    from ruamel.yaml import YAML, error

    try:
        if pure:
            stream = YAML(typ="safe", pure=True).parse(text)
        else:
            from ruamel.yaml.clib._ruamel_yaml import CParser  # type: ignore[import-not-found,import-untyped,unused-ignore]

            stream = iter(CParser(text).get_event, None)
        for event in stream:
            found = _event(event)
            if found is not None:
                yield found
            elif type(event).__name__ == "StreamEndEvent":
                return
    except error.MarkedYAMLError as problem:
        mark, context = problem.problem_mark, problem.context_mark
        place = mark or context
        offset = len(text) if place is None else place.index
        raise YamlSyntaxError(str(problem.problem), offset, None if context is None else context.index) from None
    except (error.YAMLError, UnicodeEncodeError) as problem:
        raise YamlSyntaxError(str(problem), 0, None) from None


_KINDS: Final = {
    "ScalarEvent": SCALAR,
    "MappingStartEvent": MAP,
    "SequenceStartEvent": SEQ,
    "MappingEndEvent": END,
    "SequenceEndEvent": END,
    "AliasEvent": ALIAS,
    "DocumentStartEvent": DOCUMENT,
    "DocumentEndEvent": STOP,
}


def _event(event: Any) -> Event | None:
    kind = _KINDS.get(type(event).__name__)
    if kind is None:
        return None
    start, end = event.start_mark.index, event.end_mark.index
    if kind is SCALAR:
        tag = None if event.implicit[0] or event.implicit[1] else str(event.tag)
        return Event(kind, start, end, event.value, event.style or "", event.anchor, tag)
    if kind is MAP or kind is SEQ:
        tag = None if event.implicit else str(event.tag)
        return Event(kind, start, end, "", "flow" if event.flow_style else "", event.anchor, tag)
    if kind is DOCUMENT:
        return Event(kind, start, end, directive=bool(event.version or event.tags))
    return Event(kind, start, end, event.anchor if kind is ALIAS else "")
