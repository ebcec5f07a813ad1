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

-- A digest of the row and of the one before it; empty in rows that are older than the chain.
ALTER TABLE entries ADD COLUMN chain TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN chain TEXT NOT NULL DEFAULT '';

-- Kind `join`: a commander's invite was redeemed. Kind `correction`: a locked day is to be changed; `given` is what
-- the message said, `said` when, `update_id`, `chat` and `message` where it came from, `note` the officer's words.
-- `mends` is the entry whose message was edited; with nothing given, the entry that is to be taken back.
-- Of a `join`, `invited_by` issued the invite and `replaces` is whose post it takes over. Kind `erase`: the person
-- wants their own data taken out.
CREATE TABLE requests_new (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('join', 'correction', 'erase')),
  person INTEGER NOT NULL REFERENCES people (id),
  unit INTEGER NOT NULL REFERENCES units (id),
  role TEXT NOT NULL DEFAULT '',
  invited_by TEXT NOT NULL DEFAULT '',
  replaces INTEGER REFERENCES people (id),
  campaign TEXT NOT NULL DEFAULT '',
  day TEXT NOT NULL DEFAULT '',
  slot INTEGER NOT NULL DEFAULT 0,
  given TEXT NOT NULL DEFAULT '{}',
  note TEXT NOT NULL DEFAULT '',
  mends INTEGER REFERENCES entries (id),
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

-- A commander has opened a locked day of a unit (and all below it) until an instant. `told`: the officers know.
CREATE TABLE unlocks (
  id INTEGER PRIMARY KEY,
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL REFERENCES units (id),
  day TEXT NOT NULL,
  until INTEGER NOT NULL,
  given_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER,
  told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX unlocks_day ON unlocks (campaign, day, unit);
CREATE INDEX unlocks_untold ON unlocks (id) WHERE told = 0;

-- People. `erased`: when the name and the account were taken out on somebody's wish. `issued_by`: as in the audit.
-- `replaces`: whose post at that unit ends when the invite takes effect.
ALTER TABLE people ADD COLUMN erased INTEGER;
ALTER TABLE invites ADD COLUMN issued_by TEXT NOT NULL DEFAULT '';
ALTER TABLE invites ADD COLUMN replaces INTEGER REFERENCES people (id);
CREATE INDEX invites_issuer ON invites (issued_by) WHERE issued_by <> '';

-- What is secret, such as a code, is not kept once it has left or was given up; a cleared row keeps its state.
ALTER TABLE outbox ADD COLUMN secret INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER outbox_secrets AFTER UPDATE OF state ON outbox
WHEN new.secret AND new.state NOT IN ('waiting', 'sending')
BEGIN UPDATE outbox SET payload = '{}' WHERE id = new.id; END;

-- Which of several units and campaigns a person means when none is named; empty or null: not chosen.
ALTER TABLE people ADD COLUMN chosen_unit INTEGER REFERENCES units (id);
ALTER TABLE people ADD COLUMN chosen_campaign TEXT NOT NULL DEFAULT '';

-- Which report a message of ours speaks of, when somebody replies to it.
CREATE INDEX outbox_message ON outbox (chat, message) WHERE subject <> '' AND message IS NOT NULL;

-- Units. From the day `closed` on a unit is not expected to report; `merged_into` says which one goes on for it.
ALTER TABLE units ADD COLUMN closed TEXT;
ALTER TABLE units ADD COLUMN merged_into INTEGER REFERENCES units (id);
CREATE INDEX targets_unit ON targets (unit, campaign, metric, phase, since);
CREATE INDEX baselines_unit ON baselines (unit, campaign, metric, part, since);

-- Announcements to everybody below a unit; delivery is read from the outbox by their subject. `chat` and `message` are
-- where the text came from, `with_groups` whether the groups hear it too. `held`: sent, but the quiet hours come first.
-- `shown` are the counts that its message tells now, `concluded` when the last word on it was said.
CREATE TABLE announcements (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  person INTEGER NOT NULL REFERENCES people (id),
  unit INTEGER NOT NULL REFERENCES units (id),
  text TEXT NOT NULL,
  chat INTEGER NOT NULL REFERENCES chats (id),
  message INTEGER NOT NULL,
  with_groups INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'held', 'sent', 'cancelled')),
  created INTEGER NOT NULL,
  sent INTEGER,
  shown TEXT NOT NULL DEFAULT '',
  concluded INTEGER
) STRICT;
CREATE INDEX announcements_open ON announcements (id) WHERE state IN ('held', 'sent') AND concluded IS NULL;
CREATE INDEX announcements_message ON announcements (chat, message);

-- For /ops: what failed lately, without reading all that was ever sent or delivered.
CREATE INDEX outbox_failed ON outbox (done) WHERE state IN ('failed', 'unknown');
CREATE INDEX updates_dead ON updates (date) WHERE state = 'dead';

-- Rosters that an admin sent in chat. `held`: the table as read, and from which day its figures are to hold; `seen` is
-- the mark of the roster that its difference was shown against. What was applied or dropped is blanked.
CREATE TABLE imports (
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL REFERENCES chats (id),
  name TEXT NOT NULL,
  since TEXT NOT NULL DEFAULT '',
  held TEXT NOT NULL DEFAULT '',
  seen TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'read', 'applied', 'dropped')),
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX imports_open ON imports (account) WHERE state IN ('waiting', 'read');
