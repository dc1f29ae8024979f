"""What a plain scalar means: the core schema of YAML 1.2.2 (§10.3.2), nothing more."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fjctl.source import JsonScalar

_CONSTANTS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_FIRST: Final = frozenset("0123456789+-.")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_BASED: Final = re.compile(r"0o([0-7]+)|0x([0-9a-fA-F]+)")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MOST_DIGITS: Final = 4300  # CPython's limit for turning text into an int, docs.python.org/3/library/stdtypes.html
_MOST_BITS: Final = 14_284  # what 4,300 decimal digits hold
EXACT: Final = 2**53
"""Up to here every whole number is exact in JavaScript (ECMA-262 §6.1.6.1)."""


class OutOfRangeError(ValueError):
    """A number that JSON cannot hold."""


def looks_numeric(text: str) -> bool:
    """Whether the core schema reads the plain scalar as a number."""
    if text[:1] not in _FIRST or not text:
        return False
    return any(pattern.fullmatch(text) for pattern in (_FLOAT, _BASED, _SPECIAL))


def resolve(text: str) -> JsonScalar:
    """The value of a plain scalar; raises `OutOfRangeError` for infinities, NaN and endless numbers."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _FIRST:
        return text
    if _DECIMAL.fullmatch(text):
        if len(text.lstrip("+-")) > _MOST_DIGITS:
            raise OutOfRangeError
        return int(text)
    based = _BASED.fullmatch(text)
    if based:
        number = int(based[1], 8) if based[1] else int(based[2], 16)
        if number.bit_length() > _MOST_BITS:
            raise OutOfRangeError
        return number
    if _FLOAT.fullmatch(text):
        value = float(text)
        if not math.isfinite(value):
            raise OutOfRangeError
        return value
    if _SPECIAL.fullmatch(text):
        raise OutOfRangeError
    return text
