"""Meaning: which of the speaker's units, and which campaign, a line is for. Never a guess."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.domain import tally, unitword
from bot.domain.campaign import Campaign
from bot.domain.days import Stage, stage
from bot.domain.tally.words import vocabulary
from bot.domain.text import fold
from bot.domain.units import Unit, UnitId
from handlers import courtesy
from handlers.turn import Turn
from storage import entries, outbox
from storage.people import Role


class Front(NamedTuple):
    """What a line says before its numbers: units that it may name (none: it names none), a campaign, and the rest."""

    named: tuple[Unit, ...]
    campaign: Campaign | None
    rest: str


def own_units(turn: Turn) -> tuple[Unit, ...]:
    """Return the units that the speaker reports for, in the order of the posts."""
    return tuple([turn.world.tree[unit] for unit in turn.units(Role.OFFICER)])


def own_unit(turn: Turn) -> Unit | None:
    """Return the unit that the speaker means without naming one: the chosen, the only, else the newest; or None."""
    units = own_units(turn)
    return chosen_unit(turn, units) or (units[-1] if units else None)


def chosen_unit(turn: Turn, units: Iterable[Unit]) -> Unit | None:
    """Return the unit that the speaker has chosen for lines without a name, if it is one of these."""
    wanted = turn.person.chosen_unit if turn.person else None
    return next((unit for unit in units if unit.id == wanted), None)


def here(turn: Turn) -> tuple[Unit, ...]:
    """Return the own units that can be meant here: in a group those that belong to it, where any do."""
    units = own_units(turn)
    if turn.private or len(units) == 1 or turn.chat.unit is None:
        return units
    group = UnitId(turn.chat.unit)
    return tuple(unit for unit in units if turn.world.tree.covers(group, unit.id)) or units


def duties(turn: Turn, unit: Unit) -> tuple[Campaign, ...]:
    """Return the campaigns in which this unit is to report; archived ones take no reports."""
    return turn.world.duties(unit.id)


def all_duties(turn: Turn, units: Sequence[Unit]) -> tuple[Campaign, ...]:
    """Return the campaigns in which any of the units is to report, each once."""
    if len(units) == 1:
        return duties(turn, units[0])
    found = {campaign.code: campaign for unit in units for campaign in duties(turn, unit)}
    return tuple(found.values())


def under_way(turn: Turn, campaigns: Sequence[Campaign]) -> tuple[Campaign, ...]:
    """Return the campaigns that have begun and not ended on the day of the message."""
    return tuple(
        campaign
        for campaign in campaigns
        if stage(turn.world.today(campaign, turn.incoming.at), campaign) in (Stage.RUNNING, Stage.LAST_DAY)
    )


def front(turn: Turn, text: str, units: Sequence[Unit]) -> Front:
    """Read what stands before the numbers: the campaign's code and the unit's name, in any order, politely or not."""
    if not any(map(str.isalpha, text)):  # names, codes and politeness have letters
        return Front((), None, text)
    campaigns = all_duties(turn, units)

    def means_else(name: str) -> bool:
        word = fold(name)
        return any(word == each.code or vocabulary(each.counted).means(word) for each in campaigns)

    named, rest = unitword.split(text, units, means_else)  # first: `da kao` is a ward before `dạ` is polite
    rest = courtesy.without(rest, campaigns)
    if rest[:1].isdecimal():  # neither a code nor a name begins with a number
        return Front(named, None, rest)
    campaign, rest = tally.choose(rest, campaigns)
    if not named:
        named, rest = unitword.split(rest, units, means_else)
        if named and campaign is None:
            campaign, rest = tally.choose(rest, campaigns)
    return Front(named, campaign, rest)


def restated(turn: Turn, text: str, campaign: Campaign, unit: Unit) -> tuple[Unit, str]:
    """Return what an edited message is for, and its line: the own unit that it names now, else that of its report.

    A campaign's code is taken off only where it is the report's own: an edit never changes the campaign.
    """
    said = front(turn, text, own_units(turn))
    fit = [each for each in said.named if campaign in duties(turn, each)]
    if len(fit) > 1 and unit in fit:
        said, fit = front(turn, text, (unit,)), [unit]
    if said.campaign not in (None, campaign) or len(fit) != len(said.named) or len(fit) > 1:
        return unit, text
    return (fit[0] if fit else unit), said.rest


def candidates(turn: Turn, said: Front, units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return the units that a line may be for: those named, else those that report in the campaign that it names."""
    if said.named or len(units) == 1:
        return said.named or tuple(units)
    fit = tuple(
        unit for unit in units if (found := duties(turn, unit)) and (said.campaign is None or said.campaign in found)
    )
    return fit or tuple(units)


def unit_meant(turn: Turn, said: Front, units: Sequence[Unit]) -> Unit | None:
    """Return the one unit that a line is for: named, that of the message it answers, chosen, or the only one.

    None where that cannot be told, and somebody has to be asked.
    """
    found = candidates(turn, said, units)
    if len(found) == 1:
        return found[0]
    return None if said.named else _replied_to(turn, found) or chosen_unit(turn, found)


def _replied_to(turn: Turn, units: Iterable[Unit]) -> Unit | None:
    """Return the unit of the receipt, question or reminder that the message answers, if it is one of these."""
    if not turn.incoming.reply_to:
        return None
    kind, _, number = outbox.subject_of(turn.tx, turn.chat.id, turn.incoming.reply_to).partition(":")
    if kind not in {"entry", "unit"}:
        return None
    meant = entries.get(turn.tx, int(number)).slot.unit if kind == "entry" else int(number)
    return next((unit for unit in units if unit.id == meant), None)


def campaign_meant(turn: Turn, campaigns: Sequence[Campaign]) -> Campaign | None:
    """Return the campaign that is meant when none is named: the only one, the chosen one, the only one under way."""
    if len(campaigns) == 1:
        return campaigns[0]
    running = under_way(turn, campaigns)
    wanted = turn.person.chosen_campaign if turn.person else ""
    chosen = next((each for each in running if each.code == wanted), None)
    return chosen or (running[0] if len(running) == 1 else None)
