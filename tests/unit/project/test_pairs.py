from __future__ import annotations

from pathlib import Path

import pytest

from fjctl.errors import RefusedError
from fjctl.project.pairs import is_journey_name, journey_for, workflow_for
from fjctl.project.settings import PairRule, Settings

RULES = (PairRule("workflows/**/*.json", "journeys/**/*.journey.yaml"), PairRule("main.json", "start.yaml"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, is_project=True, pairs=RULES)


@pytest.mark.parametrize(
    ("workflow", "journey"),
    [
        ("workflows/a.json", "journeys/a.journey.yaml"),
        ("workflows/x/y/a.json", "journeys/x/y/a.journey.yaml"),
        ("main.json", "start.yaml"),
        ("other/a.json", "other/a.journey.yaml"),
    ],
)
def test_rules_then_names_lead_there_and_back(settings: Settings, workflow: str, journey: str) -> None:
    assert journey_for(settings.root / workflow, settings) == settings.root / journey
    assert workflow_for(settings.root / journey, settings) == settings.root / workflow


def test_a_relative_path_stays_relative(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.root / "workflows").mkdir()
    monkeypatch.chdir(settings.root / "workflows")
    assert journey_for(Path("a.json"), settings) == Path("../journeys/a.journey.yaml")


@pytest.mark.parametrize("name", ["a.journey.yml", "a.journey.json"])
def test_a_journey_already_there_is_the_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert journey_for(tmp_path / "a.json", Settings(tmp_path)) == tmp_path / name
    assert workflow_for(tmp_path / name, Settings(tmp_path)) == tmp_path / "a.json"


def test_a_yaml_workflow_already_there_is_the_one(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").touch()
    assert workflow_for(tmp_path / "a.journey.yaml", Settings(tmp_path)) == tmp_path / "a.yaml"


@pytest.mark.parametrize(("journey", "workflow"), [("a.yaml", "a.json"), ("a.json", "a.workflow.json")])
def test_a_journey_is_never_its_own_workflow(tmp_path: Path, journey: str, workflow: str) -> None:
    (tmp_path / journey).touch()
    assert workflow_for(tmp_path / journey, Settings(tmp_path)) == tmp_path / workflow


def test_the_origin_counts_first_and_from_the_journey(settings: Settings) -> None:
    journey = settings.root / "journeys" / "a.journey.yaml"
    assert workflow_for(journey, settings, named="../flows/z.json") == settings.root / "flows" / "z.json"


@pytest.mark.parametrize("named", ["../../x.json", "/x.json"])
def test_an_origin_outside_the_project_is_refused(settings: Settings, named: str) -> None:
    with pytest.raises(RefusedError, match="outside the project"):
        workflow_for(settings.root / "journeys" / "a.journey.yaml", settings, named=named)


def test_without_a_project_the_origin_may_be_anywhere(tmp_path: Path) -> None:
    journey = tmp_path / "j" / "a.journey.yaml"
    assert workflow_for(journey, Settings(tmp_path / "j"), named="../a.json") == tmp_path / "a.json"


def test_journeys_are_known_by_name() -> None:
    assert is_journey_name(Path("x/a.journey.yaml"))
    assert not is_journey_name(Path("a.yaml"))
