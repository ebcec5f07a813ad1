"""Editing: a message that was edited is the new version of what it said before."""

from datetime import date

from bot.domain import tally
from bot.domain.campaign import Campaign
from bot.domain.days import Openness
from bot.domain.receipt import Receipt
from bot.domain.tally import Refusal
from handlers import guided, meaning, owning, recording, reporting
from handlers.answering import answer, example, overtaken, typed
from handlers.receipts import retire
from handlers.recording import Closed, Recorded, Statement
from handlers.turn import Turn
from storage import entries
from storage.entries import Entry, EntryKind


class NotMoved(Exception):
    """The new day did not take the report, so the old day keeps it; `recorded` says why."""

    def __init__(self, recorded: Recorded) -> None:
        super().__init__(recorded)
        self.recorded = recorded


def edited(turn: Turn, text: str) -> None:
    """Take an edited message as the new version of what it said before."""
    entry = entries.of_message(turn.tx, turn.chat.id, turn.incoming.message)
    if entry is not None:
        _restate(turn, entry, text)
    elif not guided.edited(turn, text):
        reporting.heard(turn, text)  # it said nothing that counted before: perhaps the edit mends that


def _restate(turn: Turn, entry: Entry, text: str) -> None:
    campaign = owning.campaign_of(turn, entry)
    if campaign is None:
        return
    newest = entries.newest(turn.tx, entry.slot)
    if _is_overtaken(turn, entry, newest) and newest is not None:
        overtaken(turn, entry.ref, newest)
        return
    unit, rest = meaning.restated(turn, text, campaign, turn.world.tree[entry.slot.unit])
    today = turn.world.today(campaign, turn.incoming.at)
    line = tally.parse(rest, campaign, today)
    if isinstance(line, Refusal):
        _keep(turn, campaign, entry, line)
    else:
        said = Statement(campaign, unit, line.day or today, line.amounts, line.note, EntryKind.EDIT)
        _replace(turn, entry, newest, said)


def _is_overtaken(turn: Turn, entry: Entry, newest: Entry | None) -> bool:
    """Tell whether a later message has spoken of the same: then editing the old one must not undo that."""
    if newest is None or newest.id < entry.id or not newest.amounts or entries.is_open(turn.tx, entry.id):
        return False
    if newest.kind is EntryKind.UNDO and newest.supersedes == entry.id:
        return False
    return not recording.still_says(newest, entry)


def _keep(turn: Turn, campaign: Campaign, entry: Entry, refusal: Refusal) -> None:
    turn.say(
        "report.edit_unreadable",
        ref=entry.ref,
        reason=refusal.reason,
        text=refusal.text,
        facts=refusal.facts,
        example=typed(turn, example(campaign, refusal)),
    )


def _replace(turn: Turn, entry: Entry, newest: Entry | None, said: Statement) -> None:
    """Record what the message says now; what it said of another day, or another own unit, is taken back."""
    campaign, left, meant = said.campaign, (entry.slot.unit, entry.slot.day), (said.unit.id, said.day)
    closed = {each: recording.openness(turn, campaign, each[1], each[0]) for each in (left, meant)}
    if closed[left] not in recording.TAKEN:
        answer(turn, campaign, Closed(entry.slot.day, closed[left], entry.slot.unit))
    elif left != meant and Openness.LOCKED in closed.values():
        _stay(turn, entry, said.day, next(day for (_, day), why in closed.items() if why is Openness.LOCKED))
    elif left != meant:
        _move(turn, campaign, entry, said)
    else:
        counted = newest is not None and recording.still_says(newest, entry)
        base = recording.without(turn, entry, newest) if counted and newest else None
        answer(turn, campaign, recording.record(turn, said, base, mends=entry))


def _stay(turn: Turn, entry: Entry, day: date, locked: date) -> None:
    """Leave a message where it counts: across a lock it could only be moved half."""
    turn.say("correcting.not_moved", ref=entry.ref, locked=locked, stays=entry.slot.day, day=day)


def _move(turn: Turn, campaign: Campaign, entry: Entry, said: Statement) -> None:
    """Move a report to another day, or leave it where it is and say why."""
    try:
        with turn.tx.attempt():
            recorded, left = _moved(turn, entry, said)
    except NotMoved as stayed:
        answer(turn, campaign, stayed.recorded)
        return
    answer(turn, campaign, recorded)
    if left is not None:
        retire(turn, left.id, recorded.ref)


def _moved(turn: Turn, entry: Entry, said: Statement) -> tuple[Receipt, Entry | None]:
    """Take the report out of the old day before the new one is judged, so that nothing counts twice in between."""
    left = recording.move_away(turn, entry)
    recorded = recording.record(turn, said)
    if not isinstance(recorded, Receipt):
        raise NotMoved(recorded)
    return recorded, left
