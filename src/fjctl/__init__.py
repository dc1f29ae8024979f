"""Flow ⇄ journey control: agent workflows and Parlant journeys as files that stay one thing.

    >>> import fjctl
    >>> workflow = fjctl.read("return-item.json")
    >>> fjctl.convert(workflow, "journey").text

The names below are the public API; they are imported when first used, so that `import fjctl` costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # the name is what type checkers look for; `typing` takes longer than all the rest

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fjctl.api import FileResult, Options, Status, convert, convert_file, read, reads, remember, settle
    from fjctl.conversion.bridge import Conversion, Names
    from fjctl.diagnostics import Diagnostic, Fix, Loss, Severity
    from fjctl.errors import ExitCode, FjctlError
    from fjctl.formats.document import Document
    from fjctl.formats.registry import FORMATS, Format
    from fjctl.project.check_run import Run, check
    from fjctl.project.reports import Report

_HOMES = {
    "fjctl.api": ("FileResult", "Options", "Status", "convert", "convert_file", "read", "reads", "remember", "settle"),
    "fjctl.conversion.bridge": ("Conversion", "Names"),
    "fjctl.diagnostics": ("Diagnostic", "Fix", "Loss", "Severity"),
    "fjctl.errors": ("ExitCode", "FjctlError"),
    "fjctl.formats.document": ("Document",),
    "fjctl.formats.registry": ("FORMATS", "Format"),
    "fjctl.project.check_run": ("Run", "check"),
    "fjctl.project.reports": ("Report",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "FORMATS",
    "Conversion",
    "Diagnostic",
    "Document",
    "ExitCode",
    "FileResult",
    "Fix",
    "FjctlError",
    "Format",
    "Loss",
    "Names",
    "Options",
    "Report",
    "Run",
    "Severity",
    "Status",
    "__version__",
    "check",
    "convert",
    "convert_file",
    "read",
    "reads",
    "remember",
    "settle",
]


def __getattr__(name: str) -> object:
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module 'fjctl' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(module), name)
