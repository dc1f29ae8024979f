"""What can be wrong with a JSON text: the codes and limits that the fast and the exact reader share."""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "FJ101": ("empty-file", "The file holds nothing but white space."),
    "FJ102": ("not-json", "The file is not JSON: a comma, quote or bracket is missing, extra or of the wrong kind."),
    "FJ103": ("several-documents", "Two or more JSON documents stand one after the other in one file."),
    "FJ104": ("duplicate-key", "A key stands twice in one object, so one of the two values would be lost."),
    "FJ105": ("number-out-of-range", "A number is NaN, infinite, or has more than 4300 digits."),
    "FJ106": ("inexact-number", "A whole number beyond 2^53 - 1 is rounded by JavaScript editors; it is kept here."),
    "FJ107": ("lone-surrogate", "Half of a surrogate pair stands alone, which is no character and cannot be saved."),
    "FJ108": ("nul-character", "A text holds a raw control character or an escaped NUL."),
    "FJ109": ("too-deep", "Lists and objects are nested deeper than fjctl reads."),
}

MAX_DIGITS = 4300
"""The most digits of a number; CPython's own limit (`sys.int_info.default_max_str_digits`)."""
