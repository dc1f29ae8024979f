"""What stands around Dify's graph: the app, its features, the variables of the conversation and of the environment.

Source: dify-plus `api/services/app_dsl_service.py` (`export_dsl`), `api/core/variables`.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank, warning
from fjctl.formats.canvas.paths import Map, at, beyond, merge
from fjctl.formats.dify_forms import rows_by
from fjctl.formats.dify_types import FEATURES
from fjctl.model.names import stable_id

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.canvas.drawing import Drawing

NEWEST = "0.6.0"
"""The newest version of the DSL that is known (langgenius/dify `api/constants/dsl_version.py`)."""
USUAL_VERSION = "0.5.0"
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?")
_ENVIRONMENT = re.compile(r"\{\{#env\.([A-Za-z_]\w*)#\}\}", re.ASCII)
_TYPES = {"array[object]": "array"}
_WRITTEN_TYPES = {"array": "array[object]", "file[]": "array[file]", "plain": "string"}


# Reading


def read_around(root: Map, drawing: Drawing) -> None:
    """Reads everything but the graph into the drawing."""
    app, workflow = root.get("app"), root.get("workflow")
    app = app if isinstance(app, dict) else {}
    workflow = workflow if isinstance(workflow, dict) else {}
    drawing.name = _text(app.get("name"))
    drawing.description = _text(app.get("description"))
    drawing.variables = _conversation(workflow.get("conversation_variables"))
    extras: Map = {}
    drawing.environment = frozenset(rows_by(workflow.get("environment_variables"), "name"))
    environment = _environment(workflow.get("environment_variables"))
    extras |= {"environment": environment} if environment else {}
    features = workflow.get("features")
    if isinstance(features, dict):
        extras |= _features(features)
    drawing.extras = extras
    drawing.found += _version(root)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _version(root: Map) -> list[Diagnostic]:
    version = root.get("version")
    if version is None:
        return []
    match = _VERSION.fullmatch(str(version))
    newest = _VERSION.fullmatch(NEWEST)
    if match is None or newest is None:
        hint = "Dify writes it as a text such as '0.5.0'"
        return [warning("FJ306", f"the version {version!r} is none of Dify's", ("version",), hint=hint)]
    if [int(part or 0) for part in match.groups()] > [int(part or 0) for part in newest.groups()]:
        hint = "it is read like the newest known; what is new in it is kept as it is"
        return [warning("FJ306", f"version {version} is newer than {NEWEST}", ("version",), hint=hint)]
    return []


def _shape(row: Map) -> Map:
    kind = row.get("value_type")
    found: Map = {"type": _TYPES.get(kind, kind) if isinstance(kind, str) and kind else "string"}
    if not is_blank(row.get("value")):
        found["default"] = row["value"]
    elif kind in ("number", "boolean"):
        found["default"] = _EMPTY[kind]
    if _text(row.get("description")):
        found["description"] = row["description"]
    return found


def _conversation(rows: Any) -> Map:
    return {name: _shape(row) for name, row in rows_by(rows, "name").items()}


def _environment(rows: Any) -> Map:
    """The environment variables, secrets without their values; one of which nothing else is said is told by its use."""
    found = {name: _shape(row) for name, row in rows_by(rows, "name").items()}
    for shape in found.values():
        if shape["type"] == "secret":
            shape.pop("default", None)
    return {name: shape for name, shape in found.items() if shape != {"type": "secret"}}


def _features(features: Map) -> Map:
    """The greeting and the suggested questions, and what is switched on besides."""
    found: Map = {}
    if _text(features.get("opening_statement")).strip():
        found["greeting"] = features["opening_statement"]
    questions = features.get("suggested_questions")
    if isinstance(questions, list) and any(isinstance(item, str) and item for item in questions):
        found["suggestions"] = questions
    rest = {key: item for key, item in features.items() if key not in {"opening_statement", "suggested_questions"}}
    used = {key: item for key, item in rest.items() if not unused(item) and key != "retriever_resource"}
    said = beyond(used, {key: item for key, item in FEATURES.items() if key in used})
    return found | ({"features": said} if said else {})


def unused(value: Any) -> bool:
    """Whether a setting is one that is switched off, whatever else it says."""
    return isinstance(value, dict) and value.get("enabled") is False and at(value, ("image", "enabled")) is not True


# Writing


def written_around(drawing: Drawing, prior: Any, graph: Map, *, chat: bool, asks: bool) -> Map:
    """The document around a graph. `chat`: it talks; `asks`: it asks a person, which older versions cannot."""
    before = prior if isinstance(prior, dict) else {}
    app = before.get("app")
    said: Map = {"name": drawing.name, "description": drawing.description}
    if isinstance(app, dict):
        said = {key: item for key, item in said.items() if item or key in app}
        said |= {"mode": app["mode"]} if "mode" in app else {}
    else:
        said |= {"icon": "\U0001f916", "icon_background": "#FFEAD5", "use_icon_as_answer_icon": False}
        said["mode"] = "advanced-chat" if chat else "workflow"
    workflow: Map = {"graph": graph, **_written_variables(drawing, at(before, ("workflow",)), graph)}
    if not before:
        version = NEWEST if asks else USUAL_VERSION
        return {"app": said, "dependencies": [], "kind": "app", "version": version, "workflow": workflow}
    return {"app": said, "workflow": workflow}


def _written_variables(drawing: Drawing, before: Any, graph: Map) -> Map:
    held = before if isinstance(before, dict) else {}
    fresh = not held
    features = _written_features(drawing.extras, held.get("features"))
    environment = drawing.extras.get("environment")
    declared: Map = dict(environment) if isinstance(environment, dict) else {}
    secret = _asked_for(graph) if fresh else rows_by(held.get("environment_variables"), "name")
    declared |= {name: {"type": "secret"} for name in secret if name not in declared and (fresh or _silent(held, name))}
    written = {
        "conversation_variables": _rows(drawing.variables, held.get("conversation_variables"), "conversation"),
        "environment_variables": _rows(declared, held.get("environment_variables"), "env"),
        "features": features,
    }
    kept = {key: item for key, item in written.items() if fresh or item or key in held}
    return {**kept, "rag_pipeline_variables": []} if fresh else kept


def _rows(variables: Map, before: Any, space: str) -> list[Map]:
    known = rows_by(before, "name")
    found = []
    for name, said in variables.items():
        shape = said if isinstance(said, dict) else {}
        row = known.get(name)
        plain = {key: item for key, item in shape.items() if key != "input"}
        if row is not None and _comparable(_shape(row)) == _comparable(plain):
            found.append(row)
            continue
        kind = str(shape.get("type", "string"))
        kind = _WRITTEN_TYPES.get(kind, kind)
        new: Map = {"description": shape.get("description", ""), "name": name, "selector": [space, name]}
        new |= {"value": shape.get("default", _EMPTY.get(kind, "")), "value_type": kind}
        found.append({**new, "id": row["id"] if row is not None and "id" in row else stable_id(space, name)})
    return found


def _silent(held: Map, name: str) -> bool:
    """Whether a variable of the environment says nothing to the journey but its name."""
    row = rows_by(held.get("environment_variables"), "name")[name]
    return name not in _environment([row])


_EMPTY: Map = {"number": 0, "object": {}, "boolean": False, "array[object]": []}


def _comparable(shape: Map) -> Map:
    """A variable as far as the journey knows it: a secret's value is not."""
    return {key: item for key, item in shape.items() if key != "default"} if shape.get("type") == "secret" else shape


def _asked_for(graph: Any) -> list[str]:
    """The environment variables that a new graph refers to, in order."""
    found: dict[str, None] = {}
    stack = [graph]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            found.update(dict.fromkeys(_ENVIRONMENT.findall(item)))
        elif isinstance(item, list):
            if len(item) == 2 and item[0] == "env" and isinstance(item[1], str):
                found[item[1]] = None
            stack += reversed(item)
        elif isinstance(item, dict):
            stack += reversed(list(item.values()))
    return sorted(found)


def _written_features(extras: Map, before: Any) -> Map:
    held = before if isinstance(before, dict) else {}
    found: Map = {key: item for key, item in FEATURES.items() if not held} | _kept(held)
    said = extras.get("features")
    for key, item in said.items() if isinstance(said, dict) else []:
        base = found.get(key, FEATURES.get(key))
        if isinstance(base, dict) and isinstance(item, dict):
            # What is switched off is not read; what was read without a switch had none.
            plain = {name: held for name, held in base.items() if name != "enabled" or "enabled" in item}
            item = merge(deepcopy(plain), item)  # noqa: PLW2901 - the same setting, whole
        found[key] = item
    greeting, suggestions = extras.get("greeting"), extras.get("suggestions")
    if greeting or "opening_statement" in held or not held:
        found["opening_statement"] = greeting if isinstance(greeting, str) else ""
    if suggestions or "suggested_questions" in held or not held:
        found["suggested_questions"] = suggestions if isinstance(suggestions, list) else []
    return found


def _kept(held: Map) -> Map:
    """What the prior features say without the journey hearing of it: what is usual, and what is not in use."""
    found: Map = {}
    for key, item in held.items():
        usual = FEATURES.get(key)
        if unused(item) or not beyond({key: item}, {key: usual} if usual is not None else {}):
            found[key] = item
    return found
