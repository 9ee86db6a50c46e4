-- What workers count, for those who watch. Nothing of any organisation.

CREATE TABLE counted (
    what TEXT NOT NULL,
    how TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (what, how)
) STRICT, WITHOUT ROWID;
