"""Overriding: the line by which a commander puts right what stands for a unit's day, and says why."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.domain import tally, unitword
from bot.domain.campaign import Campaign, Key
from bot.domain.tally import Amount, Line, Reason, Refusal
from bot.domain.text import clean
from bot.domain.units import Unit, UnitId
from handlers import choosing, finding, meaning, owning, policy, rulings
from handlers.answering import example
from handlers.rulings import Ruling
from handlers.turn import Turn, named
from storage import entries
from storage.entries import Entry
from storage.people import Role

LONGEST_NAME = 60
WORDS = 12  # of the longest name that is looked for
_ENTRY = re.compile(r"\s*(?:phiếu|phieu|entry)\s+#?(?P<ref>[a-z0-9]{4,12})\s+(?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_OTHERS = frozenset({Reason.UNKNOWN_WORD, Reason.NOT_A_REPORT, Reason.BAD_NUMBER})


def is_meant(turn: Turn, text: str) -> bool:
    """Tell whether `/sua` is to be taken as a commander's: what can be meant for an own unit is."""
    if not turn.is_admin and not turn.units(Role.COMMANDER):
        return False
    own = meaning.own_units(turn)
    if not own:
        return True
    said = meaning.front(turn, text, own)
    reads = [
        tally.parse(said.rest, each, turn.world.today(each, turn.incoming.at)) for each in meaning.all_duties(turn, own)
    ]
    return bool(text) and all(isinstance(read, Refusal) and read.reason in _OTHERS for read in reads)


def override(turn: Turn, text: str) -> None:
    """Take `<unit> <day> <numbers> # <reason>`, or `phiếu <reference> <numbers> # <reason>`."""
    entry = _ENTRY.fullmatch(text)
    campaign, rest = tally.choose(text, turn.world.setting.active)
    body, mark, note = rest.replace("＃", "#").partition("#")
    called = _called(turn, body)
    commanded = [unit for unit in called if policy.commands(turn, unit.id)]
    said = unitword.split(body, sorted(commanded, key=lambda unit: unit.id))  # as the roster has them
    if entry is not None:
        _of_entry(turn, entries.find(turn.tx, entry["ref"].upper()), entry["rest"])
    elif not body.strip():
        turn.say("overriding.usage", unit=_first_commanded(turn))
    elif len(said.units) == 1:
        _of_unit(turn, said.units[0], campaign, said.rest + mark + note)
    elif said.units and said.rest == body:  # the number behind the name may belong to it: no button can tell
        turn.say("overriding.use_code", units=said.units)
    elif not said.units and called:
        owning.refuse(turn, "override refused", unit=called[0].id)
    else:
        _of_alike(turn, campaign, said.units, body, mark + note)


def _called(turn: Turn, body: str) -> list[Unit]:
    """Return the units that bear a name in front, whoever commands them; the longest name and surest reading first."""
    names = (name for _, name in unitword.fronts(body.split()))
    found = (unit for name in names for units in turn.world.names.called(name) for unit in units)
    return [turn.world.tree[unit] for unit in dict.fromkeys(found)]


def _first_commanded(turn: Turn) -> Unit | None:
    return next((unit for unit in turn.world.tree.units.values() if policy.commands(turn, unit.id)), None)


def _of_entry(turn: Turn, entry: Entry | None, text: str) -> None:
    """Put right the report that an entry belongs to."""
    campaign = turn.world.setting.campaign(entry.slot.campaign) if entry else None
    unit = turn.world.tree.units.get(entry.slot.unit) if entry else None
    if entry is None or unit is None or not policy.commands(turn, unit.id):
        owning.refuse(turn, "override refused", ref=entry.ref if entry else "")
    elif campaign is None:
        turn.say("refusals.campaign_gone")
    else:
        _read(turn, campaign, unit, text, entry)


def _of_unit(turn: Turn, unit: Unit, wanted: Campaign | None, text: str) -> None:
    duties = meaning.duties(turn, unit)
    campaign, rest = _campaign(turn, duties, wanted, text)
    if not duties or (campaign is not None and campaign not in duties):
        turn.say("report.no_duty", unit=unit, covered=bool(turn.world.campaigns_of(unit.id)))
    elif campaign is None:
        lines = [f"/sua {each.code} {unit.code} {clean(text)}" for each in duties]
        turn.say("report.which_campaign", lines=lines, pressable=False)
    else:
        _read(turn, campaign, unit, rest)


def _campaign(
    turn: Turn, duties: tuple[Campaign, ...], wanted: Campaign | None, text: str
) -> tuple[Campaign | None, str]:
    """Return the campaign that is named or meant, None where that cannot be told, and the rest of the text."""
    chosen, rest = tally.choose(text, duties)
    return wanted or chosen or meaning.campaign_meant(turn, duties), rest


def _read(turn: Turn, campaign: Campaign, unit: Unit, text: str, replaces: Entry | None = None) -> None:
    today = turn.world.today(campaign, turn.incoming.at)
    line = tally.parse(text, campaign, today)
    if isinstance(line, Refusal):
        right = f"{unit.code} {example(campaign, line)}"
        turn.say("overriding.refused", reason=line.reason, text=line.text, facts=line.facts, line=right)
    elif replaces is not None and line.day not in (None, replaces.slot.day):
        turn.say("overriding.other_day", ref=replaces.ref, day=replaces.slot.day)
    else:
        day = replaces.slot.day if replaces else line.day or today
        rulings.apply(turn, Ruling(campaign, unit, day, line.amounts, line.note, replaces))


def _of_alike(turn: Turn, wanted: Campaign | None, namesakes: tuple[Unit, ...], body: str, note: str) -> None:
    """Let the speaker choose among units that bear the same name, or one that is merely alike."""
    words = body.split()
    for count in range(1, min(len(words), WORDS + 1)):
        name, rest = " ".join(words[:count]), " ".join(words[count:]) + note
        alike = namesakes or _alike(turn, name)
        found = [ruling for unit in alike if (ruling := _ruling(turn, wanted, unit, rest)) is not None]
        if found:
            _offer(turn, name, found)
            return
    turn.say("overriding.not_understood", text=clean(body, LONGEST_NAME))


def _alike(turn: Turn, name: str) -> tuple[Unit, ...]:
    found = finding.find(turn.world, name, lambda unit: policy.commands(turn, unit))
    return tuple(turn.world.tree[unit] for unit in found.units)


def _ruling(turn: Turn, wanted: Campaign | None, unit: Unit, text: str) -> Ruling | None:
    """Return what the words would mean for a unit; None where they mean nothing for it."""
    duties = meaning.duties(turn, unit)
    campaign, rest = _campaign(turn, duties, wanted, text)
    if campaign is None or campaign not in duties:
        return None
    today = turn.world.today(campaign, turn.incoming.at)
    line = tally.parse(rest, campaign, today)
    return Ruling(campaign, unit, line.day or today, line.amounts, line.note) if isinstance(line, Line) else None


def _offer(turn: Turn, name: str, found: list[Ruling]) -> None:
    rows = tuple((named(choosing.full_name(turn, each.unit), "override", **_packed(each)),) for each in found)
    shown = [(each, rulings.typed(turn, each)) for each in found]
    turn.say("overriding.which_unit", rows, name=clean(name, LONGEST_NAME), rulings=shown)


def _packed(ruling: Ruling) -> dict[str, Any]:
    return {
        "unit": ruling.unit.id,
        "campaign": ruling.campaign.code,
        "day": ruling.day.isoformat(),
        "amounts": {str(key): list(amount) for key, amount in ruling.amounts.items()},
        "reason": ruling.reason,
    }


def press(turn: Turn, unit: int, campaign: str, day: str, amounts: Mapping[str, tuple[int, bool]], reason: str) -> None:
    """Do what was typed for the unit that a button names."""
    found = turn.world.setting.campaign(campaign)
    keys = {Key.parse(key): Amount(*amount) for key, amount in amounts.items()}
    if unit not in turn.world.tree.units or not policy.commands(turn, UnitId(unit)):
        owning.refuse(turn, "override refused", unit=unit)
    elif found is None or unit not in turn.world.reporting.get(campaign, ()) or not keys.keys() <= set(found.keys):
        turn.say("refusals.campaign_gone")
    else:
        rulings.apply(turn, Ruling(found, turn.world.tree[UnitId(unit)], date.fromisoformat(day), keys, reason))
