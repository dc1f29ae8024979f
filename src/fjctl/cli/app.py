"""The command line as Typer understands it: one lazy group over the table of verbs."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.main
from typer.core import TyperGroup
from typer.exceptions import TyperException

from fjctl import __version__
from fjctl.cli.terminal import COLORS, TERMINAL
from fjctl.cli.verbs import VERBS
from fjctl.errors import ExitCode, FjctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

ABOUT = "Converts agent workflows drawn on a canvas to Parlant journeys and back, losing nothing on the way."
EPILOG = """\b
Start:     fjctl init            fjctl convert workflow.json
Help:      fjctl VERB --help
Exit code: 0 fine, 1 found something, 2 could not start, 3 internal error, 130 interrupted
"""
_COMPLETION = ("--install-completion", "--show-completion")


def _set_color(value: str) -> str:
    if value not in COLORS:
        raise UsageError(f"--color is {', '.join(COLORS)}, not {value!r}", hint="try: --color never")
    if value != "auto":
        TERMINAL.color = value
    return value


def _set_quiet(value: bool) -> bool:
    TERMINAL.quiet = TERMINAL.quiet or value
    return value


def _set_verbose(value: bool) -> bool:
    TERMINAL.verbose = TERMINAL.verbose or value
    return value


def _colors(incomplete: str) -> list[str]:
    return [name for name in COLORS if name.startswith(incomplete)]


Color = Annotated[
    str,
    typer.Option(
        metavar="WHEN", callback=_set_color, autocompletion=_colors, help="Colour: auto, always, never.", is_eager=True
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=_set_quiet, help="Only results and problems.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", callback=_set_verbose, help="More detail.")]


def _anywhere(color: Color = "auto", quiet: Quiet = False, verbose: Verbose = False) -> None:
    """The options that work before and after the verb; their callbacks do the work."""


def _version(value: bool) -> None:
    if value:
        print(f"fjctl {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version and end.")
]


def _root(version: Version = False, color: Color = "auto", quiet: Quiet = False, verbose: Verbose = False) -> None:
    """The group itself: its options only."""


class LazyGroup(TyperGroup):
    """Verbs by the table; a verb's module is imported when the verb is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is Typer's
        """All verbs, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is Typer's
        """The verb of this name, built from its function; `FJ001` with the nearest name when there is none."""
        if cmd_name not in VERBS:
            raise _unknown_verb(cmd_name)
        if cmd_name not in self.commands:
            self.commands[cmd_name] = build(cmd_name)
        return self.commands[cmd_name]


def _unknown_verb(name: str) -> FjctlError:
    from difflib import get_close_matches

    if name.startswith("-"):
        return UsageError(f"no such option: {name}", hint="`fjctl --help` lists what there is")
    close = get_close_matches(name, VERBS, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"verbs: {', '.join(VERBS)}"
    if not close and os.path.exists(name):  # noqa: PTH110 - pathlib is not loaded yet
        hint = f"to convert it: fjctl convert {name}"
    return UsageError(f"unknown verb {name!r}", hint=hint)


def build(name: str) -> Any:
    """A verb's command, with the options that work everywhere."""
    function: Callable[..., Any] = getattr(import_module(f"fjctl.cli.verbs.{name}"), name)
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name, short_help=VERBS[name], context_settings={"help_option_names": ["--help", "-h"]})(function)
    command = typer.main.get_command(app)
    shared, _, _ = typer.main.get_params_convertors_ctx_param_name_from_function(_anywhere)
    for parameter in shared:
        parameter.expose_value = False
    command.params.extend(shared)
    return command


def root(*, completion: bool = True) -> Any:
    """The whole command line; without the options for shell completion where nobody asks for them."""
    app = typer.Typer(
        cls=LazyGroup,
        add_completion=completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help=ABOUT,
        epilog=EPILOG,
        subcommand_metavar="VERB …",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_root)
    return typer.main.get_command(app)


def invoke(arguments: list[str]) -> int:
    """Understands a command line and runs its verb; the exit code. FjctlError for a command line nobody understands."""
    if "_FJCTL_COMPLETE" in os.environ:
        root().main(arguments, prog_name="fjctl")
    wanted = any(argument.startswith((*_COMPLETION, "--help", "-h")) for argument in arguments)
    command = root(completion=wanted)
    try:
        with command.make_context("fjctl", arguments) as context:
            return int(command.invoke(context) or ExitCode.OK)
    except typer.Exit as ending:
        return ending.exit_code
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except TyperException as error:
        raise _as_ours(error) from error


def _as_ours(error: TyperException) -> FjctlError:
    context = getattr(error, "ctx", None)
    hint = f"see: {context.command_path} --help" if context is not None else "see: fjctl --help"
    message = error.format_message().rstrip(".")
    return UsageError(message[:1].lower() + message[1:], hint=hint)
