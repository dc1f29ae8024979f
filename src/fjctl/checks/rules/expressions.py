"""Rules about expressions and code: whether they can be read, and whether they can mean what they say."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from typing import TYPE_CHECKING, Any

from fjctl.checks import intervals
from fjctl.checks import javascript as js
from fjctl.checks.rule import Problem, Repair
from fjctl.checks.rules.references import used_in
from fjctl.model.references import references
from fjctl.model.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fjctl.checks.build import Text
    from fjctl.checks.graph import Node
    from fjctl.checks.javascript import Tree
    from fjctl.checks.rule import Model, Spot
    from fjctl.checks.subject import Subject

_LONGEST = 200_000
"""Characters; code that is longer is no expression of anybody's."""


def _texts(subject: Subject, *roles: str) -> Iterator[Text]:
    for text in subject.texts:
        if text.role in roles and text.value.strip() and len(text.value) <= _LONGEST:
            yield text


def _at(text: Text, start: int, end: int) -> Spot:
    if not text.value[start:end].strip():  # what is missing is shown behind what is there
        start = len(text.value[:start].rstrip()) - 1
        end = start + 1
    piece = text.value[max(0, start) : end].split("\n")[0]
    return text.spot.within(piece, start) if piece.strip() else text.spot


def javascript_syntax(subject: Subject) -> Iterator[Problem]:
    """An expression or a program that is no JavaScript.

    Why: it fails whenever it is reached.

    When it runs: Sim reports "Evaluation error in condition" and the block fails; a function block fails before its
    first line. A loop's condition that cannot be read counts as false.

    Example:
        when: <order.fee> >

    Instead: finish it.
        when: <order.fee> > 0
    """
    for text in _texts(subject, "expression", "javascript"):
        if text.role == "expression" and not _is_javascript(subject, text):
            continue
        found = js.broken(js.parse(text.value))
        if found is not None:
            what = "expression" if text.role == "expression" else "code"
            spot = _at(text, found.start, found.end)
            yield Problem(spot, f"the {what} cannot be read: {found.what}", "mend it where the caret is", text.node)


def _is_javascript(subject: Subject, text: Text) -> bool:
    """Whether a text is an expression as we write them: other builders keep their own language where it has no
    counterpart."""
    return subject.dialect in {"sim", "reactflow"} or "{{" not in text.value


def python_syntax(subject: Subject) -> Iterator[Problem]:
    r"""A program that is no Python.

    Why: it fails before its first line.

    When it runs: the code block fails, with the interpreter's words.

    Example:
        code: "def main(x)\n    return x"

    Instead: finish the line.
        code: "def main(x):\n    return x"
    """
    for text in _texts(subject, "python"):
        error = _python(text.value)
        if isinstance(error, SyntaxError):
            line = (error.lineno or 1) - 1
            lines = text.value.split("\n")
            start = sum(len(item) + 1 for item in lines[:line]) + max(0, (error.offset or 1) - 1)
            written = lines[line].strip() if line < len(lines) else ""
            spot = text.spot.within(written, max(0, start - (error.offset or 1) + 1)) if written else text.spot
            message = f"line {line + 1} of the code cannot be read: {error.msg}"
            yield Problem(spot, message, "mend the line", text.node)


def _python(text: str) -> ast.Module | SyntaxError | None:
    """The tree of a program; what is wrong with it; None for what the parser will not look at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of invalid escapes: somebody else's code
        try:
            return ast.parse(js.masked(text))
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError):
            return None


def parsed_python(text: str) -> ast.Module | None:
    """The tree of a program; None for what is none."""
    found = _python(text)
    return found if isinstance(found, ast.Module) else None


def _expressions(subject: Subject) -> Iterator[tuple[Text, Tree, Any]]:
    for text in _texts(subject, "expression"):
        if _is_javascript(subject, text):
            tree = js.parse(text.value)
            node = js.expression_of(tree)
            if node is not None:
                yield text, tree, node


def assignment(subject: Subject) -> Iterator[Problem]:
    """An assignment where a comparison was meant.

    Why: `=` gives the value of its right side, so the condition is true whatever the order is.

    When it runs: Sim cannot assign to a value that stands in the place of a reference: "Evaluation error in condition".

    Example:
        when: <order.state> = "paid"

    Instead: compare.
        when: <order.state> === "paid"
    """
    for text, tree, node in _expressions(subject):
        for item in js.walk(node):
            if item.type != "assignment_expression":
                continue
            left, right = item.child_by_field_name("left"), item.child_by_field_name("right")
            if left is None or right is None:
                continue
            start, end = tree.offset(left.end_byte), tree.offset(right.start_byte)
            better = text.value[:start] + text.value[start:end].replace("=", "===", 1) + text.value[end:]
            repair = Repair("compare with ===", replaced(text, better))
            sign = text.value.index("=", start)
            message = "`=` sets a value; nothing is compared"
            yield Problem(text.spot.within("=", sign), message, "write `===`", text.node, repair)
            break


def replaced(text: Text, new: str) -> Callable[[Model], None]:
    """Puts another text in the place of one."""

    def swap(value: Any) -> Any:
        if value == text.value:
            return new
        if isinstance(value, dict):
            return {key: swap(item) for key, item in value.items()}
        return [swap(item) for item in value] if isinstance(value, list) else value

    def apply(model: Model) -> None:
        if isinstance(model, Workflow):
            block = model.by_id().get(text.node)
            if block is not None:
                block.fields = swap(block.fields)
                for branch in block.branches:
                    branch.when = swap(branch.when)
            return
        at: Any = model
        *path, last = text.spot.pointer
        for part in path:
            at = at[part]
        if at[last] == text.value:
            at[last] = new

    return apply


def constant_condition(subject: Subject) -> Iterator[Problem]:
    """A condition that does not depend on anything.

    Why: it is always true or never, so there is no choice. Often a reference was lost.

    When it runs: the same case is taken in every run; a loop with `true` never ends.

    Example:
        when: 1 > 2

    Instead: ask something of the run.
        when: <order.fee> > 2
    """
    for text, _, node in _expressions(subject):
        if js.is_constant(node):
            shown = " ".join(text.value.split())
            hint = "use a reference, or `else: true` for all other cases"
            yield Problem(text.spot, f"{shown!r} is the same in every run", hint, text.node)


def _cases(subject: Subject) -> Iterator[tuple[Node, list[tuple[Text, intervals.Condition]], bool]]:
    """Each node whose cases all compare one value with numbers: the cases in order, and whether there is an else."""
    by_node: dict[str, list[tuple[Text, intervals.Condition]]] = {}
    refused: set[str] = set()
    for text in _texts(subject, "expression"):
        if text.path[0] == "loop":
            continue
        tree = js.parse(text.value)
        node = js.expression_of(tree)
        found = intervals.condition(tree, text.value, node) if node is not None else None
        if found is None:
            refused.add(text.node)
        else:
            by_node.setdefault(text.node, []).append((text, found))
    for name, cases in by_node.items():
        node_ = subject.graph.nodes.get(name)
        if node_ is None or len({case.value for _, case in cases}) > 1:
            continue
        if name in refused:
            continue
        yield node_, cases, _has_else(subject, node_)


def _has_else(subject: Subject, node: Node) -> bool:
    if node.block is not None:
        drawn = {link.branch.id for link in subject.graph.outgoing[node.id] if link.branch is not None}
        return any(branch.otherwise and branch.id in drawn for branch in node.block.branches)
    return any(link.way in {"else", "always"} for link in subject.graph.outgoing[node.id]) or node.leaves


def overlapping_case(subject: Subject) -> Iterator[Problem]:
    """A case that those before it have covered.

    Why: cases are tested in order, so it is never taken.

    When it runs: the first case that holds is taken.

    Example:
        next:
          - {to: small, when: <order.fee> > 0}
          - {to: large, when: <order.fee> > 100}

    Instead: test the narrower one first.
        next:
          - {to: large, when: <order.fee> > 100}
          - {to: small, when: <order.fee> > 0}
    """
    for node, cases, _ in _cases(subject):
        covered: intervals.Set = ()
        for text, case in cases:
            if covered and case.holds and intervals.inside(case.holds, covered):
                message = f"this case of {node.label!r} is covered by the ones before it"
                yield Problem(text.spot, message, "test the narrower case first, or remove it", node.id)
            covered = intervals.join(covered, case.holds)


def missing_case(subject: Subject) -> Iterator[Problem]:
    """Cases that leave something out, without an else.

    Why: for such a value the run ends there without a word.

    When it runs: Sim succeeds and takes no way; a journey stays where it is.

    Example:
        next:
          - {to: small, when: <order.fee> < 100}
          - {to: large, when: <order.fee> > 100}

    Instead: say what happens for 100, or for all the rest.
        next:
          - {to: small, when: <order.fee> < 100}
          - {to: large, else: true}
    """
    for node, cases, has_else in _cases(subject):
        if has_else or len(cases) < 2:
            continue
        covered: intervals.Set = ()
        for _, case in cases:
            covered = intervals.join(covered, case.holds)
        left = intervals.gaps(covered)
        if left:
            value = cases[0][1].value
            message = f"{node.label!r} has no case for {value} {intervals.said(left[0])}"
            yield Problem(node.spot, message, "add the case, or an `else`", node.id)


def never_true(subject: Subject) -> Iterator[Problem]:
    """A condition that no value can meet.

    Why: its case is never taken.

    When it runs: the case is tested, and fails, in every run.

    Example:
        when: <order.fee> > 100 && <order.fee> < 50

    Instead: say what was meant.
        when: <order.fee> > 100 || <order.fee> < 50
    """
    for text, tree, node in _expressions(subject):
        found = intervals.condition(tree, text.value, node)
        if found is not None and not found.holds:
            yield Problem(text.spot, f"no value of {found.value} can be both", "perhaps `||` was meant", text.node)


def same_on_both_sides(subject: Subject) -> Iterator[Problem]:
    """A comparison of something with itself.

    Why: it is always true or never. One of the two was meant to be another.

    When it runs: the same case is taken in every run.

    Example:
        when: <order.fee> === <order.fee>

    Instead: compare with the other one.
        when: <order.fee> === <offer.fee>
    """
    signs = {"==", "===", "!=", "!==", "<", ">", "<=", ">="}
    for text, tree, node in _expressions(subject):
        for item in js.walk(node):
            operator = item.child_by_field_name("operator") if item.type == "binary_expression" else None
            if operator is None or tree.words(operator) not in signs or js.is_constant(item):
                continue
            sides = [item.child_by_field_name(name) for name in ("left", "right")]
            if None in sides:
                continue
            one, other = ("".join(text.value[slice(*tree.span(side))].split()) for side in sides if side is not None)
            if one == other:
                start, end = tree.span(item)
                yield Problem(
                    _at(text, start, end), f"{one} is compared with itself", "compare with another", text.node
                )


_QUOTED = re.compile(r"""(['"`])(<[^<>'"`]+>)\1""")


def quoted_reference(subject: Subject) -> Iterator[Problem]:
    """A reference in quotes in a condition.

    Why: a value stands in the place of a reference, with the quotes that its type needs. A second pair breaks it.

    When it runs: Sim writes texts as quoted literals, so `'<order.state>'` becomes `''paid''`, which cannot be read.

    Example:
        when: "'<order.state>' === 'paid'"

    Instead: without the quotes.
        when: <order.state> === 'paid'
    """
    if subject.dialect not in {"sim", "reactflow"}:
        return
    for text in _texts(subject, "expression"):
        for found in _QUOTED.finditer(text.value):
            inner = found[2]
            if not any(item.path and item.end - item.start == len(inner) for item in references(inner)):
                continue
            better = _QUOTED.sub(lambda item: item[2], text.value)
            repair = Repair("remove the quotes", replaced(text, better))
            message = f"the value of {inner} brings its own quotes"
            yield Problem(text.spot.within(found[0], found.start()), message, "remove the quotes", text.node, repair)
            break


def compared_as_text(subject: Subject) -> Iterator[Problem]:
    """A size comparison with a number in quotes.

    Why: two texts are compared letter by letter, so "9" is larger than "10".

    When it runs: JavaScript compares as numbers only if one side is a number.

    Example:
        when: <order.fee> > "100"

    Instead: without the quotes.
        when: <order.fee> > 100
    """
    for text, tree, node in _expressions(subject):
        for item in js.walk(node):
            operator = item.child_by_field_name("operator") if item.type == "binary_expression" else None
            if operator is None or tree.words(operator) not in {"<", ">", "<=", ">="}:
                continue
            for name in ("left", "right"):
                side = item.child_by_field_name(name)
                if side is None or side.type != "string" or not _is_number(tree.words(side)[1:-1]):
                    continue
                start, end = tree.span(side)
                written = text.value[start:end]
                better = text.value[:start] + written[1:-1] + text.value[end:]
                repair = Repair("remove the quotes", replaced(text, better))
                message = f"{written} is compared as a text, letter by letter"
                yield Problem(_at(text, start, end), message, "write the number without quotes", text.node, repair)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", text) is not None


_JS_GLOBALS = frozenset(
    {
        *("Array", "ArrayBuffer", "BigInt", "Blob", "Boolean", "Buffer", "DataView", "Date", "Error", "EvalError"),
        *("FormData", "Function", "Headers", "Infinity", "Intl", "JSON", "Map", "Math", "NaN", "Number", "Object"),
        *("Promise", "Proxy", "RangeError", "ReferenceError", "Reflect", "RegExp", "Request", "Response", "Set"),
        *("String", "Symbol", "SyntaxError", "TextDecoder", "TextEncoder", "TypeError", "URIError", "URL"),
        *("URLSearchParams", "Uint8Array", "Uint16Array", "Uint32Array", "Int8Array", "Int16Array", "Int32Array"),
        *("Float32Array", "Float64Array", "WeakMap", "WeakRef", "WeakSet", "AbortController", "AbortSignal"),
        *("arguments", "atob", "btoa", "clearInterval", "clearTimeout", "console", "crypto", "decodeURI"),
        *("decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "eval", "exports", "fetch", "global"),
        *("globalThis", "isFinite", "isNaN", "module", "navigator", "parseFloat", "parseInt", "performance"),
        *("process", "queueMicrotask", "require", "setInterval", "setTimeout", "structuredClone", "undefined"),
        *("unescape", "window"),
        # what builders put there: Sim, then n8n, Flowise and Dify
        *("params", "environmentVariables", "context", "index", "loop", "parallel", "workflow", "result", "results"),
        *("DateTime", "Duration", "Interval", "Settings", "binary", "getWorkflowStaticData", "helpers", "input"),
        *("inputs", "item", "items", "data", "query", "response"),
    }
)
"""Names that are there without a declaration."""
_PY_GLOBALS = frozenset(dir(builtins)) | {
    *("__name__", "__file__", "params", "environmentVariables", "context", "inputs", "variables", "items", "item"),
    *("data", "json", "result", "results", "_input", "_items", "_item", "_json", "_node", "_now", "_today", "_env"),
    *("_execution", "_workflow", "_prevNode", "_runIndex"),
}


def undefined_name(subject: Subject) -> Iterator[Problem]:
    """A name in code that nothing declares.

    Why: it was misspelt, or its declaration was removed.

    When it runs: "ReferenceError: totl is not defined", and the block fails.

    Example:
        code: "const total = 1; return totl;"

    Instead: name it as it is declared.
        code: "const total = 1; return total;"
    """
    for text in _texts(subject, "javascript"):
        tree = js.parse(text.value)
        if tree.root.has_error:
            continue
        known = js.declared(tree) | _JS_GLOBALS | _given(subject, text)
        yield from _undefined(text, list(js.used(tree)), known)
    for text in _texts(subject, "python"):
        module = _python(text.value)
        if isinstance(module, ast.Module) and not _imports_everything(module):
            known = _python_names(module) | _PY_GLOBALS | _given(subject, text)
            yield from _undefined(text, list(_python_uses(module, text.value)), known)


def _undefined(text: Text, uses: list[tuple[str, int]], known: set[str] | frozenset[str]) -> Iterator[Problem]:
    from difflib import get_close_matches

    seen: set[str] = set()
    for name, at in uses:
        if name in known or name in seen or name.startswith("$") or not name.strip("_"):
            continue
        seen.add(name)
        near = next(iter(get_close_matches(name, sorted(known), 1, 0.8)), "")
        hint = f"did you mean {near!r}?" if near else "declare it, or mend its name"
        yield Problem(text.spot.within(name, at), f"nothing declares {name!r}", hint, text.node)


def _given(subject: Subject, text: Text) -> set[str]:
    """Names that a builder makes of the code's parameters."""
    node = subject.graph.nodes.get(text.node)
    tool = node.fields.get("tool") if node is not None else None
    found: set[str] = set(subject.variables)
    for key in ("parameters", "arguments", "settings"):
        part = tool.get(key) if isinstance(tool, dict) else None
        properties = part.get("properties", part) if isinstance(part, dict) else {}
        found |= set(properties) if isinstance(properties, dict) else set()
    return found


def _imports_everything(module: ast.Module) -> bool:
    return any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(module))


def _python_names(module: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
    return found


def _python_uses(module: ast.Module, text: str) -> Iterator[tuple[str, int]]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            line = text[starts[node.lineno - 1] :].split("\n", 1)[0]
            before = line.encode()[: node.col_offset].decode("utf-8", "replace")
            yield node.id, starts[node.lineno - 1] + len(before)


def never_reached(subject: Subject) -> Iterator[Problem]:
    """Code behind a `return` or a `throw`.

    Why: it never runs. Either the return was meant to be conditional, or the rest is left over.

    When it runs: nothing of it.

    Example:
        code: "return total; log(total);"

    Instead: put it before, or remove it.
        code: "log(total); return total;"
    """
    for text in _texts(subject, "javascript"):
        tree = js.parse(text.value)
        if tree.root.has_error:
            continue
        for block in tree.nodes:
            if block.type not in {"program", "statement_block"}:
                continue
            done = False
            for item in block.named_children:
                if done and item.type not in {"comment", "function_declaration", "empty_statement"}:
                    start, _ = tree.span(item)
                    line = text.value[start:].split("\n", 1)[0]
                    message = "this is never reached"
                    yield Problem(text.spot.within(line, start), message, "put it before, or remove it", text.node)
                    break
                done = done or item.type in {"return_statement", "throw_statement"}


def no_result(subject: Subject) -> Iterator[Problem]:
    """Code that gives nothing, although something asks for its result.

    Why: a function without `return` gives nothing, so the reference to it is empty.

    When it runs: `result` is null.

    Example:
        code: "const total = 1;", and <add.result> elsewhere

    Instead: return it.
        code: "const total = 1; return total;"
    """
    if subject.dialect not in {"sim", "reactflow"}:
        return
    asked = {item.target.id for item in used_in(subject) if item.target and item.reference.path.startswith("result")}
    for text in _texts(subject, "javascript"):
        if text.node not in asked or text.path != ("tool", "code"):
            continue
        tree = js.parse(text.value)
        if not tree.root.has_error and not any(node.type == "return_statement" for node in tree.nodes):
            label = subject.graph.nodes[text.node].label
            message = f"the result of {label!r} is asked for, and its code returns nothing"
            yield Problem(text.spot, message, "add `return …`", text.node)
