"""Campaigning: which campaigns there are for the speaker, and which one is meant where none is named."""

from dataclasses import dataclass

from bot.domain import days
from bot.domain.campaign import Campaign, Phase
from bot.domain.days import Stage
from bot.domain.text import clean, fold
from bot.domain.units import Unit, UnitId
from handlers import meaning
from handlers.turn import Choices, Turn, choice, named
from storage import people
from storage.people import Role

ALL = frozenset({"tat ca", "all", "ca hai", "both"})
LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Offered:
    """A campaign as the list shows it. `phase` is None where it has none, or has not begun, or is over."""

    campaign: Campaign
    stage: Stage
    days_left: int
    phase: Phase | None
    chosen: bool


def show(turn: Turn, text: str) -> None:
    """Answer `/chiendich [code]`: the campaigns of one's units, or of the group's; or choose one of the own."""
    word = clean(text, LONGEST_WORD)
    if not word:
        _list(turn)
    elif fold(word) in ALL and turn.person is not None:
        choose(turn, "")
    else:
        campaigns = _chosen_from(turn)
        found = next((each for each in campaigns if fold(word) in (each.code, fold(each.name))), None)
        if found is None:
            turn.say("campaigns.unknown", word=word, campaigns=campaigns)
        else:
            choose(turn, found.code)


def choose(turn: Turn, campaign: str) -> None:
    """Mean this campaign from now on where a line names none; empty for no one of them."""
    found = next((each for each in _chosen_from(turn) if each.code == campaign), None)
    if campaign and found is None:
        turn.say("refusals.campaign_gone")
        return
    people.choose_campaign(turn.tx, turn.known.id, campaign)
    turn.say("campaigns.chosen", campaign=found)


def _chosen_from(turn: Turn) -> tuple[Campaign, ...]:
    """Return the campaigns that the speaker can choose from: those of the own reports."""
    return meaning.all_duties(turn, meaning.own_units(turn))


def _list(turn: Turn) -> None:
    units = _units(turn)
    active = {each.code: each for unit in units for each in turn.world.campaigns_of(unit.id)}
    archived = {each.code: each for unit in units for each in turn.world.archived_of(unit.id)}
    choices = _choices(turn)
    turn.say(
        "campaigns.list",
        choices,
        offered=[_offered(turn, campaign) for campaign in turn.world.setting.campaigns if campaign.code in active],
        archived=[campaign for campaign in turn.world.setting.campaigns if campaign.code in archived],
        selectable=bool(choices),
    )


def _units(turn: Turn) -> list[Unit]:
    """Return the units whose campaigns are listed: the group's; in private the speaker's own, for admins all roots."""
    tree = turn.world.tree
    if not turn.private:
        unit = tree.units.get(UnitId(turn.chat.unit or 0))
        return [unit] if unit else []
    roots = [turn.world.root(campaign) for campaign in turn.world.setting.campaigns] if turn.is_admin else []
    own = [tree[unit] for role in Role for unit in turn.units(role)]
    return [*own, *(root for root in roots if root)]


def _offered(turn: Turn, campaign: Campaign) -> Offered:
    today = turn.world.today(campaign, turn.incoming.at)
    stage = days.stage(today, campaign)
    number = campaign.phase_number(today) if stage in (Stage.RUNNING, Stage.LAST_DAY) else 0
    phase = campaign.phases[number - 1] if number else None
    chosen = turn.person is not None and turn.private and turn.person.chosen_campaign == campaign.code
    return Offered(campaign, stage, days.days_left(today, campaign), phase, chosen)


def _choices(turn: Turn) -> Choices:
    """Offer what an officer can choose from, where there is a choice; in groups nobody's wishes are changed."""
    campaigns = _chosen_from(turn) if turn.private else ()
    if len(campaigns) < 2:  # noqa: PLR2004  (one is no choice)
        return ()
    rows = tuple((named(each.name, "choose_campaign", campaign=each.code),) for each in campaigns)
    return (*rows, (choice("all_campaigns", "choose_campaign", campaign=""),))
