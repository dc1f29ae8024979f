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
    Rule("FJ501", "no-start", GRAPH, WARNING, ON_WORKFLOW, "graph:no_start", "nothing says where a run begins"),
    Rule("FJ502", "several-starts", GRAPH, WARNING, ON_WORKFLOW, "graph:several_starts", "more starts than one"),
    Rule("FJ503", "unreachable", GRAPH, WARNING, BOTH, "graph:unreachable", "no path leads to it", UNSAFE),
    Rule("FJ504", "leads-nowhere", GRAPH, WARNING, BOTH, "graph:leads_nowhere", "a choice without ways"),
    Rule("FJ505", "duplicate-edge", GRAPH, WARNING, BOTH, "graph:duplicate_edge", "an edge stands twice", SAFE),
    Rule("FJ506", "always-to-itself", GRAPH, ERROR, BOTH, "graph:always_to_itself", "it leads to itself", UNSAFE),
    Rule("FJ507", "branch-without-edge", GRAPH, INFO, ON_WORKFLOW, "graph:branch_without_edge", "a case that leads nowhere"),
    Rule("FJ508", "edge-without-branch", GRAPH, WARNING, ON_WORKFLOW, "graph:edge_without_branch", "an edge by no case"),
    Rule("FJ509", "cycle-without-exit", GRAPH, WARNING, BOTH, "graph:cycle_without_exit", "a cycle for ever"),
    Rule("FJ510", "empty-container", GRAPH, ERROR, BOTH, "graph:empty_container", "nothing to repeat"),
    Rule("FJ511", "body-not-connected", GRAPH, ERROR, ON_WORKFLOW, "graph:body_not_connected", "a loop that never begins"),
    Rule("FJ512", "across-container", GRAPH, ERROR, BOTH, "graph:across_container", "an edge across a border"),
    Rule("FJ513", "never-ready", GRAPH, ERROR, ON_WORKFLOW, "graph:never_ready", "it waits for what comes after"),
    Rule("FJ514", "else-not-last", GRAPH, WARNING, BOTH, "graph:else_not_last", "cases behind the else", SAFE),
    Rule("FJ515", "after-always-true", GRAPH, WARNING, BOTH, "graph:after_always_true", "a case never tested"),
    Rule("FJ516", "error-from-safe", GRAPH, WARNING, BOTH, "graph:error_edge_from_start", "it cannot fail", UNSAFE),
    Rule("FJ517", "into-start", GRAPH, WARNING, ON_WORKFLOW, "graph:into_start", "an edge to a start", UNSAFE),
    Rule("FJ518", "after-response", GRAPH, WARNING, ON_WORKFLOW, "graph:after_response", "behind the end"),
    Rule("FJ519", "disabled-on-the-way", GRAPH, WARNING, BOTH, "graph:disabled_on_the_way", "switched off, and needed"),
    # --- references: FJ520 to FJ539 ----------------------------------------------------------------------------------
    Rule("FJ520", "unknown-reference", REFERENCES, ERROR, BOTH, "references:unknown_block", "it names nothing", UNSAFE),
    Rule("FJ521", "unknown-field", REFERENCES, WARNING, BOTH, "references:unknown_field", "a field that is not given"),
    Rule("FJ522", "never-before", REFERENCES, WARNING, BOTH, "references:never_before", "it cannot have run yet"),
    Rule("FJ523", "maybe-not-before", REFERENCES, INFO, BOTH, "references:maybe_not_before", "it ran on some paths", status=OFF),
    Rule("FJ524", "own-output", REFERENCES, WARNING, BOTH, "references:own_output", "it names itself"),
    Rule("FJ525", "reserved-name", REFERENCES, ERROR, ON_WORKFLOW, "references:reserved_name", "a name nobody can use"),
    Rule("FJ526", "unknown-variable", REFERENCES, ERROR, BOTH, "references:undeclared_variable", "no such variable", UNSAFE),
    Rule("FJ527", "unused-variable", REFERENCES, INFO, BOTH, "references:unused_variable", "nothing reads it"),
    Rule("FJ528", "never-set", REFERENCES, WARNING, BOTH, "references:never_set", "a variable without a value"),
    Rule("FJ529", "used-before-set", REFERENCES, WARNING, BOTH, "references:used_before_set", "read before it is set"),
    Rule("FJ530", "unknown-environment", REFERENCES, WARNING, BOTH, "references:unknown_environment", "a name not set"),
    Rule("FJ531", "outside-loop", REFERENCES, ERROR, BOTH, "references:outside_loop", "a round without a loop"),
    Rule("FJ532", "undeclared-input", REFERENCES, WARNING, ON_WORKFLOW, "references:undeclared_input", "an input not declared"),
    Rule("FJ533", "round-from-outside", REFERENCES, WARNING, BOTH, "references:nested_loop_name", "a round that is over"),
    Rule("FJ534", "reference-by-id", REFERENCES, ERROR, ON_JOURNEY, "references:by_id_in_journey", "an id in a journey"),
    # --- expressions and code: FJ540 to FJ559 ------------------------------------------------------------------------
    Rule("FJ540", "javascript-syntax", EXPRESSIONS, ERROR, BOTH, "expressions:javascript_syntax", "no JavaScript"),
    Rule("FJ541", "python-syntax", EXPRESSIONS, ERROR, BOTH, "expressions:python_syntax", "no Python"),
    Rule("FJ542", "assignment", EXPRESSIONS, ERROR, BOTH, "expressions:assignment", "= for ===", SAFE),
    Rule("FJ543", "constant-condition", EXPRESSIONS, WARNING, BOTH, "expressions:constant_condition", "the same in every run"),
    Rule("FJ544", "overlapping-case", EXPRESSIONS, WARNING, BOTH, "expressions:overlapping_case", "a case never taken"),
    Rule("FJ545", "missing-case", EXPRESSIONS, INFO, BOTH, "expressions:missing_case", "a value without a case"),
    Rule("FJ546", "never-true", EXPRESSIONS, WARNING, BOTH, "expressions:never_true", "a case no value meets"),
    Rule("FJ547", "same-on-both-sides", EXPRESSIONS, WARNING, BOTH, "expressions:same_on_both_sides", "compared with itself"),
    Rule("FJ548", "quoted-reference", EXPRESSIONS, WARNING, BOTH, "expressions:quoted_reference", "quotes twice", SAFE),
    Rule("FJ549", "compared-as-text", EXPRESSIONS, WARNING, BOTH, "expressions:compared_as_text", "a number in quotes", SAFE),
    Rule("FJ550", "undefined-name", EXPRESSIONS, WARNING, BOTH, "expressions:undefined_name", "a name nobody declares"),
    Rule("FJ551", "never-reached", EXPRESSIONS, WARNING, BOTH, "expressions:never_reached", "code behind a return"),
    Rule("FJ552", "no-result", EXPRESSIONS, WARNING, BOTH, "expressions:no_result", "code that returns nothing"),
    # --- configuration: FJ560 to FJ579 -------------------------------------------------------------------------------
    Rule("FJ560", "agent-without-prompt", CONFIGURATION, WARNING, ON_WORKFLOW, "configuration:agent_without_prompt", "nothing said"),
    Rule("FJ561", "agent-without-model", CONFIGURATION, WARNING, ON_WORKFLOW, "configuration:agent_without_model", "no model"),
    Rule("FJ562", "http-without-url", CONFIGURATION, ERROR, BOTH, "configuration:http_without_url", "no address"),
    Rule("FJ563", "bad-url", CONFIGURATION, ERROR, BOTH, "configuration:bad_url", "no web address"),
    Rule("FJ564", "bad-method", CONFIGURATION, ERROR, BOTH, "configuration:bad_method", "no method of HTTP"),
    Rule("FJ565", "body-on-get", CONFIGURATION, WARNING, BOTH, "configuration:body_on_get", "a body that is dropped"),
    Rule("FJ566", "missing-code", CONFIGURATION, ERROR, BOTH, "configuration:missing_code", "no code"),
    Rule("FJ567", "timeout-range", CONFIGURATION, WARNING, BOTH, "configuration:timeout_range", "a timeout that is none"),
    Rule("FJ568", "retry-range", CONFIGURATION, WARNING, BOTH, "configuration:retry_range", "a retry that is none"),
    Rule("FJ569", "temperature-range", CONFIGURATION, ERROR, BOTH, "configuration:temperature_range", "too hot or too cold"),
    Rule("FJ570", "max-tokens-range", CONFIGURATION, ERROR, BOTH, "configuration:max_tokens_range", "no tokens"),
    Rule("FJ571", "bad-schema", CONFIGURATION, WARNING, BOTH, "configuration:bad_schema", "no JSON Schema"),
    Rule("FJ572", "repeats-nothing", CONFIGURATION, ERROR, BOTH, "configuration:repeats_nothing", "no rounds"),
    Rule("FJ573", "mcp-incomplete", CONFIGURATION, ERROR, BOTH, "configuration:mcp_incomplete", "no server or no tool"),
    Rule("FJ574", "no-sub-workflow", CONFIGURATION, WARNING, BOTH, "configuration:no_sub_workflow", "it runs nothing"),
    Rule("FJ575", "bad-wait", CONFIGURATION, ERROR, BOTH, "configuration:bad_wait", "no time"),
    Rule("FJ576", "asks-nothing", CONFIGURATION, WARNING, ON_WORKFLOW, "configuration:asks_nothing", "a form without a question"),
    Rule("FJ577", "same-tool-twice", CONFIGURATION, WARNING, ON_JOURNEY, "configuration:same_tool_twice", "a tool twice", SAFE),
    # --- journey: FJ580 to FJ599 -------------------------------------------------------------------------------------
    Rule("FJ580", "state-without-text", JOURNEY, ERROR, ON_JOURNEY, "journey:state_without_text", "says nothing"),
    Rule("FJ581", "fork-with-one-exit", JOURNEY, WARNING, ON_JOURNEY, "journey:fork_with_one_exit", "chooses nothing"),
    Rule("FJ582", "mixed-reasons", JOURNEY, WARNING, ON_JOURNEY, "journey:mixed_reasons", "always and also if", UNSAFE),
    Rule("FJ583", "repeated-reason", JOURNEY, WARNING, ON_JOURNEY, "journey:repeated_reason", "one reason, two targets"),
    Rule("FJ584", "command-collision", JOURNEY, ERROR, ON_JOURNEY, "journey:command_collision", "equal commands"),
    Rule("FJ585", "no-trigger", JOURNEY, INFO, ON_JOURNEY, "journey:no_trigger", "no beginning"),
    Rule("FJ586", "overlapping-triggers", JOURNEY, WARNING, ON_JOURNEY, "journey:overlapping_triggers", "said twice", SAFE),
    Rule("FJ587", "undeclared-variable", JOURNEY, WARNING, ON_JOURNEY, "journey:undeclared_variable", "not declared", SAFE),
    Rule("FJ588", "text-too-long", JOURNEY, WARNING, BOTH, "journey:text_too_long", "too long"),
    Rule("FJ589", "unused-tool", JOURNEY, WARNING, ON_JOURNEY, "journey:unused_tool", "nothing calls a tool", UNSAFE),
    Rule("FJ590", "duplicate-guideline", JOURNEY, WARNING, ON_JOURNEY, "journey:duplicate_guideline", "said twice", SAFE),
    Rule("FJ591", "choice-of-one", JOURNEY, WARNING, ON_JOURNEY, "journey:choice_of_one", "no choice"),
    Rule("FJ592", "bad-duration", JOURNEY, ERROR, ON_JOURNEY, "journey:bad_duration", "a time without a unit"),
    Rule("FJ593", "no-reply", JOURNEY, WARNING, ON_JOURNEY, "journey:no_reply", "nobody is asked"),
    Rule("FJ594", "calls-itself", JOURNEY, WARNING, ON_JOURNEY, "journey:calls_itself", "a journey calls itself"),
    Rule("FJ595", "unknown-journey", JOURNEY, ERROR, ON_JOURNEY, "journey:unknown_journey", "not there"),
    Rule("FJ596", "end-goes-on", JOURNEY, ERROR, ON_JOURNEY, "journey:end_goes_on", "an end with a way", UNSAFE),
    Rule("FJ598", "strict-without-canned", JOURNEY, ERROR, ON_JOURNEY, "journey:strict_without_canned", "nothing to say"),
    # --- parlant: FJ600 to FJ619 -------------------------------------------------------------------------------------
    Rule("FJ600", "parlant-braces", PARLANT, ERROR, ON_JOURNEY, "parlant:braces", "a brace in a prompt", status=FOR_PARLANT),
    Rule("FJ602", "parlant-never-activates", PARLANT, WARNING, ON_JOURNEY, "parlant:never_activates", "no condition to begin", status=FOR_PARLANT),
    Rule("FJ603", "parlant-straight-to-end", PARLANT, ERROR, ON_JOURNEY, "parlant:straight_to_end", "a tool before the end", status=FOR_PARLANT),
    Rule("FJ604", "parlant-exit-without-condition", PARLANT, ERROR, ON_JOURNEY, "parlant:exit_without_condition", "a choice without a condition", status=FOR_PARLANT),
    Rule("FJ605", "parlant-fork-heads-loop", PARLANT, ERROR, ON_JOURNEY, "parlant:fork_heads_loop", "a loop that exits", status=FOR_PARLANT),
    Rule("FJ606", "parlant-back-to-start", PARLANT, ERROR, ON_JOURNEY, "parlant:back_to_start", "an exit by accident", status=FOR_PARLANT),
    Rule("FJ607", "parlant-two-ways", PARLANT, ERROR, ON_JOURNEY, "parlant:two_ways_to_one", "a condition that is lost", status=FOR_PARLANT),
    Rule("FJ608", "parlant-tools-without-instruction", PARLANT, ERROR, ON_JOURNEY, "parlant:tools_without_instruction", "tools that never run", status=FOR_PARLANT),
    Rule("FJ609", "parlant-instruction-dropped", PARLANT, WARNING, ON_JOURNEY, "parlant:instruction_dropped", "words that are lost", status=FOR_PARLANT),
    Rule("FJ610", "parlant-many-tools", PARLANT, WARNING, ON_JOURNEY, "parlant:many_tools_in_a_row", "a turn that ends midway", status=FOR_PARLANT),
    Rule("FJ611", "parlant-start-up-calls", PARLANT, WARNING, ON_JOURNEY, "parlant:start_up_calls", "a slow and dear start", status=FOR_PARLANT),
    Rule("FJ612", "parlant-not-held", PARLANT, ERROR, ON_JOURNEY, "parlant:not_held", "no such state", status=FOR_PARLANT),
    Rule("FJ613", "parlant-expression", PARLANT, WARNING, ON_JOURNEY, "parlant:expression_for_model", "an expression for the model", status=FOR_PARLANT),
    # --- pairs: FJ620 to FJ629 ---------------------------------------------------------------------------------------
    Rule("FJ620", "out-of-sync", PAIRS, ERROR, ON_PAIR, "pairs:out_of_sync", "the two sides differ"),
    Rule("FJ621", "origin-astray", PAIRS, WARNING, ON_PAIR, "pairs:origin_astray", "origin names what is not there"),
    Rule("FJ622", "mapping-ambiguous", PAIRS, WARNING, ON_PAIR, "pairs:mapping_ambiguous", "several blocks for a state"),
    Rule("FJ623", "loss-not-accepted", PAIRS, INFO, ON_PAIR, "pairs:loss_not_accepted", "only the journey says it"),
    Rule("FJ624", "wrong-format", PAIRS, WARNING, ON_PAIR, "pairs:wrong_format", "origin names another format"),
    # --- security: FJ640 to FJ659 ------------------------------------------------------------------------------------
    Rule("FJ640", "address-inside", SECURITY, WARNING, BOTH, "security:address_inside", "a private address"),
    Rule("FJ641", "plain-http", SECURITY, WARNING, BOTH, "security:plain_http", "no encryption"),
    Rule("FJ642", "secret-in-url", SECURITY, WARNING, BOTH, "security:secret_in_url", "a token in an address"),
    Rule("FJ643", "unsafe-call", SECURITY, WARNING, BOTH, "security:unsafe_call", "code that can do anything"),
    Rule("FJ644", "untrusted-in-tool", SECURITY, WARNING, BOTH, "security:untrusted_in_tool", "a stranger's words in a tool"),
    Rule("FJ645", "secret-in-prompt", SECURITY, WARNING, BOTH, "security:secret_in_prompt", "a secret for the model"),
    Rule("FJ646", "reaches-out", SECURITY, INFO, BOTH, "security:reaches_out", "code that sends requests"),
    Rule("FJ647", "plain-secret", SECURITY, WARNING, BOTH, "security:plain_secret", "a secret in plain text"),
    # --- style: FJ660 to FJ679 ---------------------------------------------------------------------------------------
    Rule("FJ660", "default-name", STYLE, INFO, BOTH, "style:default_name", "named as its type", status=OFF),
    Rule("FJ661", "state-name", STYLE, INFO, ON_JOURNEY, "style:state_name", "a name not in snake_case", status=OFF),
    Rule("FJ662", "similar-names", STYLE, INFO, BOTH, "style:similar_names", "names hard to tell apart", status=OFF),
    Rule("FJ663", "long-name", STYLE, INFO, BOTH, "style:long_name", "a name too long", status=OFF),
    Rule("FJ664", "too-large", STYLE, INFO, BOTH, "style:too_large", "too many blocks or states", status=OFF),
    Rule("FJ665", "no-description", STYLE, INFO, ON_JOURNEY, "style:no_description", "no description", status=OFF),
    Rule("FJ666", "undocumented-input", STYLE, INFO, BOTH, "style:undocumented_input", "not explained", status=OFF),
    Rule("FJ667", "unfinished", STYLE, INFO, BOTH, "style:unfinished", "still to do", status=OFF),
    Rule("FJ668", "empty-note", STYLE, INFO, ON_WORKFLOW, "style:empty_note", "a note without text", SAFE, OFF),
    Rule("FJ669", "overlapping-blocks", STYLE, INFO, ON_WORKFLOW, "style:overlapping_blocks", "on top of another", status=OFF),
    Rule("FJ670", "outside-container", STYLE, INFO, ON_WORKFLOW, "style:outside_container", "drawn outside", status=OFF),
)  # fmt: skip


def rules() -> dict[str, Rule]:
    """The rules by code."""
    return {rule.code: rule for rule in RULES}
