"""Fixtures and options of the whole test session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from tests.guards import block_home, block_network

if TYPE_CHECKING:
    from collections.abc import Iterator

# Time limits inside Hypothesis would make a busy machine fail a correct program.
settings.register_profile("ci", max_examples=50, derandomize=True, deadline=None)
settings.register_profile("fast", max_examples=10, derandomize=True, deadline=None)
# 1000: what all generated tests together get through in about twenty minutes on two cores that others use as well.
# Each run draws other cases; `--hypothesis-seed=1` draws those of seed 1 again.
settings.register_profile(
    "full", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
settings.load_profile(PROFILE)
_LONG = 3600


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--accept`."""
    parser.addoption(
        "--accept", action="store_true", help="write what the commands and conversions give as the expected output"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the profile `full` every generated test is one of the long ones, and may take as long as it needs."""
    if PROFILE != "full":
        return
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("full")
            item.add_marker(pytest.mark.timeout(_LONG))


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
