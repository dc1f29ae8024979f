"""What a secret in plain text looks like: by the name of its field, or by the form that its provider gives it."""

from __future__ import annotations

import re
from functools import lru_cache

_NAMES = re.compile(
    r"(?:^|[_\-.\s])(?:(?:api|access|auth|private|secret|app|web|encryption|signing|subscription)[_\-\s]?(?:api)?key"
    r"|(?:client|app|api|webhook)?[_\-\s]?secret(?:[_\-\s]?key)?|pass(?:word|wd|phrase)|authorization|bearer"
    r"|(?:access|auth|api|bot|refresh|personal|app|session|bearer|github)?[_\-\s]?token)$",
    re.IGNORECASE,
)
FORMS = re.compile(
    r"\b(?:sk-(?:[a-z]+-){0,2}[A-Za-z0-9_\-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,}|xox[abprs]-[\w\-]{10,}"
    r"|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_\-]{35}|gsk_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,}|tvly-[A-Za-z0-9\-]{20,}"
    r"|pk_live_\w{20,}|sk_live_\w{20,}|eyJ[\w\-]{15,}\.eyJ[\w\-]{15,}\.[\w\-]{10,})"
    r"|(?<=Bearer )[A-Za-z0-9._\-]{20,}"
)
MARKS = (
    "sk-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "xox",
    "AKIA",
    "AIza",
    "gsk_",
    "hf_",
    "tvly-",
    "k_live_",
    "eyJ",
    "Bearer ",
)
"""Of each form of a secret a part that every one of that form has: texts are long, and looking for these is cheap."""
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NAMED_ONLY = re.compile(
    r"[{}<>$\s*]|^(?:your|my|x{3,}|test$|none$|null$|relevant|change|todo|example)|\.\.\.", re.IGNORECASE
)
SHORTEST = 6
_SHOWN = 3


def is_secret(name: object, value: object) -> bool:
    """Whether a field of this name with this value holds a secret in plain text."""
    if not isinstance(value, str) or len(value) < SHORTEST:
        return False
    if any(map(value.__contains__, MARKS)) and FORMS.search(value):
        return True
    if not isinstance(name, str) or not _is_telling(name):
        return False
    return not _NAMED_ONLY.search(value.removeprefix("Bearer ").removeprefix("Basic "))


@lru_cache(maxsize=4096)  # the names of fields are few, and there are many fields
def _is_telling(name: str) -> bool:
    return bool(_NAMES.search(_HUMPS.sub("_", name)))


def mask(value: str) -> str:
    """A secret as it may be shown."""
    return f"{value[:_SHOWN]}…"


def find(value: str) -> str:
    """The secret in a text that has the form of one; empty without any."""
    if not any(map(value.__contains__, MARKS)):
        return ""
    found = FORMS.search(value)
    return found[0] if found is not None else ""
