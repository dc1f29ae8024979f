"""What a rule is, and what it says.

A rule is a function from a `Subject` (or from a `Pair`) to problems. Its docstring is its manual, its row in
`registry.py` everything else there is to know about it. It sees models, never text or paths.
"""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - the alias of a named tuple's field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from fjctl.diagnostics import Safety, Severity

if TYPE_CHECKING:
    from fjctl.source import Pointer


class Family(StrEnum):
    """What a rule is about; also a word for `--select`."""

    GRAPH = "graph"
    REFERENCES = "references"
    EXPRESSIONS = "expressions"
    CONFIGURATION = "configuration"
    JOURNEY = "journey"
    PARLANT = "parlant"
    PAIRS = "pairs"
    SECURITY = "security"
    STYLE = "style"


class Sees(StrEnum):
    """What a rule is called with: a workflow, a journey, either of them (each as a `Subject`), or a `Pair`."""

    WORKFLOW = "workflow"
    JOURNEY = "journey"
    BOTH = "both"
    PAIR = "pair"


class Status(StrEnum):
    """Whether a rule runs unless somebody says otherwise."""

    ON = "on"
    OFF = "off"
    PARLANT = "parlant"
    """With `--for parlant`, and always when a journey is written for Parlant or loaded."""


class Rule(NamedTuple):
    """A row of the registry. `function` is `module:function` below `fjctl.checks.rules`; `fix` says whether its repairs
    may be applied without being asked for, None for a rule without repairs."""

    code: str
    name: str
    family: Family
    severity: Severity
    sees: Sees
    function: str
    summary: str
    fix: Safety | None = None
    status: Status = Status.ON


class Spot(NamedTuple):
    """A place in a model, to be found in its file only when somebody wants to see it.

    In a journey `pointer` is exact. In a workflow, whose file has a form of its own, `block` or `edge` (its number
    in `Workflow.edges`) says what is meant and `value` the text or value to look for inside it. `needle` is a piece
    of a text, `at` the character offset where it begins in that text; `key` means a key rather than its value.
    """

    pointer: Pointer = ()
    block: str = ""
    edge: int = -1
    value: Any = None
    needle: str = ""
    at: int = -1
    key: bool = False

    def within(self, needle: str, at: int = -1) -> Spot:
        """A piece of the text that stands here."""
        return self._replace(needle=needle, at=at)


Model: TypeAlias = Any
"""A `Workflow` or a `Journey`."""


class Repair(NamedTuple):
    """A change that makes a problem go away. `apply` changes the model that it is given (a copy of the subject's) and
    must work on it although other repairs were applied before: it looks its blocks and states up by id and does
    nothing where they are gone."""

    title: str
    apply: Callable[[Model], None]
    safety: Safety = Safety.SAFE


class Problem(NamedTuple):
    """What a rule yields: the place, one sentence in lower case without a stop, what to do next, and how to repair it.
    `node` is the id of the block or state it belongs to (for suppressions and baselines), `severity` that of the rule
    unless given."""

    spot: Spot
    message: str
    help: str = ""
    node: str = ""
    repair: Repair | None = None
    severity: Severity | None = None


class Finding(NamedTuple):
    """A problem with its rule. `label` is the name by which people know the node."""

    code: str
    name: str
    severity: Severity
    message: str
    help: str = ""
    spot: Spot = Spot()
    node: str = ""
    label: str = ""
    repair: Repair | None = None
