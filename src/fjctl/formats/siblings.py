"""Other files that hold a journey: what their modules offer. They hold less than the journey document does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.diagnostics import Loss
    from fjctl.model.journey import Journey
    from fjctl.source import JsonValue, Pointer, Source


class File(Protocol):
    """A file as it was read; a `Document` is one."""

    source: Source
    value: JsonValue
    member: str

    def rewritten(self, value: JsonValue) -> str:
        """The text edited so that it means `value`."""
        ...


class Held(NamedTuple):
    """A journey as a file holds it; `keys` and `tools`: what its states and tools are called there, by their names
    here."""

    journey: Journey
    keys: dict[str, str]
    tools: Mapping[str, str] | None = None


class Made(NamedTuple):
    """A new file's text, its states' keys, and what it has no place for."""

    text: str
    keys: dict[str, str]
    losses: list[Loss]


class Put(NamedTuple):
    """A file's text after a change and its states' keys; no text, and the place of what cannot be carried over."""

    text: str | None
    keys: dict[str, str]
    refused: Pointer = ()


class JourneyFormat(Protocol):
    """The functions that the module of such a format has. A format that is only written has `made` alone."""

    def held(
        self, document: File, nodes: Mapping[str, str], name: str = "", tools: Mapping[str, str] | None = None
    ) -> Held:
        """The journey of a file; `nodes`: names for its states by their keys; `name`: the journey's; `tools`: what its
        tools are called there, by their names here."""
        ...

    def made(self, journey: Journey) -> Made:
        """A new file."""
        ...

    def image(self, journey: Journey) -> Held:
        """What of a journey such a file holds, under the journey's own names."""
        ...

    def put(self, document: File, before: Held, wanted: Journey) -> Put:
        """The file with the changes from `before` to `wanted`, and nothing else changed."""
        ...
