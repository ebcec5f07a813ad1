"""The live board: posted once a day in each group, then kept up to date by `bot.jobs.live`."""

from collections.abc import Iterator
from datetime import date, datetime

from bot.domain import boards, days
from bot.domain.boards import Race
from bot.domain.campaign import Campaign, ScheduleRow
from bot.domain.world import World
from bot.jobs.beat import Beat, Push
from storage import boards as standing
from storage import live
from storage.boards import Wanted
from storage.chats import Chat
from storage.live import Live


def prepare(beat: Beat) -> None:
    """Note which groups get a board in this slot; one that has its board of the day keeps it."""
    row, day, now = _row(beat), _day(beat), int(beat.now.timestamp())
    for chat, race in _races(beat, day):
        live.open_board(
            beat.tx,
            Live(
                beat.campaign.code,
                chat.id,
                day,
                row.kind,
                race.own or race.parent.id,
                f"{beat.slot.time:%H:%M}",
                _subject(beat, chat, day),
                shown="",
                seen=live.newest_entry(beat.tx),
                edited=now,
            ),
        )


def board(beat: Beat) -> Iterator[Push]:
    """Show every group how its units stand, or where its unit stands among its siblings."""
    row, day = _row(beat), _day(beat)
    for chat, race in _races(beat, day):
        posted = live.find(beat.tx, beat.campaign.code, chat.id, day, row.kind)
        if posted is None or posted.slot == f"{beat.slot.time:%H:%M}":
            wanted = wanted_now(beat.world, beat.campaign, race, row, day, beat.now)
            shown = standing.read(beat.tx, beat.world, beat.campaign, wanted)
            facts = {"board": shown, "at": int(beat.now.timestamp()), "closed": False}
            subject = _subject(beat, chat, day)
            yield Push(chat, "board.board", facts, subject=subject, coalesce=subject)


def wanted_now(world: World, campaign: Campaign, race: Race, row: ScheduleRow, day: date, now: datetime) -> Wanted:
    """Return which board a row of the schedule asks for, at this moment."""
    over = now > days.cut_off(day, world.setting.zone, campaign)
    return Wanted(race, campaign.main, row.kind, day, over, row.top, row.show_bottom)


def _races(beat: Beat, day: date) -> Iterator[tuple[Chat, Race]]:
    """Yield the groups that have anything to rank, unless the day is over: then its board would come too late."""
    over = beat.now >= days.closes(day, beat.world.setting.zone, beat.campaign)
    if over or not boards.can_rank(beat.campaign, beat.campaign.main, _row(beat).kind, day):
        return
    for chat, unit in beat.groups():
        race = boards.race(beat.world, beat.campaign, unit.id)
        if race is not None:
            yield chat, race


def _row(beat: Beat) -> ScheduleRow:
    return beat.campaign.schedule[beat.slot.row]


def _day(beat: Beat) -> date:
    return beat.world.today(beat.campaign, beat.slot.at)


def _subject(beat: Beat, chat: Chat, day: date) -> str:
    return f"board:{beat.campaign.code}:{chat.id}:{day.isoformat()}:{_row(beat).kind}"
