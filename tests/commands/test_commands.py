"""Each document's commands do what it says: `tests/commands/*.md` and the README, in a copy of `examples/`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands.transcripts import agrees, difference, rewritten, run_step, steps
from tests.support import COVERED, EXAMPLES, REPOSITORY, environment

DOCUMENTS = [*sorted(Path(__file__).parent.glob("*.md")), REPOSITORY / "README.md"]


@pytest.mark.slow
@pytest.mark.parametrize("document", [pytest.param(path, id=path.name) for path in DOCUMENTS])
def test_the_commands_print_what_the_document_says(document: Path, tmp_path: Path, accept: bool) -> None:
    folder = tmp_path / "examples"
    shutil.copytree(EXAMPLES, folder)
    text = document.read_text(encoding="utf-8")
    results = [(step, run_step(step, folder, environment(**COVERED))) for step in steps(text)]
    if accept and (new := rewritten(text, results)) != text:
        document.write_text(new, encoding="utf-8")
        return
    wrong = [(step, actual) for step, actual in results if not agrees(step.expected, actual)]
    assert not wrong, "\n\n".join(difference(document.name, step, actual) for step, actual in wrong)
