"""The command `fjctl`: what can be answered without loading anything is answered here."""

from __future__ import annotations

import sys

from fjctl import __version__


def main() -> int:
    """Runs what `sys.argv` says and gives the exit code."""
    from os import environ

    arguments = sys.argv[1:]
    if "_FJCTL_COMPLETE" not in environ:  # a shell that asks for completions sends no arguments
        if arguments in (["--version"], ["-V"]):
            print(f"fjctl {__version__}")
            return 0
        if arguments in ([], ["--help"], ["-h"]):
            return _overview(asked=bool(arguments))
    import gc

    # Imports and one small file make no garbage worth looking for; a batch does, later. Together with the freeze,
    # which spares the interpreter a last look at everything, this is a seventh of a short run (measured).
    gc.set_threshold(50_000, 20, 20)
    from fjctl.cli.door import run

    code = run(arguments)
    gc.freeze()
    return code


def _overview(*, asked: bool) -> int:
    """The static overview; a mistake, told on stderr, when nobody asked for it."""
    path = f"{__file__.rpartition('__main__')[0]}cli/help.txt"
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib would cost as much as all the rest
        text = file.read()
    print(text, end="", file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2


if __name__ == "__main__":
    sys.exit(main())
