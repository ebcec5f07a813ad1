"""Unlocking: a commander opens a locked day of a unit and all below it for some hours; it locks itself again."""

import re
from collections.abc import Iterator
from datetime import date

from bot.domain import days, tally
from bot.domain.campaign import Campaign
from bot.domain.days import Openness
from bot.domain.dayword import split
from bot.domain.tally import Refusal
from bot.domain.text import clean, fold
from bot.domain.units import Unit, UnitId
from handlers import choosing, matters, owning, policy, recording
from handlers.turn import Choice, Turn, named
from storage import audit, unlocks
from storage.unlocks import Unlock

HOURS = 24
MOST_HOURS = 7 * 24
HOUR_S = 3_600
SHOWN = 10
LONGEST_NAME = 30
_HOURS = re.compile(r"(?P<rest>.*\S)\s+(?P<hours>\d{1,4})\s*(?:h|giờ|gio|tiếng|tieng|hours?)?\s*", re.IGNORECASE)
_END = re.compile(r"(?P<rest>.*\S)\s+(?:thôi|thoi|đóng|dong|khoá|khóa|khoa|off|lock)\s*", re.IGNORECASE)


def unlock(turn: Turn, text: str) -> None:
    """Answer `/mokhoa <unit> <day> [hours]`, `… thôi`, or say what is open."""
    if not text.strip():
        _list(turn)
        return
    campaign, text = tally.choose(text, turn.world.setting.active)
    hours, text = _hours(text)
    first = campaign or turn.world.setting.first
    name, day = split(text, turn.world.today(first, turn.incoming.at), first.starts)
    if isinstance(day, Refusal):
        turn.say("unlocking.bad_day", reason=day.reason, text=day.text, facts=day.facts)
    elif day is None or not name or hours > MOST_HOURS:
        turn.say("unlocking.usage", most=MOST_HOURS)
    else:
        code = campaign.code if campaign else ""
        args = {"day": day.isoformat(), "hours": str(hours), "campaign": code}
        unit = choosing.unit_called(turn, name, lambda each: policy.commands(turn, each), "unlock", **args)
        if unit is not None:
            _take(turn, unit, day, hours, code)


def _hours(text: str) -> tuple[int, str]:
    """Return for how many hours (0: it is to end), and the rest. A number is one only behind the day."""
    if ended := _END.fullmatch(text):
        return 0, ended["rest"]
    found = _HOURS.fullmatch(text)
    if found and fold(found["rest"]) and split(found["rest"], date.max, date.min)[1] is not None:
        return int(found["hours"]), found["rest"]
    return HOURS, text


def press(turn: Turn, unit: int, day: str, hours: str, campaign: str) -> None:
    """Do what was typed for the unit that a button names."""
    if unit in turn.world.tree.units and policy.commands(turn, UnitId(unit)):
        _take(turn, turn.world.tree[UnitId(unit)], date.fromisoformat(day), int(hours), campaign)
    else:
        owning.refuse(turn, "unlock refused", unit=unit)


def close(turn: Turn, unlock: int) -> None:
    """Lock a day again before its time: the button."""
    found = unlocks.find(turn.tx, unlock)
    if found is None or found.unit not in turn.world.tree.units or not policy.commands(turn, found.unit):
        owning.refuse(turn, "unlock refused", unlock=unlock)
    else:
        _close(turn, found)


def _take(turn: Turn, unit: Unit, day: date, hours: int, code: str) -> None:
    """Open a day in the named campaign, or in all in which it is locked; with no hours close it."""
    campaigns = [each for each in turn.world.campaigns_of(unit.id) if code in ("", each.code)]
    if not campaigns:
        turn.say("status.no_campaign", unit=unit)
    elif not hours:
        _end(turn, unit, day)
    elif locked := [each for each in campaigns if _is_locked(turn, each, day)]:
        _open(turn, unit, day, hours, locked)
    else:
        why = recording.openness(turn, campaigns[0], day, unit.id)
        if why is Openness.OPEN:
            turn.say("unlocking.not_locked", unit=unit, day=day)
        else:
            turn.say("report.closed", reason=why, day=day, campaign=campaigns[0], example="")


def _is_locked(turn: Turn, campaign: Campaign, day: date) -> bool:
    today = turn.world.today(campaign, turn.incoming.moment)
    return days.is_open(day, today, campaign) is Openness.LOCKED


def _open(turn: Turn, unit: Unit, day: date, hours: int, campaigns: list[Campaign]) -> None:
    turn = owning.acting(turn)
    until = turn.now + hours * HOUR_S
    for campaign in campaigns:
        given = unlocks.give(turn.tx, campaign.code, unit.id, day, until=until, given_by=turn.actor, now=turn.now)
        audit.note(turn.tx, turn.now, turn.actor, "unlocked", **_facts(turn, given), until=until)
    concerned = sum(1 for each in turn.world.tree.below(unit.id) if _reports(turn, campaigns, each))
    turn.say("unlocking.opened", unit=unit, day=day, until=until, units=concerned)


def _reports(turn: Turn, campaigns: list[Campaign], unit: UnitId) -> bool:
    return any(unit in turn.world.reporting[campaign.code] for campaign in campaigns)


def _end(turn: Turn, unit: Unit, day: date) -> None:
    found = [each for each in _standing(turn) if each.unit == unit.id and each.day == day]
    if not found:
        turn.say("unlocking.none_to_close", unit=unit, day=day)
    for each in found:
        _close(turn, each)


def _close(turn: Turn, unlock: Unlock) -> None:
    unit = turn.world.tree[unlock.unit]
    if unlock.until <= turn.now or not unlocks.end(turn.tx, unlock, turn.now):
        turn.say("unlocking.none_to_close", unit=unit, day=unlock.day)
        return
    audit.note(turn.tx, turn.now, turn.actor, "unlock ended", **_facts(turn, unlock))
    turn.say("unlocking.closed", unit=unit, day=unlock.day)


def _facts(turn: Turn, unlock: Unlock) -> dict[str, object]:
    unit = turn.world.tree[unlock.unit]
    return {"unlock": unlock.id, "unit": unit.code, "campaign": unlock.campaign, "day": unlock.day.isoformat()}


def _standing(turn: Turn) -> Iterator[Unlock]:
    """Yield what is open in the speaker's scope, what ends first before the others."""
    for each in unlocks.standing(turn.tx, turn.now):
        if each.unit in turn.world.tree.units and policy.commands(turn, each.unit):
            yield each


def _list(turn: Turn) -> None:
    found = list(_standing(turn))
    shown = [(each, turn.world.tree[each.unit], matters.decider(turn, each.given_by)) for each in found[:SHOWN]]
    rows = tuple((_lock_again(turn, each, unit),) for each, unit, _ in shown)
    turn.say("unlocking.open", rows, unlocks=shown, more=len(found) - len(shown), hours=HOURS)


def _lock_again(turn: Turn, unlock: Unlock, unit: Unit) -> Choice:
    return named(
        turn.text("labels.lock_again", unit=clean(unit.name, LONGEST_NAME), day=unlock.day), "lock", unlock=unlock.id
    )
