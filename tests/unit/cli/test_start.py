"""What a person types first, and what may be loaded for it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

import fjctl
from fjctl.cli.verbs import VERBS
from tests.regenerate import stale
from tests.support import EXAMPLES, REPOSITORY, run

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    "asyncio",
    "concurrent.futures",
    "fjctl.conversion.layout",
    "jsonschema",
    "logging",
    "multiprocessing",
    "networkx",
    "numpy",
    "pydantic",
    "rich",
    "ruamel.yaml",
    "sqlite_utils",
    "tomllib",
    "watchfiles",
}
MAY = {
    "--version": set[str](),
    "--help": set[str](),
    "formats": set[str](),
    "schema": set[str](),
    "history": {"sqlite_utils"},
    "convert flow.json": set[str](),
    "convert flow.json --check": set[str](),
    "convert flow.json --json --report": set[str](),
    "roundtrip flow.json": {"fjctl.conversion.layout", "ruamel.yaml"},
}
CHILD = """
import json, sys
from fjctl.__main__ import main
sys.argv = ["fjctl", *sys.argv[1:]]
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The modules that a command line loads in a process of its own, coverage apart."""
    done = run(sys.executable, "-c", CHILD, *arguments, folder=folder, covered=False)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    """A folder with one Sim workflow in it."""
    (tmp_path / "flow.json").write_bytes((EXAMPLES / "support/workflows/return-item.json").read_bytes())
    return tmp_path


@pytest.mark.parametrize("line", MAY)
def test_a_verb_loads_what_it_needs_and_no_more(line: str, flow: Path) -> None:
    modules = loaded(flow, *line.split())
    assert modules & HEAVY <= MAY[line]
    if line.startswith("--"):
        assert not {"typer", "fjctl.cli.app", "fjctl.errors", "typing", "pathlib"} & modules
    others = {f"fjctl.cli.verbs.{verb}" for verb in VERBS if verb != line.split(maxsplit=1)[0]}
    assert not others & modules


@pytest.mark.parametrize("name", ["fjctl.toml", "pyproject.toml"])
def test_a_project_costs_the_reader_of_its_settings_and_no_more(name: str, flow: Path) -> None:
    table = "[tool.fjctl]\n" if name == "pyproject.toml" else ""
    pairs = "[[tool.fjctl.pairs]]\n" if table else "[[pairs]]\n"
    text = f'{table}format = "sim"\n{pairs}workflow = "*.json"\njourney = "*.journey.yaml"\n'
    (flow / name).write_text(text, encoding="utf-8")
    assert loaded(flow, "convert", "flow.json") & HEAVY == {"tomllib"}
    assert (flow / "flow.journey.yaml").exists()


def test_the_version_is_printed(tmp_path: Path) -> None:
    for option in ("--version", "-V"):
        done = run("fjctl", option, folder=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"fjctl {fjctl.__version__}\n", "")
    assert run("fjctl", "-q", "--version", folder=tmp_path).stdout == f"fjctl {fjctl.__version__}\n"


def test_nothing_typed_is_a_mistake_and_gets_the_overview(tmp_path: Path) -> None:
    asked, unasked = run("fjctl", "--help", folder=tmp_path), run("fjctl", folder=tmp_path)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert (unasked.returncode, unasked.stdout, unasked.stderr) == (2, "", asked.stdout)
    assert all(f"\n  {verb} " in asked.stdout for verb in VERBS)


def test_what_is_generated_is_fresh() -> None:
    assert [path.relative_to(REPOSITORY).as_posix() for path in stale()] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_two_examples_and_the_python_for_it(verb: str) -> None:
    text = (REPOSITORY / "docs/cli.md").read_text(encoding="utf-8").split(f"## fjctl {verb}\n")[1].split("\n## ")[0]
    examples = text.split("Examples:\n")[1].split("\n\n")[0].splitlines()
    assert len(examples) == 2
    assert all(f"fjctl {verb}" in line for line in examples)
    assert "In Python:" in text


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("convrt x.json", "unknown verb 'convrt'", "did you mean 'convert'?"),
        ("flow.json", "unknown verb 'flow.json'", "to convert it: fjctl convert flow.json"),
        ("zzz", "unknown verb 'zzz'", "verbs: init"),
        ("--wrong", "no such option: --wrong", "see: fjctl --help"),
        ("convert", "missing argument", "see: fjctl convert --help"),
        ("convert flow.json --wrong", "no such option: --wrong", "see: fjctl convert --help"),
        ("convert flow.json --to simm", "unknown format 'simm'", "did you mean 'sim'?"),
        ("--color blue formats", "--color is auto, always, never, not 'blue'", "try: --color never"),
        ("schema jorney", "unknown schema 'jorney'", "did you mean 'journey'?"),
        ("history --limit 0", "invalid value for", "see: fjctl history --help"),
        ("history show x", "show takes the number of one conversion", "fjctl history"),
    ],
)
def test_a_mistake_is_one_line_and_a_next_step(line: str, message: str, hint: str, flow: Path) -> None:
    run("fjctl", "convert", "flow.json", folder=flow)
    done = run("fjctl", *line.split(), folder=flow)
    told, *help_line = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert "FJ001 usage: " in told
    assert message.lower() in told.lower()
    assert len(help_line) == 1
    assert help_line[0].startswith("  help: ")
    assert hint in help_line[0]


def test_an_internal_error_is_one_line_and_a_log(tmp_path: Path) -> None:
    child = (
        "import sys; import fjctl.cli.verbs.formats as verb; from fjctl.cli import door\n"
        "def broken(): raise ZeroDivisionError('no\\nway')\n"
        "verb.formats = broken; sys.exit(door.run(['formats']))"
    )
    done = run(sys.executable, "-c", child, folder=tmp_path, TMPDIR=str(tmp_path))
    (log,) = tmp_path.glob("fjctl-*.log")
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "fjctl: internal error: ZeroDivisionError: no",
        f"  help: this is a mistake in fjctl; please report it and attach {log}",
    ]
    text = log.read_text(encoding="utf-8")
    assert f"fjctl {fjctl.__version__}\n" in text
    assert "arguments ['formats']" in text
    assert "Traceback (most recent call last)" in text


def test_an_interrupt_ends_with_130(tmp_path: Path) -> None:
    child = (
        "import sys; import fjctl.cli.verbs.formats as verb; from fjctl.cli import door\n"
        "def broken(): raise KeyboardInterrupt\n"
        "verb.formats = broken; sys.exit(door.run(['formats']))"
    )
    done = run(sys.executable, "-c", child, folder=tmp_path)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    done = run("bash", "-c", "set -o pipefail; fjctl schema journey | true", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("more", "is_coloured"),
    [
        ({"NO_COLOR": ""}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_obeys_the_environment_and_the_option(more: dict[str, str], is_coloured: bool, flow: Path) -> None:
    def coloured(*arguments: str) -> bool:
        return "\x1b[" in run("fjctl", *arguments, folder=flow, covered=True, **more).stdout

    line = ("convert", "flow.json", "--dry-run")
    assert coloured(*line) is is_coloured
    assert coloured("--color", "always", *line)
    assert coloured(*line, "--color", "always")
    assert not coloured(*line, "--color=never")


def test_the_shell_completes_verbs_options_and_values(tmp_path: Path) -> None:
    def completed(words: str) -> list[str]:
        done = run(
            "fjctl",
            folder=tmp_path,
            _FJCTL_COMPLETE="complete_bash",
            COMP_WORDS=words,
            COMP_CWORD=str(len(words.split(" ")) - 1),
        )
        return done.stdout.split()

    assert completed("fjctl con") == ["convert", "config"]
    assert "--dry-run" in completed("fjctl convert --dry")
    assert completed("fjctl convert x.json --to s") == ["sim"]
    assert completed("fjctl schema j") == ["journey"]
    assert (
        "complete_bash"
        in run(
            "fjctl", "--show-completion", "bash", folder=tmp_path, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1"
        ).stdout
    )
