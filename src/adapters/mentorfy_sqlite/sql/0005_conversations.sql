-- Answers that stream: leased to whoever writes them, begun anew when asked again; conversations that can be deleted.

ALTER TABLE conversation ADD COLUMN deleted_at TEXT;
CREATE INDEX conversation_deleted ON conversation (deleted_at) WHERE deleted_at IS NOT NULL;

ALTER TABLE message ADD COLUMN considered TEXT NOT NULL DEFAULT '[]';    -- JSON
ALTER TABLE message ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN error TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN take INTEGER NOT NULL DEFAULT 1;
ALTER TABLE message ADD COLUMN lease_until TEXT;                        -- while it streams
UPDATE message SET lease_until = created_at WHERE status = 'streaming';
CREATE INDEX message_leased ON message (lease_until) WHERE lease_until IS NOT NULL;
