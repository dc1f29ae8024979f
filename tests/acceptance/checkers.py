"""Ask a builder's own code whether it accepts a file: `complaints("n8n", path)`; an empty list is a yes.

A complaint reads `place | message`; the place is the node's id or name as the builder says it, or empty.
Which code is asked (versions in `pins/`):

- flowise: the server's `validateFlowData`, the editor's `validateFlow`, the definitions of `flowise-components`
- langflow: lfx, `validate --level 1` and the loader, which constructs the components and runs none
- dify: graphon, the importer's checks and the data model of each node
- n8n: `Workflow` and `NodeHelpers` of n8n-workflow with the node types of n8n-nodes-base and its langchain package

Loading a Langflow flow runs the component code that is in the file, so only known files may be asked about.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.acceptance.environments import BUILDERS, DRIVERS, Builder, folder, interpreter, is_made
from tests.support import environment

if TYPE_CHECKING:
    from collections.abc import Iterable

# What no exported file can bring along, in the builder's own words.
_LEFT_OUT_BY_EXPORT = {
    "flowise": re.compile(r"(Connect Credential is required|Credential is required|.* requires a credential)"),
}


def available(builder: str) -> bool:
    """Whether the builder's environment is made and its runtime is here."""
    known = BUILDERS[builder]
    return is_made(known) and (known.runtime == "python" or shutil.which("node") is not None)


def complaints(builder: str, path: Path) -> list[str]:
    """What the builder's own code has to say against the file, in its order."""
    return complaints_about(builder, [path])[path]


def complaints_about(builder: str, paths: Iterable[Path]) -> dict[Path, list[str]]:
    """The complaints about each of many files, by one process: starting lfx alone takes seconds."""
    asked = list(paths)
    with tempfile.TemporaryDirectory() as scratch:
        verdicts = Path(scratch) / "verdicts.json"
        ended = subprocess.run(
            _command(BUILDERS[builder], verdicts),
            input=json.dumps([str(path.absolute()) for path in asked]),
            env=environment(HOME=scratch, XDG_CACHE_HOME=scratch, XDG_CONFIG_HOME=scratch),
            cwd=scratch,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=100 + 5 * len(asked),
            check=False,
        )
        if ended.returncode or not verdicts.is_file():
            raise RuntimeError(f"the check of {builder} ended with {ended.returncode}:\n{ended.stderr[-4000:]}")
        told = json.loads(verdicts.read_text(encoding="utf-8"))
    return {path: [_complaint(*one) for one in told[str(path.absolute())]] for path in asked}


def _command(builder: Builder, verdicts: Path) -> list[str]:
    driver = str(DRIVERS / builder.driver)
    if builder.runtime == "python":
        return [str(interpreter(builder)), driver, str(verdicts)]
    return ["node", driver, str(verdicts), str(folder(builder))]


def _complaint(place: str, message: str) -> str:
    return f"{place} | {' '.join(message.split())}"


def message(complaint: str) -> str:
    """A complaint without its place, and with the names in quotes taken out: two files name their nodes differently."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "…", complaint.partition(" | ")[2])


def worse(ours: Iterable[str], original: Iterable[str]) -> list[str]:
    """The complaints about our file that are not made, as often, about the original; empty when ours is no worse."""
    left = Counter(map(message, original))
    found = []
    for complaint in ours:
        if left[message(complaint)] > 0:
            left[message(complaint)] -= 1
        else:
            found.append(complaint)
    return found


def serious(builder: str, found: Iterable[str]) -> list[str]:
    """The complaints without those about what an export leaves out on purpose (credentials)."""
    excused = _LEFT_OUT_BY_EXPORT.get(builder)
    return [one for one in found if not (excused and excused.fullmatch(one.partition(" | ")[2]))]
