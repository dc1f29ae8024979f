"""Where the files that come with the package are: in the wheel below `_data`, in a checkout at the top level."""

from __future__ import annotations

from pathlib import Path


def folder(name: str) -> Path:
    """The folder `schemas` or `templates`; it exists unless the installation is damaged."""
    here = Path(__file__).parent
    packed = here / "_data" / name
    return packed if packed.is_dir() else here.parent.parent / name
