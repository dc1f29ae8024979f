"""Fixtures and options of the whole test session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.guards import block_home, block_network

if TYPE_CHECKING:
    from collections.abc import Iterator

# Time limits inside Hypothesis would make a busy machine fail a correct program.
settings.register_profile("ci", max_examples=50, derandomize=True, deadline=None)
settings.register_profile("fast", max_examples=10, derandomize=True, deadline=None)
settings.register_profile(
    "full", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--accept`."""
    parser.addoption(
        "--accept", action="store_true", help="write what the commands and conversions give as the expected output"
    )


@pytest.fixture(scope="session")
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether expected output is to be rewritten instead of compared."""
    return bool(request.config.getoption("--accept"))


@pytest.fixture(scope="session", autouse=True)
def no_network_no_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing outside this machine and nothing of the person who runs the tests is within reach."""
    with pytest.MonkeyPatch.context() as patch:
        block_network(patch)
        block_home(patch, tmp_path_factory.mktemp("guards"))
        yield
