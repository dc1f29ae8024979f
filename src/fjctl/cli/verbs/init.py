"""`fjctl init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fjctl import __version__
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import machine
from fjctl.errors import ExitCode, OutputError, UsageError
from fjctl.project.files import read_if_exists
from fjctl.project.settings import CONFIG_NAME
from fjctl.project.writing import write_guarded
from fjctl.resources import folder

CONFIG = """\
# Settings of fjctl; `fjctl config` shows them with those left out. https://toml.io
# Which journey belongs to which workflow: the same wildcards on both sides.
[[pairs]]
workflow = "workflows/**/*.json"
journey = "journeys/**/*.journey.yaml"
"""
IGNORED = ("fjctl.db", "fjctl.db-wal", "fjctl.db-shm")
HOOKS = ".pre-commit-config.yaml"
HOOK = """\
  - repo: local
    hooks:
      - id: fjctl-convert
        name: workflows and journeys agree
        entry: fjctl convert --check --no-history
        language: python
        additional_dependencies: ["fjctl=={version}"]
        files: ^workflows/.*\\.json$
"""

Folder = Annotated[str, typer.Argument(metavar="[DIR]", help="The project's folder, made when it is not there.")]
PreCommit = Annotated[bool, typer.Option("--pre-commit", help=f"Make {HOOKS} too when there is none.")]
Json = Annotated[bool, typer.Option("--json", help="JSON, by the schema fjctl/init/v1.")]


def init(folder_name: Folder = ".", pre_commit: PreCommit = False, as_json: Json = False) -> ExitCode:
    """Make a project: fjctl.toml, workflows/, journeys/, the schema for editors, a .gitignore line for fjctl.db.

    Nothing that is there is overwritten; lines are added to .gitignore and to the pre-commit configuration only.

    \b
    Examples:
      fjctl init
      fjctl init support --pre-commit

    \b
    In Python: none; it only writes files that you can write yourself.
    """
    made = _Made(Path(folder_name))
    made.folder(".")
    made.file(CONFIG_NAME, CONFIG)
    made.folder("workflows")
    made.folder("journeys")
    made.file("schemas/journey.schema.json", (folder("schemas") / "journey.schema.json").read_text(encoding="utf-8"))
    made.lines(".gitignore", IGNORED)
    if pre_commit or (made.root / HOOKS).exists():
        made.hook()
    if as_json:
        machine.show("init", {"root": folder_name, "made": made.made, "kept": made.kept})
        return ExitCode.OK
    for name in made.made:
        TERMINAL.out(f"made {name}")
    for name in made.kept:
        TERMINAL.note(f"kept {name}")
    TERMINAL.note("next: put workflows into workflows/, then run: fjctl convert workflows")
    return ExitCode.OK


class _Made:
    """The project as it is made, piece by piece; what was made and what was there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made: list[str] = []
        self.kept: list[str] = []

    def folder(self, name: str) -> None:
        path = self.root / name
        if path.is_dir():
            if name != ".":
                self.kept.append(f"{name}/")
            return
        try:
            path.mkdir(parents=True)
        except FileExistsError as error:
            raise UsageError("is a file, not a folder", place=str(path), hint="name another folder") from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(
                f"cannot be made: {reason}", place=str(path), hint="name a folder you may write to"
            ) from error
        self.made.append(f"{path.as_posix()}/" if name == "." else f"{name}/")

    def file(self, name: str, text: str) -> None:
        path = self.root / name
        if path.exists():
            self.kept.append(name)
            return
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
        write_guarded(path, text.encode(), expected=None)
        self.made.append(name)

    def lines(self, name: str, wanted: tuple[str, ...]) -> None:
        path = self.root / name
        state = read_if_exists(path)
        text = state.data.decode("utf-8", "surrogateescape") if state else ""
        new = [line for line in wanted if line not in text.split()]
        if not new:
            self.kept.append(name)
            return
        joined = text + ("\n" if text and not text.endswith("\n") else "") + "".join(f"{line}\n" for line in new)
        write_guarded(path, joined.encode("utf-8", "surrogateescape"), expected=state)
        self.made.append(name if state is None else f"{name} ({', '.join(new)})")

    def hook(self) -> None:
        path = self.root / HOOKS
        state = read_if_exists(path)
        text = state.data.decode("utf-8", "surrogateescape") if state else "repos:\n"
        last_key = next((line for line in reversed(text.splitlines()) if line[:1].isalpha()), "")
        if "fjctl-convert" in text:
            self.kept.append(HOOKS)
        elif not last_key.startswith("repos:") or last_key.rstrip() != "repos:":
            # Adding at the end would put the hook under another key.
            self.kept.append(HOOKS)
            TERMINAL.note(f"{HOOKS}: add a hook yourself: its last section is not `repos:`")
        else:
            new = text + ("" if text.endswith("\n") else "\n") + HOOK.replace("{version}", __version__)
            write_guarded(path, new.encode("utf-8", "surrogateescape"), expected=state)
            self.made.append(HOOKS if state is None else f"{HOOKS} (fjctl-convert)")
