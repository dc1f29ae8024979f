"""The ways out of a React Flow node: which of its edges is which branch, and where the branches' reasons stand.

Three spellings: `choices` (the model's own, as fjctl writes them), a list of rows in `data` whose ids are handles, or
nothing but the edges with their handles and labels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.reactflow_data import CHOICES, Map, Node, at, data_of
from fjctl.formats.reactflow_kinds import (
    AFTER_HANDLES,
    ELSE_WORDS,
    ERROR_HANDLES,
    EXPRESSION_KEYS,
    FALSE_WORDS,
    NOISE,
    PLAIN_HANDLES,
    TIMEOUT_HANDLES,
    TRUE_WORDS,
    Path,
)
from fjctl.model.names import humanize
from fjctl.model.workflow import (
    BODY,
    CONTAINER_KINDS,
    ERROR,
    FORK_KINDS,
    SPECIAL_BRANCHES,
    TIMEOUT,
    BlockKind,
    Branch,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

TALK: dict[str, tuple[type, ...]] = {"confirm": (str, bool), "delay": (str,), "priority": (int,), "notes": (str, list)}
ID_KEYS = ("id", "uuid", "handle", "handleId", "sourceHandle", "key", "name", "label", "title", "value")
TITLE_KEYS = ("name", "label", "title")
TEXT_KEYS = ("description", "condition", "text", "prompt")
_DERIVED = frozenset({"to", "target", "next", "end_cpn_ids", "nextNode", "targetId"})
_BRANCH_KEYS = frozenset({"id", "when", "condition", "command", "event", "otherwise"})
_TITLE_LENGTH = 60


def handle_of(edge: Map) -> str:
    """An edge's source handle as text; empty where it has none."""
    handle = edge.get("sourceHandle")
    return str(handle) if isinstance(handle, (str, int)) and not isinstance(handle, bool) else ""


def label_place(edge: Map) -> Path | None:
    """Where an edge's label stands, in the edge or in its data."""
    for place in (("label",), ("data", "label"), ("data", "condition")):
        if isinstance(at(edge, place), str):
            return place
    return None


def label_of(edge: Map) -> str:
    """An edge's label; empty where it has none."""
    place = label_place(edge)
    return str(at(edge, place)).strip() if place else ""


def talk_of(edge: Map) -> Map:
    """What an edge's data says for the conversation."""
    data = data_of(edge)
    return {key: data[key] for key, types in TALK.items() if isinstance(data.get(key), types) and _sane(key, data[key])}


def _sane(key: str, value: Any) -> bool:
    return not (key == "priority" and isinstance(value, bool)) and value not in ("", [])


def notes_in_label(edge: Map) -> str:
    """The label of an edge that is always taken: a note on it, unless it only repeats the handle."""
    label = label_of(edge)
    word = label.lower()
    known = word in PLAIN_HANDLES or word in ERROR_HANDLES or word in TIMEOUT_HANDLES or word in TRUE_WORDS
    return "" if known or word == handle_of(edge).lower() or "notes" in data_of(edge) else label


@dataclass(slots=True)
class Choices:
    """The branches of one node. `ways` gives for each of its edges the branch (an id, a special branch or None);
    `unknown` holds the places of edges that leave by nothing known; `rows` is row by branch id; `handles` the handle by
    which a branch is left."""

    branches: list[Branch] = field(default_factory=list)
    mode: str = "edges"
    ways: list[str | None] = field(default_factory=list)
    unknown: set[int] = field(default_factory=set)
    rows: dict[str, Any] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    beyond: Map = field(default_factory=dict)

    def handle(self, branch: str) -> str:
        """The handle of a branch as the file spells it."""
        return next((handle for handle, name in self.known.items() if name == branch), branch)

    def add(self, branch: Branch, handles: Sequence[str], *, listed: bool = False) -> str:
        """Adds a branch. One that only an edge tells of is that with the same reason where there is one; rows that say
        the same (`listed`) are so many choices. Ids are unique and never those of special branches."""
        alike = (item for item in self.branches if not listed and item.reason() == branch.reason())
        same = next(alike, None)
        if same is None:
            taken = {item.id for item in self.branches} | SPECIAL_BRANCHES
            base, number = branch.id, 1
            while branch.id in taken:
                number += 1
                branch.id = f"{base}-{number}"
            self.branches.append(branch)
            same = branch
        for handle in handles:
            self.known.setdefault(handle, same.id)
        return same.id


def read_choices(node: Node, edges: Sequence[Map], inside: Sequence[bool]) -> Choices:
    """The branches of a node and of its edges (in order); `inside` says which of them lead into the node itself."""
    data = data_of(node.raw)
    choices = Choices()
    own = data.get(CHOICES)
    if isinstance(own, list):
        choices.mode = "own"
        for row in own:
            branch = _own(row)
            if branch is not None:
                choices.add(branch, [branch.id], listed=True)
    elif node.rows is not None:
        choices.mode = "rows"
        _read_rows(node, at(data, node.rows), choices, {handle_of(edge) for edge in edges})
    _read_edges(node, edges, inside, choices)
    if choices.mode != "own":
        choices.branches.sort(key=lambda branch: branch.otherwise)
    return choices


def _own(row: Any) -> Branch | None:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        return None
    text = {key: row[key] for key in ("condition", "command", "event") if isinstance(row.get(key), str)}
    when = row["when"] if isinstance(row.get("when"), str) else None
    return Branch(id=row["id"], when=when, otherwise=row.get("otherwise") is True, **text)


def own_row(branch: Branch) -> Map:
    """A branch in the model's own spelling."""
    row: Map = {"id": branch.id}
    if branch.when is not None:
        row["when"] = branch.when
    row |= {key: text for key in ("condition", "command", "event") if (text := getattr(branch, key))}
    return row | ({"otherwise": True} if branch.otherwise else {})


def _first(row: Map, keys: Sequence[str]) -> str:
    """The first of the keys with text, or empty."""
    return next((key for key in keys if isinstance(row.get(key), str) and row[key]), "")


def row_keys(kind: BlockKind, row: Map) -> tuple[str, str, str, str]:
    """The keys of a row that hold its id, its expression, its title and its text; empty where it has none."""
    identity = next(
        (key for key in ID_KEYS if isinstance(row.get(key), (str, int)) and row[key] not in ("", True, False)), ""
    )
    expression = _first(row, EXPRESSION_KEYS if kind is BlockKind.CONDITION else ("when",))
    text = next((key for key in TEXT_KEYS if key != expression and isinstance(row.get(key), str) and row[key]), "")
    return identity, expression, _first(row, TITLE_KEYS), text


def _read_rows(node: Node, rows: list[Any], choices: Choices, handles: set[str]) -> None:
    spare: list[tuple[list[str], str]] = []
    for number, row in enumerate(rows):
        if isinstance(row, str):
            branch, names = _text_row(node.kind, row), [row]
        else:
            branch, names = _map_row(node.kind, row, number)
        before = branch.id
        found = choices.add(branch, [before], listed=True)
        choices.rows.setdefault(found, row)
        spare.append(([*names, str(number)], found))
        if isinstance(row, dict):
            _row_beyond(node, row, found, choices)
    for names, found in spare:
        for name in names:
            if name in handles:
                choices.known.setdefault(name, found)


def _text_row(kind: BlockKind, text: str) -> Branch:
    if text.strip().lower() in ELSE_WORDS:
        return Branch(id=text, otherwise=True)
    return Branch(id=text, when=text) if kind is BlockKind.CONDITION else Branch(id=text, condition=text)


def _map_row(kind: BlockKind, row: Map, number: int) -> tuple[Branch, list[str]]:
    identity, expression, title, text = row_keys(kind, row)
    name = str(row[identity]) if identity else str(number)
    names = [str(row[key]) for key in ID_KEYS if isinstance(row.get(key), (str, int)) and row[key] != ""]
    branch = Branch(id=name)
    branch.command, branch.event = (row[key] if isinstance(row.get(key), str) else "" for key in ("command", "event"))
    flag = next(
        (row[key] for key in ("otherwise", "else", "isDefault", "default") if isinstance(row.get(key), bool)), None
    )
    said = (row[title] if title else name).strip().lower()
    if flag or (flag is None and not expression and not text and said in ELSE_WORDS):
        branch.otherwise = True
        branch.command = branch.event = ""
        return branch, names
    branch.when = row[expression] if expression else None
    branch.condition = ": ".join(row[key] for key in (title, text) if key)
    if not any(branch.reason()):
        branch.condition = humanize(name)
    return branch, names


def _row_beyond(node: Node, row: Map, found: str, choices: Choices) -> None:
    used = (
        {key for key in row_keys(node.kind, row) if key}
        | {"command", "event", "otherwise", "else", "isDefault"}
        | _DERIVED
    )
    rest = {
        key: item
        for key, item in row.items()
        if key not in used
        and key not in NOISE
        and not is_blank(item)
        and not (key in ID_KEYS and not isinstance(item, (dict, list)))
    }
    if rest:
        choices.beyond[found] = rest


def _read_edges(node: Node, edges: Sequence[Map], inside: Sequence[bool], choices: Choices) -> None:
    labelled = choices.mode == "edges" and (node.kind in FORK_KINDS or _labelled(node, edges))
    if node.kind is BlockKind.CONDITION and node.expression is not None and choices.mode == "edges":
        expression = at(data_of(node.raw), node.expression)
        first = next((edge for edge in edges if _key(edge).lower() in TRUE_WORDS), {})
        if expression:
            label = label_of(first)
            condition = "" if label.lower() in TRUE_WORDS else label
            handle = _key(first) or "true"
            choices.add(Branch(id=handle, when=expression, condition=condition), [handle])
    for number, (edge, within) in enumerate(zip(edges, inside, strict=True)):
        choices.ways.append(_way(node, edge, within, choices, labelled, number))


def _key(edge: Map) -> str:
    handle = handle_of(edge)
    return label_of(edge) if handle.lower() in PLAIN_HANDLES else handle


def _labelled(node: Node, edges: Sequence[Map]) -> bool:
    """Whether the edges of a node that is no chooser tell its ways out apart by themselves."""
    if node.kind in CONTAINER_KINDS:
        return False
    flowing = [edge for edge in edges if handle_of(edge).lower() not in ERROR_HANDLES | TIMEOUT_HANDLES]
    if (
        node.kind is BlockKind.HUMAN
        and len({key for edge in flowing if (key := handle_of(edge)).lower() not in PLAIN_HANDLES}) > 1
    ):
        return True
    return len({label for edge in flowing if (label := label_of(edge))}) > 1


def _way(node: Node, edge: Map, within: bool, choices: Choices, labelled: bool, number: int) -> str | None:  # noqa: FBT001
    handle = handle_of(edge)
    word = handle.lower()
    if handle in choices.known and (handle or choices.mode == "own"):
        return choices.known[handle]
    if word in ERROR_HANDLES:
        return ERROR
    if word in TIMEOUT_HANDLES:
        return TIMEOUT
    if node.kind in CONTAINER_KINDS:
        return BODY if word == BODY or (within and word not in AFTER_HANDLES) else None
    if choices.mode == "edges":
        return _by_label(node, edge, choices) if labelled else None
    if word in PLAIN_HANDLES or node.kind not in FORK_KINDS:
        return None
    return _unlisted(handle, label_of(edge), choices, number)


def _by_label(node: Node, edge: Map, choices: Choices) -> str | None:
    label, fork = label_of(edge), node.kind in FORK_KINDS
    key = _key(edge) if fork or not label or node.kind is BlockKind.HUMAN else label
    if not key:
        return None
    word = key.lower()
    if key in choices.known:
        return choices.known[key]
    if not fork and not label and key == handle_of(edge) and node.kind is not BlockKind.HUMAN:
        return None
    if word in (FALSE_WORDS if fork else ELSE_WORDS):
        return choices.add(Branch(id=key, otherwise=True), [key])
    return choices.add(Branch(id=key, condition=label or humanize(key)), [key])


def _unlisted(handle: str, label: str, choices: Choices, number: int) -> str | None:
    """A chooser's edge whose handle is not in its list: an else, a listed one with a prefix, or unknown."""
    if handle.lower() in FALSE_WORDS:
        return choices.add(Branch(id=handle, otherwise=True), [handle])
    for known, branch in choices.known.items():
        if len(known) > 0 and handle.endswith((f"-{known}", f"_{known}", f":{known}")):
            choices.known[handle] = branch
            return branch
    choices.unknown.add(number)
    if choices.mode == "own":
        return None
    return choices.add(Branch(id=handle, condition=label or humanize(handle)), [handle])


def write_rows(kind: BlockKind, branches: list[Branch], prior: Choices, beyond: Map) -> list[Any]:
    """Branches as rows, spelled as the prior ones."""
    like = next((row for row in prior.rows.values() if isinstance(row, dict)), {})
    return [
        _row(kind, branch, prior.rows.get(branch.id), like, beyond) for branch in branches if _is_row(branch, prior)
    ]


def _is_row(branch: Branch, prior: Choices) -> bool:
    """A branch stands in the list unless the prior file has it by an edge alone."""
    return branch.id in prior.rows or branch.id not in {item.id for item in prior.branches}


def _row(kind: BlockKind, branch: Branch, prior: Any, like: Map, beyond: Map) -> Any:
    if isinstance(prior, str) or (prior is None and not like):
        return "else" if branch.otherwise else branch.when if branch.when is not None else branch.condition
    identity, expression, title, text = row_keys(kind, prior or like)
    names = ("", "", "", "") if prior is None else (identity, expression, title, text)
    # A row that has no id of its own goes by its place, and must not be given something that reads as one.
    row: Map = {identity: prior[identity]} if prior and identity else {} if prior else {identity or "id": branch.id}
    if branch.otherwise:
        flags = {
            key: prior[key]
            for key in ("otherwise", "else", "isDefault", "default")
            if prior and isinstance(prior.get(key), bool)
        }
        return (
            row
            | ({title: prior[title]} if prior and title else {title or "label": "else"})
            | flags
            | beyond.get(branch.id, {})
        )
    if branch.when is not None:
        row[expression or ("expression" if kind is BlockKind.CONDITION else "when")] = branch.when
    row |= _row_text(branch, names, title, text, identified=prior is None or bool(identity))
    row |= {key: said for key in ("command", "event") if (said := getattr(branch, key))}
    return row | beyond.get(branch.id, {})


def _row_text(branch: Branch, names: tuple[str, str, str, str], title: str, text: str, *, identified: bool) -> Map:
    condition = branch.condition
    if names[2] and names[3]:
        head, colon, tail = condition.partition(": ")
        return {names[2]: head, names[3]: tail} if colon and head and tail else {names[2]: condition}
    if names[2] or names[3]:
        return {names[2] or names[3]: condition} if condition else {}
    if not condition or condition == humanize(branch.id):
        return {}
    head, colon, tail = condition.partition(": ")
    if title and text and colon and len(head) <= _TITLE_LENGTH:
        return {title: head, text: tail}
    return {title or ("label" if identified else TEXT_KEYS[0]): condition}
