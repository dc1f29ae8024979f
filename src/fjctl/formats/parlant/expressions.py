"""What the expressions of a script are known to be, without running it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from fjctl.formats.parlant import builtin
from fjctl.formats.parlant.values import (
    Argument,
    Builtin,
    Class,
    Function,
    Imported,
    Instance,
    Items,
    Known,
    Missing,
    Scope,
    Sdk,
    Table,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_STEPS = 100_000
"""Statements that are followed at most; a script that needs more is cut off there."""
MOST_DEPTH = 40
SDK_MODULE = "parlant.sdk"


class Host(Protocol):
    """What the interpreter asks about the SDK."""

    def attribute(self, owner: Value, name: str, node: ast.Attribute) -> Value:
        """A field of one of the SDK's objects."""
        ...

    def call(self, target: Value, positional: list[Argument], named: dict[str, Argument], node: ast.Call) -> Value:
        """A call of something of the SDK."""
        ...

    def assigned(self, name: str, value: Value) -> None:
        """A value got a name."""
        ...

    def unseen(self, node: ast.stmt, iterated: ast.expr) -> None:
        """A loop goes over what is not known."""
        ...

    def either(self, node: ast.stmt, test: ast.expr) -> None:
        """A branch depends on what is not known."""
        ...


class Returned:
    """What a block returned."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


class Jump(Returned):
    """The end of one turn of a loop, or of the loop."""

    __slots__ = ("ends",)

    def __init__(self, *, ends: bool) -> None:
        super().__init__(Unknown())
        self.ends = ends


class Expressions:
    """What expressions are known to be; a subclass follows statements. `statement` is the one under way."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.globals = Scope()
        self.statement: ast.stmt | None = None
        self.functions: list[Function] = []
        self.steps = 0
        self.has_all = False  # of the SDK's names, by a star import
        self.depth = 0

    def block(self, body: Iterable[ast.stmt], scope: Scope) -> Returned | None:
        """Follows statements; what they return, if they do."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Gives a value to what stands on the left."""
        raise NotImplementedError

    def value(self, node: ast.expr, scope: Scope) -> Value:
        """What an expression is known to be."""
        found = self._EXPRESSIONS.get(type(node))
        return found(self, node, scope) if found is not None else Unknown(node)

    def _constant(self, node: ast.Constant, scope: Scope) -> Value:
        del scope
        return Known(node.value, node)

    def _name(self, node: ast.Name, scope: Scope) -> Value:
        found = scope.find(node.id)
        if found is not None:
            return found
        known = builtin.FUNCTIONS.get(node.id)
        if known is not None:
            return Builtin(node.id, known)
        if node.id in builtin.NAMES:
            return Unknown(node)
        return Sdk(node.id, node) if self.has_all else Missing(node, node.id)

    def _await(self, node: ast.Await | ast.Starred, scope: Scope) -> Value:
        return self.value(node.value, scope)

    def _listed(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Value:
        found: list[Value] = []
        for element in node.elts:
            value = self.value(element, scope)
            if isinstance(element, ast.Starred):
                inner = builtin.items_of(value)
                found += inner if inner is not None else [Unknown(element)]
            else:
                found.append(value)
        return Items(found, node)

    def _dict(self, node: ast.Dict, scope: Scope) -> Value:
        found: dict[Any, Value] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.value(item, scope)
            if key is None:
                found |= value.items if isinstance(value, Table) else {}
                continue
            known = self.value(key, scope)
            if not isinstance(known, Known):
                return Unknown(node)
            found[known.value] = value
        return Table(found, node)

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> Value:
        parts = []
        for piece in node.values:
            if isinstance(piece, ast.FormattedValue):
                value = self.value(piece.value, scope)
                if not isinstance(value, Known) or piece.format_spec is not None:
                    return Unknown(node)
                parts.append(str(value.value))
            else:
                parts.append(str(piece.value))  # type: ignore[attr-defined]
        return Known("".join(parts), node)

    def _binary(self, node: ast.BinOp, scope: Scope) -> Value:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        return builtin.add(left, right, node) if isinstance(node.op, ast.Add) else Unknown(node)

    def _either(self, node: ast.IfExp, scope: Scope) -> Value:
        truth = builtin.truth(self.value(node.test, scope))
        return Unknown(node) if truth is None else self.value(node.body if truth else node.orelse, scope)

    def _boolean(self, node: ast.BoolOp, scope: Scope) -> Value:
        value: Value = Unknown(node)
        for item in node.values:
            value = self.value(item, scope)
            truth = builtin.truth(value)
            if truth is None:
                return Unknown(node)
            if truth is isinstance(node.op, ast.Or):
                return value
        return value

    def _not(self, node: ast.UnaryOp, scope: Scope) -> Value:
        value = self.value(node.operand, scope)
        truth = builtin.truth(value)
        if isinstance(node.op, ast.Not) and truth is not None:
            return Known(not truth, node)
        if isinstance(node.op, ast.USub) and isinstance(value, Known) and type(value.value) in {int, float}:
            return Known(-value.value, node)
        return Unknown(node)

    def _compare(self, node: ast.Compare, scope: Scope) -> Value:
        left, right = self.value(node.left, scope), self.value(node.comparators[0], scope)
        if len(node.ops) == 1 and isinstance(left, Known) and isinstance(right, Known):
            if isinstance(node.ops[0], (ast.Eq, ast.Is)):
                return Known(left.value == right.value, node)
            if isinstance(node.ops[0], (ast.NotEq, ast.IsNot)):
                return Known(left.value != right.value, node)
        return Unknown(node)

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Value:
        first = node.generators[0]
        items = builtin.items_of(self.value(first.iter, scope))
        if items is None or len(node.generators) > 1 or first.ifs:
            return Unknown(node)
        found = []
        for item in items:
            inner = Scope({}, scope)
            self.bind(first.target, item, inner)
            found.append(self.value(node.elt, inner))
        return Items(found, node)

    def _named(self, node: ast.NamedExpr, scope: Scope) -> Value:
        value = self.value(node.value, scope)
        self.bind(node.target, value, scope)
        return value

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        return Function(node, scope)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Value:
        owner, key = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(owner, Sdk):
            return owner
        if isinstance(key, Known):
            if isinstance(owner, Table):
                return owner.items.get(key.value, Unknown(node))
            if (
                isinstance(owner, Items)
                and type(key.value) is int
                and -len(owner.items) <= key.value < len(owner.items)
            ):
                return owner.items[key.value]
        return owner if isinstance(owner, Missing) else Unknown(node)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        owner = self.value(node.value, scope)
        if isinstance(owner, Instance):
            return self._member(owner, node)
        if isinstance(owner, (Known, Items, Table)):
            return builtin.method(owner, node.attr, node)
        if isinstance(owner, Imported):
            return Sdk("", node) if f"{owner.module}.{node.attr}" == SDK_MODULE else Imported(node.attr, owner.module)
        return self.host.attribute(owner, node.attr, node)

    def _member(self, owner: Instance, node: ast.Attribute) -> Value:
        if node.attr in owner.fields:
            return owner.fields[node.attr]
        for item in owner.kind.node.body if owner.kind is not None else ():
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name == node.attr:
                known = next((f for f in self.functions if f.node is item), None)
                if known is not None:
                    known.called = True
                return Function(item, owner.kind.scope, owner) if owner.kind is not None else Unknown(node)
        return Unknown(node)

    def _call(self, node: ast.Call, scope: Scope) -> Value:
        target = self.value(node.func, scope)
        statement = self.statement
        positional: list[Argument] = []
        named: dict[str, Argument] = {}
        for given in node.args:
            value = self.value(given, scope)
            if isinstance(given, ast.Starred):
                positional += [Argument(item) for item in builtin.items_of(value) or []]
            else:
                positional.append(Argument(value, given))
        for word in node.keywords:
            value = self.value(word.value, scope)
            if word.arg is not None:
                named[word.arg] = Argument(value, word.value)
            elif isinstance(value, Table):
                named |= {str(key): Argument(item) for key, item in value.items.items()}
        self.statement = statement
        if isinstance(target, Function):
            return self.enter(target, positional, named, node)
        if isinstance(target, Class):
            return self._instance(target, positional, named, node)
        if isinstance(target, Builtin):
            found = target.run(node, *(item.value for item in positional))
            return found if found is not None else Unknown(node)
        if isinstance(target, Imported) and target.name == "gather":
            return Items([item.value for item in positional], node)
        if isinstance(target, Imported) and target.name in {"dedent", "cleandoc", "cast"} and positional:
            return builtin.texts(target.name, positional[-1].value, node)
        return self.host.call(target, positional, named, node)

    def _instance(self, kind: Class, positional: list[Argument], named: dict[str, Argument], node: ast.Call) -> Value:
        made = Instance(kind)
        for item in kind.node.body:
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name == "__init__":
                self.enter(Function(item, kind.scope, made), positional, named, node)
            elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.target.id in named:
                made.fields[item.target.id] = named[item.target.id].value
        return made

    def enter(
        self, function: Function, positional: list[Argument], named: dict[str, Argument], node: ast.AST | None
    ) -> Value:
        """Follows a function's body with these arguments; what it returns."""
        function.called = True
        if self.depth >= MOST_DEPTH:
            return Unknown(node)
        inner = Scope({}, function.scope)
        given = [item.value for item in positional]
        if function.owner is not None:
            given.insert(0, function.owner)
        self._parameters(function, given, named, inner)
        before = self.statement
        self.depth += 1
        if isinstance(function.node, ast.Lambda):
            found = self.value(function.node.body, inner)
        else:
            returned = self.block(function.node.body, inner)
            found = returned.value if returned is not None else Unknown(node)
        self.depth -= 1
        self.statement = before
        return found

    def _parameters(self, function: Function, given: list[Value], named: dict[str, Argument], inner: Scope) -> None:
        arguments = function.node.args
        listed = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(listed) - len(arguments.defaults)) + list(arguments.defaults)
        for place, (parameter, default) in enumerate(zip(listed, defaults, strict=True)):
            if place < len(given):
                inner.names[parameter.arg] = given[place]
            else:
                self._keyword(parameter, default, named, function, inner)
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            self._keyword(parameter, default, named, function, inner)
        if arguments.vararg is not None:
            inner.names[arguments.vararg.arg] = Items(given[len(listed) :], function.node)
        if arguments.kwarg is not None:
            known = {parameter.arg for parameter in (*listed, *arguments.kwonlyargs)}
            rest = {key: item.value for key, item in named.items() if key not in known}
            inner.names[arguments.kwarg.arg] = Table(rest, function.node)

    def _keyword(
        self, parameter: ast.arg, default: ast.expr | None, named: dict[str, Argument], function: Function, inner: Scope
    ) -> None:
        if parameter.arg in named:
            inner.names[parameter.arg] = named[parameter.arg].value
        else:
            known = self.value(default, function.scope) if default is not None else Unknown(parameter)
            inner.names[parameter.arg] = known

    _EXPRESSIONS: ClassVar[dict[type, Callable[..., Any]]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Await: _await,
        ast.Starred: _await,
        ast.List: _listed,
        ast.Tuple: _listed,
        ast.Set: _listed,
        ast.Dict: _dict,
        ast.JoinedStr: _joined,
        ast.BinOp: _binary,
        ast.IfExp: _either,
        ast.BoolOp: _boolean,
        ast.UnaryOp: _not,
        ast.Compare: _compare,
        ast.ListComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.NamedExpr: _named,
        ast.Lambda: _lambda,
        ast.Subscript: _subscript,
        ast.Attribute: _attribute,
        ast.Call: _call,
    }
