"""JavaScript as far as rules need it: where it breaks off, which names it uses and declares.

Parsed by tree-sitter, which recovers from errors and never runs anything. References (`<block.field>`, `{{ENV}}`) stand
for values when the code runs; here names of the same length stand for them, so that offsets stay what they are.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from fjctl.model.references import BY_ID, references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

_ENVIRONMENT = re.compile(r"\{\{\s*[A-Za-z_][A-Za-z0-9_]*\s*\}\}")
_STAND_IN = "_"


def masked(text: str) -> str:
    """The text with a name of the same length in the place of each reference."""
    result = text
    if "<" in text:
        for item in references(text):
            if item.path or item.name.startswith(BY_ID):
                result = result[: item.start] + _STAND_IN * (item.end - item.start) + result[item.end :]
    if "{{" in result:
        result = _ENVIRONMENT.sub(lambda found: _STAND_IN * len(found[0]), result)
    return result


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_javascript
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_javascript.language()))


class Tree:
    """A parsed text: the tree, and the text with its references masked."""

    def __init__(self, root: Syntax, text: str, data: bytes) -> None:
        self.root = root
        self.text = text
        self.data = data

    @cached_property
    def nodes(self) -> list[Syntax]:
        """Every node, in order; walked once for all rules."""
        return list(walk(self.root))

    def offset(self, at: int) -> int:
        """The character offset of a byte offset."""
        return at if len(self.data) == len(self.text) else len(self.data[:at].decode("utf-8", "replace"))

    def span(self, node: Syntax) -> tuple[int, int]:
        """The character offsets of a node."""
        return self.offset(node.start_byte), self.offset(node.end_byte)

    def words(self, node: Syntax) -> str:
        """The text of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")


@lru_cache(maxsize=512)
def parse(text: str) -> Tree:
    """The tree of a program or an expression; always one, whatever the text is."""
    plain = masked(text)
    data = plain.encode("utf-8", "replace")
    return Tree(_parser().parse(data).root_node, plain, data)


def walk(node: Syntax) -> Iterator[Syntax]:
    """A node and everything in it, in order."""
    stack = [node]
    while stack:
        found = stack.pop()
        yield found
        stack.extend(reversed(found.children))


class Broken(NamedTuple):
    """Where a text breaks off: character offsets, and what is wrong there."""

    start: int
    end: int
    what: str


def broken(tree: Tree) -> Broken | None:
    """The first place where the text is no JavaScript."""
    if not tree.root.has_error:
        return None
    for node in tree.nodes:
        if node.is_missing:
            start = tree.offset(node.start_byte)
            return Broken(start, start, f"{node.type!r} is missing")
        if node.is_error:
            last = node
            while last.children:
                last = last.children[-1]
            start, end = tree.span(last)
            shown = " ".join(tree.words(last).split())
            at_end = not tree.text[end:].strip()
            what = f"it breaks off after {shown[:30]!r}" if at_end else f"unexpected {shown[:30]!r}"
            return Broken(start, end, what if shown else "it breaks off")
    return Broken(0, 0, "it breaks off")


def expression_of(tree: Tree) -> Syntax | None:
    """The expression that the whole text is, without its parentheses; None for anything else."""
    children = [child for child in tree.root.children if child.type != "comment"]
    if len(children) != 1 or children[0].type != "expression_statement" or tree.root.has_error:
        return None
    node: Syntax | None = children[0].named_children[0] if children[0].named_children else None
    while node is not None and node.type == "parenthesized_expression":
        node = node.named_children[0] if node.named_children else None
    return node


_LITERALS = frozenset({"true", "false", "null", "undefined", "number", "string"})


def is_constant(node: Syntax) -> bool:
    """Whether an expression has the same value whatever it runs on."""
    if node.type in _LITERALS:
        return True
    if node.type in {"binary_expression", "unary_expression", "parenthesized_expression", "ternary_expression"}:
        return all(is_constant(child) for child in node.named_children)
    return False


_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration", "class_declaration"})
_PATTERNS = frozenset({"object_pattern", "array_pattern", "assignment_pattern", "rest_pattern", "pair_pattern"})


def declared(tree: Tree) -> set[str]:
    """Every name that the text declares anywhere; scopes are not told apart, so that nothing is said too much."""
    found: set[str] = set()
    for node in tree.nodes:
        if node.type in _FUNCTIONS | {"function_expression", "class"}:
            name = node.child_by_field_name("name")
            found |= {tree.words(name)} if name is not None else set()
        if node.type == "variable_declarator":
            found |= _names(tree, node.child_by_field_name("name"))
        elif node.type in {"formal_parameters", "catch_clause", "import_clause", "for_in_statement"}:
            found |= _names_in(tree, node)
        elif node.type == "arrow_function":
            found |= _names(tree, node.child_by_field_name("parameter"))
    return found


def _names_in(tree: Tree, node: Syntax) -> set[str]:
    if node.type == "for_in_statement":
        return _names(tree, node.child_by_field_name("left"))
    if node.type == "catch_clause":
        return _names(tree, node.child_by_field_name("parameter"))
    return {
        tree.words(item) for item in walk(node) if item.type in {"identifier", "shorthand_property_identifier_pattern"}
    }


def _names(tree: Tree, node: Syntax | None) -> set[str]:
    if node is None:
        return set()
    if node.type == "identifier":
        return {tree.words(node)}
    return {
        tree.words(item) for item in walk(node) if item.type in {"identifier", "shorthand_property_identifier_pattern"}
    }


def used(tree: Tree) -> Iterator[tuple[str, int]]:
    """The names that the text reads, with their offsets; members and keys are none, nor are references."""
    for node in tree.nodes:
        if node.type in {"identifier", "shorthand_property_identifier"}:
            name = tree.words(node)
            if name.strip(_STAND_IN):
                yield name, tree.offset(node.start_byte)
