"""JSON Schemas (draft 2020-12), generated with pydantic from the types that are the models.

`all_schemas` is what `schemas/` holds and the wheel carries; `python -m tests.regenerate` writes it. Importing this
module imports pydantic.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    ForwardRef,
    Literal,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import typing_extensions
from pydantic import BaseModel, ConfigDict, TypeAdapter

from fjctl.model import journey
from fjctl.outputs import OUTPUTS
from fjctl.project import config_file
from fjctl.project.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Container

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def journey_adapter() -> TypeAdapter[Any]:
    """Pydantic's own check of journey documents, as strict as `model/shape.py`."""
    return _adapter(journey, "Journey", journey.OPEN)


def config_adapter() -> TypeAdapter[Any]:
    """Pydantic's own check of the table of a config file."""
    return _adapter(config_file, "ConfigTable")


def _adapter(home: ModuleType, root: str, open_classes: Container[str] = ()) -> TypeAdapter[Any]:
    """The check of documents of one `TypedDict` of a module; `open_classes` names those that take further keys."""
    namespace = f"fjctl.schemas.{root.lower()}"
    module = ModuleType(namespace)
    for name, kind in list(vars(home).items()):
        if is_typeddict(kind):
            hints = get_type_hints(kind, include_extras=True)
            fields = {key: _linked(hint) for key, hint in hints.items()}
            # Before Python 3.12 pydantic takes the classes of typing_extensions only; these are their twins.
            twin: Any = _typed_dict(name, fields)
            twin.__module__ = namespace
            twin.__doc__ = inspect.cleandoc(kind.__doc__ or "")
            extra: Literal["allow", "forbid"] = "allow" if name in open_classes else "forbid"
            twin.__pydantic_config__ = ConfigDict(extra=extra, strict=True)
            setattr(module, name, twin)
    adapter: TypeAdapter[Any] = TypeAdapter(cast("Any", ForwardRef(root)))
    adapter.rebuild(force=True, _types_namespace=vars(module))
    return adapter


def _typed_dict(name: str, fields: dict[str, Any]) -> Any:
    make: Any = typing_extensions.TypedDict
    return make(name, fields, total=False)


def _linked(kind: Any) -> Any:
    """A type with each of the journey's classes replaced by its name."""
    if is_typeddict(kind):
        return ForwardRef(kind.__name__)
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Required, NotRequired):
        return origin[_linked(args[0])]
    if origin in (Union, UnionType):
        return Union[tuple(_linked(item) for item in args)]  # noqa: UP007 - the types are known only here
    if origin in (list, dict):
        return origin[tuple(_linked(item) for item in args)]
    return kind


def journey_schema() -> dict[str, Any]:
    """The schema of a journey document."""
    return _finished(journey_adapter().json_schema(), "journey", "A journey document (*.journey.yaml, *.journey.json)")


def config_schema() -> dict[str, Any]:
    """The schema of `fjctl.toml` and of `[tool.fjctl]` in `pyproject.toml`."""
    schema = config_adapter().json_schema()
    for name, default, _ in Settings(Path()).rows():
        schema["properties"][name]["default"] = default
    return _finished(schema, "config", "Settings of a project (fjctl.toml, [tool.fjctl])")


def output_schema(name: str) -> dict[str, Any]:
    """The schema of what a verb prints with `--json`; `name` is that between the slashes of its `schema` field."""
    model: type[BaseModel] = OUTPUTS[name]
    schema = model.model_json_schema(mode="serialization", by_alias=True)
    schema["properties"]["schema"] = {"const": f"fjctl/{name}/v1"}
    return _finished(schema, f"output-{name}", f"What fjctl prints with --json: fjctl/{name}/v1")


def all_schemas() -> dict[str, dict[str, Any]]:
    """Every schema by name; the file is `schemas/<name>.schema.json`."""
    found = {"journey": journey_schema(), "config": config_schema()}
    return found | {f"output-{name}": output_schema(name) for name in OUTPUTS}


def _finished(schema: dict[str, Any], name: str, title: str) -> dict[str, Any]:
    head = {"$schema": DIALECT, "$id": f"urn:fjctl:schema:{name}:1", "title": title}
    body: dict[str, Any] = _tidied({key: item for key, item in schema.items() if key != "title"})
    return head | body


def _tidied(value: Any, *, names: bool = False) -> Any:
    """Without the titles that only repeat a property's name; descriptions on one line. `names`: keys are names."""
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, item in value.items():
        if not names and key == "title" and isinstance(item, str) and "properties" not in value:
            continue
        text = " ".join(item.split()) if not names and key == "description" and isinstance(item, str) else item
        found[key] = _tidied(text, names=not names and key in {"properties", "$defs"})
    return found
