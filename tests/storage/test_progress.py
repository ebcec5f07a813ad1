"""Progress: sums and turnout over days."""

from datetime import timedelta

from bot.domain.absence import Leave
from storage import leaves, progress
from storage.leaves import Whose
from storage.tallies import Turnout
from tests.cast import AN_HOI, GIAO_LONG, PHU_KHUONG
from tests.storage.ground import DAY, KH, NOW, TN, YESTERDAY, Pen, world_of


def test_days_without_anything_are_left_out(pen: Pen) -> None:
    pen.say(pen.slot(day=DAY - timedelta(days=3)), {KH: 30})
    pen.say(pen.slot(GIAO_LONG), {KH: 5})
    assert progress.by_day(pen.tx, "vneid", pen.unit("BT"), "kh", DAY) == {DAY - timedelta(days=3): 30, DAY: 5}


def test_later_days_are_not_looked_at(pen: Pen) -> None:
    pen.say(pen.slot(), {KH: 30})
    assert progress.by_day(pen.tx, "vneid", pen.unit("BT"), "kh", YESTERDAY) == {}


def test_a_span_holds_both_its_ends(pen: Pen) -> None:
    for n in range(4):
        pen.say(pen.slot(day=DAY - timedelta(days=n)), {TN: 10**n})
    first, last = DAY - timedelta(days=2), YESTERDAY
    assert progress.between(pen.tx, "vneid", pen.unit("BT"), "tn", first, last) == 110
    assert progress.below_between(pen.tx, "vneid", pen.unit("BT"), "tn", first, last) == {pen.unit("TP"): 110}


def test_turnout_is_told_for_each_day(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 1})
    pen.say(pen.slot(GIAO_LONG), {TN: 1}, on_time=False)
    assert progress.turnouts(pen.tx, "vneid", pen.unit("BT"), YESTERDAY, DAY) == {DAY: Turnout(2, 1)}


def test_those_who_owe_a_report_are_named_in_the_order_of_the_tree(pen: Pen) -> None:
    for code in (AN_HOI, GIAO_LONG):
        pen.say(pen.slot(code), {TN: 1})
    missing = progress.missing(pen.tx, pen.world, "vneid", pen.unit("BT"), DAY)
    assert [pen.world.tree[unit].code for unit in missing] == ["TP-02", "TP-03", "CT-01"]


def test_a_unit_on_leave_owes_nothing(pen: Pen) -> None:
    leaves.give(pen.tx, Whose(unit=pen.unit("TP")), Leave(DAY, DAY), "admin", NOW)
    missing = progress.missing(pen.tx, world_of(pen.tx), "vneid", pen.unit("BT"), DAY)
    assert [pen.world.tree[unit].code for unit in missing] == ["CT-01", "CT-02"]


def test_open_questions_are_told_oldest_first(pen: Pen) -> None:
    first = pen.ask(pen.slot(PHU_KHUONG), {TN: 900})
    pen.drop(pen.ask(pen.slot(GIAO_LONG), {TN: 900}))
    last = pen.ask(pen.slot(), {KH: 900})
    assert [question.ref for question in progress.questions(pen.tx, "vneid")] == [first.ref, last.ref]
    assert progress.questioned_days(pen.tx, "vneid", pen.unit(PHU_KHUONG)) == {DAY}


def test_a_day_of_zeros_is_told_from_a_day_without_a_report(pen: Pen) -> None:
    pen.say(pen.slot(day=YESTERDAY), {TN: 0, KH: 0})
    pen.say(pen.slot(), {TN: 0, KH: 3})
    assert progress.zeros(pen.tx, "vneid", pen.unit(AN_HOI), YESTERDAY, DAY) == {YESTERDAY}
