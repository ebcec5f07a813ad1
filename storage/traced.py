"""Traced entries: every version of a report with all that is known of it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from bot.domain.campaign import Campaign, Key
from bot.domain.trace import Actor, Figure, Source, Traced, Version, fates, link
from bot.domain.units import Unit, UnitId
from bot.domain.world import Setting, World
from storage import entries, people
from storage.entries import Entry, EntryKind, EntryState
from storage.people import Role
from storage.sqlite import Tx


def of_days(
    tx: Tx, world: World, campaign: Campaign, unit: Unit, days: Sequence[date]
) -> dict[date, tuple[Traced, ...]]:
    """Read the unit's own entries of these days, oldest first."""
    if not days:
        return {}
    rows = tx.all(
        "SELECT * FROM entries WHERE campaign = ? AND unit = ? AND day BETWEEN ? AND ? ORDER BY id",
        (campaign.code, unit.id, min(days).isoformat(), max(days).isoformat()),
    )
    found: dict[date, list[Entry]] = {}
    for row in rows:
        entry = entries.read(row)
        found.setdefault(entry.slot.day, []).append(entry)
    return {day: tuple(_Day(tx, world, campaign, unit, found[day]).traced()) for day in days if day in found}


def of_ref(tx: Tx, world: World, ref: str, allowed: Callable[[UnitId], bool]) -> tuple[Campaign, Traced] | None:
    """Return the entry with this reference and its campaign; None where there is none that may be seen."""
    row = tx.one("SELECT * FROM entries WHERE ref = ?", (ref,))
    slot = None if row is None else entries.read(row).slot
    campaign = slot and world.setting.campaign(slot.campaign)
    if slot is None or campaign is None or slot.unit not in world.tree.units or not allowed(slot.unit):
        return None
    traced = of_days(tx, world, campaign, world.tree[slot.unit], [slot.day])[slot.day]
    return campaign, next(each for each in traced if each.ref == ref)


def named(tx: Tx, setting: Setting, actor: str) -> Actor:
    """Return who an actor of the audit is (`person:ID`, `account:ID`, `cli`), as people know them."""
    kind, _, number = actor.partition(":")
    if kind == "person":
        accounts = tx.all("SELECT external FROM accounts WHERE person = ?", (int(number),))
        admin = any(row["external"] in setting.admins for row in accounts)
        return Actor(people.name(tx, int(number)), "admin" if admin else "")
    return Actor("", "admin" if kind == "cli" or int(number or 0) in setting.admins else "")


class _Day:
    """All entries of one unit and day, which explain each other."""

    def __init__(self, tx: Tx, world: World, campaign: Campaign, unit: Unit, listed: Sequence[Entry]) -> None:
        self._tx, self._world, self._campaign, self._unit = tx, world, campaign, unit
        self._listed = {entry.id: entry for entry in listed}

    def traced(self) -> Iterator[Traced]:
        versions = [_version(entry) for entry in self._listed.values()]
        open_questions = {each for each in self._listed if entries.is_open(self._tx, each)}
        found = fates(versions, open_questions)
        for entry in self._listed.values():
            fate, by = found[entry.id]
            decider = self._listed.get(by or 0)
            answered = self._listed.get(entry.answers or 0)
            yield Traced(
                ref=entry.ref,
                unit=self._unit,
                day=entry.slot.day,
                said=entry.said,
                recorded=entry.recorded,
                who=self._author(entry),
                kind=entry.kind.value,
                fate=fate,
                on_time=entry.on_time,
                figures=self._figures(entry),
                source=_source(self._tx, entry),
                by=decider.ref if decider else "",
                by_kind=decider.kind.value if decider else "",
                answers=answered.ref if answered else "",
                note=entry.note,
                decided_by=self._decider(entry),
            )

    def _figures(self, entry: Entry) -> tuple[Figure, ...]:
        """Return what the report said before and after; of a question that does not count only what it spoke of."""
        before = self._before(entry)
        after = entry.given if entry.state is EntryState.QUESTIONED else entry.amounts
        if entry.state is EntryState.DROPPED:
            return ()
        keys = [key for key in self._campaign.keys if key in after or (key in before and after is entry.amounts)]
        return tuple(Figure(self._name(key), before.get(key), after.get(key)) for key in keys)

    def _before(self, entry: Entry) -> entries.Amounts:
        return self._listed[entry.supersedes].amounts if entry.supersedes in self._listed else {}

    def _name(self, key: Key) -> str:
        metric = self._campaign.metric(key.metric)
        parts = {part.code: part.name for part in metric.parts}
        return f"{metric.name} · {parts[key.part]}" if key.part else metric.name

    def _author(self, entry: Entry) -> Actor:
        """Return who spoke, with the role they had for the unit at that time."""
        rows = self._tx.all(
            "SELECT role, unit FROM roles WHERE person = ? AND since <= ? AND (until IS NULL OR until >= ?)",
            (entry.author, entry.recorded, entry.recorded),
        )
        path = self._world.tree.path(self._unit.id)
        held = {row["role"] for row in rows if row["unit"] == self._unit.id}
        held |= {Role.COMMANDER.value for row in rows if row["role"] == Role.COMMANDER and row["unit"] in path}
        first, second = _COMMANDING if entry.kind is EntryKind.OVERRIDE else _REPORTING
        actor = named(self._tx, self._world.setting, f"person:{entry.author}")
        return Actor(actor.name, first if first in held else second if second in held else actor.role)

    def _decider(self, entry: Entry) -> Actor | None:
        """Return who approved the request that an entry came of: both were written at the same moment."""
        if entry.kind is not EntryKind.CORRECTION:
            return None
        slot = entry.slot
        actor = self._tx.value(
            "SELECT decided_by FROM requests WHERE kind = 'correction' AND state = 'approved' AND campaign = ?"
            " AND unit = ? AND day = ? AND slot = ? AND decided = ? ORDER BY id DESC LIMIT 1",
            (slot.campaign, slot.unit, slot.day.isoformat(), slot.person, entry.recorded),
        )
        return named(self._tx, self._world.setting, actor) if actor else None


_REPORTING = (Role.OFFICER.value, Role.COMMANDER.value)
_COMMANDING = (Role.COMMANDER.value, Role.OFFICER.value)


def _version(entry: Entry) -> Version:
    return Version(
        entry.id,
        entry.slot.person,
        entry.state.value,
        frozenset(map(str, entry.given)),
        bool(entry.amounts),
        entry.answers,
    )


def _source(tx: Tx, entry: Entry) -> Source:
    row = tx.one("SELECT external, private, title FROM chats WHERE id = ?", (entry.chat,))
    if row["private"]:
        return Source(private=True, message=entry.message)
    return Source(private=False, message=entry.message, title=row["title"], link=link(row["external"], entry.message))
