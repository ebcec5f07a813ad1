"""Live boards: edited in place as reports land, at most once a minute, and frozen when their day closes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain import boards, days
from bot.domain.boards import Board, Race
from bot.domain.campaign import Campaign, ScheduleRow
from bot.domain.messages import Outgoing, Priority
from bot.domain.units import UnitId
from bot.domain.world import World
from bot.jobs.board import wanted_now
from bot.render.texts import Texts
from storage import boards as standing
from storage import chats, live, outbox
from storage.chats import Chat
from storage.live import Live
from storage.outbox import State
from storage.sqlite import Tx

REST_S = 60
PAGE = 100
"""Boards that are drawn in one transaction, so that answers to people are not kept waiting."""

_LOST = frozenset({State.FAILED, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class Gallery:
    """What drawing needs of the moment."""

    tx: Tx
    world: World
    texts: Mapping[str, Texts]
    now: datetime

    @property
    def instant(self) -> int:
        """Return the moment in seconds."""
        return int(self.now.timestamp())


def refresh(gallery: Gallery) -> bool:
    """Bring the boards up to date that may and must be; True when a page of them is done and more may wait."""
    newest = live.newest_entry(gallery.tx)
    heard: dict[int, set[tuple[str, UnitId]]] = {}
    drawn = 0
    for each in live.unfrozen(gallery.tx):
        if drawn == PAGE:
            return True
        if _is_closed(gallery, each):
            _close(gallery, each)
            drawn += 1
        elif each.seen < newest and gallery.instant - each.edited >= REST_S:
            if each.seen not in heard:
                heard[each.seen] = live.heard_since(gallery.tx, each.seen)
            drawn += _update(gallery, each, heard[each.seen], newest)
    return False


def _is_closed(gallery: Gallery, each: Live) -> bool:
    campaign = gallery.world.setting.campaign(each.campaign)
    return campaign is None or gallery.now >= days.closes(each.day, gallery.world.setting.zone, campaign)


def _update(gallery: Gallery, each: Live, heard: set[tuple[str, UnitId]], newest: int) -> bool:
    """Edit a board if its figures changed; tell whether it had to be drawn to know that."""
    race, tree = _race(gallery, each), gallery.world.tree
    concerns = race is not None and any(
        campaign == each.campaign and unit in tree.units and tree.covers(race.parent.id, unit)
        for campaign, unit in heard
    )
    shown, edited = each.shown, each.edited
    if race is not None and concerns:
        board = _board(gallery, each, race)
        shown = _digest(gallery, board)
        if shown != each.shown:
            _edit(gallery, each, board, closed=False)
            edited = gallery.instant
    live.note(gallery.tx, each, shown, newest, edited)
    return concerns


def _close(gallery: Gallery, each: Live) -> None:
    """Show a board for the last time and keep its places for the next day's movement."""
    race = _race(gallery, each)
    if race is not None:
        board = _board(gallery, each, race)
        standing.freeze_places(gallery.tx, board)
        _edit(gallery, each, board, closed=True)
    live.freeze(gallery.tx, each)


def _race(gallery: Gallery, each: Live) -> Race | None:
    """Return whom the board ranks; None where campaign or units are no longer in config and roster."""
    world, campaign = gallery.world, gallery.world.setting.campaign(each.campaign)
    if campaign is None or world.root(campaign) is None or each.unit not in world.tree.units:
        return None
    return boards.race(world, campaign, each.unit)


def _board(gallery: Gallery, each: Live, race: Race) -> Board:
    """Read the board as it stands at this moment, or stood at the end of its day."""
    campaign = gallery.world.setting.campaign(each.campaign)
    if campaign is None:
        raise LookupError(each.campaign)
    wanted = wanted_now(gallery.world, campaign, race, _row(campaign, each), each.day, gallery.now)
    return standing.read(gallery.tx, gallery.world, campaign, wanted)


def _row(campaign: Campaign, each: Live) -> ScheduleRow:
    """Return the row of the schedule that the board was posted by, or one like it."""
    rows = (row for row in campaign.schedule if row.job == "board" and row.kind == each.kind)
    return next(rows, ScheduleRow(job="board", at=(), kind=each.kind))


def _edit(gallery: Gallery, each: Live, board: Board, *, closed: bool) -> None:
    """Queue the edit, if the group still belongs to the unit and its board has not failed for good.

    In quiet hours a message that is gone stays gone, since a new one would ring.
    """
    chat, posted = chats.get(gallery.tx, each.chat), outbox.find(gallery.tx, each.subject)
    setting = gallery.world.setting
    quiet = setting.calendar.is_quiet(gallery.now.astimezone(setting.zone).time())
    if chat.unit != each.unit or posted is None or posted.state in _LOST or (quiet and not posted.message):
        return
    html = _texts(gallery, chat)("board.board", board=board, at=gallery.instant, closed=closed, late=False)
    edit = Outgoing("edit", html, edits=posted.id, coalesce="" if quiet else each.subject, priority=Priority.PUSH)
    outbox.put(gallery.tx, each.chat, edit, gallery.instant)


def _texts(gallery: Gallery, chat: Chat) -> Texts:
    return gallery.texts[chat.language or gallery.world.setting.language]


def _digest(gallery: Gallery, board: Board) -> str:
    """Return what tells one state of the figures from another; the time of drawing is left out."""
    texts = gallery.texts[gallery.world.setting.language]
    return hashlib.sha256(texts("board.board", board=board, at=0, closed=False, late=False).encode()).hexdigest()
