"""Rulings: what a commander wants to stand for a unit's day, stored on top of what stood there, and told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain import tally
from bot.domain.campaign import Campaign, Key, Policy
from bot.domain.changes import Change, changes
from bot.domain.tally import Amount, Line
from bot.domain.units import Unit
from handlers import correcting, meaning, owning, recording
from handlers.receipts import retire
from handlers.recording import Statement, Version
from handlers.turn import Turn
from storage import addressees, audit, entries, people
from storage.entries import Entry, EntryKind, Slot


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is to stand for a unit's day, and why. `replaces`: the entry whose place it takes, where one was named."""

    campaign: Campaign
    unit: Unit
    day: date
    amounts: Mapping[Key, Amount]
    reason: str
    replaces: Entry | None = None


def typed(turn: Turn, ruling: Ruling) -> str:
    """Return what stands after `/sua` and says the same without any doubt, but for the reason."""
    line = tally.write(Line(ruling.campaign.code, ruling.day, ruling.amounts), ruling.campaign)
    if ruling.replaces:
        return f"phiếu {ruling.replaces.ref} {line}"
    several = len(meaning.duties(turn, ruling.unit)) > 1
    return f"{ruling.campaign.code} {ruling.unit.code} {line}" if several else f"{ruling.unit.code} {line}"


def apply(turn: Turn, ruling: Ruling) -> None:
    """Store it, unless something is missing; everybody concerned is told."""
    turn = owning.acting(turn)
    why = recording.openness(turn, ruling.campaign, ruling.day, ruling.unit.id)
    slots = [ruling.replaces.slot] if ruling.replaces else _slots(turn, ruling)
    if why not in recording.TAKEN:
        turn.say("report.closed", reason=why, day=ruling.day, campaign=ruling.campaign, example="")
    elif any(amount.signed for amount in ruling.amounts.values()):
        turn.say("overriding.no_adjustment")
    elif not ruling.reason:
        turn.say("overriding.needs_reason", line=typed(turn, ruling))
    elif len(slots) > 1:
        reports = [_report(turn, ruling, slot) for slot in slots]
        turn.say("overriding.whose", unit=ruling.unit, day=ruling.day, reports=reports)
    else:
        _override(turn, ruling, slots[0])


def _slots(turn: Turn, ruling: Ruling) -> list[Slot]:
    """Return whose report it may replace.

    Where officers' reports add up and none has come, it stands for the only officer, else for the commander.
    """
    slot = Slot(ruling.campaign.code, ruling.unit.id, ruling.day)
    if ruling.campaign.policy is not Policy.SUM_OF_OFFICERS:
        return [slot]
    found = entries.reported_by(turn.tx, slot)
    officers = {person for person, _ in addressees.officers_of(turn.tx, turn.channel, ruling.unit.id)}
    return found or [slot._replace(person=officers.pop() if len(officers) == 1 else turn.known.id)]


def _report(turn: Turn, ruling: Ruling, slot: Slot) -> tuple[str, str, list[int]]:
    newest = entries.newest(turn.tx, slot)
    amounts = newest.amounts if newest else {}
    values = [amounts[key] for key in ruling.campaign.keys if key in amounts]
    return newest.ref if newest else "", people.name(turn.tx, slot.person), values


def _override(turn: Turn, ruling: Ruling, slot: Slot) -> None:
    """Append the entry; questions about the same metrics are answered, and requests for the day settled."""
    newest = entries.newest(turn.tx, slot)
    standing = newest.amounts if newest else {}
    said = Statement(ruling.campaign, ruling.unit, ruling.day, ruling.amounts)
    given = recording.resolve(turn, slot, said, standing)
    asked = [each.id for each in entries.questions(turn.tx, slot) if set(each.given) & set(given)]
    changed = changes(ruling.campaign, standing, {**standing, **given})
    if not changed and not asked:
        turn.say("overriding.unchanged", unit=ruling.unit, day=ruling.day)
        return
    version = Version(EntryKind.OVERRIDE, given, {**standing, **given}, ruling.reason)
    entry = recording.store(turn, slot, version, newest)
    for old in (*([newest.id] if newest else []), *asked):
        retire(turn, old, entry.ref)
    correcting.settle(turn, slot)
    _note(turn, ruling, entry, changed)
    _tell(turn, ruling, entry, newest if standing else None, changed)


def _note(turn: Turn, ruling: Ruling, entry: Entry, changed: tuple[Change, ...]) -> None:
    audit.note(
        turn.tx,
        turn.now,
        turn.actor,
        "override",
        entry=entry.id,
        ref=entry.ref,
        unit=ruling.unit.code,
        campaign=ruling.campaign.code,
        day=ruling.day.isoformat(),
        changes=[[change.name, change.old, change.new] for change in changed],
        reason=ruling.reason,
    )


def _tell(turn: Turn, ruling: Ruling, entry: Entry, former: Entry | None, changed: tuple[Change, ...]) -> None:
    """Tell the officers of the unit, whoever's report was replaced, and the commander how many that were."""
    accounts = people.officer_accounts(turn.tx, turn.channel, ruling.unit.id)
    if former is not None:
        accounts += people.accounts(turn.tx, turn.channel, former.author)
    facts: dict[str, Any] = {
        "unit": ruling.unit,
        "day": ruling.day,
        "changes": changed,
        "reason": ruling.reason,
        "ref": entry.ref,
    }
    told = [account for account in dict.fromkeys(accounts) if account != turn.account]
    for account in told:
        turn.tell(account, "overriding.told", **facts, who=turn.known.name)
    whose = people.name(turn.tx, entry.slot.person) if entry.slot.person else ""
    turn.say("overriding.done", **facts, former=former.ref if former else "", told=len(told), whose=whose)
