"""What the tests of the builders' formats share: every law on a real file, and what of it has a real kind."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

from fjctl.conversion import laws
from fjctl.formats import document
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fjctl.formats.document import Document


def read(path: Path, format_name: str = "") -> Document:
    """A file as the command line reads it; it has to be readable."""
    found = document.read(path.name, path.read_bytes(), format_name=format_name)
    assert found.ok, [item.line() for item in found.located()]
    return found


def broken_laws(found: Document) -> list[str]:
    """The laws that a document breaks, with the place. A law that does not apply is not broken; an edit that is refused
    although it was only a text is."""
    return [
        f"{result.law}: {result.difference or result.skipped}"
        for result in laws.check_all(found)
        if result.holds is False or (result.holds is None and "refused" in result.skipped)
    ]


def real_kinds(paths: list[Path], format_name: str) -> tuple[int, int]:
    """Of the blocks of some files: those with a real kind, and all."""
    blocks = [block for path in paths for block in _blocks(read(path, format_name))]
    return sum(block is not BlockKind.OPAQUE for block in blocks), len(blocks)


def _blocks(found: Document) -> list[BlockKind]:
    return [block.kind for block in found.workflow.blocks] if found.workflow is not None else []


def broken(value: Any, seed: int, times: int = 3) -> Any:
    """A document with something wrong in `times` places: a part gone, given twice, or of another type. The same seed
    gives the same document."""
    chance = random.Random(seed)  # noqa: S311 - the same breaks each time, no secrets
    result = copy.deepcopy(value)
    for _ in range(times):
        places = list(_places(result))
        if places:
            holder, key = chance.choice(places)
            _break(holder, key, chance)
    return result


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    stack = [value]
    while stack:
        item = stack.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        for key in keys:
            yield item, key
            if isinstance(item[key], (dict, list)):
                stack.append(item[key])


_ODD: tuple[Any, ...] = (None, "", 0, 1.5, True, [], {}, "x", [None], {"a": None}, "{{", "<@", "{{#a.b#}}", ["a", "b"])


def _break(holder: Any, key: Any, chance: random.Random) -> None:
    what = chance.randrange(4)
    if what == 0:
        del holder[key]
    elif what == 1 and isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
    elif what == 2:
        holder[key] = copy.deepcopy(chance.choice(_ODD))
    else:
        others = [item for item, _ in zip((inner[k] for inner, k in _places(holder)), range(40), strict=False)]
        holder[key] = copy.deepcopy(chance.choice(others or list(_ODD)))


def survives(value: Any, format_name: str, name: str = "broken.json") -> list[str]:
    """What goes wrong with a document that may be broken anywhere: it is read or refused with errors that say where,
    and what was read obeys the laws, an edit being refused with a word at worst. Raises what the code raises."""
    text = document.fresh(value, "yaml" if name.endswith((".yml", ".yaml")) else "json")
    found = document.read(name, text.encode("utf-8", "surrogatepass"), format_name=format_name)
    if not found.ok:
        said = [item for item in found.located() if item.severity == "error"]
        return [] if said and all(item.help for item in said) else ["refused without a word or without a next step"]
    return [f"{result.law}: {result.difference}" for result in laws.check_all(found) if result.holds is False]
