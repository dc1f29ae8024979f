"""Spellings of one document: JSON layouts and escapes, and YAML as people leave it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy


def _dump(**options: Any) -> Callable[[Any], str]:
    return lambda value: json.dumps(value, **options)


def _crlf(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\r\n") + "\r\n"


def _odd_floats(value: Any) -> str:
    """Whole numbers that are floats, with an exponent or a point: Sim's positions are read as either."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    text = re.sub(r'("x": )(-?\d+)(?=,?\n)', r"\g<1>\g<2>.0", text)
    return re.sub(r'("y": )0(?=,?\n)', r"\g<1>-0", text)


JSON_STYLES: dict[str, Callable[[Any], str]] = {
    "two": _dump(indent=2, ensure_ascii=False),
    "two, final newline": lambda value: json.dumps(value, indent=2, ensure_ascii=False) + "\n",
    "four, escaped": _dump(indent=4),
    "one": _dump(indent=1, ensure_ascii=False),
    "tab": _dump(indent="\t", ensure_ascii=False),
    "minified": _dump(separators=(",", ":"), ensure_ascii=False),
    "minified, escaped": _dump(separators=(",", ":")),
    "one line": _dump(ensure_ascii=False),
    "crlf": _crlf,
    "byte-order mark": lambda value: "\ufeff" + json.dumps(value, indent=2, ensure_ascii=False),
    "blanks around colons": _dump(indent=2, separators=(" ,", " : "), ensure_ascii=False),
    "slashes escaped": lambda value: json.dumps(value, indent=2).replace("/", "\\/"),
    "upper-case escapes": lambda value: re.sub(
        r"\\u[0-9a-f]{4}", lambda match: "\\u" + match[0][2:].upper(), json.dumps(value, indent=2)
    ),
    "odd numbers": _odd_floats,
}


def _comments(text: str) -> str:
    """A comment at the top, behind short entries, and before each section."""
    lines: list[str] = ["# made by hand", ""]
    for line in text.splitlines():
        if re.fullmatch(r"\w+:", line):
            lines += ["# a section"]
        lines.append(f"{line}   # said so" if re.fullmatch(r"(version: 1|start: \w+|priority: -?\d+)", line) else line)
    return "\n".join(lines) + "\n"


def _no_final_newline(text: str) -> str:
    """Not behind a block of text, of which the last line end is a part."""
    return text if re.search(r"[|>][-+0-9]*\n(?: +[^\n]*\n|\n)*\Z", text) else text.rstrip("\n")


YAML_STYLES: dict[str, Callable[[str], str]] = {
    "as written": lambda text: text,
    "no final newline": _no_final_newline,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "comments": _comments,
    "document mark": lambda text: f"---\n{text}",
    "blank lines between sections": lambda text: re.sub(r"(?m)^(\w+:)$", r"\n\n\1", text),
    "quoted names": lambda text: re.sub(r"(?m)^(journey|start): (\w+)$", r'"\1": "\2"', text),
    "single quotes": lambda text: re.sub(
        r"(?m)^(title): (\w[\w ]*)$", lambda m: f"{m[1]}: '{m[2]}'" if m[2] else m[0], text
    ),
}
"""What a person's editor and hands do to a file that fjctl wrote; none changes what it says."""


def odd_numbers() -> SearchStrategy[str]:
    """JSON documents of numbers in spellings that writers do not choose."""
    spelled = st.sampled_from(
        ("1.0", "1e5", "1E+5", "-0", "-0.0", "0.10", "1.50e-3", "100000000000000000000", "0", "1e-7", "12.000")
    )
    return st.lists(spelled, max_size=6).map(lambda found: '{"numbers": [' + ",  ".join(found) + "]\n\t}")
