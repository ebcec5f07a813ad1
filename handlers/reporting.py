"""Reporting: a line becomes an entry, and every outcome its answer."""

from collections.abc import Sequence

from bot.domain import tally, unitword
from bot.domain.campaign import Campaign
from bot.domain.tally import Line, Reason
from bot.domain.units import Unit
from handlers import asking, meaning, recording, waiting
from handlers.answering import answer, example, refuse, typed
from handlers.meaning import Front, duties, own_unit, own_units, under_way
from handlers.recording import Statement
from handlers.turn import Turn

__all__ = ["duties", "heard", "own_example", "own_unit", "own_units", "report", "settle", "under_way"]


def report(turn: Turn, text: str) -> None:
    """Take a line as a report, and say what is wrong with it when it is none."""
    units = meaning.here(turn)
    if not _settled(turn, text, units):
        _take(turn, text, units, talk=False)


def heard(turn: Turn, text: str) -> bool:
    """Take plain text as a report if it looks like one; False leaves it to somebody else."""
    units = meaning.here(turn)
    return _settled(turn, text, units) or _take(turn, text, units, talk=True)


def own_example(turn: Turn) -> str:
    """Return a line that the speaker could send; empty for those who do not report."""
    unit, units = own_unit(turn), own_units(turn)
    campaigns = duties(turn, unit) if unit else ()
    if unit is None or not campaigns:
        return ""
    line = example(campaigns[0])
    named = unitword.call(unit, units, line) if len(units) > 1 and meaning.chosen_unit(turn, units) is None else ""
    return typed(turn, f"{named} {line}".strip())


def settle(turn: Turn, message: int, unit: int = 0, campaign: str = "") -> None:
    """Take a button's word for what a waiting line is for: that of `message`, and no other."""
    line = waiting.current(turn)
    if line is None or line.message != message:
        turn.rewrite(waiting.subject(turn, message), "guided.over")
        return
    chosen = next((each for each in own_units(turn) if each.id == unit), None)
    if unit and chosen is None:
        turn.say("refusals.out_of_scope")
    else:
        _resume(turn, line, chosen, turn.world.setting.campaign(campaign))


def _settled(turn: Turn, text: str, units: Sequence[Unit]) -> bool:
    """Take a unit's name or a campaign's code that stands alone: it says what the waiting line is for.

    False where it is nothing of the kind, or no line waits.
    """
    campaigns = meaning.all_duties(turn, units)
    if len(units) < 2 and len(campaigns) < 2:  # noqa: PLR2004  (with one of each, nothing is ever asked)
        return False
    word = text.strip()
    unit = _alone(word, units)
    campaign = next((each for each in campaigns if each.code == word.casefold()), None)
    line = waiting.current(turn) if unit or campaign else None
    if line is None:
        return False
    _resume(turn, line, unit, campaign)
    return True


def _alone(word: str, units: Sequence[Unit]) -> Unit | None:
    """Return the unit that a whole text calls; a code of digits may be one, since it was asked for."""
    coded = tuple(unit for unit in units if unit.code.casefold() == word.casefold())
    found = coded or unitword.called(word, units)
    return found[0] if len(found) == 1 else None


def _resume(turn: Turn, line: waiting.Line, unit: Unit | None, campaign: Campaign | None) -> None:
    """Take the waiting line for what it is for, as if that had been said with it."""
    waiting.end(turn)
    unit, campaign = unit or line.unit, campaign or line.campaign
    subject = waiting.subject(turn, line.message)
    if turn.incoming.moment.timestamp() >= line.ends:
        turn.rewrite(subject, "guided.over")
        turn.say("report.line_expired", text=line.text)
        return
    turn.rewrite(subject, "report.line_settled", text=line.text, unit=unit, campaign=campaign)
    turn = turn._replace(incoming=line.said_in(turn.incoming))
    _take(turn, line.text, meaning.here(turn), talk=False, unit=unit, campaign=campaign)


def _take(
    turn: Turn,
    text: str,
    units: Sequence[Unit],
    *,
    talk: bool,
    unit: Unit | None = None,
    campaign: Campaign | None = None,
) -> bool:
    """Take a line for one of `units`; False where there are none, or (with `talk`) where it may be ordinary talk.

    `unit` and `campaign` are what has been said about it besides.
    """
    units = (unit,) if unit else units
    if not units:
        return False
    said = meaning.front(turn, text, units)
    if campaign is not None:
        said = said._replace(campaign=campaign)
    meant = unit or meaning.unit_meant(turn, said, units)
    if meant is None:
        return _unit_unknown(turn, units, said, text, talk=talk)
    possible = duties(turn, meant)
    if said.campaign is not None and said.campaign not in possible:
        turn.say("report.not_in_campaign", unit=meant, campaign=said.campaign)
        return True
    meant_in = said.campaign or meaning.campaign_meant(turn, possible)
    if meant_in is None:
        return _campaign_unknown(turn, meant, possible, said, text, talk=talk)
    return _take_for(turn, meant, meant_in, said, talk=talk)


def _take_for(turn: Turn, unit: Unit, campaign: Campaign, said: Front, *, talk: bool) -> bool:
    """Take a line for a unit and a campaign."""
    read = asking.read(turn, said.rest, campaign)
    if isinstance(read, Line):
        if len(own_units(turn)) > 1 or len(duties(turn, unit)) > 1:
            waiting.give_up(turn)
        day = read.day or turn.world.today(campaign, turn.incoming.at)
        answer(turn, campaign, recording.record(turn, Statement(campaign, unit, day, read.amounts, read.note)))
    elif _say_archived(turn, said, (unit,)):
        pass
    elif talk and read.reason is Reason.NOT_A_REPORT:
        return False
    else:
        refuse(turn, campaign, read)
    return True


def _unit_unknown(turn: Turn, units: Sequence[Unit], said: Front, text: str, *, talk: bool) -> bool:
    """Ask for which unit a line is; what is wrong with it for every unit is said at once."""
    found = list(asking.readings(turn, said, units, text))
    good = [each for each in found if isinstance(each.read, Line)]
    if said.named and len({each.unit.id for each in good}) == 1:  # one way to read the name leaves a report
        return _take(turn, text, units, talk=talk, unit=good[0].unit, campaign=said.campaign)
    if good:
        asking.which_unit(turn, text, said, good)
        return True
    if not found:
        return _campaign_unknown(turn, units[-1], (), said, text, talk=talk)
    if _say_archived(turn, said, units):
        return True
    broken = next((each for each in found if not _is_talk(each.read)), None)
    if talk and broken is None:
        return False
    worst = broken or found[0]
    if not isinstance(worst.read, Line):
        refuse(turn, worst.campaign, worst.read)
    return True


def _campaign_unknown(
    turn: Turn, unit: Unit, possible: Sequence[Campaign], said: Front, text: str, *, talk: bool
) -> bool:
    """Say why no campaign is meant: the unit reports in none, or in several."""
    if talk and not _looks_like_report(turn, said.rest, possible):
        return False
    archived = turn.world.archived_of(unit.id)
    if possible:
        asking.which_campaign(turn, unit, possible, said, text)
    elif archived and not turn.world.campaigns_of(unit.id):
        turn.say("report.archived", campaign=archived[-1])
    else:
        turn.say("report.no_duty", unit=unit, covered=bool(turn.world.campaigns_of(unit.id)))
    return True


def _say_archived(turn: Turn, said: Front, units: Sequence[Unit]) -> bool:
    """Say that a line names an archived campaign; False where it does not."""
    archived = [campaign for unit in units for campaign in turn.world.archived_of(unit.id)]
    named, _ = tally.choose(said.rest, archived)
    if named is not None:
        turn.say("report.archived", campaign=named)
    return named is not None


def _looks_like_report(turn: Turn, text: str, campaigns: Sequence[Campaign]) -> bool:
    """Tell a report, good or broken, from ordinary talk."""
    if not campaigns:
        return any(char.isdecimal() for char in text)
    return any(not _is_talk(asking.read(turn, text, each)) for each in campaigns)


def _is_talk(read: Line | tally.Refusal) -> bool:
    return not isinstance(read, Line) and read.reason is Reason.NOT_A_REPORT
