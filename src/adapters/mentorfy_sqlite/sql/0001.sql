-- Times are ISO 8601 in UTC with microseconds, all of one width, so that their order as text is their order in time.
-- Primary keys begin with the organisation: another one's id is neither found nor in the way.

CREATE TABLE clock (                              -- the latest time anybody was told in a write: time never goes back
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_at TEXT NOT NULL
) STRICT;
INSERT INTO clock VALUES (1, '0001-01-01T00:00:00.000000+00:00');

CREATE TABLE organization (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE member (
    organization_id TEXT NOT NULL REFERENCES organization (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;

CREATE TABLE worker (
    id TEXT PRIMARY KEY,
    build TEXT NOT NULL,
    slots INTEGER NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;

CREATE TABLE generation (
    organization_id TEXT NOT NULL,
    id TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    recipe TEXT NOT NULL,
    chunks_expected INTEGER,
    note TEXT NOT NULL,
    idle_since TEXT,
    retired_at TEXT,
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE UNIQUE INDEX generation_unretired ON generation (organization_id, content_sha256, recipe)
    WHERE retired_at IS NULL;
CREATE INDEX generation_idle ON generation (idle_since, id) WHERE retired_at IS NULL;

CREATE TABLE ledger (                             -- what understanding each chunk found out
    organization_id TEXT NOT NULL,
    generation TEXT NOT NULL,
    chunk_index INTEGER NOT NULL,
    chunk TEXT NOT NULL,                          -- JSON
    vector BLOB NOT NULL,
    PRIMARY KEY (organization_id, generation, chunk_index),
    FOREIGN KEY (organization_id, generation) REFERENCES generation (organization_id, id)
) STRICT;

CREATE TABLE organization_revision (
    organization_id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,                    -- rises with every change of a document
    served_at TEXT                                -- when a worker last took a document: turns are by this
) STRICT;

CREATE TABLE document (
    organization_id TEXT NOT NULL,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    title TEXT NOT NULL,
    display_path TEXT NOT NULL,                   -- JSON
    mime_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    desired_token TEXT NOT NULL,
    next_run_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    source_url TEXT NOT NULL,
    status TEXT NOT NULL,
    desired_version INTEGER NOT NULL,
    content_version INTEGER NOT NULL,
    content_token TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    storage_key TEXT NOT NULL,
    generation TEXT,
    live_generation TEXT,
    live_version INTEGER NOT NULL,
    note TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    not_before TEXT,
    fetched_at TEXT,
    cycle INTEGER NOT NULL,
    retries TEXT NOT NULL,                        -- JSON
    losses INTEGER NOT NULL,
    last_error TEXT,                              -- JSON
    gone_since TEXT,
    deleted_at TEXT,
    excluded INTEGER NOT NULL,
    row_version INTEGER NOT NULL,
    claimed_stage TEXT,                           -- this and the next six: the claim, or all NULL
    claimed_version INTEGER,
    claim_token TEXT,
    claimed_alone INTEGER,
    lease_until TEXT,
    attempt_deadline TEXT,
    progressed INTEGER,
    due_at TEXT,                                  -- derived when written: next_run_at where work is owed and unclaimed
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE UNIQUE INDEX document_living_file ON document (organization_id, source, external_id)
    WHERE deleted_at IS NULL;
CREATE INDEX document_deleted_file ON document (organization_id, source, external_id, deleted_at)
    WHERE deleted_at IS NOT NULL;
CREATE INDEX document_due ON document (organization_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX document_leased ON document (lease_until, organization_id, id) WHERE lease_until IS NOT NULL;
CREATE INDEX document_generation ON document (organization_id, generation) WHERE generation IS NOT NULL;
CREATE INDEX document_live ON document (organization_id, live_generation, created_at, id, deleted_at)
    WHERE live_generation IS NOT NULL;

CREATE TABLE document_event (
    organization_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    seq INTEGER NOT NULL,                         -- the row_version this event made
    event TEXT NOT NULL,
    after_status TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    at TEXT NOT NULL,
    sentence TEXT NOT NULL,
    PRIMARY KEY (organization_id, document_id, seq),
    FOREIGN KEY (organization_id, document_id) REFERENCES document (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_job (
    organization_id TEXT NOT NULL,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    root TEXT NOT NULL,
    asked_by TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    next_run_at TEXT NOT NULL,
    include_removed INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    state TEXT NOT NULL,
    scanned_at TEXT,
    total INTEGER NOT NULL,
    prepared INTEGER NOT NULL,
    current TEXT NOT NULL,
    failures INTEGER NOT NULL,
    error TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    row_version INTEGER NOT NULL,
    claim_token TEXT,
    lease_until TEXT,
    due_at TEXT,                                  -- derived when written: next_run_at where a step is owed and unclaimed
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE INDEX import_due ON import_job (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX import_leased ON import_job (lease_until, id) WHERE lease_until IS NOT NULL;
CREATE INDEX import_latest ON import_job (organization_id, created_at, id);

CREATE TABLE import_entry (
    organization_id TEXT NOT NULL,
    import_id TEXT NOT NULL,
    entry_index INTEGER NOT NULL,
    entry TEXT NOT NULL,                          -- JSON
    PRIMARY KEY (organization_id, import_id, entry_index),
    FOREIGN KEY (organization_id, import_id) REFERENCES import_job (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE bot (
    organization_id TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;

CREATE TABLE bot_revision (
    organization_id TEXT NOT NULL,
    bot_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    behavior TEXT NOT NULL,                       -- JSON
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, bot_id, revision),
    FOREIGN KEY (organization_id, bot_id) REFERENCES bot (organization_id, id)
) STRICT;

CREATE TABLE conversation (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    bot_id TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX conversation_history ON conversation (organization_id, member_id, updated_at);

CREATE TABLE message (
    organization_id TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversation (id),
    seq INTEGER NOT NULL,
    speaker TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at TEXT NOT NULL,
    status TEXT NOT NULL,
    key TEXT NOT NULL,
    answered INTEGER NOT NULL,
    bot_revision INTEGER NOT NULL,
    refs TEXT NOT NULL,                           -- JSON; REFERENCES is a word of SQL
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE UNIQUE INDEX message_order ON message (conversation_id, seq);
CREATE INDEX message_key ON message (organization_id, key) WHERE key <> '';
CREATE INDEX message_unanswered ON message (organization_id, created_at) WHERE answered = 0;
