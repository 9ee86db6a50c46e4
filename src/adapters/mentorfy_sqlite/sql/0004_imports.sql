-- A person looks at a plan before it is carried out: by kind, in portions, with what they left out.

ALTER TABLE import_job ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE import_entry ADD COLUMN verdict TEXT NOT NULL DEFAULT '';      -- this and the next are in the JSON too
ALTER TABLE import_entry ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
UPDATE import_entry SET verdict = json_extract(entry, '$.verdict');
CREATE INDEX import_entry_kind ON import_entry (organization_id, import_id, verdict, left_out);
