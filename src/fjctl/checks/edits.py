"""Changes that repairs make, on either side. Each finds its target by id again, and does nothing where it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.model.journey import targets, walk
from fjctl.model.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fjctl.checks.graph import Link
    from fjctl.checks.rule import Model
    from fjctl.model.journey import Journey, State


def state_of(journey: Journey, name: str) -> State | None:
    """The state of a name, wherever it is nested."""
    return next((state for _, found, state in walk(journey["states"]) if found == name), None)


def remove_node(name: str) -> Callable[[Model], None]:
    """Removes a block or a state, what is inside it, and every way to it."""

    def apply(model: Model) -> None:
        if isinstance(model, Workflow):
            gone = _with_inside(model, name)
            model.blocks[:] = [block for block in model.blocks if block.id not in gone]
            model.edges[:] = [edge for edge in model.edges if not {edge.source, edge.target} & gone]
            return
        for states in _maps(model):
            states.pop(name, None)
        for _, _, state in walk(model["states"]):
            _drop_ways(state, lambda to: to == name)
        _drop_origin(model, name)

    return apply


def _with_inside(workflow: Workflow, name: str) -> set[str]:
    gone = {name}
    while True:
        more = {block.id for block in workflow.blocks if block.parent in gone} - gone
        if not more:
            return gone
        gone |= more


def _maps(journey: Journey) -> Iterator[dict[str, State]]:
    yield journey["states"]
    for _, _, state in walk(journey["states"]):
        if "states" in state:
            yield state["states"]


def _drop_origin(journey: Journey, name: str) -> None:
    nodes: dict[str, str] = journey.get("origin", {}).get("nodes", {})
    for key in (name, f"{name}.next"):
        nodes.pop(key, None)


def _drop_ways(state: State, is_gone: Callable[[str], bool]) -> None:
    """Removes the targets that are gone; a transition that led only there goes with them."""
    written: Any = state.get("next")
    if isinstance(written, str) and is_gone(written):
        state.pop("next")
    elif isinstance(written, list):
        kept = [item for item in (_kept(item, is_gone) for item in written) if item is not None]
        if len(kept) != len(written) or any(one is not other for one, other in zip(kept, written, strict=True)):
            if kept:
                state["next"] = kept
            else:
                state.pop("next")
    commands = state.get("commands", {})
    for command in [key for key, to in commands.items() if is_gone(to)]:
        del commands[command]
    if "commands" in state and not commands:
        state.pop("commands")


def _kept(item: Any, is_gone: Callable[[str], bool]) -> Any:
    if isinstance(item, str):
        return None if is_gone(item) else item
    found = targets(item.get("to"))
    left = [to for to in found if not is_gone(to)]
    if len(left) == len(found):
        return item
    return {**item, "to": left[0] if len(left) == 1 else left} if left else None


def remove_link(link: Link) -> Callable[[Model], None]:
    """Removes one edge, or one transition's way to its target; of equal ones the last."""

    def apply(model: Model) -> None:
        if isinstance(model, Workflow):
            branch = link.branch.id if link.branch is not None else None
            for edge in reversed(model.edges):
                same_branch = branch is None or edge.branch == branch
                if edge.source == link.source and edge.target == link.target and same_branch:
                    model.edges[:] = [item for item in model.edges if item is not edge]
                    return
            return
        state = state_of(model, link.source)
        if state is not None:
            _remove_transition(state, link)

    return apply


def _remove_transition(state: State, link: Link) -> None:
    written: Any = state.get("next")
    if isinstance(written, str):
        if written == link.target and link.item is None:
            state.pop("next")
        return
    for number in reversed(range(len(written or []))):
        item = written[number]
        if item == (link.item if link.item is not None else link.target):
            kept = _kept(item, lambda to: to == link.target)
            written[number : number + 1] = [] if kept is None else [kept]
            break
    if isinstance(written, list) and not written:
        state.pop("next")


def move_else_last(name: str) -> Callable[[Model], None]:
    """Puts the `else` of a block or state behind its other cases."""

    def apply(model: Model) -> None:
        if isinstance(model, Workflow):
            block = model.by_id().get(name)
            if block is not None:
                block.branches.sort(key=lambda branch: branch.otherwise)
            return
        state = state_of(model, name)
        written: Any = state.get("next") if state is not None else None
        if isinstance(written, list):
            written.sort(key=lambda item: isinstance(item, dict) and bool(item.get("else")))

    return apply
