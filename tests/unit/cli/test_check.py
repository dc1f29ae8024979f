"""`fjctl check` as it is typed: what it says, where, in which form, and what it leaves alone."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
import xmlschema
from jsonschema import Draft4Validator

from fjctl.cli.checking import FORMS
from fjctl.cli.door import run as door
from fjctl.schemas import all_schemas
from tests.support import REPOSITORY, run

if TYPE_CHECKING:
    from pathlib import Path

JOURNEY = """\
journey: greet
version: 1
triggers: [They say hello]
start: hello
states:
  hello: {say: Hello, next: bye}
  offer: {say: "A discount?", next: bye}
  bye: {end: true}
"""
REPORTS = REPOSITORY / "tests" / "data" / "reports"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "fjctl.toml").write_text("")
    (tmp_path / "greet.journey.yaml").write_text(JOURNEY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


Printed = pytest.CaptureFixture[str]


def check(*arguments: str) -> int:
    return door(["check", *arguments])


def test_text_has_the_line_a_caret_and_the_next_step(project: Path, capsys: Printed) -> None:
    assert check() == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "greet.journey.yaml:7:3: FJ503 unreachable: no path leads to state 'Offer'",
        '  7 |   offer: {say: "A discount?", next: bye}',
        "    |   ^^^^^",
        "  help: lead an edge to it from the state that should come before, or remove it",
    ]
    assert printed.err == "1 warning in 1 file\n"
    del project


@pytest.mark.parametrize(("level", "code"), [("warning", 1), ("error", 0), ("info", 1), ("never", 0)], ids=str)
def test_the_exit_code_follows_the_level(project: Path, level: str, code: int) -> None:
    assert check("--fail-on", level) == code
    (project / "fjctl.toml").write_text(f'[check]\nfail-on = "{level}"\n')
    assert check() == code


def test_rules_are_selected_by_code_name_family_and_weighed(project: Path, capsys: Printed) -> None:
    for arguments, found in (
        (("--select", "FJ503"), True),
        (("--select", "unreachable"), True),
        (("--select", "style,graph"), True),
        (("--select", "pairs"), False),
        (("--ignore", "FJ50"), False),
        (("--ignore", "graph"), False),
    ):
        assert check(*arguments, "--format", "concise") == 0
        assert ("FJ503" in capsys.readouterr().out) is found, arguments
    (project / "fjctl.toml").write_text('[check.severity]\nunreachable = "error"\n')
    assert check() == 1
    (project / "fjctl.toml").write_text('[check.severity]\nunreachable = "off"\n')
    assert check("--fail-on", "info") == 0
    (project / "fjctl.toml").write_text('[check.per-file-ignores]\n"greet.*" = ["graph"]\n')
    assert check("--fail-on", "info") == 0
    (project / "fjctl.toml").write_text('[check]\nselect = ["pairs"]\nextend-select = ["unreachable"]\n')
    assert check("--fail-on", "info") == 1


MISTAKES = [
    (("--select", "FJ999"), "there is no rule 'FJ999'", "did you mean 'FJ"),
    (("--ignore", "unreachabel"), "there is no rule 'unreachabel'", "did you mean 'unreachable'?"),
    (("--format", "sariff"), "there is no form 'sariff'", "did you mean 'sarif'?"),
    (("--fail-on", "eror"), "there is no level 'eror'", "did you mean 'error'?"),
    (("--for", "rasa"), "there is no target 'rasa'", "targets: parlant"),
    (("--report", "sarif"), "--report 'sarif' names no file", "FORM:FILE"),
    (("--report", "x:y"), "there is no form 'x'", "forms: text"),
    (("--baseline", "none.json"), "there is no such baseline", "--update-baseline"),
    (("--update-baseline",), "--update-baseline names no file", "--baseline FILE"),
    (("nothing.json",), "no such file", ""),
    (("*.xml",), "nothing matches '*.xml'", "quote the pattern"),
    (("--unsafe-fixes",), "--unsafe-fixes says which repairs", "add --fix"),
    (("-", "greet.journey.yaml"), "stdin is checked alone", "fjctl check - < FILE"),
]


@pytest.mark.parametrize(("arguments", "said", "hint"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_one_line_and_the_next_step(
    project: Path, capsys: Printed, arguments: tuple[str, ...], said: str, hint: str
) -> None:
    assert check(*arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert hint in printed.err
    assert len(printed.err.splitlines()) <= 2
    assert sorted(path.name for path in project.iterdir()) == ["fjctl.toml", "greet.journey.yaml"]


CONFIGS = [
    ("[check]\nselct = []\n", "fjctl.toml:2", "select"),
    ("[check]\nselect = 'all'\n", "fjctl.toml:2", ""),
    ("[check]\nselect = ['unreachabel']\n", "fjctl.toml", "did you mean 'unreachable'?"),
    ("[check]\nfail-on = 'eror'\n", "fjctl.toml:2", "error"),
    ("[check]\nenvironment-file = '.env'\n", ".env", "environment-file"),
    ("[check.severity]\ngraph = 'loud'\n", "fjctl.toml:2", ""),
]


@pytest.mark.parametrize(("text", "place", "hint"), CONFIGS, ids=[row[0].replace("\n", " ") for row in CONFIGS])
def test_a_broken_config_names_the_file_the_key_and_what_would_do(
    project: Path, capsys: Printed, text: str, place: str, hint: str
) -> None:
    (project / "fjctl.toml").write_text(text)
    assert check() == 2
    error = capsys.readouterr().err
    assert place in error
    assert hint in error
    assert "FJ002 config" in error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ('{"ignroe": []}', "ignore"),
        ('{"ignore": [{"file": "*"}]}', "code"),
        ('{"ignore": [{"file": "*", "code": "unreachabel"}]}', "did you mean 'unreachable'?"),
    ],
)
def test_a_broken_ignore_file_is_one_line(project: Path, capsys: Printed, text: str, said: str) -> None:
    (project / "fjctl.json").write_text(text)
    assert check() == 2
    error = capsys.readouterr().err
    assert "fjctl.json" in error
    assert said in error


COMMENTS = [
    (
        "on its line",
        "  offer: {",
        "  offer: {",
        '"A discount?", next: bye}',
        '"A discount?", next: bye}  # fjctl: ignore[FJ503]',
    ),
    ("by name above", "  offer: {", "  # fjctl: ignore[unreachable]\n  offer: {", "", ""),
    ("by family around", "states:\n", "states:  # fjctl: ignore[graph]\n", "", ""),
    ("in the whole file", "journey: greet\n", "# fjctl: ignore-file[FJ50]\njourney: greet\n", "", ""),
]


@pytest.mark.parametrize("row", COMMENTS, ids=[row[0] for row in COMMENTS])
def test_a_comment_accepts_a_finding(project: Path, capsys: Printed, row: tuple[str, ...]) -> None:
    text = JOURNEY.replace(row[1], row[2], 1)
    text = text.replace(row[3], row[4], 1) if row[3] else text
    (project / "greet.journey.yaml").write_text(text)
    assert check("--fail-on", "info") == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "nothing found in 1 file (1 accepted)\n"


def test_suppressions_that_hide_nothing_or_say_nothing_are_found(project: Path, capsys: Printed) -> None:
    text = JOURNEY.replace("say: Hello, next: bye}", "say: Hello, next: bye}  # fjctl: ignore[FJ503]")
    text += "# fjctl: ignore\n# fjctl: ignore[unreachabel]\nnotes: {n: '# fjctl: ignore[FJ503]'}\n"
    (project / "greet.journey.yaml").write_text(text)
    assert check("--format", "concise") == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "FJ498 unused-suppression",
        "FJ503 unreachable",
        "FJ499 malformed-suppression",
        "FJ499 malformed-suppression",
    ]
    assert check("--select", "pairs", "--ignore", "FJ499", "--fail-on", "info") == 0, "a rule that did not run"


def test_fjctl_json_accepts_by_node(project: Path, capsys: Printed) -> None:
    entry = {"file": "*.journey.yaml", "node": "offer", "code": "FJ503", "reason": "used in May"}
    (project / "fjctl.json").write_text(json.dumps({"ignore": [entry]}))
    assert check("--fail-on", "info") == 0
    assert "(1 accepted)" in capsys.readouterr().err
    entry["node"] = "hello"
    (project / "fjctl.json").write_text(json.dumps({"ignore": [entry]}))
    assert check("--format", "concise", "--fail-on", "info") == 1
    assert "FJ498 unused-suppression: entry 1 (FJ503 at 'hello' in *.journey.yaml)" in capsys.readouterr().out


def test_a_baseline_knows_what_was_there(project: Path, capsys: Printed) -> None:
    assert check("--baseline", "known.json", "--update-baseline") == 0
    assert "1 finding written" in capsys.readouterr().err
    assert check("--baseline", "known.json", "--fail-on", "info") == 0
    moved = JOURNEY.replace("  hello:", "\n\n  hello:").replace("  bye: {", "  other: {say: Hm, next: bye}\n  bye: {")
    (project / "greet.journey.yaml").write_text(moved)
    assert check("--baseline", "known.json", "--format", "concise", "--fail-on", "info") == 1
    out = capsys.readouterr().out
    assert "'Other'" in out
    assert "'Offer'" not in out
    (project / "known.json").write_text("[]")
    assert check("--baseline", "known.json") == 2


def test_fix_mends_and_diff_shows(project: Path, capsys: Printed) -> None:
    path = project / "greet.journey.yaml"
    twice = JOURNEY.replace(
        "next: bye}\n  offer", "next: [{to: bye, condition: Yes}, {to: bye, condition: Yes}]}\n  offer"
    )
    path.write_text(twice)
    assert check("--diff") == 1
    printed = capsys.readouterr()
    assert "+  hello: {say: Hello, next: [{to: bye, condition: Yes}]}" in printed.out
    assert "1 finding would be mended in 1 file" in printed.err
    assert path.read_text() == twice
    assert check("--fix") == 0
    assert path.read_text() == twice.replace(", {to: bye, condition: Yes}]", "]")
    assert "1 warning in 1 file" in capsys.readouterr().err, "what is unsafe remains"
    assert check("--fix", "--unsafe-fixes") == 0
    assert "offer" not in path.read_text()
    assert "nothing found" in capsys.readouterr().err
    assert check("--fix") == 0


def test_what_is_accepted_is_not_mended(project: Path) -> None:
    path = project / "greet.journey.yaml"
    text = JOURNEY.replace("next: bye}\n  bye", "next: bye}  # fjctl: ignore[FJ503]\n  bye")
    path.write_text(text)
    assert check("--fix", "--unsafe-fixes") == 0
    assert path.read_text() == text


def test_fix_leaves_everything_else_of_a_workflow_alone(project: Path) -> None:
    flow: dict[str, Any] = {
        "nodes": [
            {"id": name, "type": kind, "position": {"x": 1.50, "y": 0}, "data": {"label": name, "prompt": "Hi"}}
            for name, kind in (("begin", "start"), ("writer", "agent"), ("old", "agent"))
        ],
        "edges": [{"id": "e", "source": "begin", "target": "writer"}],
    }
    path = project / "flow.json"
    path.write_text(json.dumps(flow, indent=1))
    assert check("flow.json", "--fix", "--unsafe-fixes") == 0
    flow["nodes"] = flow["nodes"][:2]
    assert json.loads(path.read_text()) == flow
    assert '"x": 1.5' in path.read_text()


def test_stdin_is_checked_as_the_file_it_is_called(project: Path) -> None:
    done = run("fjctl", "check", "-", "--stdin-filename", "x.journey.yaml", folder=project, text=JOURNEY)
    assert done.stdout.startswith("x.journey.yaml:7:3: FJ503")
    assert done.returncode == 0


def test_hostile_files_are_findings_and_the_others_are_checked(project: Path, capsys: Printed) -> None:
    (project / "broken.json").write_text('{"nodes": [}')
    (project / "empty.yaml").write_text("")
    (project / "secret.json").write_text("{}")
    (project / "secret.json").chmod(0)
    (project / "package.json").write_text('{"name": "x"}')
    assert check("--format", "concise") == 1
    out = capsys.readouterr().out
    assert "broken.json:1:12: FJ102" in out
    assert "empty.yaml" in out
    assert "FJ503" in out
    assert "package.json" not in out, "a file of something else in a folder is nobody's mistake"
    assert check("package.json") == 1


def test_several_flows_of_a_file_are_all_checked(project: Path, capsys: Printed) -> None:
    flow = {
        "nodes": [
            {"id": name, "type": kind, "position": {"x": 0, "y": 0}, "data": {"prompt": "Hi"}}
            for name, kind in (("begin", "start"), ("old", "agent"))
        ],
        "edges": [],
    }
    (project / "all.json").write_text(json.dumps({"flows": [{"name": n, "data": flow} for n in ("one", "two")]}))
    check("all.json", "--format", "concise")
    out = capsys.readouterr().out
    assert out.count("FJ503") in {0, 2}


def test_the_cache_gives_the_same_and_is_left_out_of_git(project: Path, capsys: Printed) -> None:
    assert check("--no-cache", "--format", "json") == 0
    plain = capsys.readouterr().out
    assert not (project / ".fjctl_cache").exists()
    for _ in range(2):
        assert check("--format", "json") == 0
        assert capsys.readouterr().out == plain
    folder = project / ".fjctl_cache"
    assert (folder / ".gitignore").read_text() == "*\n"
    (folder / "check-1.json").write_text("broken")
    assert check("--format", "json") == 0
    assert capsys.readouterr().out == plain
    (project / "greet.journey.yaml").write_text(JOURNEY.replace("next: bye}\n  offer", "next: offer}\n  offer"))
    assert check("--fail-on", "info") == 0
    assert capsys.readouterr().out == ""


def settled(*paths: Path) -> None:
    """Sets the times of files back, so that the cache goes by them."""
    for path in paths:
        os.utime(path, ns=(10**18, 10**18))


def test_the_cache_tells_files_of_one_name_in_two_folders_apart(
    project: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = JOURNEY.replace("next: bye}\n  offer", "next: offer}\n  offer")
    for name, text in (("one", good), ("two", good.replace("next: offer", "next: ofer"))):
        (project / name).mkdir()
        (project / name / "a.journey.yaml").write_text(text.ljust(400) + "\n")
        settled(project / name / "a.journey.yaml")
    for name, code in (("one", 0), ("two", 1), ("one", 0), ("two", 1)):
        monkeypatch.chdir(project / name)
        assert check("a.journey.yaml") == code, name
    monkeypatch.chdir(project)
    capsys.readouterr()
    assert check("two", "--format", "concise") == 1
    assert capsys.readouterr().out.startswith("two/a.journey.yaml:"), "the name is the one that was typed"


def test_the_cache_is_the_same_for_every_process(project: Path) -> None:
    (project / "fjctl.toml").write_text('[check]\nignore = ["FJ51", "FJ640", "style", "FJ52"]\n')
    settled(project / "greet.journey.yaml")
    cache = project / ".fjctl_cache" / "check-1.json"
    keys = set()
    for seed in ("1", "2", "3"):
        assert run("fjctl", "check", folder=project, PYTHONHASHSEED=seed).returncode == 0
        keys.add(json.loads(cache.read_text())["key"])
    assert len(keys) == 1


@pytest.mark.parametrize("files", ["{}", '{"x": [null, "h", [[[1]], 2]]}', "[]", "null"])
def test_a_cache_of_another_shape_is_none(project: Path, capsys: Printed, files: str) -> None:
    settled(project / "greet.journey.yaml")
    assert check("--format", "concise") == 0
    first = capsys.readouterr().out
    cache = project / ".fjctl_cache" / "check-1.json"
    value = json.loads(cache.read_text())
    value["files"] = json.loads(files)
    if isinstance(value["files"], dict) and value["files"]:
        value["files"] = {str(project / "greet.journey.yaml"): [[10**18, len(JOURNEY)], "h", [[[1]], 2]]}
    cache.write_text(json.dumps(value))
    assert check("--format", "concise") == 0
    assert capsys.readouterr().out == first


def test_a_baseline_is_the_same_from_every_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "sub").mkdir()
    (project / "greet.journey.yaml").rename(project / "sub" / "greet.journey.yaml")
    (project / "fjctl.toml").write_text('[check]\nbaseline = "known.json"\n')
    assert check("--update-baseline") == 0
    assert check("--fail-on", "info") == 0
    assert check(str(project / "sub"), "--fail-on", "info") == 0
    monkeypatch.chdir(project / "sub")
    assert check("greet.journey.yaml", "--fail-on", "info") == 0


def test_diff_shows_what_remains_and_writes_reports(project: Path, capsys: Printed) -> None:
    path = project / "greet.journey.yaml"
    twice = JOURNEY.replace("hello: {say: Hello, next: bye}", "hello: {say: Hello, next: [bye, bye]}")
    path.write_text(twice)
    assert check("--diff", "--report", "json:out.json", "--fail-on", "never") == 0
    printed = capsys.readouterr().out
    assert "-  hello: {say: Hello, next: [bye, bye]}" in printed
    assert "FJ503" in printed
    assert "FJ505" not in printed
    assert [item["code"] for item in json.loads((project / "out.json").read_text())["findings"]] == ["FJ503"]
    assert path.read_text() == twice
    assert not (project / ".fjctl_cache").exists(), "what is not so in the file is not remembered"


def test_statistics_count(project: Path, capsys: Printed) -> None:
    assert check("--statistics") == 0
    assert capsys.readouterr().out == "1\tFJ503\tunreachable\n"
    del project


def reported(project: Path, form: str) -> str:
    assert check("--report", f"{form}:out.{form}", "--select", "all") == 0
    return (project / f"out.{form}").read_text()


@pytest.mark.parametrize("form", FORMS)
def test_each_form_can_be_written_to_a_file(project: Path, form: str, capsys: Printed) -> None:
    assert check("--format", form, "--report", f"{form}:one", "--report", "concise:two") == 0
    printed = capsys.readouterr().out
    assert (project / "one").read_text() == printed
    assert "FJ503" in (project / "two").read_text()


def test_json_and_its_lines_follow_their_schemas(project: Path) -> None:
    from jsonschema import Draft202012Validator

    schemas = all_schemas()
    value = json.loads(reported(project, "json"))
    Draft202012Validator(schemas["output-check"]).validate(value)
    lines = [json.loads(line) for line in reported(project, "jsonl").splitlines()]
    for line in lines:
        Draft202012Validator(schemas["output-finding"]).validate(line)
    unreachable = next(item for item in value["findings"] if item["code"] == "FJ503")
    assert unreachable["pointer"] == "/states/offer"
    assert unreachable["path"] == "states.offer"
    assert (unreachable["node"], unreachable["label"], unreachable["fix"]) == ("offer", "Offer", "unsafe")
    assert [line["code"] for line in lines] == [item["code"] for item in value["findings"]]


def test_sarif_follows_its_public_schema(project: Path) -> None:
    value = json.loads(reported(project, "sarif"))
    Draft4Validator(json.loads((REPORTS / "sarif-2.1.0.json").read_text())).validate(value)
    result = next(item for item in value["runs"][0]["results"] if item["ruleId"] == "FJ503")
    rule = value["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (rule["id"], rule["name"]) == ("FJ503", "Unreachable")
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (7, 3, 8)


def test_junit_follows_its_public_schema(project: Path) -> None:
    (project / "fine.journey.yaml").write_text(
        JOURNEY.replace("hello: {say: Hello, next: bye}", "hello: {say: Hello, next: offer}")
    )
    text = reported(project, "junit")
    xmlschema.XMLSchema(str(REPORTS / "junit-10.xsd")).validate(text.encode())
    assert "FJ503 unreachable at 7:3" in text


def test_junit_holds_any_character(project: Path) -> None:
    (project / "greet.journey.yaml").write_text(
        JOURNEY.replace("offer: {", 'offer: {title: "\\uFFFF<&>", '), encoding="utf-8"
    )
    text = reported(project, "junit")
    xmlschema.XMLSchema(str(REPORTS / "junit-10.xsd")).validate(text.encode())


def test_gitlab_has_what_its_documentation_asks_for(project: Path) -> None:
    """https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""
    entries: list[dict[str, Any]] = json.loads(reported(project, "gitlab"))
    assert entries
    for entry in entries:
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert all(entry[key] for key in ("description", "check_name", "fingerprint"))
        assert entry["location"]["path"] == "greet.journey.yaml"
        assert entry["location"]["positions"]["begin"]["line"] >= 1
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)


def test_fingerprints_stay_when_lines_move(project: Path) -> None:
    before = {entry["fingerprint"] for entry in json.loads(reported(project, "gitlab"))}
    path = project / "greet.journey.yaml"
    path.write_text("# a\n# b\n" + path.read_text())
    assert {entry["fingerprint"] for entry in json.loads(reported(project, "gitlab"))} == before


def test_github_escapes_what_it_must(project: Path) -> None:
    (project / "a,b%.journey.yaml").write_text(JOURNEY)
    text = reported(project, "github")
    assert "::warning file=a%2Cb%25.journey.yaml,line=7,endLine=7,col=3,endColumn=8,title=FJ503 unreachable::" in text
    assert "%0Alead an edge" in text


def test_a_minified_file_shows_a_piece_of_its_line(project: Path, capsys: Printed) -> None:
    nodes = [
        {
            "id": f"n{n}",
            "type": "start" if n == 0 else "agent",
            "position": {"x": 0, "y": 0},
            "data": {"label": f"Block {n}", "prompt": "x" * 50},
        }
        for n in range(60)
    ]
    edges = [{"id": f"e{n}", "source": f"n{n}", "target": f"n{n + 1}"} for n in range(58)]
    (project / "flow.json").write_text(json.dumps({"nodes": nodes, "edges": edges}, separators=(",", ":")))
    check("flow.json", "--select", "unreachable")
    _, line, caret, *_ = capsys.readouterr().out.splitlines()
    assert len(line) < 130
    assert line[caret.index("^") :].startswith('"Block 59"')


def test_rule_shows_its_manual_and_lists(project: Path, capsys: Printed) -> None:
    assert door(["rule", "FJ503"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("FJ503 unreachable\ngraph, warning; `--fix --unsafe-fixes` mends it\n")
    assert "When it runs:" in page
    assert door(["rule", "unreachable", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert [rule["code"] for rule in value["rules"]] == ["FJ503"]
    assert door(["rule", "style"]) == 0
    assert "FJ660\tdefault-name\tstyle\tinfo (off)\t-\t" in capsys.readouterr().out
    assert door(["rule", "unreachabel"]) == 2
    assert "did you mean 'unreachable'?" in capsys.readouterr().err
    del project


def test_the_api_gives_what_the_command_prints(project: Path) -> None:
    import fjctl

    found = fjctl.check([str(project)])
    assert [(report.code, report.line) for report in found.reports] == [("FJ503", 7)]
