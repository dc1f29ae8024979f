"""The codes of the YAML reader, and libyaml's complaints in people's words."""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, tuple[str, str]]] = {
    "FJ101": ("empty-file", "the file holds nothing, or nothing but comments"),
    "FJ103": ("several-documents", "one file holds one document"),
    "FJ104": ("duplicate-key", "a key stands twice in one map"),
    "FJ105": ("number-out-of-range", "a number that JSON cannot hold: infinite, not a number, or far too long"),
    "FJ106": ("inexact-number", "a whole number beyond 2^53 loses digits in JavaScript"),
    "FJ107": ("lone-surrogate", "half of a surrogate pair is not a character"),
    "FJ108": ("nul-character", "a control character that text must not contain"),
    "FJ109": ("too-deep", "maps and lists are nested too deeply"),
    "FJ121": ("not-yaml", "the text breaks the rules of YAML"),
    "FJ122": ("yaml-alias", "anchors and aliases (&name, *name) are not supported"),
    "FJ123": ("yaml-tag", "tags (!name) are not supported"),
    "FJ124": ("key-not-text", "a key must be text"),
    "FJ125": ("yaml-directive", "directives (%YAML, %TAG) are not supported"),
    "FJ126": ("merge-key", "merge keys (<<) are not supported"),
    "FJ127": ("tab-indent", "tabs cannot indent"),
}
"""Code -> (name, one-line explanation)."""

SYNTAX: Final[tuple[tuple[str, str, str], ...]] = (
    ("found unexpected ':'", 'a ":" cannot stand here', "put the text in quotes, or a space after the colon"),
    (
        "mapping values are not allowed",
        'a ":" stands where no key can be',
        'put the text in quotes when it contains ": ", or check the indentation of this line',
    ),
    (
        "could not find expected ':'",
        'this looks like a key, and no ":" follows it on its line',
        "write `key: value`, or indent the line if it continues the text above (a key has at most 1,024 characters)",
    ),
    (
        "did not find expected ',' or ']'",
        'the list opened with "[" is not closed, or a comma is missing',
        'close it with "]", and put a comma between the items',
    ),
    (
        "did not find expected ',' or '}'",
        'the map opened with "{" is not closed, or a comma is missing',
        'close it with "}", and put a comma between the entries; quote text that contains { or }',
    ),
    (
        "did not find expected node content",
        'something is missing here: a value, or a closing "]" or "}"',
        "write the value, close the bracket, or remove the comma",
    ),
    (
        "did not find expected '-' indicator",
        'expected another list item ("- ...") at this indentation',
        "indent the line like its neighbours",
    ),
    (
        "did not find expected key",
        "expected a key at this indentation",
        "indent the line like its neighbours; quote text that goes on after a closing quote",
    ),
    (
        "block sequence entries are not allowed",
        'a list item ("- ") cannot stand here',
        "begin the list on the next line, indented under its key",
    ),
    (
        "mapping keys are not allowed",
        'a "?" key cannot stand here',
        'put text that begins with "? " in quotes',
    ),
    (
        "found unexpected end of stream",
        "the quoted text that begins here is never closed",
        "close it with the same quote",
    ),
    (
        "found unexpected document indicator",
        "the quoted text that begins here is not closed before the end of the document",
        "close it with the same quote",
    ),
    (
        "found unknown escape character",
        "this backslash escape does not exist",
        r"write \\ for a backslash, or use single quotes",
    ),
    (
        "did not find expected hexdecimal number",
        r"\x, \u and \U are followed by 2, 4 and 8 hexadecimal digits",
        r"write \\ for a backslash, or use single quotes",
    ),
    (
        "did not find expected <document start>",
        "more text follows after the end of the document",
        "indent it, or remove it; one file holds one document",
    ),
    (
        "did not find expected comment or line break",
        'only a comment or the end of the line can follow "|" or ">"',
        "begin the text on the next line, indented",
    ),
)
"""A part of libyaml's problem text -> (what is wrong, what to do)."""

AT_CONTEXT: Final = (
    "found unexpected end of stream",
    "found unexpected document indicator",
    "could not find expected ':'",
)
"""Problems that are better shown where the broken thing begins."""
