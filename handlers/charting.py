"""Charting: a picture of a unit's progress, of the units below it, or of who has reported."""

from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.messages import Outgoing
from bot.domain.recipes import Kind, Recipe
from bot.domain.text import fold
from bot.domain.units import Unit, UnitId
from handlers import choosing, finding, policy, showing
from handlers.turn import Turn
from storage import outbox, series

KINDS: dict[str, Kind] = {
    "duong": Kind.LINE,
    "line": Kind.LINE,
    "cot": Kind.BARS,
    "bars": Kind.BARS,
    "luoi": Kind.GRID,
    "grid": Kind.GRID,
}
"""What the last word of the command may say, without accents."""


def chart(turn: Turn, text: str) -> None:
    """Answer `/bieudo [campaign] [unit] [kind]`."""
    campaign, words = showing.campaign_named(turn, text)
    name, kind = _split(turn, words.strip())
    unit = _named(turn, name, kind, campaign.code if campaign else "") if name else showing.own_unit(turn)
    if unit is not None:
        _show(turn, unit, kind, campaign)
    elif not name:
        turn.say("status.which_unit")


def chart_unit(turn: Turn, unit: int, kind: str, campaign: str = "") -> None:
    """Answer for a unit that a button named, if it is still in scope."""
    if unit in turn.world.tree.units and policy.may_read(turn, UnitId(unit)):
        _show(turn, turn.world.tree[UnitId(unit)], Kind(kind), turn.world.setting.campaign(campaign))
    else:
        turn.say("refusals.out_of_scope")


def _split(turn: Turn, text: str) -> tuple[str, Kind]:
    """Return the unit's name and the kind of chart. A name that ends like a kind (A Lưới, Hải Dương) stays whole."""
    *names, last = text.split() or [""]
    kind = KINDS.get(fold(last))
    if kind is None or finding.find(turn.world, text, lambda unit: policy.may_read(turn, unit)).exact:
        return text, Kind.LINE
    return " ".join(names), kind


def _named(turn: Turn, name: str, kind: Kind, campaign: str) -> Unit | None:
    shown = {"kind": kind.value, "campaign": campaign}
    return choosing.unit_called(turn, name, lambda unit: policy.may_read(turn, unit), "chart", **shown)


def _show(turn: Turn, unit: Unit, kind: Kind, named: Campaign | None) -> None:
    campaigns = showing.campaigns_for(turn, unit, named)
    for campaign in campaigns:
        _show_in(turn, campaign, unit, kind)
    if not campaigns:
        turn.say("status.no_campaign", unit=unit)


def _show_in(turn: Turn, campaign: Campaign, unit: Unit, kind: Kind) -> None:
    day = turn.world.today(campaign, turn.incoming.at)
    if day < campaign.starts:
        turn.say("chart.not_begun", unit=unit, campaign=campaign)
    elif kind is Kind.BARS and not series.taking_part(turn.world, campaign, unit.id):
        turn.say("chart.no_units_below", unit=unit)
    else:
        over = turn.incoming.at > days.cut_off(day, turn.world.setting.zone, campaign)
        language = turn.texts[turn.language].language
        recipe = Recipe(kind, campaign.code, unit.id, min(day, campaign.deadline), language, over)
        caption = turn.text(f"chart.{kind.value}", unit=unit, campaign=campaign, day=recipe.day)
        _send(turn, caption, recipe)


def _send(turn: Turn, caption: str, recipe: Recipe) -> None:
    photo = Outgoing(
        "photo",
        caption,
        account=turn.account,
        thread=turn.incoming.place.thread,
        reply_to=None if turn.private else turn.incoming.message or None,
        picture=recipe.dump(),
        spare=turn.text("chart.failed"),
    )
    outbox.put(turn.tx, turn.chat.id, photo, turn.now)
