"""What leaves first, and what never overtakes what."""

from bot.courier.lanes import Lanes
from bot.courier.pacing import UNLIMITED, Limits, Rate
from bot.domain.messages import Priority
from bot.rehearsal.botapi import Fault
from storage.outbox import Waiting
from tests.courier.office import Office


async def test_I5_a_chat_hears_everything_in_the_order_in_which_it_was_said(closed_office: Office) -> None:
    an = closed_office.person()
    for number in range(30):
        await closed_office.put(an, str(number))
    closed_office.start()
    await closed_office.courier.idle()
    assert closed_office.shown(an) == [str(number) for number in range(30)]


async def test_answers_leave_before_pushes(closed_office: Office) -> None:
    an = closed_office.person()
    await closed_office.put(an, "nhắc", priority=Priority.PUSH)
    await closed_office.put(an, "phiếu")
    closed_office.start()
    await closed_office.courier.idle()
    assert closed_office.shown(an) == ["phiếu", "nhắc"]


async def test_an_edit_never_overtakes_what_it_rewrites(closed_office: Office) -> None:
    an = closed_office.person()
    board = await closed_office.put(an, "bảng", priority=Priority.PUSH)
    await closed_office.put(an, "bảng mới", verb="edit", edits=board)
    closed_office.start()
    await closed_office.courier.idle()
    assert closed_office.shown(an) == ["bảng", "bảng mới"]
    assert an.private.last().text == "bảng mới"


def waiting(row: int, chat: int, **fields: object) -> Waiting:
    values = {"verb": "send", "private": True, "priority": 0, "due": 0, "edits": None} | fields
    return Waiting(row, chat, **values)  # type: ignore[arg-type]  # the fields are those of the test


def test_one_row_of_a_chat_is_on_its_way_at_a_time() -> None:
    lanes = Lanes(UNLIMITED)
    for row in (1, 2):
        lanes.add(waiting(row, 7), 0)
    [first] = lanes.pick(0, 9)
    assert (first.id, lanes.pick(0, 9)) == (1, [])
    lanes.done(first)
    assert [row.id for row in lanes.pick(0, 9)] == [2]


def test_no_more_leave_than_there_is_room_for() -> None:
    lanes = Lanes(UNLIMITED)
    for row in range(5):
        lanes.add(waiting(row, row), 0)
    assert [len(lanes.pick(0, 3)), len(lanes.pick(0, 3)), len(lanes)] == [3, 2, 0]


def test_an_answer_lifts_a_lane_that_was_listed_for_a_push() -> None:
    lanes = Lanes(UNLIMITED)
    lanes.add(waiting(1, 7, priority=1), 0)
    lanes.add(waiting(2, 8, priority=1), 0)
    lanes.add(waiting(3, 8), 0)
    assert [row.id for row in lanes.pick(0, 9)] == [3, 1]


def test_a_long_queue_of_one_chat_holds_up_nobody() -> None:
    lanes = Lanes(Limits(private=(Rate(1, 1),), overall=()))
    for row in range(300):
        lanes.add(waiting(row, 7), 0)
    lanes.add(waiting(300, 8), 0)
    assert [row.id for row in lanes.pick(0, 9)] == [0, 300]
    assert lanes.next_at() is None


def test_what_did_not_leave_after_all_gives_its_turn_back() -> None:
    lanes = Lanes(Limits(private=(Rate(1, 1),), overall=(Rate(1, 1),)))
    for row in (1, 2):
        lanes.add(waiting(row, 7), 0)
    [first] = lanes.pick(0, 9)
    lanes.done(first, refund=True)
    assert [row.id for row in lanes.pick(0, 9)] == [2]


def test_a_toast_waits_for_no_chat() -> None:
    lanes = Lanes(UNLIMITED)
    lanes.add(waiting(1, 7), 0)
    lanes.pick(0, 9)
    lanes.add(waiting(2, 7, verb="toast"), 0)
    assert [row.id for row in lanes.pick(0, 9)] == [2]


async def test_T1_a_refused_chat_waits_alone_and_keeps_its_order(closed_office: Office) -> None:
    office = closed_office
    an, binh = office.person("An"), office.person("Bình")
    office.server.faults.next("sendMessage", Fault.too_many(3), chat=an.id)
    for text in ("1", "2", "3"):
        await office.put(an, text)
        await office.put(binh, text)
    office.start()
    await office.courier.idle()
    assert (office.shown(an), office.shown(binh)) == ([], ["1", "2", "3"])
    await office.passes(2)
    assert office.shown(an) == []
    await office.passes(1)
    assert office.shown(an) == ["1", "2", "3"]
