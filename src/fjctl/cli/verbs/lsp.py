"""`fjctl lsp`."""

from __future__ import annotations

from typing import Annotated

import typer

from fjctl.errors import ExitCode, UsageError

Stdio = Annotated[bool, typer.Option("--stdio", help="On stdin and stdout, as always; many editors say it.")]


def lsp(stdio: Stdio = True) -> ExitCode:  # noqa: ARG001 - there is no other way
    """Serve an editor by the Language Server Protocol, on stdin and stdout.

    Findings while you type, the manual of a rule and of a name on hover, completion of states, tools, variables and
    fields, go to definition, find references, rename of a state across the pair, and repairs as code actions. Needs the
    extra `lsp`: pip install "fjctl[lsp]".

    \b
    Examples:
      fjctl lsp
      fjctl lsp --stdio

    \b
    In Python: none; it serves an editor.
    """
    try:
        from fjctl.cli import language_server
    except ImportError as error:
        message = f"the language server needs a package that is not installed ({error.name})"
        raise UsageError(message, hint='pip install "fjctl[lsp]"') from error
    language_server.start()
    return ExitCode.OK
