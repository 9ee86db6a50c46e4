-- A person has one account; a member is their place in an organisation, under the same id.

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_email ON account (email) WHERE email <> '';
INSERT INTO account (id, name, created_at, email, password_hash)
    SELECT id, name, min(created_at), '', '' FROM member GROUP BY id;
UPDATE account SET email = (SELECT max(lower(trim(email))) FROM member WHERE member.id = account.id)
    WHERE id IN (SELECT min(id) FROM member WHERE email <> '' GROUP BY lower(trim(email)));

ALTER TABLE member DROP COLUMN name;
ALTER TABLE member DROP COLUMN email;
ALTER TABLE member ADD COLUMN removed_at TEXT;
CREATE INDEX member_person ON member (id) WHERE removed_at IS NULL;

CREATE TABLE session (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,                  -- of the secret in the cookie
    member_id TEXT NOT NULL REFERENCES account (id),
    organization_id TEXT NOT NULL REFERENCES organization (id),
    device TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX session_person ON session (member_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE token (
    organization_id TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    member_id TEXT NOT NULL,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    used_at TEXT,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, member_id) REFERENCES member (organization_id, id)
) STRICT;
CREATE INDEX token_member ON token (organization_id, member_id);

CREATE TABLE link (
    organization_id TEXT NOT NULL REFERENCES organization (id),
    id TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    member_id TEXT REFERENCES account (id),
    email TEXT NOT NULL,
    created_by TEXT,
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE INDEX link_person ON link (member_id) WHERE member_id IS NOT NULL;

CREATE TABLE attempt (                            -- at a password
    key TEXT NOT NULL,
    at TEXT NOT NULL,
    until TEXT NOT NULL                           -- when it counts no more
) STRICT;
CREATE INDEX attempt_key ON attempt (key, at);
CREATE INDEX attempt_until ON attempt (until);

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    organization_id TEXT NOT NULL,
    member_id TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX audit_organization ON audit (organization_id, seq);
