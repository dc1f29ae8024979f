"""One React Flow node read: its kind, its name, and each meaning in `data` with the place where it stands.

The places (`Site`) are what makes writing lawful: a changed meaning goes back to the very key it came from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fjctl.formats import reactflow_forms as forms
from fjctl.formats.base import is_blank
from fjctl.formats.reactflow_kinds import (
    EXPRESSION_KEYS,
    GENERIC,
    KINDS,
    LIST_KEYS,
    NAME_KEYS,
    NOISE,
    PLANS,
    Alias,
    Path,
    Plan,
    implied,
    squeeze,
)
from fjctl.model.journey import Ask, Loop, Parallel, Retry, State, Tool, Variable
from fjctl.model.names import humanize
from fjctl.model.workflow import FORK_KINDS, BlockKind

Map = dict[str, Any]
OVERFLOW = "fjctl"
"""Key of `data` for fields whose own name is taken by something else on this canvas."""
CHOICES = "choices"
"""Key of `data` for branches in the form of the model."""


@dataclass(slots=True)
class Site:
    """A meaning and its place in `data`. `beyond` is where the fields keep what its rows say beyond the meaning."""

    meaning: Path
    place: Path
    form: str = ""
    beyond: Path | None = None


@dataclass(slots=True)
class Node:
    """What a raw node says. `type_place` is where in the node its type was found; `expression` and `rows` are the
    places in `data` of a chooser's own condition and of its list of choices."""

    raw: Map
    kind: BlockKind
    type: str = ""
    type_place: Path = ("type",)
    name: str = ""
    name_place: Path | None = None
    enabled: bool = True
    fields: Map = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    implied: dict[Path, Any] = field(default_factory=dict)
    expression: Path | None = None
    rows: Path | None = None


def data_of(raw: Map) -> Map:
    """A node's `data`, empty where it is no map."""
    data = raw.get("data")
    return data if isinstance(data, dict) else {}


def at(value: Any, path: Path) -> Any:
    """What stands at a path of maps; None where nothing does."""
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _is_component(raw: Map, data: Map) -> bool:
    """Whether `data.label` is the component's name and not the node's, as in RAGFlow (`Agent:BraveBirdsSing`)."""
    label, identifier = data.get("label"), raw.get("id")
    if not isinstance(label, str) or not isinstance(identifier, str) or not isinstance(data.get("name"), str):
        return False
    word = squeeze(label)
    return bool(word) and (
        identifier.startswith(f"{label}:") or identifier == label or word == squeeze(raw.get("type"))
    )


def kind_of(raw: Map, *, leads_in: bool = False) -> tuple[BlockKind, str, Path]:
    """A node's kind, the type name that says so, and where that name stands. `leads_in`: whether an edge ends here."""
    data = data_of(raw)
    places: list[Path] = [("data", "label")] if _is_component(raw, data) else []
    places += [("type",), ("data", "type"), ("data", "kind"), ("data", "nodeType"), ("data", "name")]
    first: tuple[str, Path] | None = None
    for place in places:
        name = at(raw, place)
        word = squeeze(name)
        if word in GENERIC or (place == ("data", "name") and word not in KINDS):
            continue
        if word in KINDS and not (name == "input" and place == ("type",) and leads_in):
            return KINDS[word], name, place
        if first is None:
            first = (name, place)
    name, place = first or (
        str(raw.get("type") or "default") if isinstance(raw.get("type"), str) else "default",
        ("type",),
    )
    return BlockKind.OPAQUE, name, place


def read_node(raw: Map, *, leads_in: bool = False) -> Node:
    """Everything a node says on its own; its branches need its edges (`reactflow_choices`)."""
    kind, name, place = kind_of(raw, leads_in=leads_in)
    if kind is BlockKind.TRIGGER and place == ("type",) and name == "trigger":
        kind = BlockKind.START
    event = data_of(raw).get("event")
    if kind is BlockKind.START and isinstance(event, str) and event:
        kind = BlockKind.TRIGGER
    node = Node(raw, kind, name, place)
    return _NodeReader(node).read()


class _NodeReader:
    def __init__(self, node: Node) -> None:
        self.node = node
        self.data = data_of(node.raw)
        self.plan: Plan = PLANS[node.kind]
        self.homes: list[Path] = [(), *((key,) for key in self.plan.groups if isinstance(self.data.get(key), dict))]
        self.used: set[Path] = {(CHOICES,), (OVERFLOW,)}
        self.owned: set[int] = {id(node.fields)}

    def read(self) -> Node:
        node, data = self.node, self.data
        self._name()
        if isinstance(data.get("disabled"), bool) or isinstance(data.get("enabled"), bool):
            node.enabled = data.get("disabled") is not True and data.get("enabled") is not False
            self.used |= {(key,) for key in ("disabled", "enabled") if isinstance(data.get(key), bool)}
        self._own_fields()
        if node.kind in FORK_KINDS:
            self._choices()
        for alias in self.plan.aliases:
            self._alias(alias)
        said = at(node.fields, ("tool", "kind")) is not None or "event" in node.fields
        for path, value in ({} if said else implied(node.kind, node.type)).items():
            if self._put(path, value):
                node.implied[path] = value
        if self.plan.rest is not None:
            self._rest(self.plan.rest)
        tool = node.fields.get("tool")
        if isinstance(tool, dict):
            node.fields["tool"] = dict(sorted(tool.items(), key=lambda item: _TOOL_ORDER[item[0]]))
        return node

    def _name(self) -> None:
        node, data = self.node, self.data
        keys: tuple[str, ...] = NAME_KEYS
        if node.type_place[:1] == ("data",) or _is_component(node.raw, data):
            self.used |= {node.type_place[1:], ("label",)} if _is_component(node.raw, data) else {node.type_place[1:]}
            keys = tuple(key for key in NAME_KEYS if (key,) not in self.used)
        found = next((key for key in keys if isinstance(data.get(key), str) and data[key]), None)
        found = found or next((key for key in keys if data.get(key) == ""), None)
        node.name_place = (found,) if found else None
        node.name = data[found] if found else ""
        self.used |= {(key,) for key in NAME_KEYS if key == found or (node.name and data.get(key) == node.name)}
        if data.get("id") == node.raw.get("id"):
            self.used.add(("id",))
        self.used |= {(key,) for key in ("type", "kind", "nodeType") if squeeze(data.get(key)) in KINDS}
        if not node.name:
            node.name = humanize(str(node.type)) if node.type != "default" else "Node"

    def _put(self, path: Path, value: Any) -> bool:
        """Sets a meaning that is not set yet; maps that came from the document are copied before they grow."""
        target = self.node.fields
        for part in path[:-1]:
            child: Any = target.get(part)
            if id(child) not in self.owned:
                if child is not None and not isinstance(child, dict):
                    return False
                child = dict(child or {})
                target[part] = child
                self.owned.add(id(child))
            target = child
        if path[-1] in target:
            return False
        target[path[-1]] = value
        return True

    def _own_fields(self) -> None:
        """Fields under the journey's own names and in its own shapes, as the writer spells them."""
        more = self.data.get(OVERFLOW)
        more = more if isinstance(more, dict) else {}
        for key in sorted(self.plan.fields):
            for home, source in (((), self.data), ((OVERFLOW,), more)):
                value = source.get(key)
                if (is_blank(value) and (value is None or key in _TEXTS)) or not _shaped(self.node.kind, key, value):
                    continue
                if isinstance(value, dict) and key in _MAPS:
                    for name, item in value.items():
                        self._put((key, name), item)
                    if not value:
                        self._put((key,), {})
                elif not self._put((key,), value):
                    continue
                self.used.add((*home, key))
                self.node.sites.append(Site((key,), (*home, key)))

    def _find(self, names: tuple[str, ...], kind: str, form: str) -> tuple[Path, forms.Read] | Path | None:
        """The first place with a value of the right kind, or the first blank one."""
        blank: Path | None = None
        for name in names:
            for home in self.homes:
                source = self.data[home[0]] if home else self.data
                place = (*home, name)
                if name not in source or place in self.used:
                    continue
                value = source[name]
                if is_blank(value):
                    blank = blank or place
                elif forms.TYPES[kind](value):
                    unit = forms.duration_unit(name, source) if form == "duration" else ""
                    found = forms.READERS[form](value, unit)
                    if found is not None:
                        return place, found
        return blank

    def _alias(self, alias: Alias) -> None:
        node = self.node
        if not is_blank(at(node.fields, alias.meaning)):
            return
        found = self._find(alias.names, alias.type, alias.form)
        if found is None:
            return
        if not isinstance(found[0], tuple):
            self._blank(alias, found)
            return
        place, read = found
        if not self._put(alias.meaning, read.value):
            return
        beyond = (*self.plan.rest, place[-1]) if self.plan.rest and read.beyond else None
        if beyond is not None and not self._put(beyond, read.beyond):
            beyond = None
        if alias.form == "duration":
            self.used |= {(*place[:-1], key) for key in ("unit", "timeUnit", "time_unit", "durationUnit")}
        self.used.add(place)
        node.sites.append(Site(alias.meaning, place, alias.form, beyond))

    def _blank(self, alias: Alias, place: Any) -> None:
        self.used.add(place)
        self.node.sites.append(Site(alias.meaning, place, alias.form))
        value = at(self.data, place)
        if value is not None and len(alias.meaning) == 1 and alias.meaning[0] in _TEXTS and place == alias.meaning:
            self._put(alias.meaning, value)

    def _choices(self) -> None:
        node = self.node
        if isinstance(self.data.get(CHOICES), list):
            return
        for key in LIST_KEYS:
            for home in self.homes:
                found = at(self.data, (*home, key))
                if isinstance(found, list) and found and all(isinstance(row, (dict, str)) for row in found):
                    node.rows = (*home, key)
                    self.used.add(node.rows)
                    return
        if node.kind is BlockKind.CONDITION:
            for key in EXPRESSION_KEYS:
                for home in self.homes:
                    if isinstance(at(self.data, (*home, key)), str):
                        node.expression = (*home, key)
                        self.used.add(node.expression)
                        return

    def _rest(self, rest: Path) -> None:
        groups = {home[0] for home in self.homes if home}
        for key, value in self.data.items():
            place: Path = (key,)
            if place in self.used or key in NOISE:
                continue
            if key in groups:
                for inner, item in value.items():
                    self._rest_one(rest, (key, inner), item)
            else:
                self._rest_one(rest, place, value)

    def _rest_one(self, rest: Path, place: Path, value: Any) -> None:
        key = place[-1]
        if place in self.used or key in NOISE or is_blank(value) or (len(place) > 1 and key == "outputs"):
            return
        meaning = (*rest, key)
        if key in self.plan.typed or not self._put(meaning, value):
            meaning = (*rest, place[0] if len(place) > 1 else "data", key)
            if not self._put(meaning, value):
                return
        self.node.sites.append(Site(meaning, place))


_TEXTS = frozenset({"prompt", "say", "event", "closing", "wait", "journey", "text", "color"})
_MAPS = frozenset({"tool", "agent", "ask", "loop", "parallel", "extras", "talk", "settings", "retry"})
_KNOWN_KEYS: dict[str, frozenset[str]] = {
    "tool": frozenset(Tool.__annotations__),
    "ask": frozenset(Ask.__annotations__),
    "loop": frozenset(Loop.__annotations__),
    "parallel": frozenset(Parallel.__annotations__),
    "retry": frozenset(Retry.__annotations__),
    "talk": frozenset(State.__annotations__),
}
_TOOL_ORDER = {key: place for place, key in enumerate(Tool.__annotations__)}
_VARIABLE_KEYS = frozenset(Variable.__annotations__)


def _contract(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("kind"), str) and value["kind"] in forms.TOOL_NAMES


def _shaped(kind: BlockKind, key: str, value: Any) -> bool:
    """Whether a value has the shape that the field of this name has in the model."""
    if key in _TEXTS:
        return isinstance(value, str)
    if key == "tool":
        return (
            isinstance(value, dict) and value.keys() <= _KNOWN_KEYS[key] and ("kind" not in value or _contract(value))
        )
    if key in _MAPS:
        return isinstance(value, dict) and (key not in _KNOWN_KEYS or value.keys() <= _KNOWN_KEYS[key])
    if key == "more_tools":
        return isinstance(value, list) and all(map(_contract, value))
    if key == "tools":
        return isinstance(value, dict) and all(map(_contract, value.values()))
    if key == "inputs" and kind is not BlockKind.WORKFLOW:
        return isinstance(value, dict) and all(
            isinstance(v, dict) and v.keys() <= _VARIABLE_KEYS for v in value.values()
        )
    return True
