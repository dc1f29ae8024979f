"""The executable half of a RAGFlow file, `components`, as it follows from the drawn half, `graph`.

The editor makes it anew whenever a canvas is saved (infiniflow/ragflow `web/src/pages/agent/utils.ts`,
`buildDslComponentsByGraph`), so it is written, never read, where there is a graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.base import is_blank
from fjctl.formats.ragflow_choices import examples_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.canvas.paths import Map

BELOW, ABOVE, TOOLS, EXCEPTION = "agentBottom", "agentTop", "tool", "agentException"
_NEVER = frozenset({"Note", "Tool", "Placeholder"})
_SUFFIXES = {
    "pdf": ["pdf"],
    "spreadsheet": ["xls", "xlsx", "csv"],
    "image": ["jpg", "jpeg", "png", "gif"],
    "email": ["eml", "msg"],
    "markdown": ["md", "markdown", "mdx"],
    "html": ["htm", "html"],
    "doc": ["doc"],
    "docx": ["docx"],
    "slides": ["pptx", "ppt"],
}


class Component(NamedTuple):
    """A node as it is drawn: its id, `data.label`, `data.name`, `data.form`, and the container it sits in."""

    id: str
    label: str
    name: str
    form: Map | None
    parent: str | None


class Link(NamedTuple):
    """An edge as it is drawn."""

    source: str
    out: str
    target: str
    into: str


def components_of(nodes: Sequence[Component], links: Sequence[Link]) -> Map:
    """The components of a graph, by id."""
    by_id = {node.id: node for node in nodes}
    below = {link.target for link in links if link.into == ABOVE}
    found: Map = {}
    for node in nodes:
        if node.label in _NEVER or node.id in below:
            continue
        leaving = [link for link in links if link.source == node.id]
        found[node.id] = {
            "obj": {"component_name": node.label, "params": _params(node, by_id, links)},
            "downstream": [link.target for link in leaving if link.out not in {TOOLS, EXCEPTION, BELOW}],
            "upstream": [link.source for link in links if link.target == node.id],
            **({"parent_id": node.parent} if node.parent is not None else {}),
        }
    return found


def _params(node: Component, by_id: dict[str, Component], links: Sequence[Link]) -> Map:
    form = node.form or {}
    if node.label == "Agent":
        return _with_sub_agents(node, by_id, links, frozenset())
    if node.label == "Categorize":
        return _categorize(node.id, form, links)
    made = _PIPELINE.get(node.label)
    return made(form) if made is not None else form


def _with_sub_agents(node: Component, by_id: dict[str, Component], links: Sequence[Link], above: frozenset[str]) -> Map:
    """An agent's parameters; the agents below it are tools of it."""
    form = node.form or {}
    subs = [link.target for link in links if link.source == node.id and link.out == BELOW]
    tools = form.get("tools")
    made = [
        {
            "component_name": "Agent",
            "id": sub,
            "name": by_id[sub].name,
            "params": _with_sub_agents(by_id[sub], by_id, links, above | {node.id}),
        }
        for sub in subs
        if sub in by_id and sub not in above | {node.id}
    ]
    return {**form, "tools": [*(tools if isinstance(tools, list) else []), *made]} if made else form


def _categorize(identifier: str, form: Map, links: Sequence[Link]) -> Map:
    items = form.get("items")
    if not isinstance(items, list):
        return form
    found: Map = {key: item for key, item in form.items() if key != "items"}
    found["category_description"] = {
        str(row.get("name")): {
            **{key: item for key, item in row.items() if key not in {"name", "uuid"}},
            "examples": examples_of(row),
            "to": [link.target for link in links if link.source == identifier and link.out == row.get("uuid")],
        }
        for row in items
        if isinstance(row, dict)
    }
    return found


# The steps of an ingestion pipeline keep lists of maps in the form where the engine wants plain lists.


def _parser(form: Map) -> Map:
    rows = form.get("setups")
    if not isinstance(rows, list):
        return form
    setups: Map = {}
    for row in rows:
        kind = row.get("fileFormat") if isinstance(row, dict) else None
        if isinstance(kind, str) and kind:
            suffix = {"suffix": _SUFFIXES[kind]} if kind in _SUFFIXES else {}
            setups[kind] = {**{key: item for key, item in row.items() if key != "fileFormat"}, **suffix}
    return {**form, "setups": setups}


def _chunker(form: Map) -> Map:
    window = form.get("image_table_context_window")
    found = {key: item for key, item in form.items() if key != "image_table_context_window"}
    if not is_blank(window):
        found |= {"table_context_size": window, "image_context_size": window}
    return {
        **found,
        **{key: _plain(form[key], "value") for key in ("delimiters", "children_delimiters") if key in form},
    }


def _titles(form: Map) -> Map:
    rules = form.get("rules")
    if not isinstance(rules, list):
        return form
    levels = [_plain(rule.get("levels"), "expression") for rule in rules if isinstance(rule, dict)]
    return {**{key: item for key, item in form.items() if key not in {"rules", "outputs"}}, "levels": levels}


def _plain(rows: Any, key: str) -> Any:
    if not isinstance(rows, list):
        return rows
    return [row[key] for row in rows if isinstance(row, dict) and not is_blank(row.get(key))]


def _extractor(form: Map) -> Map:
    prompts = form.get("prompts")
    return {**form, "prompts": [{"content": prompts, "role": "user"}]} if isinstance(prompts, str) else form


def _operations(form: Map) -> Map:
    found = dict(form)
    for key, inner in (("select_keys", "name"), ("remove_keys", "name"), ("query", "input")):
        if isinstance(found.get(key), list):
            found[key] = _plain(found[key], inner)
    return found


_PIPELINE = {
    "Parser": _parser,
    "TokenChunker": _chunker,
    "TitleChunker": _titles,
    "Extractor": _extractor,
    "DataOperations": _operations,
}
