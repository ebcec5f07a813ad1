"""The ground that tests of single subjects stand on: the small cast's roster in memory, one transaction open."""

import csv
import io
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.config import Config
from bot.domain.campaign import Key
from bot.domain.roster import Roster, diff, read_roster
from bot.domain.units import UnitId
from bot.domain.world import Setting, World
from storage import chats, connecting, entries, people, rosters, schema, tallies, worlds
from storage.entries import Entry, EntryKind, EntryState, Slot
from storage.sqlite import Tx
from tests import cast

NOW = int(cast.MORNING.timestamp())
DAY = cast.TODAY
YESTERDAY = DAY - timedelta(days=1)
TN, KH = Key("tn"), Key("kh")

CONFIG = cast.config(Path())


def setting(config: Config = CONFIG) -> Setting:
    """Return what the config says."""
    return Setting(config.language, config.zone, config.calendar, config.campaigns)


def import_roster(tx: Tx, text: str, day: date = DAY, config: Config = CONFIG) -> None:
    """Import a roster on a day."""
    header, *rows = csv.reader(io.StringIO(text))
    roster = read_roster(header, list(enumerate(rows, 2)), config.campaigns)
    assert isinstance(roster, Roster), roster
    rosters.apply(tx, diff(rosters.stored(tx, config.campaigns, day), roster), day, NOW)


def settle_in(tx: Tx, config: Config = CONFIG, roster: str = cast.ROSTER) -> None:
    """Import the roster; person 1 is an officer who talks in chat 1, person 2 a colleague."""
    import_roster(tx, roster, config=config)
    for external in (5, 6):
        people.enrol(tx, "telegram", external, name=f"Cán bộ {external}", now=NOW)
    chats.meet(tx, "telegram", 5, private=True)


@contextmanager
def in_memory(config: Config = CONFIG, roster: str = cast.ROSTER) -> Iterator[sqlite3.Connection]:
    """Make a database in memory that holds the roster."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connecting.prepare(connection)
        schema.apply(connection, schema.migrations())
        with transaction(connection, keep=True) as tx:
            settle_in(tx, config, roster)
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection, *, keep: bool = False) -> Iterator[Tx]:
    """Open a transaction that is undone at the end unless it is to be kept."""
    connection.execute("BEGIN")
    try:
        yield Tx(connection)
    finally:
        connection.execute("COMMIT" if keep else "ROLLBACK")


def world_of(tx: Tx, config: Config = CONFIG, day: date = DAY) -> World:
    """Read the roster as it stands."""
    return worlds.load(tx, setting(config), day)


@dataclass
class Pen:
    """Writes entries as recording does: every version holds the whole report, and sums follow at once."""

    tx: Tx
    world: World
    written: int = 0

    def unit(self, code: str) -> UnitId:
        found = self.world.tree.find(code)
        assert found is not None, code
        return found.id

    def slot(self, code: str = cast.AN_HOI, day: date = DAY, person: int = 0) -> Slot:
        return Slot("vneid", self.unit(code), day, person)

    def standing(self, slot: Slot) -> Mapping[Key, int]:
        newest = entries.newest(self.tx, slot)
        return newest.amounts if newest else {}

    def say(self, slot: Slot, given: Mapping[Key, int], **fields: Any) -> Entry:
        return self.put(slot, given, {**self.standing(slot), **given}, **fields)

    def ask(self, slot: Slot, given: Mapping[Key, int]) -> Entry:
        return self.say(slot, given, state=EntryState.QUESTIONED)

    def confirm(self, question: Entry, **fields: Any) -> Entry:
        return self.say(question.slot, question.given, kind=EntryKind.CONFIRM, answers=question.id, **fields)

    def drop(self, question: Entry) -> Entry:
        return self.put(question.slot, {}, {}, kind=EntryKind.DROP, state=EntryState.DROPPED, answers=question.id)

    def undo(self, slot: Slot, kind: EntryKind = EntryKind.UNDO, **fields: Any) -> Entry | None:
        newest = entries.newest(self.tx, slot)
        if newest is None or not newest.amounts:
            return None
        former = entries.get(self.tx, newest.supersedes).amounts if newest.supersedes else {}
        return self.put(slot, {}, former, kind=kind, **fields)

    def put(self, slot: Slot, given: Mapping[Key, int], amounts: Mapping[Key, int], **fields: Any) -> Entry:
        self.written += 1
        newest = entries.newest(self.tx, slot)
        entry = entries.append(self.tx, self.new(slot, given, amounts, supersedes=newest and newest.id, **fields))
        tallies.settle(self.tx, self.world, entry)
        return entry

    def new(self, slot: Slot, given: Mapping[Key, int], amounts: Mapping[Key, int], **fields: Any) -> Entry:
        facts: dict[str, Any] = {
            "author": slot.person or 1,
            "kind": EntryKind.LINE,
            "state": EntryState.ACCEPTED,
            "update": self.written,
            "chat": 1,
            "message": self.written,
            "said": NOW,
            "recorded": NOW,
            "on_time": True,
        }
        return Entry(slot=slot, given=given, amounts=amounts, **(facts | fields))

    def totals(self, code: str) -> dict[Key, int]:
        return {key: amount for key, amount in tallies.sums(self.tx, "vneid", self.unit(code)).items() if amount}
