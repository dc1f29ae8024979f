"""Following a script without running it: constants, names, local functions, loops over lists that can be seen.

Nothing of the script is executed. What it computes otherwise is `Unknown`, and only where the SDK is given something
unknown does that become a diagnostic (`sdk.py`).
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, ClassVar

from fjctl.formats.parlant import builtin
from fjctl.formats.parlant.expressions import SDK_MODULE, Expressions, Jump, Returned
from fjctl.formats.parlant.values import (
    Class,
    Function,
    Imported,
    Instance,
    Items,
    Known,
    Scope,
    Sdk,
    Table,
    ToolRef,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_STEPS = 100_000
"""Statements that are followed at most; a script that needs more is cut off there."""


class Interpreter(Expressions):
    """Follows one module."""

    def block(self, body: Iterable[ast.stmt], scope: Scope) -> Returned | None:
        """Follows statements; what they return, if they do."""
        for statement in body:
            self.steps += 1
            if self.steps > MOST_STEPS:
                return Returned(Unknown(statement))
            self.statement = statement
            run = self._STATEMENTS.get(type(statement))
            if run is not None:
                found: Returned | None = run(self, statement, scope)
                if found is not None:
                    return found
        return None

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value, scope)

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.bind(target, value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        before = self.value(node.target, scope)
        added = self.value(node.value, scope)
        value = builtin.add(before, added, node.value) if isinstance(node.op, ast.Add) else Unknown(node)
        self.bind(node.target, value, scope)

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Gives a value to what stands on the left."""
        if isinstance(target, ast.Name):
            scope.names[target.id] = value
            self.host.assigned(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = value.items if isinstance(value, Items) else []
            fits = len(items) == len(target.elts)
            for place, element in enumerate(target.elts):
                self.bind(element, items[place] if fits else Unknown(target), scope)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, scope)
            if isinstance(owner, Instance):
                owner.fields[target.attr] = value
                self.host.assigned(target.attr, value)
        elif isinstance(target, ast.Subscript):
            owner, key = self.value(target.value, scope), self.value(target.slice, scope)
            if isinstance(owner, Table) and isinstance(key, Known):
                owner.items[key.value] = value
                self.host.assigned(str(key.value), value)

    def _if(self, node: ast.If, scope: Scope) -> Returned | None:
        test = self.value(node.test, scope)
        truth = builtin.truth(test)
        if _is_main(node.test):
            truth = True
        if truth is None:
            self.host.either(node, node.test)
            first = self.block(node.body, scope)
            return self.block(node.orelse, scope) or (first if node.orelse else None)
        return self.block(node.body if truth else node.orelse, scope)

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> Returned | None:
        items = builtin.items_of(self.value(node.iter, scope))
        if items is None:
            self.host.unseen(node, node.iter)
            self.bind(node.target, Unknown(node.iter), scope)
            return None
        for item in items:
            self.bind(node.target, item, scope)
            found = self.block(node.body, scope)
            if isinstance(found, Jump):
                if found.ends:
                    return None
            elif found is not None:
                return found
        return self.block(node.orelse, scope)

    def _jump(self, node: ast.Break | ast.Continue, scope: Scope) -> Returned:
        del scope
        return Jump(ends=isinstance(node, ast.Break))

    def _match(self, node: ast.Match, scope: Scope) -> None:
        self.host.either(node, node.subject)
        for case in node.cases:
            self.block(case.body, scope)

    def _while(self, node: ast.While, scope: Scope) -> Returned | None:
        if builtin.truth(self.value(node.test, scope)) is False:
            return self.block(node.orelse, scope)
        self.host.unseen(node, node.test)
        return None

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> Returned | None:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope)
        return self.block(node.body, scope)

    def _try(self, node: ast.Try, scope: Scope) -> Returned | None:
        found = self.block(node.body, scope) or self.block(node.orelse, scope)
        return self.block(node.finalbody, scope) or found

    def _return(self, node: ast.Return, scope: Scope) -> Returned:
        return Returned(self.value(node.value, scope) if node.value is not None else Unknown(node))

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        scope.names[node.name] = self.defined(node, scope)

    def defined(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Value:
        """A function, or the tool that its decorator makes of it."""
        for decorator in node.decorator_list:
            plain = decorator.func if isinstance(decorator, ast.Call) else decorator
            made = self.value(plain, scope)
            if isinstance(made, Sdk) and made.path == "tool":
                return ToolRef(node.name, node)
        found = Function(node, scope)
        self.functions.append(found)
        return found

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        scope.names[node.name] = Class(node, scope)
        for item in node.body:
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions.append(Function(item, scope, Instance(scope.names[node.name])))

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            known = alias.name == SDK_MODULE and alias.asname is not None
            scope.names[name] = Sdk("", node) if known else Imported(name, alias.name)

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            name = alias.asname or alias.name
            if module == SDK_MODULE and name == "*":
                self.has_all = True
            elif module == SDK_MODULE:
                scope.names[name] = Sdk(alias.name, node)
            elif module == "parlant" and alias.name == "sdk":
                scope.names[name] = Sdk("", node)
            else:
                scope.names[name] = Imported(alias.name, module)

    _STATEMENTS: ClassVar[dict[type, Callable[..., Any]]] = {
        ast.Expr: _expression,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.If: _if,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.Match: _match,
        ast.Break: _jump,
        ast.Continue: _jump,
        ast.Return: _return,
        ast.FunctionDef: _define,
        ast.AsyncFunctionDef: _define,
        ast.ClassDef: _class,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
    }


def _is_main(test: ast.expr) -> bool:
    """Whether a test asks if the module is run as a program."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"
