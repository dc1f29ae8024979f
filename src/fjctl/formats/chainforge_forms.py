"""How ChainForge spells prompts, the models that answer them, and the evaluators of answers.

Sources: ianarawjo/ChainForge `chainforge/react-server/src/{PromptNode,ModelSettingSchemas,LLMEvalNode}.tsx`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.canvas import forms
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT
from fjctl.formats.chainforge_types import MODEL_USUAL, SYSTEM
from fjctl.model.names import stable_id
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope


def _prompts_read(value: Any, _: Scope) -> Read | None:
    """A prompt, or several of which each is tried: the first is the instruction, the others are variants."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        return None
    return Read({"prompt": texts[0], **({"agent": {"variants": texts[1:]}} if texts[1:] else {})})


def _prompts_write(fields: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    text, agent = fields.get("prompt"), fields.get("agent")
    if not isinstance(text, str):
        return ABSENT
    more = agent.get("variants") if isinstance(agent, dict) else None
    variants = [each for each in more if isinstance(each, str)] if isinstance(more, list) else []
    return [text, *variants] if variants or isinstance(prior, list) else text


def _models_read(rows: Any, _: Scope) -> Read | None:
    """One model is the agent's, several are compared."""
    if not isinstance(rows, list) or not rows or not all(_is_model(row) for row in rows):
        return None
    models = [_model(row) for row in rows]
    if len(models) == 1:
        return Read({"agent": models[0]})
    return Read({"agent": {"models": models}})


def _is_model(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("model"), str)


def _model(row: Map) -> Map:
    said = row.get("settings")
    found: Map = {"model": row["model"]}
    name = row.get("name")
    if isinstance(name, str) and name not in {"", row["model"]}:
        found["name"] = name
    for key, item in said.items() if isinstance(said, dict) else ():
        if not is_blank(item) and not (key in MODEL_USUAL and same(item, MODEL_USUAL[key])):
            found["system" if key == "system_msg" else key] = item
    return found


def _models_write(fields: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    agent = fields.get("agent")
    said = agent if isinstance(agent, dict) else {}
    many = said.get("models")
    models = [row for row in many if isinstance(row, dict)] if isinstance(many, list) else [_own(said)]
    if not all(isinstance(model.get("model"), str) for model in models):
        return ABSENT
    before = [row for row in prior if _is_model(row)] if isinstance(prior, list) else []
    rows: list[Any] = []
    for place, model in enumerate(models):
        old = next((row for row in before if same(_model(row), model)), None)
        rows.append(
            old if old is not None else _row(model, before[place] if place < len(before) else None, scope, place)
        )
    return rows


def _own(agent: Map) -> Map:
    """What an agent's settings say of its one model."""
    return {
        key: item
        for key, item in agent.items()
        if key not in {"role", "input", "messages", "variants", "settings", "output"}
    }


def _row(model: Map, prior: Map | None, scope: Scope, place: int) -> Map:
    old = prior.get("settings") if prior is not None else None
    kept = {key: item for key, item in old.items() if is_blank(item)} if isinstance(old, dict) else {}
    settings: Map = {**MODEL_USUAL, **kept}
    settings |= {
        "system_msg" if key == "system" else key: item for key, item in model.items() if key not in {"model", "name"}
    }
    name = model.get("name", model["model"])
    if prior is not None:
        return {**prior, "name": name, "model": model["model"], "settings": settings}
    return {
        "key": stable_id("model", scope.node.id, str(place)),
        "name": name,
        "emoji": "🙂",
        "model": model["model"],
        "base_model": model["model"],
        "temp": settings.get("temperature", 1),
        "settings": settings,
        "formData": {"shortname": name, "system_msg": settings.get("system_msg", SYSTEM)},
    }


def _grader_read(value: Any, _: Scope) -> Read | None:
    return Read(_model(value)) if _is_model(value) else None


def _grader_write(model: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    if not _is_model(model):
        return ABSENT
    old = prior if _is_model(prior) else None
    return old if old is not None and same(_model(old), model) else _row(model, old, scope, 0)


def _evaluators_read(rows: Any, scope: Scope) -> Read | None:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    return Read([_with_grader(row, lambda grader: _slim(grader, scope)) for row in rows])


def _evaluators_write(rows: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return rows
    before = {row.get("uid"): row for row in prior if isinstance(row, dict)} if isinstance(prior, list) else {}

    def grown(row: Map) -> Map:
        state = before.get(row.get("uid"), {}).get("state")
        old = state.get("grader") if isinstance(state, dict) else None
        return _with_grader(row, lambda grader: _grader_write(grader, old, ABSENT, scope))

    return [grown(row) for row in rows]


def _with_grader(row: Map, change: Callable[[Any], Any]) -> Map:
    """An evaluator with the model that grades changed, if one does."""
    state = row.get("state")
    if not isinstance(state, dict) or not _is_model(state.get("grader")):
        return row
    return {**row, "state": {**state, "grader": change(state["grader"])}}


def _slim(grader: Any, scope: Scope) -> Any:
    found = _grader_read(grader, scope)
    return grader if found is None else found.value


FORMS: dict[str, Form] = {
    **forms.FORMS,
    "prompts": Form(_prompts_read, _prompts_write),
    "models": Form(_models_read, _models_write),
    "grader": Form(_grader_read, _grader_write),
    "evaluators": Form(_evaluators_read, _evaluators_write),
    "language": forms.choice({"javascript": "javascript", "python": "python"}),
}
