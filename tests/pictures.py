"""The README's picture: a workflow as SVG, each block with its state. Made by `python -m tests.regenerate`."""

from __future__ import annotations

from html import escape
from pathlib import Path

from fjctl.api import read
from fjctl.conversion.lens import read_back
from fjctl.conversion.naming import Hints
from fjctl.formats.registry import find
from fjctl.model.workflow import CONTAINER_KINDS, ENTRY_KINDS, ERROR, Block, BlockKind, Edge, Workflow

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples/support/workflows/return-item.json"
PICTURE = ROOT / "docs/images/return-item.svg"

_COLOURS = {
    BlockKind.START: "#2f9e44",
    BlockKind.AGENT: "#7048e8",
    BlockKind.REPLY: "#7048e8",
    BlockKind.HUMAN: "#e8590c",
    BlockKind.HTTP: "#1971c2",
    BlockKind.CODE: "#1971c2",
    BlockKind.CONDITION: "#f08c00",
    BlockKind.ROUTER: "#f08c00",
    BlockKind.RESPONSE: "#c92a2a",
    BlockKind.WORKFLOW: "#0b7285",
}
_PLAIN = "#495057"
_WIDTH, _HEIGHT = 190.0, 64.0
_ACROSS, _DOWN = 1.2, 0.32
"""The canvas runs from left to right, a page from top to bottom: across and down change places, scaled by these."""


class Canvas:
    """Absolute places of a workflow's blocks, scaled to the page."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.by_id = workflow.by_id()

    def corner(self, block: Block) -> tuple[float, float]:
        x, y = float(block.x or 0), float(block.y or 0)
        if block.parent is not None:
            left, top = self.corner(self.by_id[block.parent])
            return left + 24, top + 52
        return y * _ACROSS, x * _DOWN

    def size(self, block: Block) -> tuple[float, float]:
        if block.kind in CONTAINER_KINDS:
            return _WIDTH + 48, _HEIGHT + 72
        return _WIDTH, _HEIGHT


def draw(workflow: Workflow, states: dict[str, str]) -> str:
    """The workflow as SVG text; `states` is block id → state id."""
    canvas = Canvas(workflow)
    drawn = [block for block in workflow.blocks if block.kind is not BlockKind.NOTE]
    ends = [tuple(a + b for a, b in zip(canvas.corner(block), canvas.size(block), strict=True)) for block in drawn]
    left = min(canvas.corner(block)[0] for block in drawn) - 20
    top = min(canvas.corner(block)[1] for block in drawn) - 20
    width, height = max(x for x, _ in ends) - left + 20, max(y for _, y in ends) - top + 20
    parts = [_box(canvas, block, states) for block in drawn if block.kind in CONTAINER_KINDS]
    parts += [_arrow(canvas, edge) for edge in workflow.edges]
    parts += [_box(canvas, block, states) for block in drawn if block.kind not in CONTAINER_KINDS]
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="system-ui, sans-serif">\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#868e96"/></marker></defs>\n'
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>\n'
        f"{body}\n</svg>\n"
    )


def _box(canvas: Canvas, block: Block, states: dict[str, str]) -> str:
    (x, y), (width, height) = canvas.corner(block), canvas.size(block)
    colour = _COLOURS.get(block.kind, _PLAIN)
    below = states.get(block.id, "")
    below = f"→ {below}" if below else ("variables" if block.kind in ENTRY_KINDS else "")
    container = block.kind in CONTAINER_KINDS
    style = 'fill="#f8f9fa" stroke-dasharray="6 4"' if container else 'fill="#ffffff"'
    text_y = y + 20 if container else y + 26
    return (
        f'<g><rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="10" {style} stroke="{colour}" '
        f'stroke-width="2"/><text x="{x + 14:.0f}" y="{text_y:.0f}" font-size="15" font-weight="600" fill="#212529">'
        f'{escape(block.name)}</text><text x="{x + 14:.0f}" y="{text_y + 20:.0f}" font-size="12" fill="{colour}" '
        f'font-family="ui-monospace, monospace">{escape(below)}</text></g>'
    )


def _arrow(canvas: Canvas, edge: Edge) -> str:
    source, target = canvas.by_id[edge.source], canvas.by_id[edge.target]
    (x1, y1), (w1, h1) = canvas.corner(source), canvas.size(source)
    (x2, y2), (w2, _) = canvas.corner(target), canvas.size(target)
    inside = target.parent == source.id
    start = (x1 + w1 / 2, y1 + 46) if inside else (x1 + w1 / 2, y1 + h1)
    end = (x2 + w2 / 2, y2 - 2)
    bend = 3.0 if inside else max(24.0, abs(end[1] - start[1]) / 2)
    colour, dash = ("#c92a2a", ' stroke-dasharray="4 3"') if edge.branch == ERROR else ("#868e96", "")
    return (
        f'<path d="M{start[0]:.0f} {start[1]:.0f}'
        f"C{start[0]:.0f} {start[1] + bend:.0f} {end[0]:.0f} {end[1] - bend:.0f} "
        f'{end[0]:.0f} {end[1]:.0f}" fill="none" stroke="{colour}" stroke-width="1.6" marker-end="url(#tip)"{dash}/>'
    )


def picture() -> str:
    """The example's picture."""
    document = read(EXAMPLE)
    workflow = document.workflow
    assert workflow is not None, document.diagnostics
    nodes = read_back(workflow, Hints(), find("sim"))["origin"]["nodes"]
    return draw(workflow, {node: key for key, node in nodes.items() if "." not in key})
