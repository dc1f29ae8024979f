"""`fjctl lsp`."""

from __future__ import annotations

from fjctl.errors import ExitCode, UsageError


def lsp() -> ExitCode:
    """Serve an editor by the Language Server Protocol, on stdin and stdout.

    Findings while you type, the manual of a rule and of a name on hover, completion of states, tools, variables and
    fields, go to definition, find references, rename of a state across the pair, and repairs as code actions. Needs the
    extra `lsp`: pip install "fjctl[lsp]".

    \b
    Examples:
      fjctl lsp
      nvim --cmd 'lua vim.lsp.start({name = "fjctl", cmd = {"fjctl", "lsp"}})' greet.journey.yaml

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
