"""The newest schema of `fjctl.db`. Generated from `migrations.py`, which says how; do not edit."""

from __future__ import annotations

MIGRATIONS = (
    "m001_conversions",
    "m002_mappings",
    "m003_intents",
)
VERSION = len(MIGRATIONS)
STATEMENTS = (
    """CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
)""",
    """CREATE TABLE conversions (
    id INTEGER PRIMARY KEY,
    key TEXT UNIQUE,
    started_at TEXT NOT NULL,
    duration_ms REAL NOT NULL,
    direction TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ok', 'refused', 'unchanged')),
    options TEXT NOT NULL
)""",
    """CREATE TABLE conversion_files (
    conversion_id INTEGER NOT NULL REFERENCES conversions (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('input', 'output')),
    path TEXT NOT NULL,
    format TEXT NOT NULL,
    hash TEXT NOT NULL,
    bytes INTEGER NOT NULL
)""",
    """CREATE TABLE losses (
    conversion_id INTEGER NOT NULL REFERENCES conversions (id) ON DELETE CASCADE,
    pointer TEXT NOT NULL,
    what TEXT NOT NULL,
    reason TEXT NOT NULL,
    own INTEGER NOT NULL
)""",
    """CREATE TABLE mappings (
    id INTEGER PRIMARY KEY,
    workflow_path TEXT NOT NULL,
    journey_path TEXT NOT NULL,
    workflow_format TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    conversion_id INTEGER REFERENCES conversions (id) ON DELETE SET NULL,
    UNIQUE (workflow_path, journey_path)
)""",
    """CREATE TABLE node_state_mappings (
    mapping_id INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,
    node_id TEXT NOT NULL,
    state_id TEXT NOT NULL,
    kind TEXT NOT NULL
)""",
    """CREATE TABLE edge_transition_mappings (
    mapping_id INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,
    edge_id TEXT NOT NULL,
    source_state TEXT NOT NULL,
    branch TEXT NOT NULL,
    target_state TEXT NOT NULL
)""",
    """CREATE TABLE context_variable_mappings (
    mapping_id INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,
    workflow_variable TEXT NOT NULL,
    journey_variable TEXT NOT NULL,
    type TEXT NOT NULL
)""",
    """CREATE TABLE snapshots (
    hash TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    content BLOB NOT NULL
)""",
    """CREATE TABLE bases (
    mapping_id INTEGER PRIMARY KEY REFERENCES mappings (id) ON DELETE CASCADE,
    workflow_hash TEXT NOT NULL REFERENCES snapshots (hash),
    journey_hash TEXT NOT NULL REFERENCES snapshots (hash)
)""",
    """CREATE TABLE intents (
    path TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (path, hash)
)""",
    """CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name")""",
    """CREATE INDEX conversion_files_conversion ON conversion_files (conversion_id)""",
    """CREATE INDEX conversion_files_path ON conversion_files (path)""",
    """CREATE INDEX losses_conversion ON losses (conversion_id)""",
    """CREATE INDEX mappings_journey ON mappings (journey_path)""",
    """CREATE INDEX mappings_conversion ON mappings (conversion_id)""",
    """CREATE INDEX node_state_mappings_mapping ON node_state_mappings (mapping_id)""",
    """CREATE INDEX edge_transition_mappings_mapping ON edge_transition_mappings (mapping_id)""",
    """CREATE INDEX context_variable_mappings_mapping ON context_variable_mappings (mapping_id)""",
    """CREATE INDEX bases_workflow ON bases (workflow_hash)""",
    """CREATE INDEX bases_journey ON bases (journey_hash)""",
)
