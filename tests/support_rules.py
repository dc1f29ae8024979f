"""The cases of rules: `tests/rules/<CODE>.yml`, a list of them.

A case says what its file holds, in one of three ways:

- `journey`: the text of a journey document;
- `document` and `format`: the text of a file of some builder;
- `flow`: blocks and edges in short, which are written in each of `formats` (Sim and React Flow unless given):

      flow:
        variables: {total: {type: number}}
        blocks:
          begin: {kind: start}
          choose: {kind: condition, name: Is it late?, branches: [{when: "<begin.hour> > 17"}, {otherwise: true}]}
          late: {kind: agent, prompt: Be brief, in: container}
        edges: [begin > choose, choose.0 > late, choose.1 > begin, late.error > begin]

  All keys of a block but `kind`, `name`, `type`, `in` (its container), `enabled`, `branches` and its place (`x`, `y`,
  `width`, `height`) are fields. An edge's
  branch is the number of one, or `error`, `timeout`, `body`.

and what the rule says of it: `pass: why` (nothing), or `fail: why` (once, or `finds` times), with `at`: for each
finding what stands at its place in the file (a journey's key or text, the name of a block), or `[line, column]`;
`says`: a piece of the first message; `severity`. `after` is what the repair makes of it: the same three ways, compared
by meaning, or `after: {same: true}` for a repair that leaves nothing to find. `unsafe: true` allows unsafe repairs.
`knows` are the keys of `Knowledge`. `pair: {workflow: …, journey: …}` has a flow and a journey's text, for rules about
pairs.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import yaml

from fjctl.checks.registry import rules
from fjctl.checks.rule import Sees
from fjctl.checks.subject import Knowledge
from fjctl.formats import document, registry
from fjctl.model.workflow import SPECIAL_BRANCHES, Block, BlockKind, Branch, Edge, Workflow

if TYPE_CHECKING:
    from fjctl.formats.document import Document

FOLDER = Path(__file__).parent / "rules"
FORMATS = ("sim", "reactflow")
_PLACE_KEYS = ("x", "y", "width", "height")
_BLOCK_KEYS = {"kind", "name", "type", "in", "enabled", "branches", *_PLACE_KEYS}


class Case(NamedTuple):
    """One case in one format."""

    code: str
    title: str
    format: str
    given: dict[str, Any]

    @property
    def fails(self) -> bool:
        return "fail" in self.given

    def document(self) -> Document:
        return document_of(self.given, self.format)

    def knowledge(self) -> Knowledge:
        known = {
            key: value if isinstance(value, dict) else frozenset(value)
            for key, value in self.given.get("knows", {}).items()
        }
        return Knowledge(**cast("Any", known))


@cache
def cases() -> list[Case]:
    """All cases of all files, each in each of its formats."""
    found = []
    for path in sorted(FOLDER.glob("FJ*.yml")):
        for given in yaml.safe_load(path.read_text(encoding="utf-8")):
            title = given.get("pass") or given.get("fail") or ""
            found += [Case(path.stem, title, name, given) for name in formats_of(given)]
    return found


def formats_of(given: dict[str, Any]) -> list[str]:
    if "flow" in given:
        return list(given.get("formats", FORMATS))
    return [given.get("format", "pair" if "pair" in given else "journey")]


def document_of(given: dict[str, Any], format_name: str) -> Document:
    """The file of a case, read."""
    if "journey" in given:
        return read("case.journey.yaml", given["journey"], "journey")
    if "document" in given:
        text = given["document"]
        return read("case.json" if text.lstrip()[:1] in "[{" else "case.yaml", text, format_name)
    workflow = flow(given["flow"])
    value = registry.find(format_name).load().encode(workflow).value
    return read("case.json", json.dumps(value, indent=2, ensure_ascii=False) + "\n", format_name)


def read(name: str, text: str, format_name: str) -> Document:
    found = document.read(name, text.encode(), format_name=format_name)
    assert found.ok, [item.line() for item in found.located()]
    return found


def flow(given: dict[str, Any]) -> Workflow:
    """A workflow out of the short form."""
    blocks = [_block(name, item or {}) for name, item in given["blocks"].items()]
    by_id = {block.id: block for block in blocks}
    edges = [_edge(number, text, by_id) for number, text in enumerate(given.get("edges", []))]
    return Workflow(name="case", blocks=blocks, edges=edges, variables=given.get("variables", {}))


def _block(name: str, item: dict[str, Any]) -> Block:
    kind = BlockKind(item["kind"])
    branches = [
        Branch(**{"id": f"{name}-{number}", **branch}) for number, branch in enumerate(item.get("branches", []))
    ]
    return Block(
        id=name,
        kind=kind,
        type=item.get("type", ""),
        name=item.get("name", name),
        parent=item.get("in"),
        enabled=item.get("enabled", True),
        fields={key: value for key, value in item.items() if key not in _BLOCK_KEYS},
        branches=branches,
        **{key: float(item[key]) for key in _PLACE_KEYS if key in item},
    )


def _edge(number: int, text: str, blocks: dict[str, Block]) -> Edge:
    source, _, target = (part.strip() for part in text.partition(">"))
    branch: str | None = None
    if source not in blocks and "." in source:
        source, _, branch = source.rpartition(".")
        if branch not in SPECIAL_BRANCHES:
            branch = blocks[source].branches[int(branch)].id
    return Edge(source=source, target=target, branch=branch, id=f"edge-{number}")


def sides_of(code: str) -> set[str]:
    """The sides for which a rule must have cases."""
    sees = rules()[code].sees
    return {"workflow", "journey"} if sees is Sees.BOTH else {sees.value}
