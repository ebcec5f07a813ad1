"""What must hold when all is quiet again: the file and the chats against what the officers have said."""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.config import Config
from bot.rehearsal.botapi.server import BotApiServer
from tests.crash.officers import METRICS, Officer, Values
from tests.soak.history import DOUBLED, KINDS, LOST, MISSING, OTHER, WRONG, Finding, Traces, examine

_RECEIPT = re.compile(r"\S+ Đã (?:ghi nhận|rút báo cáo) #([0-9A-Z]+)")
FAULTS = ("Traceback", "will be tried again", "update given up")
"""What stands in the log only after a fault of the bot's own."""


@dataclass(frozen=True, repr=False)
class Evidence:
    """All that a run leaves behind, as in `Traces`; `recoveries` are in seconds. The officers may be some of many."""

    config: Config
    server: BotApiServer
    officers: Sequence[Officer]
    log: Path
    exit_code: int
    kills: int
    first: int
    recoveries: Sequence[float]
    now: datetime
    allowed: frozenset[int] | None = None
    forsaken: frozenset[int] = frozenset()
    forgotten: frozenset[int] = frozenset()

    @property
    def updates(self) -> range:
        """Return the numbers of all updates that there were."""
        return range(self.first, self.server.next_update_id)

    @property
    def days(self) -> set[str]:
        """Return the days that officers have spoken of."""
        return {day for officer in self.officers for day in officer.days}

    @property
    def traces(self) -> Traces:
        """Return what the invariants of every history are asked of."""
        log = self.log.read_text(encoding="utf-8", errors="replace")
        needles = (self.server.token.partition(":")[2], *FAULTS)
        return Traces(
            self.config,
            self.server,
            self.first,
            self.now,
            log,
            needles,
            self.exit_code,
            self.allowed,
            self.forsaken,
            self.forgotten,
        )

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


async def judge(evidence: Evidence, *, alone: bool = True) -> Verdict:
    """Look at everything that a finished run has left behind; `alone` says that nobody but the officers reported."""
    with closing(sqlite3.connect(f"{evidence.config.storage.path.as_uri()}?mode=ro", uri=True)) as data:
        data.row_factory = sqlite3.Row
        findings = [finding for check in (CHECKS if alone else SAID) for finding in check(evidence, data)]
        figures = _figures(evidence, data)
    findings += await examine(evidence.traces)
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


def _every_report_is_one_entry(evidence: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    rows = _entries(evidence, data)
    entries = Counter(row["update_id"] for row in rows)
    said = {statement.update: statement for officer in evidence.officers for statement in officer.said}
    for update, statement in said.items():
        if not entries[update]:
            yield Finding(LOST, statement, "no entry", "one")
    for update, count in entries.items():
        if count > 1 or update not in said:
            yield Finding(DOUBLED, said.get(update, f"update {update}"), f"{count} entries", "one of a report")
    for row in rows:
        if row["state"] != "accepted":
            yield Finding(OTHER, f"entry {row['ref']}", row["state"], "accepted")


def _entries(evidence: Evidence, data: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return all entries of the officers' wards."""
    wards = {officer.ward for officer in evidence.officers}
    rows = data.execute(
        "SELECT e.update_id, e.ref, e.state, u.code, c.external FROM entries e JOIN units u ON u.id = e.unit"
        " JOIN chats c ON c.id = e.chat ORDER BY e.id"
    )
    return [row for row in rows if row["code"] in wards]


def _figures_are_what_was_said(evidence: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    for day in evidence.days:
        wanted = {officer.ward: officer.must_stand(day) for officer in evidence.officers}
        rows = data.execute(
            "SELECT u.code, t.metric, sum(t.amount) AS amount FROM tallies t JOIN units u ON u.id = t.unit"
            " WHERE t.day = ? GROUP BY u.code, t.metric",
            (day,),
        )
        found: dict[str, Values] = {ward: {} for ward in wanted}
        for row in rows:
            if row["code"] in found:
                found[row["code"]][row["metric"]] = row["amount"]
        for ward, values in wanted.items():
            if found[ward] != values:
                yield Finding(WRONG, f"{ward} {day}", found[ward], values)


def _sums_add_up(evidence: Evidence, data: sqlite3.Connection) -> Iterator[Finding]:
    """Compare every kept sum with the sum of what the wards below have said."""
    parents = dict(data.execute("SELECT u.code, p.code FROM units u LEFT JOIN units p ON p.id = u.parent").fetchall())
    wanted: Counter[tuple[Any, ...]] = Counter()
    for officer in evidence.officers:
        for day in officer.days:
            stands = officer.must_stand(day)
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
    for row in _entries(evidence, data):
        if not seen[row["external"], row["ref"]] and row["external"] not in evidence.forsaken:
            yield Finding(MISSING, f"update {row['update_id']}", "not seen", f"#{row['ref']}")


Check = Callable[[Evidence, sqlite3.Connection], Iterator[Finding]]
SAID: tuple[Check, ...] = (
    _every_report_is_one_entry,
    _figures_are_what_was_said,
    _every_entry_has_its_receipt,
)
CHECKS = (*SAID, _sums_add_up)
