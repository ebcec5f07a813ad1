"""Reporting: a line becomes an entry, and every outcome its answer."""

from collections.abc import Sequence

from bot.domain import tally
from bot.domain.campaign import Campaign
from bot.domain.days import Stage, stage
from bot.domain.tally import Line, Reason, Refusal
from bot.domain.units import Unit
from handlers import courtesy, recording
from handlers.answering import answer, example, refuse, typed
from handlers.recording import Statement
from handlers.turn import Turn
from storage.people import Role


def report(turn: Turn, text: str) -> None:
    """Take a line as a report, and say what is wrong with it when it is none."""
    _take(turn, text, talk=False)


def heard(turn: Turn, text: str) -> bool:
    """Take plain text as a report if it looks like one; False leaves it to somebody else."""
    return _take(turn, text, talk=True)


def own_unit(turn: Turn) -> Unit | None:
    """Return the unit that the speaker reports for, or None."""
    units = turn.units(Role.OFFICER)
    return turn.world.tree[units[-1]] if units else None


def duties(turn: Turn, unit: Unit) -> tuple[Campaign, ...]:
    """Return the campaigns in which this unit is to report."""
    return tuple(
        campaign for campaign in turn.world.campaigns_of(unit.id) if unit.id in turn.world.reporting[campaign.code]
    )


def own_example(turn: Turn) -> str:
    """Return a line that the speaker could send; empty for those who do not report."""
    unit = own_unit(turn)
    campaigns = duties(turn, unit) if unit else ()
    return typed(turn, example(campaigns[0])) if campaigns else ""


def under_way(turn: Turn, campaigns: Sequence[Campaign]) -> tuple[Campaign, ...]:
    """Return the campaigns that have begun and not ended on the day of the message."""
    return tuple(
        campaign
        for campaign in campaigns
        if stage(turn.world.today(campaign, turn.incoming.at), campaign) in (Stage.RUNNING, Stage.LAST_DAY)
    )


def _take(turn: Turn, text: str, *, talk: bool) -> bool:
    """Take a line; False where the speaker reports for nobody, or (with `talk`) where it may be ordinary talk."""
    unit = own_unit(turn)
    if unit is None:
        return False
    candidates = duties(turn, unit)
    text = courtesy.without(text, candidates)
    campaign, rest = tally.choose(text, candidates)
    campaign = campaign or _only(turn, candidates)
    if campaign is None:
        return _cannot_tell(turn, unit, candidates, text, talk=talk)
    read = tally.parse(rest, campaign, turn.world.today(campaign, turn.incoming.at))
    if isinstance(read, Line):
        day = read.day or turn.world.today(campaign, turn.incoming.at)
        answer(turn, campaign, recording.record(turn, Statement(campaign, unit, day, read.amounts, read.note)))
    elif talk and read.reason is Reason.NOT_A_REPORT:
        return False
    else:
        refuse(turn, campaign, read)
    return True


def _only(turn: Turn, candidates: tuple[Campaign, ...]) -> Campaign | None:
    """Return the campaign that is meant when none is named: the only one, or the only one under way."""
    found = candidates if len(candidates) == 1 else under_way(turn, candidates)
    return found[0] if len(found) == 1 else None


def _cannot_tell(turn: Turn, unit: Unit, candidates: tuple[Campaign, ...], text: str, *, talk: bool) -> bool:
    """Say why no campaign is meant: the unit reports in none, or in several."""
    if talk and not _looks_like_report(turn, text, candidates):
        return False
    if candidates:
        lines = [typed(turn, f"{each.code} {example(each)}") for each in candidates]
        turn.say("report.which_campaign", lines=lines)
    else:
        turn.say("report.no_duty", unit=unit, covered=bool(turn.world.campaigns_of(unit.id)))
    return True


def _looks_like_report(turn: Turn, text: str, campaigns: tuple[Campaign, ...]) -> bool:
    """Tell a report, good or broken, from ordinary talk."""
    if not campaigns:
        return any(char.isdecimal() for char in text)
    reads = (tally.parse(text, each, turn.world.today(each, turn.incoming.at)) for each in campaigns)
    return any(not isinstance(read, Refusal) or read.reason is not Reason.NOT_A_REPORT for read in reads)
