-- Pauses and breakers, and what a waiting document is owed: whoever takes work leaves out what is paused.

CREATE TABLE pause (
    reach TEXT NOT NULL,
    organization_id TEXT NOT NULL,                -- '' where it concerns all
    name TEXT NOT NULL,
    kind TEXT,
    sentence TEXT NOT NULL,
    since TEXT NOT NULL,
    "by" TEXT,
    until TEXT,
    PRIMARY KEY (reach, organization_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE breaker (
    reach TEXT NOT NULL,
    organization_id TEXT NOT NULL,                -- '' where it concerns all
    name TEXT NOT NULL,
    failures INTEGER NOT NULL,
    failed_at TEXT,
    opened_at TEXT,
    probe_at TEXT,
    closed_at TEXT,
    witness_organization_id TEXT,                 -- whose attempt failed last
    witness_document_id TEXT,
    version INTEGER NOT NULL,
    PRIMARY KEY (reach, organization_id, name)
) STRICT, WITHOUT ROWID;

ALTER TABLE document ADD COLUMN due_stage TEXT NOT NULL DEFAULT '';         -- derived when written
UPDATE document SET due_stage = CASE WHEN content_version < desired_version THEN 'fetch' ELSE 'learn' END;
DROP INDEX document_due;
CREATE INDEX document_due ON document (organization_id, due_at, id, due_stage, source) WHERE due_at IS NOT NULL;
