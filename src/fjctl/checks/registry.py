"""All rules: one row each, a section for each family.

Codes are never used twice. `fix` says whether a rule's repairs are safe; None means that it has none.
"""

from __future__ import annotations

from fjctl.checks.rule import Family, Rule, Sees, Status
from fjctl.diagnostics import Safety, Severity

GRAPH, REFERENCES, EXPRESSIONS, CONFIGURATION = (
    Family.GRAPH, Family.REFERENCES, Family.EXPRESSIONS, Family.CONFIGURATION,
)  # fmt: skip
JOURNEY, PARLANT, PAIRS, SECURITY, STYLE = (
    Family.JOURNEY, Family.PARLANT, Family.PAIRS, Family.SECURITY, Family.STYLE,
)  # fmt: skip
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
BOTH, ON_WORKFLOW, ON_JOURNEY, ON_PAIR = Sees.BOTH, Sees.WORKFLOW, Sees.JOURNEY, Sees.PAIR
SAFE, UNSAFE = Safety.SAFE, Safety.UNSAFE
OFF, FOR_PARLANT = Status.OFF, Status.PARLANT

RULES: tuple[Rule, ...] = (
    # --- graph: FJ501 to FJ519 ---------------------------------------------------------------------------------------
    Rule("FJ503", "unreachable", GRAPH, WARNING, BOTH, "graph:unreachable", "no path leads to it", UNSAFE),
    Rule("FJ505", "duplicate-edge", GRAPH, WARNING, BOTH, "graph:duplicate_edge", "an edge stands twice", SAFE),
    # --- references: FJ520 to FJ539 ----------------------------------------------------------------------------------
    # --- expressions and code: FJ540 to FJ559 ------------------------------------------------------------------------
    # --- configuration: FJ560 to FJ579 -------------------------------------------------------------------------------
    # --- journey: FJ580 to FJ599 -------------------------------------------------------------------------------------
    # --- parlant: FJ600 to FJ619 -------------------------------------------------------------------------------------
    # --- pairs: FJ620 to FJ629 ---------------------------------------------------------------------------------------
    # --- security: FJ640 to FJ659 ------------------------------------------------------------------------------------
    # --- style: FJ660 to FJ679 ---------------------------------------------------------------------------------------
)  # fmt: skip


def rules() -> dict[str, Rule]:
    """The rules by code."""
    return {rule.code: rule for rule in RULES}
