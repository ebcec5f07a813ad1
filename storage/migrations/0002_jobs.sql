-- What the bot has said by itself, or why not: one row per push, chat, topic, local day and time.
-- Chat 0 stands for the push as a whole: its row says that nothing of it is left to do.
CREATE TABLE job_runs (
  campaign TEXT NOT NULL,
  job TEXT NOT NULL,
  chat INTEGER NOT NULL,
  thread INTEGER NOT NULL,
  day TEXT NOT NULL,
  slot TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sent', 'late', 'skipped', 'done')),
  reason TEXT NOT NULL DEFAULT '',
  outbox INTEGER,
  at INTEGER NOT NULL,
  PRIMARY KEY (campaign, job, chat, thread, day, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_runs_at ON job_runs (at);

-- The live board of a group and day: the message that is edited as reports land. `unit` is the group's when it
-- was posted, `slot` the time at which; `shown` a digest of the last text, `seen` the newest entry that it knows.
CREATE TABLE boards (
  campaign TEXT NOT NULL,
  chat INTEGER NOT NULL REFERENCES chats (id),
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  unit INTEGER NOT NULL REFERENCES units (id),
  slot TEXT NOT NULL,
  subject TEXT NOT NULL,
  shown TEXT NOT NULL DEFAULT '',
  seen INTEGER NOT NULL,
  edited INTEGER NOT NULL,
  frozen INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign, chat, day, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX boards_live ON boards (day) WHERE frozen = 0;

-- The places of a closed day, for the movement on the next day's boards.
CREATE TABLE frozen_places (
  campaign TEXT NOT NULL,
  parent INTEGER NOT NULL REFERENCES units (id),
  metric TEXT NOT NULL,
  kind TEXT NOT NULL,
  day TEXT NOT NULL,
  places TEXT NOT NULL,
  PRIMARY KEY (campaign, parent, metric, kind, day)
) STRICT, WITHOUT ROWID;

-- Marks that a unit has passed, told in the slot of that day and time: once, never taken back.
CREATE TABLE milestones (
  campaign TEXT NOT NULL,
  unit INTEGER NOT NULL REFERENCES units (id),
  metric TEXT NOT NULL,
  mark INTEGER NOT NULL,
  day TEXT NOT NULL,
  slot TEXT NOT NULL,
  PRIMARY KEY (campaign, unit, metric, mark)
) STRICT, WITHOUT ROWID;

-- Days on which a person or a unit is not expected to report. Exactly one of the two is named.
CREATE TABLE leaves (
  id INTEGER PRIMARY KEY,
  person INTEGER REFERENCES people (id),
  unit INTEGER REFERENCES units (id),
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  given_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER,
  CHECK ((person IS NULL) <> (unit IS NULL))
) STRICT;
CREATE INDEX leaves_last ON leaves (last) WHERE revoked IS NULL;
CREATE INDEX leaves_person ON leaves (person) WHERE revoked IS NULL;

-- How a person wants to be reminded: intensity, and quiet until an instant.
CREATE TABLE reminders (
  person INTEGER NOT NULL PRIMARY KEY REFERENCES people (id),
  intensity TEXT NOT NULL DEFAULT 'normal' CHECK (intensity IN ('light', 'normal', 'full', 'off')),
  quiet_until INTEGER NOT NULL DEFAULT 0
) STRICT;
