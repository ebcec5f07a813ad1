"""Asking back: for which unit or campaign a line is. The line waits for the answer."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.domain import tally, unitword
from bot.domain.campaign import Campaign
from bot.domain.tally import Line, Refusal
from bot.domain.units import Unit
from handlers import meaning, waiting
from handlers.answering import example, typed
from handlers.meaning import Front
from handlers.turn import Turn, named

SHOWN = 20
"""Units that are offered as buttons; every one can be typed."""

LONGEST = 40  # characters of a line that is shown once more for every unit


class Reading(NamedTuple):
    """A line as it reads for a unit and a campaign; `rest` is what stands after the unit's name."""

    unit: Unit
    campaign: Campaign
    rest: str
    read: Line | Refusal


def readings(turn: Turn, said: Front, units: Sequence[Unit], text: str) -> Iterator[Reading]:
    """Yield how a line reads for each unit and campaign that it may be for."""
    for unit in meaning.candidates(turn, said, units):
        rest = meaning.front(turn, text, (unit,)).rest
        possible = meaning.duties(turn, unit)
        for campaign in (said.campaign,) if said.campaign in possible else possible:
            yield Reading(unit, campaign, rest, read(turn, rest, campaign))


def read(turn: Turn, text: str, campaign: Campaign) -> Line | Refusal:
    """Read a line for a campaign, on the day of its message."""
    return tally.parse(text, campaign, turn.world.today(campaign, turn.incoming.at))


def which_unit(turn: Turn, text: str, said: Front, good: Sequence[Reading]) -> None:
    """Ask for which unit a line is: a button for each, and the line that says the same."""
    waiting.keep(turn, text, (each.campaign for each in good), None, said.campaign)
    firsts = list({each.unit.id: each for each in reversed(good)}.values())[::-1]
    message = turn.incoming.message
    turn.say(
        "report.which_unit",
        tuple((named(each.unit.name, "settle", message=message, unit=each.unit.id),) for each in firsts[:SHOWN]),
        waiting.subject(turn, message),
        lines=[(each.unit, _line(turn, each, said.campaign)) for each in firsts],
    )


def _line(turn: Turn, each: Reading, campaign: Campaign | None) -> str:
    """Return what may be typed for a unit: the whole line, or its code alone where no name is clear enough."""
    code = f"{campaign.code} " if campaign else ""
    rest = code + (each.rest if len(each.rest) <= LONGEST else example(each.campaign))
    word = unitword.call(each.unit, meaning.here(turn), rest)
    return typed(turn, f"{word} {rest}" if word else each.unit.code)


def which_campaign(turn: Turn, unit: Unit, possible: Sequence[Campaign], said: Front, text: str) -> None:
    """Ask for which campaign of a unit a line is; where it is good for none, only say what to type."""
    good = [each for each in possible if isinstance(read(turn, said.rest, each), Line)]
    if good:
        waiting.keep(turn, text, good, unit, None)
    message = turn.incoming.message
    turn.say(
        "report.which_campaign",
        tuple((named(each.name, "settle", message=message, campaign=each.code),) for each in good),
        waiting.subject(turn, message),
        lines=list(_examples(turn, unit, possible)),
        pressable=bool(good),
    )


def _examples(turn: Turn, unit: Unit, possible: Iterable[Campaign]) -> Iterator[str]:
    units = meaning.here(turn)
    for each in possible:
        line = f"{each.code} {example(each)}"
        word = unitword.call(unit, units, line) if len(units) > 1 else ""
        yield typed(turn, f"{word} {line}".strip())
