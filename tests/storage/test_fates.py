"""What became of updates and rows that were under way when a bot ended."""

from bot.domain.campaign import Key
from bot.domain.messages import Outgoing
from storage import fates, outbox, updates
from storage.fates import Fates
from storage.outbox import Settlement, State
from storage.sqlite import Tx
from storage.updates import Row, UpdateState
from tests import cast
from tests.storage.ground import NOW, Pen

LINE = {Key("tn"): 45}


def taken(tx: Tx, *numbers: int) -> None:
    for number in numbers:
        updates.take(tx, [Row(number, 1, NOW, "{}")])


def test_what_was_handled_recorded_and_answered_is_counted(tx: Tx, pen: Pen) -> None:
    taken(tx, 1, 2)
    entry = pen.say(pen.slot(), LINE, update=1, message=1)
    row = outbox.put(tx, 1, Outgoing("send", "✅", subject=f"entry:{entry.id}"), NOW)
    assert fates.of(tx, [1, 2]) == Fates(handled=2, entries=1, doubled=0, receipts=0)
    outbox.settle(tx, [Settlement(row, State.SENT)], NOW)
    assert fates.of(tx, [1, 2]).receipts == 1


def test_an_update_that_never_came_or_was_given_up_was_not_handled(tx: Tx, pen: Pen) -> None:
    del pen
    taken(tx, 1, 2)
    updates.settle(tx, 2, UpdateState.DEAD)
    assert fates.of(tx, [1, 2, 3]).handled == 1


def test_one_message_with_two_entries_for_one_report_is_doubled(tx: Tx, pen: Pen) -> None:
    taken(tx, 1, 2)
    pen.say(pen.slot(), LINE, update=1, message=7)
    pen.say(pen.slot(), LINE, update=2, message=7)
    pen.say(pen.slot(cast.GIAO_LONG), LINE, update=3, message=8)
    assert fates.of(tx, [2, 3]).doubled == 1


def test_rows_are_on_their_way_until_they_are_settled(tx: Tx, pen: Pen) -> None:
    del pen
    rows = [outbox.put(tx, 1, Outgoing("send", text), NOW) for text in ("một", "hai")]
    assert fates.on_their_way(tx) == set(rows)
    outbox.settle(tx, [Settlement(rows[0], State.SENT)], NOW)
    assert (fates.on_their_way(tx), fates.arrived(tx, rows)) == ({rows[1]}, 1)
