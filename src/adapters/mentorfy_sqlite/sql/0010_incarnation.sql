-- How often these data were put back to an earlier state, and one.

CREATE TABLE incarnation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO incarnation VALUES (1, 1);
