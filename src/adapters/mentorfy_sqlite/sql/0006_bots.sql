-- Drafts, who published a revision, and bots that are not offered; everybody's conversations in the order of activity.
ALTER TABLE bot ADD COLUMN hidden_since TEXT;
ALTER TABLE bot_revision ADD COLUMN published_by TEXT;

CREATE TABLE bot_draft (
    organization_id TEXT NOT NULL,
    bot_id TEXT NOT NULL,
    version INTEGER NOT NULL,                     -- stays when a draft ends, so that it never falls
    based_on INTEGER NOT NULL,
    name TEXT NOT NULL,
    behavior TEXT NOT NULL,                       -- JSON
    saved_by TEXT,
    saved_at TEXT,                                -- null where the draft has ended
    PRIMARY KEY (organization_id, bot_id),
    FOREIGN KEY (organization_id, bot_id) REFERENCES bot (organization_id, id)
) STRICT;

CREATE INDEX conversation_activity ON conversation (organization_id, updated_at DESC, id) WHERE deleted_at IS NULL;
