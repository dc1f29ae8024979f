"""Changes for people, for programs and as a picture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fjctl.cli.terminal import TERMINAL
from fjctl.model.journey import targets, transitions, walk
from fjctl.source import format_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.model.diff import Change
    from fjctl.model.journey import Journey

_MARKS = {"added": ("+", "good"), "removed": ("-", "error"), "changed": ("~", "warning"), "renamed": ("→", "info")}
_LONG = 72


def text(changes: Sequence[Change], layout: Sequence[str] = ()) -> list[str]:
    """One line a change, the fields of a thing below it."""
    lines: list[str] = []
    head = ""
    for change in changes:
        mark, style = _MARKS[change.kind]
        title = f"{change.what} {change.name}".rstrip()
        if change.kind == "changed":
            if title != head:
                lines.append(TERMINAL.styled(f"~ {title}", style))
            lines += _field(change)
        elif change.kind == "renamed":
            lines.append(TERMINAL.styled(f"{mark} {change.what} {change.before} is now {change.after}", style))
        else:
            lines.append(TERMINAL.styled(f"{mark} {title}{_gist(change)}", style))
        head = title if change.kind == "changed" else ""
    return [*lines, *(f"· {line}" for line in layout)]


def _gist(change: Change) -> str:
    """What is worth a word about something that came or went."""
    value = change.after if change.kind == "added" else change.before
    if not isinstance(value, dict):
        return f": {_short(value)}" if value else ""
    for key in ("when", "condition", "command", "event", "on", "chat", "say", "fork", "tool", "kind", "type", "text"):
        if isinstance(value.get(key), str) and value[key]:
            return f" ({key}: {_short(value[key])})"
    return " (else)" if value.get("else") else ""


def _field(change: Change) -> list[str]:
    name = format_path(change.path)
    before, after = change.before, change.after
    if isinstance(before, str) and isinstance(after, str) and ("\n" in before or "\n" in after or len(before) > _LONG):
        return [f"    {name}:", *(f"      {line}" for line in _line_diff(before, after))]
    if before is None:
        return [f"    {name}: {TERMINAL.styled('+ ' + _short(after), 'good')}"]
    if after is None:
        return [f"    {name}: {TERMINAL.styled('- ' + _short(before), 'error')}"]
    return [f"    {name}: {_short(before)} → {_short(after)}"]


def _line_diff(before: str, after: str) -> list[str]:
    from difflib import ndiff

    found = [line.rstrip("\n") for line in ndiff(before.splitlines(), after.splitlines()) if line[:1] in "+-"]
    return [TERMINAL.styled(line, "good" if line.startswith("+") else "error") for line in found]


def _short(value: Any) -> str:
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    plain = " ".join(said.split())
    return plain if len(plain) <= _LONG else f"{plain[: _LONG - 1]}…"


def as_json(changes: Sequence[Change], old: str, new: str, layout: Sequence[str] = ()) -> str:
    """One document, `fjctl/diff/v1`."""
    rows = [
        {
            "kind": change.kind,
            "what": change.what,
            "name": change.name,
            "path": format_path(change.path) if change.path else "",
            "before": change.before,
            "after": change.after,
        }
        for change in changes
    ]
    content = {"schema": "fjctl/diff/v1", "old": old, "new": new, "changes": rows, "layout": list(layout)}
    return json.dumps(content, indent=2, ensure_ascii=False)


def mermaid(old: Journey, new: Journey, changes: Sequence[Change]) -> str:
    """Both versions as one Mermaid graph: what came is green, what went red and dashed, what changed yellow."""
    kinds = _kinds(changes)
    ids = {name: f"s{number}" for number, name in enumerate(_names(old, new, kinds))}
    rows = ["flowchart TD"]
    for name, identifier in ids.items():
        style = f":::{kinds[name]}" if name in kinds else ""
        rows.append(f'  {identifier}["{_quoted(name)}"]{style}')
    before, after = _ways(old), _ways(new)
    for number, (source, target) in enumerate(way for way in {**after, **before} if set(way) <= ids.keys()):
        gone, come = (source, target) not in after, (source, target) not in before
        rows.append(f"  {ids[source]} {'-.->' if gone else '-->'} {ids[target]}")
        if gone or come:
            rows.append(f"  linkStyle {number} stroke:{'#cf222e' if gone else '#2da44e'}")
    rows += [
        "  classDef added fill:#dafbe1,stroke:#2da44e",
        "  classDef removed fill:#ffebe9,stroke:#cf222e,stroke-dasharray:4",
        "  classDef changed fill:#fff8c5,stroke:#bf8700",
    ]
    return "\n".join(rows)


def _kinds(changes: Sequence[Change]) -> dict[str, str]:
    """How each state has changed; one whose ways out have, has changed."""
    found: dict[str, str] = {}
    for change in changes:
        if change.what == "state":
            found[change.name] = "changed" if change.kind == "renamed" else change.kind
        elif change.what == "transition":
            found.setdefault(change.name.partition(" → ")[0], "changed")
    return found


def _names(old: Journey, new: Journey, kinds: dict[str, str]) -> list[str]:
    gone = [name for _, name, _ in walk(old["states"]) if kinds.get(name) == "removed"]
    return [*dict.fromkeys([*(name for _, name, _ in walk(new["states"])), *gone])]


def _ways(journey: Journey) -> dict[tuple[str, str], None]:
    return {
        (name, target): None
        for _, name, state in walk(journey["states"])
        for way in transitions(state)
        for target in targets(way.get("to"))
    }


def _quoted(words: str) -> str:
    """Words that Mermaid takes as they are."""
    return words.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
