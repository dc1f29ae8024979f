"""The memory beside a project's files: `fjctl.db`. Files are the truth; deleting it loses history only."""

from __future__ import annotations

from fjctl.store.database import TIMEOUT, Store, open_store
from fjctl.store.records import (
    Base,
    ConversionRecord,
    EdgeTransition,
    FileRecord,
    MappingRecord,
    NodeState,
    VariableLink,
    content_hash,
)

__all__ = [
    "TIMEOUT",
    "Base",
    "ConversionRecord",
    "EdgeTransition",
    "FileRecord",
    "MappingRecord",
    "NodeState",
    "Store",
    "VariableLink",
    "content_hash",
    "open_store",
]
