"""Make the environments of the builders: `python -m tests.acceptance.setup [BUILDER ...]` (all when none is named).

Needs pip and npm with their usual package registries; nothing else of the tests does. An environment that is made
from today's pins is left as it is. Ends with status 1 when one could not be made, after trying the others.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from tests.acceptance.environments import BUILDERS, PINS, Builder, folder, interpreter, is_made, pins, stamp


def main(names: list[str]) -> int:
    """Make what is named; the number of failures, at most 1."""
    status = 0
    for builder in [BUILDERS[name] for name in names or BUILDERS]:
        started = time.monotonic()
        try:
            done = make(builder)
        except (OSError, LookupError, ValueError, subprocess.CalledProcessError) as error:
            done, status = f"cannot be made: {error}", 1
        sys.stdout.write(f"{builder.name}: {done} ({time.monotonic() - started:.0f} s)\n")
    return status


def make(builder: Builder) -> str:
    """Make one environment unless it is there; says which of the two."""
    if is_made(builder):
        return "is there"
    shutil.rmtree(folder(builder), ignore_errors=True)
    folder(builder).mkdir(parents=True)
    make_python(builder) if builder.runtime == "python" else make_node(builder)
    stamp(builder).write_text(pins(builder), encoding="utf-8")
    return "made"


def make_python(builder: Builder) -> None:
    """A virtual environment with exactly the packages of the pins."""
    _run(str(find_python(builder)), "-m", "venv", str(folder(builder)))
    requirements = str(PINS / f"{builder.name}.txt")
    _run(str(interpreter(builder)), "-m", "pip", "install", "-qq", "--no-deps", "--requirement", requirements)


def make_node(builder: Builder) -> None:
    """`node_modules` by npm's lock, and beside it the packages of which only the files are wanted."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINS / builder.name / name, folder(builder))
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", within=folder(builder))
    archives = json.loads((PINS / "archives.json").read_text(encoding="utf-8"))
    for package, pinned in archives[builder.name].items():
        unpack(builder, package, **pinned)


def unpack(builder: Builder, package: str, integrity: str, wanted: str) -> None:
    """Fetch an npm package without what it depends on, compare it with its pinned digest, unpack what is wanted."""
    told = _run("npm", "pack", package, "--json", "--loglevel=error", within=folder(builder))
    archive = folder(builder) / json.loads(told)[0]["filename"]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != integrity:
        raise ValueError(f"{package} is not what was pinned")
    target = folder(builder) / "archives" / package.rpartition("@")[0]
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            inside = member.name.removeprefix("package/")
            if inside == "package.json" or inside.startswith(wanted):
                packed.extract(member.replace(name=inside), target, filter="data")
    archive.unlink()


def find_python(builder: Builder) -> Path:
    """The newest fitting interpreter that starts: this one, one on PATH, or one that pyenv keeps."""
    low, high = builder.pythons
    versions = [f"3.{minor}" for minor in range(high[1] - 1, low[1] - 1, -1)]
    kept = Path(os.environ.get("PYENV_ROOT") or Path("~/.pyenv").expanduser()) / "versions"
    candidates = [sys.executable] if low <= sys.version_info[:2] < high else []
    for version in versions:
        candidates += [f"python{version}", *(str(path) for path in kept.glob(f"{version}*/bin/python{version}"))]
    for candidate in candidates:
        found = shutil.which(candidate)
        if (
            found
            and subprocess.run([found, "-c", "import ensurepip"], check=False, capture_output=True).returncode == 0
        ):
            return Path(found)
    raise LookupError(f"no Python from {versions[-1]} to {versions[0]} is here")


def _run(*command: str, within: Path | None = None) -> str:
    return subprocess.run(command, cwd=within, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
