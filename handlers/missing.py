"""Missing: who has not reported for a day."""

from datetime import date

from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.days import Stage
from bot.domain.dayword import split
from bot.domain.silence import silence
from bot.domain.tally import Refusal
from bot.domain.text import clean
from bot.domain.units import Unit
from handlers import showing
from handlers.turn import Turn
from storage import progress

LONGEST_WORD = 60


def show(turn: Turn, text: str) -> None:
    """Answer `/thieu [day]` for the group's unit or the speaker's own."""
    first = turn.world.setting.first
    rest, day = split(text, turn.world.today(first, turn.incoming.at), first.starts)
    if isinstance(day, Refusal):
        turn.say("missing.bad_day", reason=day.reason, text=day.text, facts=day.facts)
    elif rest:
        turn.say("missing.unknown_word", word=clean(rest, LONGEST_WORD))
    else:
        _show(turn, day)


def _show(turn: Turn, day: date | None) -> None:
    unit = showing.own_unit(turn)
    campaigns = showing.campaigns_for(turn, unit) if unit else ()
    if unit is None:
        turn.say("status.which_unit")
    elif not campaigns:
        turn.say("status.no_campaign", unit=unit)
    else:
        for campaign in campaigns:
            _show_campaign(turn, campaign, unit, day)


def _show_campaign(turn: Turn, campaign: Campaign, unit: Unit, day: date | None) -> None:
    today = turn.world.today(campaign, turn.incoming.at)
    day = day or min(today, campaign.deadline)
    running = days.stage(day, campaign) in (Stage.RUNNING, Stage.LAST_DAY)
    if not running or not turn.world.setting.calendar.works(day):
        turn.say("missing.day_off", campaign=campaign, day=day, running=running)
        return
    missing = progress.missing(turn.tx, turn.world, campaign.code, unit.id, day)
    found = silence(turn.world, campaign, unit, day, missing, progress.asked(turn.tx, campaign.code, day))
    turn.say("missing.missing", silence=found, today=today)
