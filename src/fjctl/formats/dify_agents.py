"""Spellings of what a model is told: prompts in all their forms, templates, an agent's tools.

`open` puts what belongs together under one setting: a prompt with the variables of its Jinja and with its context
(`{rows, jinja, context}`), a template with its variables (`{template, variables}`).

Sources: langgenius/graphon `nodes/llm/entities.py`, `prompt_entities.py`; dify-plus `core/workflow/nodes/agent`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats import dify_texts as texts
from fjctl.formats.base import is_blank
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, at, map_texts, put
from fjctl.formats.dify_forms import FORMS, rows_by, write_argument
from fjctl.model.names import humanize, slug, stable_id, unique
from fjctl.model.references import references
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from fjctl.formats.canvas.scope import Scope

CONTEXT = "{{#context#}}"
_ROLES = {"human": "user", "ai": "assistant", "model": "assistant", "bot": "assistant"}
"""Dify's words for roles that others call otherwise."""


class _Prompt:
    """A prompt taken apart: its rows, the variables of its Jinja, the reference that `{{#context#}}` stands for."""

    def __init__(self, group: Any, scope: Scope) -> None:
        held = group if isinstance(group, dict) else {}
        self.scope = scope
        self.template = held.get("rows")
        self.variables, self.odd = texts.read_variables(held.get("jinja"), scope)
        self.jinja = held.get("jinja")
        self.needed: Map = {}
        context = held.get("context")
        self.context: Map = context if isinstance(context, dict) else {}
        on = self.context.get("enabled") is True
        self.source = texts.read_selector(self.context.get("variable_selector"), scope) if on else None

    def rows(self) -> list[Any]:
        """The rows; the prompt of a completion model is a single one."""
        if isinstance(self.template, str):
            return [{"text": self.template}]
        if isinstance(self.template, dict):
            return [self.template]
        return self.template if isinstance(self.template, list) else []

    def said(self, row: Any) -> str | None:
        """A row's text in the model's spelling; None where there is none."""
        if not isinstance(row, dict):
            return None
        jinja = row.get("edition_type") == "jinja2" and isinstance(row.get("jinja2_text"), str)
        text = row.get("jinja2_text") if jinja else row.get("text")
        if not isinstance(text, str) or not text.strip():
            return None
        if jinja:
            text, needed = texts.read_jinja(text, self.variables)
            self.needed |= needed
            return text
        if self.source is not None:
            text = text.replace(CONTEXT, self.source)
        return texts.read_text(text, self.scope)

    def messages(self) -> list[tuple[str, str, int]]:
        """Role, text and place of the rows that say something."""
        found = []
        for place, row in enumerate(self.rows()):
            text = self.said(row)
            if text is not None:
                role = row.get("role")
                found.append((role if isinstance(role, str) and role else "user", text, place))
        return found


def _prompt_read(group: Any, scope: Scope) -> Read | None:
    prompt = _Prompt(group, scope)
    messages = [(role, text) for role, text, _ in prompt.messages()]
    fields: Map = {}
    agent: Map = {}
    if messages:
        role, text = messages.pop(0)
        fields["prompt"] = text
        agent |= {} if role == "system" else {"role": role}
    if messages and messages[0][0] == "user":
        agent["input"] = messages.pop(0)[1]
    if messages:
        agent["messages"] = [{"role": role, "content": text} for role, text in messages]
    used = any(CONTEXT in str(row.get("text")) for row in prompt.rows() if isinstance(row, dict))
    if prompt.source is not None and not used:
        agent["settings"] = {"context": prompt.source}
    # A template's variables that its text asks for by name have no reference in it to come back from.
    needed = {name: said for name, said in prompt.variables.items() if name in prompt.needed}
    if needed and any(_is_jinja(row) for row in prompt.rows()):
        agent.setdefault("settings", {})["variables"] = needed
    if agent:
        fields["agent"] = agent
    return Read(fields)


def _is_jinja(row: Any) -> bool:
    return isinstance(row, dict) and row.get("edition_type") == "jinja2"


def _wanted(fields: Map) -> list[tuple[str, str]]:
    """The messages that an agent's fields ask for."""
    agent = fields.get("agent")
    agent = agent if isinstance(agent, dict) else {}
    found: list[tuple[str, str]] = []
    if isinstance(fields.get("prompt"), str) and fields["prompt"]:
        found.append((str(agent.get("role", "system")), fields["prompt"]))
    if isinstance(agent.get("input"), str) and agent["input"]:
        found.append(("user", agent["input"]))
    more = agent.get("messages")
    found += [
        (str(message.get("role", "user")), message["content"])
        for message in (more if isinstance(more, list) else [])
        if isinstance(message, dict) and isinstance(message.get("content"), str)
    ]
    return [(_ROLES.get(role, role), text) for role, text in found]


def _prompt_write(fields: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    before = _Prompt(prior, scope)
    wanted = _wanted(fields)
    settings = at(fields, ("agent", "settings"))
    settings = settings if isinstance(settings, dict) else {}
    held = settings.get("variables")
    writer = _PromptWriter(before, scope, dict(held) if isinstance(held, dict) else {})
    source = settings.get("context")
    context = source if isinstance(source, str) else before.source or _knowledge(wanted, scope)
    rows = writer.rows(wanted, None if isinstance(source, str) else context)
    group: Map = {"rows": rows}
    if isinstance(before.template, str) and len(rows) == 1:
        group["rows"] = rows[0]["text"]
    elif isinstance(before.template, dict) and len(rows) == 1:
        group["rows"] = {key: item for key, item in rows[0].items() if key != "role" or "role" in before.template}
    if writer.declared or before.odd:
        group["jinja"] = writer.variable_rows()
    selector = texts.write_selector(context, scope) if context else None
    used = source is not None or any(CONTEXT in str(row.get("text")) for row in rows if isinstance(row, dict))
    if selector is not None and used:
        kept = before.context if before.source == context else {"enabled": True, "variable_selector": selector}
        group["context"] = kept
    elif before.context and before.source is None:
        group["context"] = before.context
    return group


def _knowledge(messages: list[tuple[str, str]], scope: Scope) -> str | None:
    """The knowledge that a new prompt refers to: Dify puts it into a prompt as its context only."""
    for _, text in messages:
        for reference in references(text):
            row = scope.rows.get(reference.name.removeprefix("@"))
            if row is not None and row.kind is BlockKind.KNOWLEDGE and reference.path == "results":
                return f"<{reference.name}.{reference.path}>"
    return None


class _PromptWriter:
    def __init__(self, before: _Prompt, scope: Scope, needed: Map) -> None:
        self.before = before
        self.scope = scope
        self.known = before.messages()
        self.declared: Map = {}
        self.needed = needed

    def rows(self, wanted: list[tuple[str, str]], context: str | None) -> list[Any]:
        """The rows for the messages: those that stood there, with new texts, while their roles are the same."""
        old = self.before.rows()
        roles = [_ROLES.get(role, role) for role, _, _ in self.known]
        if [role for role, _ in wanted] == roles:
            found = list(old)
            for (_, text), (_, was, place) in zip(wanted, self.known, strict=True):
                found[place] = self.row(old[place], text, was, context)
            return found
        left = list(self.known)
        found = []
        for number, (role, text) in enumerate(wanted):
            same = next((item for item in left if item[:2] == (role, text)), None)
            same = same or next((item for item in left if item[0] == role), None)
            if same is not None:
                left.remove(same)
            base = old[same[2]] if same is not None else {"id": stable_id("message", self.scope.node.id, str(number))}
            row = self.row(base, text, same[1] if same is not None else None, context)
            found.append({**row, "role": role} if row.get("role") != role else row)
        return found

    def row(self, row: Map, text: str, was: str | None, context: str | None) -> Map:
        """A row that says a text; the very row where it does already."""
        jinja = _is_jinja(row)
        if jinja:
            written, declared = texts.write_jinja(text, self.needed, self.before.variables, self.scope)
            self.declared |= declared
        if was == text:
            return row
        if jinja:
            return {**row, "jinja2_text": written, "text": written}
        return {**row, "text": self.plain(text, context)}

    def plain(self, text: str, context: str | None) -> str:
        if context:
            text = text.replace(context, CONTEXT)
        return texts.write_text(text, self.scope)

    def variable_rows(self) -> list[Any]:
        before = self.before.jinja if isinstance(self.before.jinja, list) else []
        found = []
        for name, said in self.declared.items():
            selector = texts.write_selector(said, self.scope)
            if selector is not None:
                found.append(texts.variable_row(name, selector, before))
        return [*found, *self.before.odd]


# Templates: Jinja over declared variables.


def _template_read(group: Any, scope: Scope) -> Read | None:
    held = group if isinstance(group, dict) else {}
    template = held.get("template")
    variables, odd = texts.read_variables(held.get("variables"), scope)
    if not isinstance(template, str):
        return None
    text, needed = texts.read_jinja(template, variables)
    found: Map = {**({"template": text} if text else {}), **({"variables": needed} if needed else {})}
    return Read({"tool": {"arguments": found}}, odd or ABSENT) if found or odd else None


def _template_write(fields: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    held = at(fields, ("tool", "arguments"))
    held = held if isinstance(held, dict) else {}
    before = prior if isinstance(prior, dict) else {}
    known, odd = texts.read_variables(before.get("variables"), scope)
    text, needed = held.get("template", ""), held.get("variables")
    needed = needed if isinstance(needed, dict) else {}
    if not isinstance(text, str):
        return ABSENT
    template, declared = texts.write_jinja(text, needed, known, scope)
    was = before.get("template")
    if isinstance(was, str) and texts.read_jinja(was, known) == (text, needed):
        template = was
    rows = []
    for name, said in declared.items():
        selector = texts.write_selector(said, scope)
        if selector is not None:
            rows.append(texts.variable_row(name, selector, before.get("variables") or []))
    rest = beyond if isinstance(beyond, list) else odd
    return {"template": template, "variables": [*rows, *rest]}


# What an agent's strategy is given: `{name: {type, value}}`; its tools are rows with copies of their definitions.


def _tools_read(held: Any, scope: Scope) -> Read | None:
    rows = held.get("value") if isinstance(held, dict) else None
    found: Map = {}
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict) or not isinstance(row.get("tool_name"), str):
            return None
        found[unique(_called(row), found)] = _contract(row, scope)
    return Read(found) if found else None


def _called(row: Map) -> str:
    """What a tool is called: after its label, which says what it does."""
    label = row.get("tool_label")
    return slug(label if isinstance(label, str) and label.strip() else row["tool_name"], "tool")


def _read(value: Any, scope: Scope) -> Any:
    return map_texts(value, lambda text: texts.read_text(text, scope))


def _contract(row: Map, scope: Scope) -> Map:
    provider, label = row.get("provider_name"), row.get("tool_label")
    contract: Map = {"kind": "external"}
    contract |= {"service": provider} if isinstance(provider, str) and provider not in ("", row["tool_name"]) else {}
    contract["operation"] = row["tool_name"]
    titled = isinstance(label, str) and label and label not in {row["tool_name"], humanize(_called(row)), _called(row)}
    contract |= {"title": label} if titled else {}
    description = at(row, ("extra", "description"))
    if isinstance(description, str) and description:
        contract["description"] = description
    arguments: Map = {}
    for key in ("settings", "parameters"):
        held = row.get(key)
        for name, item in held.items() if isinstance(held, dict) else []:
            said = item.get("value") if isinstance(item, dict) and item.get("auto") != 1 else None
            inner = said.get("value") if isinstance(said, dict) and set(said) == {"type", "value"} else said
            if not is_blank(inner):
                arguments[name] = _read(inner, scope)
    contract |= {"arguments": arguments} if arguments else {}
    settings: Map = {}
    if row.get("enabled") is False:
        settings["enabled"] = False
    if row.get("type") not in (None, "", "builtin"):
        settings["type"] = row["type"]
    return contract | ({"settings": settings} if settings else {})


def _tools_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    before = prior if isinstance(prior, dict) else {}
    held = before.get("value")
    known = rows_by(held, "tool_name")
    rows = []
    for name, contract in meaning.items():
        said = contract if isinstance(contract, dict) else {}
        row = known.get(str(said.get("operation", "")))
        if row is not None and _contract(row, scope) == said:
            rows.append(row)
        else:
            rows.append(_tool_row(name, said, row or {}, scope))
    return {**before, "type": before.get("type", "constant"), "value": rows}


def _tool_row(name: str, said: Map, before: Map, scope: Scope) -> Map:
    operation = str(said.get("operation") or name)
    settings = said.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    arguments = said.get("arguments")
    old = before.get("settings")
    given = dict(old) if isinstance(old, dict) else {}
    for key, item in arguments.items() if isinstance(arguments, dict) else []:
        put(given, (key, "value"), write_argument(item, {"type": "constant"}, scope)["value"])
    row: Map = {"parameters": {}, "schemas": [], **before, "enabled": settings.get("enabled", True)}
    row |= {"provider_name": said.get("service") or operation, "tool_name": operation, "settings": given}
    row |= {"tool_label": said.get("title") or humanize(name), "type": settings.get("type", "builtin")}
    put(row, ("extra", "description"), said.get("description", ""))
    return row


def _asked_read(held: Any, scope: Scope) -> Read | None:
    """What an agent is asked; the customer's words where nobody says otherwise."""
    if isinstance(held, dict) and held.get("value") == CUSTOMER:
        return None
    return FORMS["argument"].read(held, scope)


CUSTOMER = "{{#sys.query#}}"

AGENT_FORMS = {
    "asked": Form(_asked_read, FORMS["argument"].write, translates=True),
    "prompt": Form(_prompt_read, _prompt_write, translates=True),
    "template": Form(_template_read, _template_write, translates=True),
    "tools": Form(_tools_read, _tools_write, translates=True),
}
