"""What must hold of every history, whatever happened in it: the invariants I1 to I10 of the fault catalogue."""

import html
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any, NamedTuple

from bot.app import setting_of
from bot.config import Config
from bot.rehearsal.botapi.api import Accepted
from bot.rehearsal.botapi.server import BotApiServer
from storage import rebuilding, worlds
from storage.sqlite import Store, open_store

LOST = "updates lost"
DOUBLED = "counted twice"
WRONG = "wrong sums"
MISSING = "receipts missing"
OTHER = "other faults"
KINDS = (LOST, DOUBLED, WRONG, MISSING, OTHER)

SHOWN_BY = {"sendMessage": "send", "sendPhoto": "photo", "sendDocument": "document"}
ENDED = ("done", "ignored")
_TAG = re.compile(r"<[^>]+>")


class Finding(NamedTuple):
    """One thing that is not as it must be: what kind, where, what was found and what was wanted."""

    kind: str
    where: object
    found: object
    wanted: object


@dataclass(frozen=True, repr=False)
class Traces:
    """What a run leaves behind. `first` is the number of its first update.

    `allowed` are the chats that may be spoken to, None for all; `forsaken` those that people closed to the
    bot for a while, so that messages to them may be given up; `forgotten` the updates that the messenger itself
    dropped as too old; `needles` must stand nowhere in the `log`.
    """

    config: Config
    server: BotApiServer
    first: int
    now: datetime
    log: str = ""
    needles: tuple[str, ...] = ()
    exit_code: int = 0
    allowed: frozenset[int] | None = None
    forsaken: frozenset[int] = frozenset()
    forgotten: frozenset[int] = frozenset()

    @property
    def updates(self) -> range:
        """Return the numbers of all updates that there were."""
        return range(self.first, self.server.next_update_id)

    def open(self) -> sqlite3.Connection:
        """Return a reading connection to the data."""
        data = sqlite3.connect(f"{self.config.storage.path.as_uri()}?mode=ro", uri=True)
        data.row_factory = sqlite3.Row
        return data

    @cached_property
    def moved(self) -> Mapping[int, int]:
        """Return the groups that have another number now, by the old one."""
        groups = self.server.world.groups.values()
        return {group.id: group.migrated_to.id for group in groups if group.migrated_to is not None}

    def seat(self, chat: int) -> int:
        """Return the number under which a chat is reached now."""
        while chat in self.moved:
            chat = self.moved[chat]
        return chat


@dataclass(eq=False)
class Row:
    """One row of the outbox that shows something, and what people saw of it, by places in the record."""

    id: int
    seat: int
    verb: str
    priority: int
    state: str
    unsure: int
    error: str
    message: int | None
    text: str
    seen: list[int]

    @property
    def most(self) -> int:
        """Return how often it may have been seen."""
        return self.unsure + (self.state == "sent")


async def examine(traces: Traces, store: Store | None = None) -> list[Finding]:
    """Return what breaks an invariant; nothing may. I3 is asked of the running bot's `store` where there is one."""
    with closing(traces.open()) as data:
        findings = [finding for check in INVARIANTS.values() for finding in check(traces, data)]
    return findings + await sums_are_the_replay(traces, store)


def every_update_is_there(traces: Traces, data: sqlite3.Connection) -> Iterator[Finding]:
    """I1: every update that was handed out and confirmed has one row."""
    known = {row["id"] for row in data.execute("SELECT id FROM updates")}
    for update in traces.updates:
        if update not in known and update not in traces.forgotten:
            yield Finding(LOST, f"I1 update {update}", "no row", "one")
    for update in known - set(traces.updates):
        yield Finding(OTHER, f"I1 update {update}", "taken in", "never sent")
    if traces.server.pending_updates:
        yield Finding(OTHER, "I1 updates not confirmed", traces.server.pending_updates, 0)


def every_update_has_ended(_: Traces, data: sqlite3.Connection) -> Iterator[Finding]:
    """I2: every row is done or ignored; where nothing was broken on purpose none is dead."""
    for row in data.execute("SELECT id, state, error FROM updates"):
        if row["state"] not in ENDED:
            yield Finding(LOST, f"I2 update {row['id']}", (row["state"], row["error"]), ENDED)


async def sums_are_the_replay(traces: Traces, store: Store | None = None) -> list[Finding]:
    """I3: everything derived is what the entries say when they are played again."""
    if store is None:
        async with open_store(traces.config.storage.path) as opened:
            return await sums_are_the_replay(traces, opened)
    setting, day = setting_of(traces.config), traces.now.astimezone(traces.config.zone).date()
    world = await store.read(partial(worlds.load, setting=setting, day=day))
    differences = await store.write(partial(rebuilding.rebuild, world=world))
    return [Finding(WRONG, f"I3 {each.table} {each.key}", each.kept, each.right) for each in differences.first]


def every_message_arrived_once(traces: Traces, data: sqlite3.Connection) -> Iterator[Finding]:
    """I4: each row was shown once, or its doubts say why not; and nothing was shown without a row."""
    rows = outbox_rows(traces, data)
    for stray in assign(traces, rows):
        yield Finding(OTHER, f"I4 {stray.method} to {stray.chat_id}", stray.text, "a row that wants it, once")
    for row in rows:
        if row.state in {"waiting", "sending"}:
            yield Finding(OTHER, f"I4 outbox row {row.id}", row.state, "ended")
        elif row.state == "sent" and not row.seen and row.verb != "edit":
            yield Finding(MISSING, f"I4 outbox row {row.id}", "not seen", row.text)
        elif row.state == "failed" and row.seat not in traces.forsaken:
            yield Finding(OTHER, f"I4 outbox row {row.id}, {row.verb}", (row.state, row.error), "sent")


def messages_came_in_order(traces: Traces, data: sqlite3.Connection) -> Iterator[Finding]:
    """I5: a chat sees its texts in the order of the outbox, answers for themselves and pushes for themselves."""
    rows = outbox_rows(traces, data)
    assign(traces, rows)
    newest: dict[tuple[int, int], Row] = {}
    for row in sorted((row for row in rows if row.seen and row.verb == "send"), key=lambda row: row.seen[0]):
        before = newest.get((row.seat, row.priority))
        if before is not None and before.id > row.id:
            yield Finding(OTHER, f"I5 outbox row {row.id}", f"after row {before.id}", "in the order of the outbox")
        newest[row.seat, row.priority] = row


def only_known_chats_were_told(traces: Traces, _: sqlite3.Connection) -> Iterator[Finding]:
    """I6: nothing was sent to a chat that is not allowed."""
    for each in traces.server.accepted:
        if traces.allowed is not None and each.chat_id not in traces.allowed:
            yield Finding(OTHER, f"I6 chat {each.chat_id}", each.text, "nothing")


def the_log_is_clean(traces: Traces, _: sqlite3.Connection) -> Iterator[Finding]:
    """I7: no secret and nobody's words stand in the log."""
    for needle in traces.needles:
        if needle in traces.log:
            yield Finding(OTHER, "I7 log", f"holds {needle[:4]}…", "does not")


def the_file_is_sound(_: Traces, data: sqlite3.Connection) -> Iterator[Finding]:
    """I8: the file is whole, and every reference leads somewhere."""
    for row in data.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield Finding(OTHER, "I8 integrity", row[0], "ok")
    for row in data.execute("PRAGMA foreign_key_check"):
        yield Finding(OTHER, "I8 foreign key", tuple(row), "none broken")


def every_push_stands_once(_: Traces, data: sqlite3.Connection) -> Iterator[Finding]:
    """I9: at most one push for each job, chat, topic, day and time, also where chats have become one."""
    query = (
        "SELECT r.job, coalesce(c.moved_to, c.id) AS seat, r.day, r.slot, count(*) AS number FROM job_runs r"
        " JOIN chats c ON c.id = r.chat WHERE r.state IN ('sent', 'late')"
        " GROUP BY r.campaign, r.job, seat, r.thread, r.day, r.slot HAVING count(*) > 1"
    )
    for row in data.execute(query):
        yield Finding(OTHER, f"I9 {row['job']} to {row['seat']}, {row['day']} {row['slot']}", row["number"], 1)


def the_process_ended_well(traces: Traces, _: sqlite3.Connection) -> Iterator[Finding]:
    """I10: told to stop, the process ended in good order."""
    if traces.exit_code:
        yield Finding(OTHER, "I10 exit code after SIGTERM", traces.exit_code, 0)


Check = Callable[[Traces, sqlite3.Connection], Iterator[Finding]]
INVARIANTS: Mapping[str, Check] = {
    "I1": every_update_is_there,
    "I2": every_update_has_ended,
    "I4": every_message_arrived_once,
    "I5": messages_came_in_order,
    "I6": only_known_chats_were_told,
    "I7": the_log_is_clean,
    "I8": the_file_is_sound,
    "I9": every_push_stands_once,
    "I10": the_process_ended_well,
}


def outbox_rows(traces: Traces, data: sqlite3.Connection) -> list[Row]:
    """Return all rows that show something, in order; edits too, since one may have to become a message of its own."""
    query = (
        "SELECT o.*, c.external FROM outbox o JOIN chats p ON p.id = o.chat JOIN chats c"
        " ON c.id = coalesce(p.moved_to, p.id) WHERE o.verb IN ('send', 'photo', 'document', 'edit') ORDER BY o.id"
    )
    return [_row(traces, row) for row in data.execute(query)]


def _row(traces: Traces, row: Any) -> Row:
    text = as_seen(json.loads(row["payload"]).get("html", ""))
    names = ("verb", "priority", "state", "unsure", "error", "message")
    return Row(row["id"], traces.seat(row["external"]), **{name: row[name] for name in names}, text=text, seen=[])


def assign(traces: Traces, rows: Sequence[Row]) -> list[Accepted]:
    """Note at each row where it was seen, and return what was shown although no row wanted it, or not again.

    A row knows the message that was confirmed to it. Every further copy must be owed to a doubt.
    """
    by_message: dict[tuple[int, int | None], list[Row]] = defaultdict(list)
    doubtful: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_message[row.seat, row.message].append(row)
        if row.unsure:
            doubtful[row.seat, row.text].append(row)
    strays = []
    for place, each in enumerate(traces.server.accepted):
        if each.method not in SHOWN_BY:
            continue
        seat, text = traces.seat(each.chat_id), each.text.strip()
        named = [row for row in by_message[seat, each.message_id] if not row.seen or row.unsure]
        fitting = [row for row in (*named, *doubtful[seat, text]) if row.text == text and len(row.seen) < row.most]
        if fitting:
            fitting[0].seen.append(place)
        else:
            strays.append(each)
    return strays


def as_seen(markup: str) -> str:
    """Return a message as people see it."""
    return html.unescape(_TAG.sub("", markup)).strip()


def doubts(traces: Traces) -> list[Row]:
    """Return the rows whose outcome was unknown at least once, with what people saw of each."""
    with closing(traces.open()) as data:
        rows = outbox_rows(traces, data)
    assign(traces, rows)
    return [row for row in rows if row.unsure]


def copies(traces: Traces) -> Counter[str]:
    """Count what became of the doubtful rows: edits, which show nothing new, and messages by who saw them."""
    words = ("never seen", "seen once", "seen again")
    return Counter("edits" if row.verb == "edit" else words[min(2, len(row.seen))] for row in doubts(traces))
