"""Events of a YAML text: libyaml through ruamel, its pure parser where the extension is missing.

Events, never nodes: libyaml's composer recurses and kills the process on deep nesting.
`mark.index` counts characters, not bytes, also behind text outside the BMP and with CRLF.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALAR: Final = "scalar"
MAP: Final = "map"
SEQ: Final = "seq"
END: Final = "end"
ALIAS: Final = "alias"
DOCUMENT: Final = "document"
STOP: Final = "stop"


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
        import ruamel.yaml.cyaml  # noqa: F401, PLC0415  only the strict and the edit path pay for it
    except ImportError:  # pragma: no cover  the extension is a dependency; some platforms cannot build it
        return False
    return True


def events(text: str, *, pure: bool = False) -> Iterator[Event]:
    """Yield the events of `text` lazily; raises `YamlSyntaxError`. `pure` avoids the C extension."""
    from ruamel.yaml import YAML, error  # noqa: PLC0415
    from ruamel.yaml import events as kinds  # noqa: PLC0415

    if pure or not _has_extension():
        stream = iter(YAML(typ="safe", pure=True).parse(text))
    else:
        from ruamel.yaml.cyaml import CParser  # noqa: PLC0415

        stream = iter(CParser(text).get_event, None)
    table = {
        kinds.ScalarEvent: SCALAR,
        kinds.MappingStartEvent: MAP,
        kinds.SequenceStartEvent: SEQ,
        kinds.MappingEndEvent: END,
        kinds.SequenceEndEvent: END,
        kinds.AliasEvent: ALIAS,
        kinds.DocumentStartEvent: DOCUMENT,
        kinds.DocumentEndEvent: STOP,
    }
    try:
        for event in stream:
            kind = table.get(type(event))
            if kind is SCALAR:
                tag = None if event.implicit[0] or event.implicit[1] else str(event.tag)
                yield Event(
                    kind, event.start_mark.index, event.end_mark.index, event.value, event.style or "", event.anchor, tag
                )
            elif kind is MAP or kind is SEQ:
                tag = None if event.implicit else str(event.tag)
                style = "flow" if event.flow_style else ""
                yield Event(kind, event.start_mark.index, event.end_mark.index, "", style, event.anchor, tag)
            elif kind is DOCUMENT:
                yield Event(
                    kind, event.start_mark.index, event.end_mark.index, directive=bool(event.version or event.tags)
                )
            elif kind is not None:
                yield Event(kind, event.start_mark.index, event.end_mark.index)
            elif isinstance(event, kinds.StreamEndEvent):
                return
    except error.MarkedYAMLError as problem:
        mark, context = problem.problem_mark, problem.context_mark
        place = mark or context
        offset = len(text) if place is None else place.index
        raise YamlSyntaxError(str(problem.problem), offset, None if context is None else context.index) from None
    except (error.YAMLError, UnicodeEncodeError) as problem:
        raise YamlSyntaxError(str(problem), 0, None) from None
