"""What must hold when all is quiet again: the file and the chats against what the officers have said."""

import html
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bot.app import setting_of
from bot.config import Config
from bot.rehearsal.botapi.server import BotApiServer
from storage import rebuilding, worlds
from storage.sqlite import open_store
from tests.crash.officers import METRICS, TODAY, YESTERDAY, Officer, Values

_TAG = re.compile(r"<[^>]+>")
_RECEIPT = re.compile(r"\S+ Đã (?:ghi nhận|rút báo cáo) #([0-9A-Z]+)")
_ENDED = ("done", "ignored")


class Finding(NamedTuple):
    """One thing that is not as it must be: what kind, where, what was found and what was wanted."""

    kind: str
    where: object
    found: object
    wanted: object


@dataclass(frozen=True)
class Evidence:
    """All that a run leaves behind. `first` is the number of its first update, `recoveries` are in seconds."""

    config: Config
    server: BotApiServer
    officers: Sequence[Officer]
    log: Path
    exit_code: int
    kills: int
    first: int
    recoveries: Sequence[float]
    now: datetime

    @property
    def updates(self) -> range:
        """Return the numbers of all updates that there were."""
        return range(self.first, self.server.next_update_id)

    @property
    def days(self) -> dict[str, str]:
        """Return the dates of the days that officers speak about, as the file has them."""
        today = self.now.astimezone(self.config.zone).date()
        return {TODAY: today.isoformat(), YESTERDAY: (today - timedelta(days=1)).isoformat()}

    def shown(self, chat: int) -> list[str]:
        """Return the messages that appeared in a chat, in order, repeats included."""
        return [each.text for each in self.server.accepted if each.method == "sendMessage" and each.chat_id == chat]


@dataclass(frozen=True)
class Verdict:
    """The outcome of a run: figures to print, and what is wrong; nothing may be."""

    figures: dict[str, int | float]
    findings: list[Finding]

    def table(self) -> str:
        """Return the figures, one a line."""
        width = max(map(len, self.figures))
        return "\n".join(f"{name:<{width}}  {figure:>8,}" for name, figure in self.figures.items())


LOST = "updates lost"
DOUBLED = "counted twice"
WRONG = "wrong sums"
MISSING = "receipts missing"
OTHER = "other faults"
KINDS = (LOST, DOUBLED, WRONG, MISSING, OTHER)


async def judge(evidence: Evidence) -> Verdict:
    """Look at everything that a finished run has left behind."""
    with closing(sqlite3.connect(f"{evidence.config.storage.path.as_uri()}?mode=ro", uri=True)) as data:
        data.row_factory = sqlite3.Row
        findings = [finding for check in CHECKS for finding in check(evidence, data)]
        figures = _figures(evidence, data)
    findings += await _rebuilt(evidence)
    wrong = Counter(finding.kind for finding in findings)
    return Verdict({"kills": evidence.kills, **figures, **{kind: wrong[kind] for kind in KINDS}}, findings)


def _figures(evidence: Evidence, data: sqlite3.Connection) -> dict[str, int | float]:
    copies = _receipts(evidence)
    ((unsure, retried),) = data.execute("SELECT coalesce(sum(unsure), 0), sum(unsure > 0) FROM outbox")
    return {
        "updates": len(evidence.updates),
        "reports": sum(len(officer.said) for officer in evidence.officers),
        "receipts repeated": copies.total() - len(copies),
        "ambiguous sends": unsure,
        "messages with one": retried,
        "refused by limits": len(evidence.server.refusals),
        "starts that polled": len(evidence.recoveries),
        "longest recovery s": round(max(evidence.recoveries), 2),
    }


def _receipts(evidence: Evidence) -> Counter[tuple[int, str]]:
    """Count the receipts that each officer has seen, by their references."""
    found: Counter[tuple[int, str]] = Counter()
    for officer in evidence.officers:
        heads = map(_RECEIPT.match, evidence.shown(officer.user.id))
        found.update((officer.user.id, head.group(1)) for head in heads if head)
    return found


def _every_update_is_there(evidence: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    states = {row["id"]: row["state"] for row in data.execute("SELECT id, state FROM updates")}
    for update in evidence.updates:
        if states.get(update) not in _ENDED:
            yield Finding(LOST, f"update {update}", states.get(update), _ENDED)
    for update in states.keys() - set(evidence.updates):
        yield Finding(OTHER, f"update {update}", "taken in", "never sent")
    if evidence.server.pending_updates:
        yield Finding(OTHER, "updates not confirmed", evidence.server.pending_updates, 0)


def _every_report_is_one_entry(evidence: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    entries = Counter(row["update_id"] for row in data.execute("SELECT update_id FROM entries"))
    said = {statement.update: statement for officer in evidence.officers for statement in officer.said}
    for update, statement in said.items():
        if not entries[update]:
            yield Finding(LOST, statement, "no entry", "one")
    for update, count in entries.items():
        if count > 1 or update not in said:
            yield Finding(DOUBLED, said.get(update, f"update {update}"), f"{count} entries", "one of a report")
    for row in data.execute("SELECT ref, state FROM entries WHERE state <> 'accepted'"):
        yield Finding(OTHER, f"entry {row['ref']}", row["state"], "accepted")


def _figures_are_what_was_said(evidence: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    for word, day in evidence.days.items():
        wanted = {officer.ward: officer.must_stand(word) for officer in evidence.officers}
        rows = data.execute(
            "SELECT u.code, t.metric, sum(t.amount) AS amount FROM tallies t JOIN units u ON u.id = t.unit"
            " WHERE t.day = ? GROUP BY u.code, t.metric",
            (day,),
        )
        found: dict[str, Values] = {ward: {} for ward in wanted}
        for row in rows:
            found[row["code"]][row["metric"]] = row["amount"]
        for ward, values in wanted.items():
            if found[ward] != values:
                yield Finding(WRONG, f"{ward} {word}", found[ward], values)


def _sums_add_up(evidence: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    """Compare every kept sum with the sum of what the wards below have said."""
    parents = dict(data.execute("SELECT u.code, p.code FROM units u LEFT JOIN units p ON p.id = u.parent").fetchall())
    wanted: Counter[tuple[Any, ...]] = Counter()
    for officer in evidence.officers:
        for word, day in evidence.days.items():
            stands = officer.must_stand(word)
            for unit in _path(officer.ward, parents):
                wanted["turnout", unit, day] += bool(stands)
                for metric in METRICS:
                    wanted["daily", unit, day, metric] += stands.get(metric, 0)
                    wanted["totals", unit, metric] += stands.get(metric, 0)
    found = Counter(dict(_kept_sums(data)))
    for key in sorted({*wanted, *found}):
        if wanted[key] != found[key]:
            yield Finding(WRONG, key, found[key], wanted[key])


def _path(unit: str | None, parents: dict[str, str | None]) -> Iterator[str]:
    while unit is not None:
        yield unit
        unit = parents[unit]


def _kept_sums(data: sqlite3.Connection) -> Iterator[tuple[tuple[Any, ...], int]]:
    for row in data.execute("SELECT u.code, t.day, t.reported FROM turnout t JOIN units u ON u.id = t.unit"):
        yield ("turnout", row["code"], row["day"]), row["reported"]
    for row in data.execute("SELECT u.code, d.day, d.metric, d.amount FROM daily d JOIN units u ON u.id = d.unit"):
        yield ("daily", row["code"], row["day"], row["metric"]), row["amount"]
    for row in data.execute("SELECT u.code, t.metric, t.amount FROM totals t JOIN units u ON u.id = t.unit"):
        yield ("totals", row["code"], row["metric"]), row["amount"]


def _every_entry_has_its_receipt(evidence: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    seen = _receipts(evidence)
    for row in data.execute("SELECT e.ref, e.update_id, c.external FROM entries e JOIN chats c ON c.id = e.chat"):
        if not seen[row["external"], row["ref"]]:
            yield Finding(MISSING, f"update {row['update_id']}", "not seen", f"#{row['ref']}")


def _messages_came_in_order(evidence: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    """Compare each chat with the outbox: same order, and a repeat only of what was marked as unsure."""
    for officer in evidence.officers:
        rows = data.execute(
            "SELECT o.id, o.unsure, json_extract(o.payload, '$.html') AS html FROM outbox o"
            " JOIN chats c ON c.id = o.chat WHERE o.verb = 'send' AND c.external = ? ORDER BY o.id",
            (officer.user.id,),
        ).fetchall()
        copies, strays = align([as_seen(row["html"]) for row in rows], evidence.shown(officer.user.id))
        for stray in strays:
            yield Finding(OTHER, officer.ward, stray, "in the order of the outbox")
        for row, count in zip(rows, copies, strict=True):
            if not count:
                yield Finding(MISSING, f"outbox row {row['id']}", "not seen", as_seen(row["html"]))
            if count > 1 and not row["unsure"]:
                yield Finding(OTHER, f"outbox row {row['id']}", f"{count} copies", "marked as unsure")


def as_seen(markup: str) -> str:
    """Return a message as people see it."""
    return html.unescape(_TAG.sub("", markup)).strip()


def align(sent: Sequence[str], shown: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return how often each sent text was shown, and the texts that came where neither it nor a repeat may."""
    copies, strays = [0] * len(sent), []
    place = 0
    for text in shown:
        if place < len(sent) and sent[place] == text.strip():
            copies[place] += 1
            place += 1
        elif place and sent[place - 1] == text.strip():
            copies[place - 1] += 1
        else:
            strays.append(text)
    return copies, strays


def _nothing_is_left_to_do(_: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    query = "SELECT id, verb, state, error FROM outbox WHERE verb IN ('send', 'edit') AND state <> 'sent'"
    for row in data.execute(query):
        yield Finding(OTHER, f"outbox row {row['id']}, {row['verb']}", (row["state"], row["error"]), "sent")
    for row in data.execute("SELECT id FROM outbox WHERE state IN ('waiting', 'sending')"):
        yield Finding(OTHER, f"outbox row {row['id']}", "open", "ended")


def _the_file_is_sound(_: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    for row in data.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield Finding(OTHER, "integrity", row[0], "ok")
    for row in data.execute("PRAGMA foreign_key_check"):
        yield Finding(OTHER, "foreign key", tuple(row), "none broken")


def _the_process_ended_well(evidence: Evidence, _: sqlite3.Connection) -> Iterator[Finding]:
    if evidence.exit_code:
        yield Finding(OTHER, "exit code after SIGTERM", evidence.exit_code, 0)
    text = evidence.log.read_text(encoding="utf-8", errors="replace")
    secret = evidence.server.token.partition(":")[2]
    if secret in text:
        yield Finding(OTHER, "log", "holds the token", "does not")
    for mark in ("Traceback", "will be tried again", "update given up"):
        if mark in text:
            yield Finding(OTHER, "log", mark, "no fault of the bot's own")


async def _rebuilt(evidence: Evidence) -> list[Finding]:
    """Make everything derived anew: it must be what was kept all along."""
    setting, day = setting_of(evidence.config), evidence.now.astimezone(evidence.config.zone).date()
    async with open_store(evidence.config.storage.path) as store:
        world = await store.read(partial(worlds.load, setting=setting, day=day))
        differences = await store.write(partial(rebuilding.rebuild, world=world))
    return [Finding(WRONG, (each.table, each.key), each.kept, each.right) for each in differences]


Check = Callable[[Evidence, sqlite3.Connection], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    _every_update_is_there,
    _every_report_is_one_entry,
    _figures_are_what_was_said,
    _sums_add_up,
    _every_entry_has_its_receipt,
    _messages_came_in_order,
    _nothing_is_left_to_do,
    _the_file_is_sound,
    _the_process_ended_well,
)
