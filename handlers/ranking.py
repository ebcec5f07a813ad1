"""Ranking: the board that somebody asks for."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.domain import boards, days
from bot.domain.campaign import BoardKind, Campaign, Metric
from bot.domain.text import clean, fold
from bot.domain.units import Unit
from handlers import showing
from handlers.turn import Turn
from storage import boards as standing
from storage.boards import Wanted

LONGEST_WORD = 60

# Longer words first: `hom nay` must not be left over when `nay` is not understood.
WORDS: Mapping[str, BoardKind] = MappingProxyType(
    {
        "ty le": BoardKind.SHARE,
        "share": BoardKind.SHARE,
        "hom nay": BoardKind.TODAY,
        "today": BoardKind.TODAY,
        "tien bo": BoardKind.RISE,
        "progress": BoardKind.RISE,
        "dung gio": BoardKind.STREAK,
        "on time": BoardKind.STREAK,
    }
)


def show(turn: Turn, text: str) -> None:
    """Answer `/bxh [kind] [metric]` for the group's unit or the speaker's own."""
    unit = showing.own_unit(turn)
    if unit is None:
        turn.say("status.which_unit")
        return
    campaigns = showing.campaigns_for(turn, unit)
    kind, word = _kind(fold(clean(text)))
    asked = [(campaign, _metric(campaign, word)) for campaign in campaigns]
    found = [(campaign, metric) for campaign, metric in asked if metric is not None]
    if not campaigns:
        turn.say("status.no_campaign", unit=unit)
    elif not found:
        metrics = [metric for campaign in campaigns for metric in campaign.metrics]
        turn.say("board.unknown_word", word=clean(text, LONGEST_WORD), metrics=metrics)
    for campaign, metric in found:
        _show(turn, unit, campaign, metric, kind)


def _kind(words: str) -> tuple[BoardKind, str]:
    """Return the kind that is named at either end, and the words beside it."""
    for word, kind in WORDS.items():
        if words == word:
            return kind, ""
        if words.startswith(f"{word} "):
            return kind, words.removeprefix(f"{word} ")
        if words.endswith(f" {word}"):
            return kind, words.removesuffix(f" {word}")
    return BoardKind.SHARE, words


def _metric(campaign: Campaign, word: str) -> Metric | None:
    """Return the metric that a folded word means, the main one where none is named."""
    return next((each for each in campaign.metrics if word in each.spoken), None) if word else campaign.main


def _show(turn: Turn, unit: Unit, campaign: Campaign, metric: Metric, kind: BoardKind) -> None:
    day = min(turn.world.today(campaign, turn.incoming.at), campaign.deadline)
    zone, now = turn.world.setting.zone, turn.incoming.moment
    race = boards.race(turn.world, campaign, unit.id)
    if race is None:
        turn.say("board.nothing", unit=unit)
    elif not boards.can_rank(campaign, metric, kind, day):
        turn.say("board.too_early")
    else:
        over = now > days.cut_off(day, zone, campaign)
        board = standing.read(turn.tx, turn.world, campaign, Wanted(race, metric, kind, day, over))
        turn.say("board.board", board=board, at=turn.now, closed=now >= days.closes(day, zone, campaign), late=False)
