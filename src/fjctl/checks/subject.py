"""What a rule sees: a workflow or a journey with its graph, its texts and its names, in one form for both."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from fjctl.checks import build
from fjctl.model.journey import walk
from fjctl.model.references import BY_ID, normalize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.checks.build import Text
    from fjctl.checks.graph import Graph, Node
    from fjctl.checks.rule import Spot
    from fjctl.diagnostics import Loss
    from fjctl.model.diff import Change
    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Workflow


class Knowledge(NamedTuple):
    """What a project knows beside its files; None is for what nobody has said. `environment` are the names that are
    set when its flows run; `workflows` and `journeys` the names other files can be called by; `limits` numbers that
    rules go by (longest prompt …), by name."""

    environment: frozenset[str] | None = None
    workflows: frozenset[str] | None = None
    journeys: frozenset[str] | None = None
    limits: Mapping[str, int] = {}


@dataclass(eq=False)
class Subject:
    """A workflow or a journey, read without errors. `format` is the name of its file's format."""

    side: Literal["workflow", "journey"]
    format: str
    workflow: Workflow | None = None
    journey: Journey | None = None
    knowledge: Knowledge = field(default_factory=Knowledge)

    @cached_property
    def graph(self) -> Graph:
        """The graph of its blocks or states; notes are no part of it."""
        if self.workflow is not None:
            return build.workflow_graph(self.workflow)
        return build.journey_graph(self.the_journey)

    @cached_property
    def texts(self) -> list[Text]:
        """Every text that may hold references, code or addresses, in document order."""
        if self.workflow is not None:
            return build.workflow_texts(self.graph)
        return build.journey_texts(self.the_journey, self.graph)

    @property
    def the_workflow(self) -> Workflow:
        """The workflow; for rules that see only workflows."""
        assert self.workflow is not None, "a rule for workflows was given a journey"  # noqa: S101 - a fault of ours
        return self.workflow

    @property
    def the_journey(self) -> Journey:
        """The journey; for rules that see only journeys."""
        assert self.journey is not None, "a rule for journeys was given a workflow"  # noqa: S101 - a fault of ours
        return self.journey

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        """The declared variables by name."""
        return (self.workflow.variables if self.workflow is not None else self.the_journey.get("variables")) or {}

    def variable_spot(self, name: str) -> Spot:
        """Where a variable is declared: its name."""
        return build.variable_spot(self.side, name)

    def resolve(self, name: str) -> Node | None:
        """The node that `<name.field>` refers to: by id for `@id`, by the name as references compare it, or, in a
        journey, by the state's id."""
        return self._names.get(name if name.startswith(BY_ID) else normalize(name))

    @cached_property
    def dialect(self) -> str:
        """The format in whose terms the texts are written: of a journey that of its workflow, if it has one."""
        if self.journey is not None:
            return str(self.journey.get("origin", {}).get("format", "sim"))
        return self.format

    @cached_property
    def entries(self) -> frozenset[str]:
        """Names by which references mean what a run was started with."""
        if self.journey is None:
            return frozenset()
        entries = self.journey.get("entries", {})
        return frozenset(
            normalize(item) for name, entry in entries.items() for item in (name, entry.get("title", name))
        )

    @cached_property
    def names(self) -> list[str]:
        """Names by which nodes can be referred to, as people write them."""
        return [node.label if self.side == "workflow" else node.id for node in self.graph.nodes.values()]

    @cached_property
    def _names(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for node in self.graph.nodes.values():
            found.setdefault(BY_ID + node.id, node)
            found.setdefault(normalize(node.id if self.side == "journey" else node.label), node)
        if self.side == "journey":
            for _, name, state in walk(self.the_journey["states"]):
                found.setdefault(normalize(state.get("title", name)), self.graph.nodes[name])
        return found


@dataclass(eq=False)
class Pair:
    """A workflow and its journey, and what a conversion between them would find. `behind` is what the workflow has and
    the journey has not (as changes from journey to workflow's meaning); `lost` what the workflow cannot hold of the
    journey and nobody has accepted; `astray` are entries of `origin` whose node or state does not exist (by state);
    `ambiguous` states for which several nodes could be meant, with their ids."""

    workflow: Subject
    journey: Subject
    changes: list[Change] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    astray: dict[str, str] = field(default_factory=dict)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)
