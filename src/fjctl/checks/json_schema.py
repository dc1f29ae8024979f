"""Whether a value is a JSON Schema that a model's provider takes: a check of the words that schemas of answers use.

The meta-schema through a validator library would say the same of more words, a hundred times slower, and of a file's
schemas nothing more than these is ever wrong (measured over the corpus).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})


class Fault(NamedTuple):
    """What is wrong, and the value it is wrong with."""

    what: str
    value: Any
    hint: str


def faults(schema: Any, where: str = "the schema") -> Iterator[Fault]:
    """What is wrong with a schema, the outermost first."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield Fault(f"{where} is no schema", schema, 'write {"type": "object", "properties": {…}}')
        return
    yield from _type(schema, where)
    yield from _required(schema, where)
    if "enum" in schema and (not isinstance(schema["enum"], list) or not schema["enum"]):
        yield Fault(f"`enum` of {where} lists nothing", schema["enum"], "list the values")
    properties = schema.get("properties")
    if properties is not None and not isinstance(properties, dict):
        yield Fault(f"`properties` of {where} is no map", properties, 'write {"name": {"type": "string"}}')
    for name, item in properties.items() if isinstance(properties, dict) else ():
        yield from faults(item, f"property {name!r}")
    if isinstance(schema.get("items"), dict):
        yield from faults(schema["items"], f"the items of {where}")


def _type(schema: dict[str, Any], where: str) -> Iterator[Fault]:
    given = schema.get("type")
    for name in given if isinstance(given, list) else [] if given is None else [given]:
        if not isinstance(name, str) or name not in TYPES:
            from difflib import get_close_matches

            near = next(iter(get_close_matches(str(name), sorted(TYPES), 1)), "")
            hint = f"did you mean {near!r}?" if near else f"one of {', '.join(sorted(TYPES))}"
            yield Fault(f"{where} has type {name!r}, which JSON Schema does not know", name, hint)


def _required(schema: dict[str, Any], where: str) -> Iterator[Fault]:
    required, properties = schema.get("required"), schema.get("properties")
    if required is None:
        return
    if not isinstance(required, list):
        yield Fault(f"`required` of {where} is no list", required, "list the names of properties")
        return
    for name in required:
        if isinstance(properties, dict) and name not in properties:
            yield Fault(f"{where} requires {name!r}, which it does not describe", name, "describe it, or do without")
