-- The commanders' desk: corrections and unlocks, people and their chosen unit, announcements, rosters sent in chat.

-- Decisions. `override`: a commander's own change, with the reason as its note. `correction`: an approved request.
CREATE TABLE entries_new (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL REFERENCES units (id),
  day TEXT NOT NULL,
  slot INTEGER NOT NULL,
  person INTEGER NOT NULL REFERENCES people (id),
  kind TEXT NOT NULL CHECK (kind IN
    ('line', 'guided', 'edit', 'undo', 'confirm', 'drop', 'moved', 'override', 'correction')),
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
INSERT INTO entries_new SELECT * FROM entries;
DROP TABLE entries;
ALTER TABLE entries_new RENAME TO entries;
CREATE INDEX entries_slot ON entries (campaign, unit, day, slot, id);
CREATE INDEX entries_message ON entries (chat, message);
CREATE TRIGGER entries_keep BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;

-- Kind `join`: a commander's invite was redeemed. Kind `correction`: a locked day is to be changed; `given` is what
-- the message said, `said` when, `update_id`, `chat` and `message` where it came from, `note` the officer's words.
CREATE TABLE requests_new (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('join', 'correction')),
  person INTEGER NOT NULL REFERENCES people (id),
  unit INTEGER NOT NULL REFERENCES units (id),
  role TEXT NOT NULL DEFAULT '',
  campaign TEXT NOT NULL DEFAULT '',
  day TEXT NOT NULL DEFAULT '',
  slot INTEGER NOT NULL DEFAULT 0,
  given TEXT NOT NULL DEFAULT '{}',
  note TEXT NOT NULL DEFAULT '',
  update_id INTEGER NOT NULL DEFAULT 0,
  chat INTEGER REFERENCES chats (id),
  message INTEGER NOT NULL DEFAULT 0,
  said INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
  created INTEGER NOT NULL,
  decided INTEGER,
  decided_by TEXT,
  reason TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO requests_new (id, ref, kind, person, unit, role, state, created, decided, decided_by)
  SELECT id, ref, kind, person, unit, role, state, created, decided, decided_by FROM requests;
DROP TABLE requests;
ALTER TABLE requests_new RENAME TO requests;
CREATE INDEX requests_open ON requests (kind, campaign, unit, day, slot) WHERE state = 'open';

-- A commander has opened a locked day of a unit (and all below it) until an instant.
CREATE TABLE unlocks (
  id INTEGER PRIMARY KEY,
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL REFERENCES units (id),
  day TEXT NOT NULL,
  until INTEGER NOT NULL,
  given_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER
) STRICT;
CREATE INDEX unlocks_day ON unlocks (campaign, day, unit) WHERE revoked IS NULL;

-- People. `erased`: when the name and the account were taken out on somebody's wish.
ALTER TABLE people ADD COLUMN erased INTEGER;
ALTER TABLE invites ADD COLUMN issued_by TEXT NOT NULL DEFAULT '';

-- Which of several units and campaigns a person means when none is named; empty or null: not chosen.
ALTER TABLE people ADD COLUMN chosen_unit INTEGER REFERENCES units (id);
ALTER TABLE people ADD COLUMN chosen_campaign TEXT NOT NULL DEFAULT '';

-- Units. From the day `closed` on a unit is not expected to report; `merged_into` says which one goes on for it.
ALTER TABLE units ADD COLUMN closed TEXT;
ALTER TABLE units ADD COLUMN merged_into INTEGER REFERENCES units (id);

-- Announcements to everybody below a unit; delivery is read from the outbox by their subject.
CREATE TABLE announcements (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  person INTEGER NOT NULL REFERENCES people (id),
  unit INTEGER NOT NULL REFERENCES units (id),
  text TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sent', 'cancelled')),
  recipients INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  sent INTEGER
) STRICT;

-- Rosters that an admin sent in chat, as read, until they are applied or dropped.
CREATE TABLE imports (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL REFERENCES chats (id),
  name TEXT NOT NULL,
  header TEXT NOT NULL DEFAULT '[]',
  rows TEXT NOT NULL DEFAULT '[]',
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'read', 'applied', 'dropped')),
  created INTEGER NOT NULL
) STRICT;
