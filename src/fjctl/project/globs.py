"""Path patterns whose wildcards can be read out of one path and filled into another.

`*` and `?` stay within one part of a path, `**/` is any number of folders, `[ab]` one of these characters. Paths
are compared with `/` between the parts, relative to the project.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"\*\*/|\*\*$|\*|\?|\[[!^]?\]?[^\]]*\]|[^*?\[]+|\[")
_WILD = re.compile(r"[*?\[]")


def has_wildcard(text: str) -> bool:
    """Whether the text is a pattern and not just a path."""
    return bool(_WILD.search(text))


def wildcards(pattern: str) -> list[str]:
    """The wildcards of a pattern in order: `*`, `?`, `**/` or a set of characters."""
    return [token for token in _TOKEN.findall(pattern) if _is_wild(token)]


def match(pattern: str, path: str) -> tuple[str, ...] | None:
    """What each wildcard stands for in `path`, or `None` when the pattern does not match all of it."""
    found = _compiled(pattern).fullmatch(path)
    return found.groups("") if found else None


def fill(pattern: str, values: tuple[str, ...]) -> str:
    """The pattern with its wildcards replaced by values as `match` gives them, one for each."""
    left = iter(values)
    return "".join(next(left) if _is_wild(token) else token for token in _TOKEN.findall(pattern))


def is_excluded(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a path or a folder above it matches a pattern; one without `/` counts for a name at any depth."""
    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    for pattern in patterns:
        bare = pattern.rstrip("/")
        candidates = above if "/" in bare else parts
        if any(match(bare.removeprefix("/"), candidate) is not None for candidate in candidates):
            return True
    return False


def _is_wild(token: str) -> bool:
    return token in ("*", "?", "**", "**/") or (token.startswith("[") and len(token) > 1)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_as_expression, _TOKEN.findall(pattern))), re.DOTALL)


def _as_expression(token: str) -> str:
    if not _is_wild(token):
        return re.escape(token)
    match token:
        case "*":
            return "([^/]*)"
        case "?":
            return "([^/])"
        case "**/":
            return "((?:[^/]+/)*)"
        case "**":
            return "(.*)"
    inner = token[1:-1].replace("\\", "\\\\").replace("[", "\\[")
    return f"([{'^' + inner[1:] if inner.startswith(('!', '^')) else inner}])"
