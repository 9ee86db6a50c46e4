-- What the content pages ask: changes since a revision, folders with their counts, lists by name.
-- sort_key() and folder_of() are rules of the core; see functions.py.

ALTER TABLE document ADD COLUMN folder TEXT NOT NULL DEFAULT '[]';          -- derived when written: JSON, the path without its last name
ALTER TABLE document ADD COLUMN sort_key TEXT NOT NULL DEFAULT '';          -- derived when written, from the title
ALTER TABLE document ADD COLUMN needs_person INTEGER NOT NULL DEFAULT 0;    -- derived when written
ALTER TABLE document ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;        -- the organisation's when the row last changed
UPDATE document SET
    folder = folder_of(display_path),
    sort_key = sort_key(title),
    needs_person = status <> 'available_to_ai' AND deleted_at IS NULL AND (status = 'failed' OR coalesce(
        json_extract(last_error, '$.kind') IN ('quota_exhausted', 'grant_revoked', 'bad_credentials'), 0)),
    revision = coalesce((SELECT r.revision FROM organization_revision AS r
        WHERE r.organization_id = document.organization_id), 0);

CREATE INDEX document_changed ON document (organization_id, revision);
CREATE INDEX document_in_folder ON document (organization_id, source, folder, sort_key, id) WHERE deleted_at IS NULL;
CREATE INDEX document_by_name ON document (organization_id, sort_key, id) WHERE deleted_at IS NULL;
CREATE INDEX document_needs_person ON document (organization_id, sort_key, id)
    WHERE deleted_at IS NULL AND needs_person = 1;
CREATE INDEX document_removed ON document (organization_id, deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE TABLE folder_count (                       -- living documents that stand alike, counted by the triggers below
    organization_id TEXT NOT NULL,
    source TEXT NOT NULL,
    folder TEXT NOT NULL,
    status TEXT NOT NULL,
    visible INTEGER NOT NULL,
    needs_person INTEGER NOT NULL,
    documents INTEGER NOT NULL,                   -- 0 stays, to tell who asks what changed
    revision INTEGER NOT NULL,
    PRIMARY KEY (organization_id, source, folder, status, visible, needs_person)
) STRICT, WITHOUT ROWID;
INSERT INTO folder_count
    SELECT organization_id, source, folder, status, live_generation IS NOT NULL, needs_person, count(*), max(revision)
    FROM document WHERE deleted_at IS NULL GROUP BY 1, 2, 3, 4, 5, 6;

CREATE TRIGGER document_added AFTER INSERT ON document WHEN new.deleted_at IS NULL BEGIN
    INSERT INTO folder_count
        VALUES (new.organization_id, new.source, new.folder, new.status, new.live_generation IS NOT NULL,
            new.needs_person, 1, new.revision)
        ON CONFLICT DO UPDATE SET documents = documents + 1, revision = excluded.revision;
END;
CREATE TRIGGER document_left AFTER UPDATE OF folder, status, live_generation, needs_person, deleted_at ON document
    WHEN old.deleted_at IS NULL AND (new.deleted_at IS NOT NULL OR old.folder <> new.folder
        OR old.status <> new.status OR old.needs_person <> new.needs_person
        OR (old.live_generation IS NULL) <> (new.live_generation IS NULL)) BEGIN
    UPDATE folder_count SET documents = documents - 1, revision = new.revision
        WHERE organization_id = old.organization_id AND source = old.source AND folder = old.folder
            AND status = old.status AND visible = (old.live_generation IS NOT NULL)
            AND needs_person = old.needs_person;
END;
CREATE TRIGGER document_came AFTER UPDATE OF folder, status, live_generation, needs_person, deleted_at ON document
    WHEN new.deleted_at IS NULL AND (old.deleted_at IS NOT NULL OR old.folder <> new.folder
        OR old.status <> new.status OR old.needs_person <> new.needs_person
        OR (old.live_generation IS NULL) <> (new.live_generation IS NULL)) BEGIN
    INSERT INTO folder_count
        VALUES (new.organization_id, new.source, new.folder, new.status, new.live_generation IS NOT NULL,
            new.needs_person, 1, new.revision)
        ON CONFLICT DO UPDATE SET documents = documents + 1, revision = excluded.revision;
END;
