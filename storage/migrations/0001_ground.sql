-- Instants are whole seconds since 1970 in UTC; days are ISO dates of the campaign's own time zone.

CREATE TABLE meta (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the messenger delivered, raw. The key is the whole memory of what was already taken in.
CREATE TABLE updates (
  id INTEGER PRIMARY KEY,
  chat INTEGER,
  date INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('done', 'ignored', 'retry', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  due INTEGER NOT NULL DEFAULT 0,
  raw TEXT NOT NULL,
  error TEXT
) STRICT;
CREATE INDEX updates_retry ON updates (chat, id) WHERE state = 'retry';
CREATE INDEX updates_date ON updates (date);

CREATE TABLE units (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  level TEXT NOT NULL,
  parent INTEGER REFERENCES units (id),
  population INTEGER CHECK (population >= 0),
  aliases TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE INDEX units_parent ON units (parent);

-- Dated: a change is a new row, the newest one that has begun holds; without a value it takes the former back.
CREATE TABLE targets (
  id INTEGER PRIMARY KEY,
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL REFERENCES units (id),
  metric TEXT NOT NULL,
  phase INTEGER NOT NULL,
  amount INTEGER,
  percent TEXT,
  since TEXT NOT NULL,
  recorded INTEGER NOT NULL
) STRICT;

CREATE TABLE baselines (
  id INTEGER PRIMARY KEY,
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL REFERENCES units (id),
  metric TEXT NOT NULL,
  part TEXT NOT NULL,
  amount INTEGER,
  since TEXT NOT NULL,
  recorded INTEGER NOT NULL
) STRICT;

CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  language TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
  channel TEXT NOT NULL,
  external INTEGER NOT NULL,
  person INTEGER NOT NULL REFERENCES people (id),
  PRIMARY KEY (channel, external)
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_person ON accounts (person);

CREATE TABLE roles (
  id INTEGER PRIMARY KEY,
  person INTEGER NOT NULL REFERENCES people (id),
  unit INTEGER NOT NULL REFERENCES units (id),
  role TEXT NOT NULL CHECK (role IN ('officer', 'commander')),
  since INTEGER NOT NULL,
  until INTEGER
) STRICT;
CREATE INDEX roles_person ON roles (person) WHERE until IS NULL;
CREATE INDEX roles_unit ON roles (unit, role) WHERE until IS NULL;
CREATE UNIQUE INDEX roles_once ON roles (person, unit, role) WHERE until IS NULL;

-- Only the hash of a code is kept. Kind `group` binds a chat, the others a person.
CREATE TABLE invites (
  hash TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('officer', 'commander', 'group')),
  unit INTEGER NOT NULL REFERENCES units (id),
  uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
  expires INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- People who are nobody yet: only an id, how often they tried and when the bot last answered.
CREATE TABLE strangers (
  channel TEXT NOT NULL,
  external INTEGER NOT NULL,
  answered INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (channel, external)
) STRICT, WITHOUT ROWID;

-- What waits for somebody's decision. Kind `join`: a commander's invite was redeemed.
CREATE TABLE requests (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('join')),
  person INTEGER NOT NULL REFERENCES people (id),
  unit INTEGER NOT NULL REFERENCES units (id),
  role TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'rejected')),
  created INTEGER NOT NULL,
  decided INTEGER,
  decided_by TEXT
) STRICT;

CREATE TABLE chats (
  id INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  external INTEGER NOT NULL,
  private INTEGER NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  unit INTEGER REFERENCES units (id),
  thread INTEGER,
  language TEXT NOT NULL DEFAULT '',
  reachable INTEGER NOT NULL DEFAULT 1,
  moved_to INTEGER REFERENCES chats (id),
  UNIQUE (channel, external)
) STRICT;

-- Every version of every report. Never changed, only superseded by a later row.
CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL REFERENCES units (id),
  day TEXT NOT NULL,
  slot INTEGER NOT NULL,
  person INTEGER NOT NULL REFERENCES people (id),
  kind TEXT NOT NULL CHECK (kind IN ('line', 'guided', 'edit', 'undo', 'confirm', 'drop', 'moved')),
  state TEXT NOT NULL CHECK (state IN ('accepted', 'questioned', 'dropped')),
  given TEXT NOT NULL,
  amounts TEXT NOT NULL,
  doubts TEXT NOT NULL DEFAULT '[]',
  note TEXT NOT NULL DEFAULT '',
  supersedes INTEGER REFERENCES entries (id),
  answers INTEGER REFERENCES entries (id),
  update_id INTEGER NOT NULL,
  chat INTEGER NOT NULL REFERENCES chats (id),
  message INTEGER NOT NULL,
  said INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  on_time INTEGER NOT NULL,
  UNIQUE (update_id, campaign, unit, day, slot)
) STRICT;
CREATE INDEX entries_slot ON entries (campaign, unit, day, slot, id);
CREATE INDEX entries_message ON entries (chat, message);
CREATE TRIGGER entries_keep BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;

-- Derived from entries, in the same transaction; `tiendo rebuild` makes all of it anew.
-- A slot is 0, or the person where officers' reports add up.
CREATE TABLE reports (
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL,
  day TEXT NOT NULL,
  slot INTEGER NOT NULL,
  entry INTEGER NOT NULL REFERENCES entries (id),
  on_time INTEGER NOT NULL,
  PRIMARY KEY (campaign, unit, day, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE questions (
  entry INTEGER NOT NULL PRIMARY KEY REFERENCES entries (id),
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL,
  day TEXT NOT NULL,
  slot INTEGER NOT NULL,
  person INTEGER NOT NULL
) STRICT;
CREATE INDEX questions_slot ON questions (campaign, unit, day, slot);
CREATE INDEX questions_person ON questions (person);

-- `running` is the running total as typed, for metrics that are entered cumulatively.
CREATE TABLE tallies (
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL,
  metric TEXT NOT NULL,
  part TEXT NOT NULL,
  day TEXT NOT NULL,
  slot INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  running INTEGER,
  PRIMARY KEY (campaign, unit, metric, part, day, slot)
) STRICT, WITHOUT ROWID;

-- Sums for the unit and all its ancestors, baseline not included; a parted metric has its own row (part '').
CREATE TABLE totals (
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL,
  metric TEXT NOT NULL,
  part TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (campaign, unit, metric, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily (
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL,
  day TEXT NOT NULL,
  metric TEXT NOT NULL,
  part TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (campaign, unit, day, metric, part)
) STRICT, WITHOUT ROWID;

-- How many reporting units below have reported for the day, and how many on time.
CREATE TABLE turnout (
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL,
  day TEXT NOT NULL,
  reported INTEGER NOT NULL,
  on_time INTEGER NOT NULL,
  PRIMARY KEY (campaign, unit, day)
) STRICT, WITHOUT ROWID;

-- A conversation that is half done: one per person and chat.
CREATE TABLE dialogues (
  chat INTEGER NOT NULL REFERENCES chats (id),
  person INTEGER NOT NULL REFERENCES people (id),
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  expires INTEGER NOT NULL,
  offered INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat, person)
) STRICT, WITHOUT ROWID;

-- One row per keyboard: each of its buttons works once, for that account in that chat.
CREATE TABLE nonces (
  token TEXT NOT NULL PRIMARY KEY,
  chat INTEGER NOT NULL REFERENCES chats (id),
  account INTEGER NOT NULL,
  buttons TEXT NOT NULL,
  used INTEGER NOT NULL DEFAULT 0,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_expiry ON nonces (expires);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  chat INTEGER NOT NULL REFERENCES chats (id),
  verb TEXT NOT NULL,
  payload TEXT NOT NULL,
  subject TEXT NOT NULL DEFAULT '',
  coalesce_key TEXT NOT NULL DEFAULT '',
  priority INTEGER NOT NULL,
  repeatable INTEGER NOT NULL,
  created INTEGER NOT NULL,
  due INTEGER NOT NULL DEFAULT 0,
  expires INTEGER,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN
    ('waiting', 'sending', 'sent', 'failed', 'unknown', 'expired', 'replaced')),
  attempts INTEGER NOT NULL DEFAULT 0,
  unsure INTEGER NOT NULL DEFAULT 0,
  message INTEGER,
  done INTEGER,
  error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_open ON outbox (id) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbox_subject ON outbox (subject) WHERE subject <> '';
CREATE INDEX outbox_coalesce ON outbox (chat, coalesce_key) WHERE state = 'waiting' AND coalesce_key <> '';

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  what TEXT NOT NULL,
  facts TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE TRIGGER audit_keep BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
CREATE TRIGGER audit_stay BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is never deleted'); END;
