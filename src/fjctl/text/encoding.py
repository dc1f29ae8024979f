"""Bytes to text and back, for every text format: UTF-8 only, byte-order mark noticed, line ends untouched."""

from __future__ import annotations

import codecs

from fjctl.diagnostics import Diagnostic, Severity
from fjctl.source import Position, Source

LIMIT = 64 * 1024 * 1024
"""The largest file read, in bytes."""

CODES: dict[str, tuple[str, str]] = {
    "FJ110": ("byte-order-mark", "The file starts with a UTF-8 byte-order mark, which it does not need."),
    "FJ111": ("not-utf8", "The file is not UTF-8 text."),
    "FJ112": ("too-large", "The file is larger than fjctl reads."),
}

# UTF-32 before UTF-16: the little-endian mark of the former starts with that of the latter.
_FOREIGN_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def has_bom(data: bytes) -> bool:
    """Whether the bytes start with the UTF-8 byte-order mark."""
    return data.startswith(codecs.BOM_UTF8)


def encode(text: str, *, bom: bool = False) -> bytes:
    """UTF-8 bytes of a text, line ends as they stand; `bom` puts the byte-order mark back."""
    data = text.encode("utf-8")
    return codecs.BOM_UTF8 + data if bom else data


def decode(name: str, data: bytes, *, limit: int = LIMIT) -> tuple[Source | None, list[Diagnostic]]:
    """Decode a file's bytes; the text has no byte-order mark and its line ends are those of the file.

    Returns no source after an error: FJ111 (not UTF-8) or FJ112 (more than `limit` bytes).
    """
    if len(data) > limit:
        message = f"the file has {len(data):,} bytes; at most {limit:,} are read"
        return None, [_finding("FJ112", name, message, "split the file, or move large values out of it")]
    foreign = _foreign_encoding(data)
    if foreign:
        message = f"the file is {foreign}, not UTF-8"
        return None, [_finding("FJ111", name, message, "save the file as UTF-8", Position(1, 1))]
    body = data[len(codecs.BOM_UTF8) :] if has_bom(data) else data
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [_invalid(name, body, error.start, len(data) - len(body))]
    if body is data:
        return Source(name, text), []
    message = "the file starts with a byte-order mark"
    help_ = "nothing needs to be done; save the file as UTF-8 without a mark to be rid of this note"
    return Source(name, text), [_finding("FJ110", name, message, help_, Position(1, 1), Severity.INFO)]


def _foreign_encoding(data: bytes) -> str:
    """The name of a UTF-16 or UTF-32 encoding, recognised by its mark or by where its zero bytes stand."""
    for mark, encoding in _FOREIGN_MARKS:
        if data.startswith(mark):
            return encoding
    head = data[:4]
    # RFC 4627, section 3: a JSON text starts with two ASCII characters, so the zeros tell the encoding.
    zeros = tuple(byte == 0 for byte in head)
    if zeros in {(True, True, True, False), (False, True, True, True)}:
        return "UTF-32"
    if zeros in {(True, False, True, False), (False, True, False, True)}:
        return "UTF-16"
    return ""


def _invalid(name: str, body: bytes, start: int, skipped: int) -> Diagnostic:
    """FJ111 at a byte that is not UTF-8; everything before `start` is."""
    before = body[:start].decode("utf-8")
    position = Source(name, before).position(len(before))
    message = f"byte {start + skipped} (0x{body[start]:02x}) in line {position.line} is not UTF-8"
    return _finding("FJ111", name, message, "save the file as UTF-8; it may be Latin-1 or Windows-1252 now", position)


def _finding(  # one row of a table, so the arguments are its columns
    code: str,
    name: str,
    message: str,
    help_: str,
    position: Position | None = None,
    severity: Severity = Severity.ERROR,
) -> Diagnostic:
    return Diagnostic(code, CODES[code][0], message, severity, help_, (), name, position)
