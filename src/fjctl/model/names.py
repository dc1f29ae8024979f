"""Names: slugs for states, readable titles, uniqueness, stable ids."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

RESERVED = frozenset({"start", "end", "loop", "parallel", "variable", "reply", "true", "false", "null"})
"""Words that mean something in references or in Parlant and so cannot name a state."""

RESERVED_NAMES = frozenset({"loop", "parallel", "variable"})
"""Words that a builder's references understand before they look for a block of that name."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)  # a block is named at each reading of its workflow
def slug(text: str, fallback: str = "state") -> str:
    """A lower-case id of letters, digits and underscores, in any script: `AWS Alert` → `aws_alert`."""
    words = _OTHER.sub("_", _CAMEL.sub("_", text)).strip("_").lower()
    if not words:
        return fallback
    return f"{fallback}_{words}" if words[0].isdecimal() else words


def unique(name: str, taken: Container[str]) -> str:
    """`name`, or `name_2`, `name_3` … the first that is not taken."""
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def is_numbered(name: str, plain: str) -> bool:
    """Whether a name is another one, or that with a number, as `unique` makes them."""
    return name == plain or (name.startswith(f"{plain}_") and name[len(plain) + 1 :].isdecimal())


def state_id(name: str, taken: Container[str], fallback: str = "state") -> str:
    """The id of a state for a block's name: its slug, unreserved and unique."""
    base = slug(name, fallback)
    return unique(f"{base}_state" if base in RESERVED else base, taken)


def humanize(identifier: str) -> str:
    """A readable title: `ask_order` → `Ask order`."""
    words = identifier.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=1024)  # the keys of a format are few
def to_snake(key: str) -> str:
    """`maxTokens` → `max_tokens`, if `to_camel` finds the way back; else the key itself."""
    if key.islower() or "_" in key:
        return key
    snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in key)
    return snake if to_camel(snake) == key else key


@lru_cache(maxsize=1024)
def to_camel(key: str) -> str:
    """`max_tokens` → `maxTokens`; keys that are not plain snake case stay as they are."""
    if "_" not in key or key != key.lower() or key.startswith("_") or key.endswith("_") or "__" in key:
        return key
    head, *tail = key.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


def stable_id(*parts: str) -> str:
    """An id in the form of a UUID that depends on `parts` only (version 5 layout over SHA-1)."""
    import hashlib  # loads OpenSSL, which a conversion that makes no ids need not pay for

    digest = bytearray(
        hashlib.sha1("\x1f".join(parts).encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    )
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest[:16].hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
