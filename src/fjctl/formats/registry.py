"""The formats: one row each. Detection, `fjctl formats`, the README's table and `--to` all read this table."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from fjctl.errors import UsageError
from fjctl.formats.recognise import (
    is_chainforge,
    is_dify,
    is_fastgpt,
    is_flowise,
    is_flowise_chatflow,
    is_journey,
    is_langflow,
    is_n8n,
    is_nothing,
    is_parlant_graph,
    is_ragflow,
    is_reactflow,
    is_sim,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.formats.base import WorkflowFormat
    from fjctl.formats.siblings import JourneyFormat
    from fjctl.model.workflow import BlockKind
    from fjctl.source import JsonValue


class Format(NamedTuple):
    """One file format. `choosers`: only condition and router blocks choose (else any block may); `cycles`: the canvas
    can draw a way back; `conversation`: it has room for what only a conversation has; `timeouts`: an edge may be
    taken because its source waited too long; `choose_too`: kinds of blocks that, where only condition and router blocks
    choose, still draw the choices made by a person's command; `refer_by_id`: references name blocks by id;
    `syntax`: how a new file is written; `reads`: False for a format that is only written."""

    name: str
    side: Literal["workflow", "journey"]
    title: str
    suffixes: tuple[str, ...]
    module: str
    recognise: Callable[[JsonValue], bool]
    preserves: str
    choosers: bool = False
    cycles: bool = True
    conversation: bool = True
    timeouts: bool = True
    choose_too: frozenset[BlockKind] = frozenset()
    refer_by_id: bool = False
    syntax: Literal["json", "yaml", "python", "text"] = "json"
    reads: bool = True

    def load(self) -> WorkflowFormat:
        """The module that reads and writes it; imported on first use."""
        return cast("WorkflowFormat", importlib.import_module(self.module))

    def load_sibling(self) -> JourneyFormat:
        """The module of a format that holds a journey in another way than the journey document."""
        return cast("JourneyFormat", importlib.import_module(self.module))

    @property
    def is_sibling(self) -> bool:
        """Whether it holds journeys, and is not the journey document."""
        return self.side == "journey" and self.name != JOURNEY


JOURNEY = "journey"
"""The name of the journey document's format."""
_PEOPLE = cast("frozenset[BlockKind]", frozenset({"human"}))  # the kinds themselves are loaded with the first format

FORMATS: tuple[Format, ...] = (
    Format(
        name="journey",
        side="journey",
        title="journey document (YAML or JSON)",
        suffixes=(".journey.yaml", ".journey.yml", ".journey.json"),
        module="fjctl.formats.journey",
        recognise=is_journey,
        preserves="everything, with comments, blank lines, quoting and order",
    ),
    Format(
        name="parlant-python",
        side="journey",
        title="Parlant SDK script (3.x)",
        suffixes=(".py",),
        module="fjctl.formats.parlant.python",
        recognise=is_nothing,
        preserves="states, transitions, guidelines, tools, and all code around them",
        syntax="python",
    ),
    Format(
        name="parlant-graph",
        side="journey",
        title="Parlant journey graph (nodes and edges as JSON)",
        suffixes=(".graph.json",),
        module="fjctl.formats.parlant.graph",
        recognise=is_parlant_graph,
        preserves="nodes, edges and their ids; not guidelines or what tools do",
    ),
    Format(
        name="mermaid",
        side="journey",
        title="Mermaid state diagram (only written)",
        suffixes=(".mmd",),
        module="fjctl.formats.mermaid",
        recognise=is_nothing,
        preserves="what people look at: states, transitions and their reasons",
        syntax="text",
        reads=False,
    ),
    Format(
        name="sim",
        side="workflow",
        title="Sim workflow (export, API envelope, bare state; every era)",
        suffixes=(".json",),
        module="fjctl.formats.sim",
        recognise=is_sim,
        preserves="every block and its settings, layout, ids; not what only a conversation has",
        choosers=True,
        cycles=False,
        conversation=False,
        timeouts=False,
    ),
    Format(
        name="n8n",
        side="workflow",
        title="n8n workflow (download, clipboard, API and CLI export; every version)",
        suffixes=(".json",),
        module="fjctl.formats.n8n",
        recognise=is_n8n,
        preserves="every node and its settings, layout, ids; not what only a conversation has",
        choosers=True,
        conversation=False,
        timeouts=False,
        refer_by_id=True,
    ),
    Format(
        name="langflow",
        side="workflow",
        title="Langflow flow (every era, 2023 to 1.13)",
        suffixes=(".json",),
        module="fjctl.formats.langflow",
        recognise=is_langflow,
        preserves="every component and its settings, layout, ids; not what only a conversation has",
        choosers=True,
        cycles=True,
        conversation=False,
        timeouts=True,
        choose_too=_PEOPLE,
        refer_by_id=True,
    ),
    Format(
        name="dify",
        side="workflow",
        title="Dify DSL (workflows and chatflows, every version)",
        suffixes=(".yml", ".yaml", ".json"),
        module="fjctl.formats.dify",
        recognise=is_dify,
        preserves="every node and its settings, layout, ids; not what only a conversation has",
        choosers=True,
        cycles=False,
        conversation=False,
        timeouts=True,
        refer_by_id=True,
        choose_too=_PEOPLE,
        syntax="yaml",
    ),
    Format(
        name="fastgpt",
        side="workflow",
        title="FastGPT app or plugin (template, export; V1 and later)",
        suffixes=(".json",),
        module="fjctl.formats.fastgpt",
        recognise=is_fastgpt,
        preserves="every node and its settings, layout, ids; not what only a conversation has",
        choosers=True,
        cycles=True,
        conversation=False,
        timeouts=False,
        choose_too=_PEOPLE,
        refer_by_id=True,
    ),
    Format(
        name="flowise",
        side="workflow",
        title="Flowise agentflow (v2)",
        suffixes=(".json",),
        module="fjctl.formats.flowise",
        recognise=is_flowise,
        preserves="every node and its settings, layout, ids; not what only a conversation has",
        choosers=True,
        conversation=False,
        timeouts=False,
        choose_too=_PEOPLE,
        refer_by_id=True,
    ),
    Format(
        name="flowise-chatflow",
        side="workflow",
        title="Flowise chatflow, sequential agents, multi-agents (v1)",
        suffixes=(".json",),
        module="fjctl.formats.flowise_chatflow",
        recognise=is_flowise_chatflow,
        preserves="every component and its settings, layout, ids; new steps are better written as agentflow",
        choosers=True,
        conversation=False,
        timeouts=False,
        refer_by_id=True,
    ),
    Format(
        name="ragflow",
        side="workflow",
        title="RAGFlow agent (template, export, components alone)",
        suffixes=(".json",),
        module="fjctl.formats.ragflow",
        recognise=is_ragflow,
        preserves="every component and its settings, layout, ids; not what only a conversation has",
        choosers=True,
        cycles=True,
        conversation=False,
        timeouts=False,
        refer_by_id=True,
    ),
    Format(
        name="chainforge",
        side="workflow",
        title="ChainForge flow (.cforge)",
        suffixes=(".cforge", ".json"),
        module="fjctl.formats.chainforge",
        recognise=is_chainforge,
        preserves="prompts, models, texts, evaluators, layout, views, answers; not what only a conversation has",
        choosers=True,
        cycles=True,
        conversation=False,
        timeouts=False,
        refer_by_id=True,
    ),
    Format(
        name="reactflow",
        side="workflow",
        title="React Flow 9 to 12 (toObject(), plain or under a key)",
        suffixes=(".json", ".cforge"),
        module="fjctl.formats.reactflow",
        recognise=is_reactflow,
        preserves="everything a journey holds, layout, unknown node types",
    ),
)
DEFAULT_WORKFLOW = "sim"


def find(name: str) -> Format:
    """The format of this name, built in or registered under the entry point `fjctl.formats`; UsageError otherwise."""
    for known in FORMATS:
        if known.name == name:
            return known
    registered = third_party()
    if name in registered:
        return registered[name]
    names = [known.name for known in FORMATS] + sorted(registered)
    raise UsageError(f"unknown format {name!r}", hint=nearest(name, names) or f"formats: {', '.join(names)}")


def nearest(name: str, known: list[str]) -> str:
    """`did you mean …?`, or nothing when no name is close."""
    import difflib

    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else ""


def detect(value: JsonValue) -> Format | None:
    """The format of a parsed document: the first row that recognises it."""
    for known in FORMATS:
        if known.recognise(value):
            return known
    return next((known for known in third_party().values() if known.recognise(value)), None)


def third_party() -> dict[str, Format]:
    """Formats that installed packages offer. Asked only when no built-in format fits: looking is slow."""
    from importlib.metadata import entry_points

    return {entry.name: cast("Any", entry.load()) for entry in entry_points(group="fjctl.formats")}
