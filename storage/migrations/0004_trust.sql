-- Trust: what a service needs so that it can be left alone. A section for each subject.

-- The file. How many transactions were committed, for `<db>.seq`: see storage/sidecar.py.
CREATE TABLE commits (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
) STRICT;
INSERT INTO commits (id, number) VALUES (1, 0);

-- The service. When admins were last told of a kind of trouble, and how often it has happened since.
CREATE TABLE troubles (
  kind TEXT PRIMARY KEY,
  told INTEGER NOT NULL,
  untold INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
