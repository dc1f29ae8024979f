"""Why a field of an n8n document stays in the workflow by design, and what identifies an item of its lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.n8n_document import WRAPPERS

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

TOP = {
    "id": "identity",
    "versionId": "identity",
    "activeVersionId": "identity",
    "versionCounter": "identity",
    "meta": "editor",
    "pinData": "editor",
    "staticData": "editor",
    "tags": "editor",
    "shared": "editor",
    "nodeGroups": "editor",
    "active": "envelope",
    "isArchived": "envelope",
    "createdAt": "envelope",
    "updatedAt": "envelope",
    "triggerCount": "envelope",
    "createdBy": "envelope",
    "totalViews": "envelope",
}
"""Fields of a document beside its nodes, connections, name and settings."""
SETTINGS = {
    "saveExecutionProgress": "envelope",
    "saveManualExecutions": "envelope",
    "saveDataErrorExecution": "envelope",
    "saveDataSuccessExecution": "envelope",
    "callerPolicy": "envelope",
    "availableInMCP": "envelope",
    "binaryMode": "envelope",
    "timeSavedMode": "envelope",
    "templateCredsSetupCompleted": "editor",
}
"""What of a workflow's settings is about the instance that runs it."""
NODE = {
    "position": "layout",
    "id": "identity",
    "webhookId": "identity",
    "typeVersion": "envelope?",
    "notesInFlow": "editor",
    "color": "editor",
}
"""Fields of a node."""
PARAMETERS = {
    "__rl": "derived?",
    "mode": "derived?",
    "cachedResultName": "derived",
    "cachedResultUrl": "derived",
    "fallbackOutput": "derived?",
    "fallback": "derived?",
    "notice": "editor",
}
"""Fields of parameters, at any depth. `mode` is that of a locator; a node's own is in the journey. A way for what fits
no branch says nothing while it leads nowhere."""
FLAGS = frozenset(
    {"disabled", "executeOnce", "alwaysOutputData", "continueOnFail", "retryOnFail", "hasOutputParser", "onError"}
    | {"waitBetweenTries", "maxTries"}
)
"""What says nothing while it is false, or while what it belongs to is."""


UNSAID = frozenset({"attemptToConvertTypes", "convertFieldsToString", "ignoreTypeMismatchErrors", "hasOutputParser"})
"""Parameters that say nothing while they are false."""


def own_part(pointer: Pointer, value: JsonValue = None) -> str:
    """See `WorkflowFormat.own_part`."""
    parts = tuple(part.strip('"') if isinstance(part, str) else part for part in pointer)
    if parts and parts[0] in WRAPPERS and (len(parts) == 1 or parts[1] in {*TOP, "nodes", "connections", "settings"}):
        parts = parts[1:]
    if not parts:
        return ""
    if len(parts) == 1:
        return TOP.get(str(parts[0]), "")
    if parts[0] == "settings":
        return SETTINGS.get(str(parts[1]), "")
    if parts[0] != "nodes":
        return TOP.get(str(parts[0]), "")
    return _of_node(parts[2:], value) if len(parts) > 2 else ""


def _of_node(parts: Pointer, value: JsonValue) -> str:
    head, last = str(parts[0]), parts[-1]
    if (
        head in FLAGS
        and len(parts) == 1
        and (value in (False, "stopWorkflow") or head in {"waitBetweenTries", "maxTries"})
    ):
        return "derived?"
    if len(parts) == 1:
        return NODE.get(head, "")
    if head == "credentials":
        return "identity" if last == "id" else ""
    return _of_parameter(parts, value) if head == "parameters" else ""


def _of_parameter(parts: Pointer, value: JsonValue) -> str:
    last = parts[-1]
    if value is False and last in UNSAID:
        return "derived?"
    if last == "schema" and isinstance(value, list):
        return "payload"
    if len(parts) == 2 and last in {"width", "height"}:
        return "layout?"
    if last == "id" and any(part in {"assignments", "conditions"} for part in parts):
        return "identity"
    if parts[-2:] == ("operator", "name"):
        return "derived"
    return PARAMETERS.get(str(last), "") if len(parts) > 2 else ""


def list_key(pointer: Pointer, item: dict[str, JsonValue]) -> object:
    """What identifies an item of a list: a node by its id, a connection by where it leads, a row by its name."""
    if "node" in item and "connections" in pointer:
        return (str(item.get("node")), str(item.get("type")), str(item.get("index")))
    for key in ("id", "name", "key", "fieldId", "fieldLabel"):
        found = item.get(key)
        if isinstance(found, (str, int)) and found != "":
            return found
    return None
