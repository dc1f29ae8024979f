"""Names in Python for a journey's states and tools, and back."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import TYPE_CHECKING

from fjctl.model.names import slug, state_id, unique

if TYPE_CHECKING:
    from collections.abc import Container

_MEANINGLESS = re.compile(
    r"_*(?:[a-z]{0,2}|tr|transition|state|step|node|next|new|result|res|tmp|current|last|target)_?\d*"
)
"""Variables that number the steps (`t0`, `state_3`) and say nothing about them."""
_BUILTIN = frozenset(dir(builtins))
_WORDS = 5
_SKIPPED = frozenset(
    {"a", "an", "the", "their", "them", "to", "of", "and", "that", "if", "for", "is", "in", "on", "it"}
)


def says_something(variable: str) -> bool:
    """Whether a variable's name is one that a state may have."""
    return _MEANINGLESS.fullmatch(variable) is None


def state_name(variable: str, words: str, taken: Container[str], fallback: str) -> str:
    """A state's name: the variable's if it says something, else the first words of what the state does."""
    if variable and says_something(variable):
        return state_id(variable, taken, fallback)
    found = [word for word in slug(words, "").split("_") if word and word not in _SKIPPED]
    return state_id("_".join(found[:_WORDS]), taken, fallback)


def identifier(name: str, taken: Container[str], suffix: str = "state") -> str:
    """A Python name for a name, not one of `taken`, of the language's words or of its built-in functions."""
    plain = slug(name, suffix)
    if not plain.isidentifier():
        plain = "".join(char if f"_{char}".isidentifier() else "_" for char in plain)
    if keyword.iskeyword(plain) or keyword.issoftkeyword(plain) or plain in _BUILTIN:
        plain = f"{plain}_{suffix}"
    return unique(plain, taken)
