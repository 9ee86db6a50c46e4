-- What providers let us ask per minute, and who waits for it.

CREATE TABLE budget (
    provider TEXT PRIMARY KEY,
    known TEXT NOT NULL                           -- JSON: a whole Budget, read and written as one
) STRICT, WITHOUT ROWID;
