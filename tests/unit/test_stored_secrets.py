"""The database beside the files keeps what a pair last agreed on, and no secret that stands in a workflow."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.formats.canvas.secrets import masked, may_hold_secrets
from fjctl.formats.document import storable
from tests.support import run

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = {
    "key": "sk-proj-abcdefghijklmnopqrstuvwxyz1234567890ABCD",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w",
    "named": "correcthorse7",
}


def flow(secret: str) -> dict[str, Any]:
    headers = [{"key": "Authorization", "value": f"Bearer {secret}"}, {"key": "X-Api-Key", "value": secret}]
    inputs = {"url": "https://a.example", "method": "GET", "headers": headers}
    rows = [("start", "Start", {}), ("http", "HTTP", inputs)]
    nodes = [
        {
            "id": f"{name}Agentflow_0",
            "type": "agentFlow",
            "position": {"x": 0, "y": 0},
            "data": {
                "id": f"{name}Agentflow_0",
                "name": f"{name}Agentflow",
                "label": kind,
                "type": kind,
                "inputs": said,
            },
        }
        for name, kind, said in rows
    ]
    edge = {"id": "e", "source": "startAgentflow_0", "target": "httpAgentflow_0"}
    return {"nodes": nodes, "edges": [edge]}


def everything_in(database: Path) -> bytes:
    """All that a database holds, unpacked."""
    found = b""
    with closing(sqlite3.connect(database)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - a name from the database itself
                for value in row:
                    data = value if isinstance(value, bytes) else str(value).encode()
                    found += data
                    try:
                        found += zlib.decompress(data)
                    except zlib.error:
                        continue
    return found


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_secret_gets_into_the_database_and_edits_are_still_guarded(tmp_path: Path, secret: str) -> None:
    workflow, journey = tmp_path / "flow.json", tmp_path / "flow.journey.yaml"
    workflow.write_text(json.dumps(flow(secret), indent=2), encoding="utf-8")
    (tmp_path / "fjctl.toml").write_text("", encoding="utf-8")
    done = run("fjctl", "convert", "flow.json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "FJ311" in done.stderr
    assert secret not in done.stderr + done.stdout + journey.read_text(encoding="utf-8")
    stored = everything_in(tmp_path / "fjctl.db")
    assert b"httpAgentflow_0" in stored
    assert secret.encode() not in stored
    again = run("fjctl", "convert", "flow.json", folder=tmp_path)
    assert "unchanged" in again.stdout
    journey.write_text(journey.read_text(encoding="utf-8").replace("a.example", "b.example"), encoding="utf-8")
    refused = run("fjctl", "convert", "flow.json", folder=tmp_path)
    assert refused.returncode == 1
    assert "the target has edits that the source does not have" in refused.stderr
    back = run("fjctl", "convert", "flow.journey.yaml", folder=tmp_path)
    assert back.returncode == 0, back.stderr
    assert secret in workflow.read_text(encoding="utf-8")
    assert secret.encode() not in everything_in(tmp_path / "fjctl.db")


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_masked_secret_keeps_length_and_form(secret: str) -> None:
    value = {"api_key": secret, "text": f"call it with {secret} now", "url": "https://a.example"}
    clean = masked(value)
    assert clean["url"] == value["url"]
    assert len(clean["api_key"]) == len(secret)
    assert clean["api_key"] != secret
    assert masked(clean) == clean
    assert may_hold_secrets(json.dumps(clean))


def test_what_holds_none_is_stored_as_it_is() -> None:
    for data in (b'{"a": 1}', b'{"max_tokens": 3}', b"\xff", b"{"):
        assert storable("a.json", data) is data
    text = b"# mine\nkey: 'sk-abcdefghijklmnopqrstuvwx'  # here\n"
    assert storable("a.yaml", text) == b"# mine\nkey: 'sk-aaaaaaaaaaaaaaaaaaaaaaaa'  # here\n"
