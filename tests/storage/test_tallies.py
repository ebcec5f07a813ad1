"""Tallies: what counts now, summed up along the path to the root in the same transaction."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.campaign import Key
from bot.domain.units import UnitId
from storage import entries, rebuilding, tallies
from storage.entries import Slot
from storage.sqlite import Tx
from storage.tallies import Report, Turnout
from tests import cast
from tests.cast import AN_HOI, GIAO_LONG, PHU_KHUONG
from tests.storage.ground import DAY, KH, TN, YESTERDAY, Pen, import_roster


def test_a_report_is_added_to_the_unit_and_everything_above_it(pen: Pen) -> None:
    pen.say(pen.slot(AN_HOI), {TN: 45, KH: 30})
    pen.say(pen.slot(GIAO_LONG), {TN: 5})
    assert [pen.totals(code) for code in (AN_HOI, "TP", "CT", "BT")] == [
        {TN: 45, KH: 30},
        {TN: 45, KH: 30},
        {TN: 5},
        {TN: 50, KH: 30},
    ]


def test_a_later_version_takes_the_place_of_the_former(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45, KH: 30})
    pen.say(pen.slot(), {TN: 40})
    assert pen.totals("BT") == {TN: 40, KH: 30}


def test_what_is_known_of_a_unit_s_own_sums_is_what_would_be_read(tx: Tx, pen: Pen) -> None:
    unit = pen.unit(AN_HOI)
    steps: list[Callable[[], object]] = [
        lambda: pen.say(pen.slot(), {TN: 45}),
        lambda: pen.say(pen.slot(), {TN: 40, KH: 30}),
        lambda: pen.confirm(pen.ask(pen.slot(day=YESTERDAY), {TN: 900})),
        lambda: pen.undo(pen.slot()),
        lambda: pen.say(pen.slot(GIAO_LONG), {TN: 5}),
    ]
    for step in steps:
        tallies.own_sums(tx, "vneid", unit)
        step()
        assert tallies.own_sums(tx, "vneid", unit) == tallies.sums(tx, "vneid", unit)


def test_what_is_known_of_siblings_is_what_would_be_read(tx: Tx, pen: Pen) -> None:
    steps: list[Callable[[], object]] = [
        lambda: pen.say(pen.slot(), {TN: 45}),
        lambda: pen.say(pen.slot(PHU_KHUONG), {TN: 7, KH: 1}),
        lambda: pen.say(pen.slot(PHU_KHUONG, YESTERDAY), {TN: 5}),
        lambda: pen.say(pen.slot(), {TN: 40, KH: 30}),
        lambda: pen.undo(pen.slot(PHU_KHUONG)),
        lambda: pen.say(pen.slot(GIAO_LONG), {TN: 3}),
        lambda: import_roster(tx, cast.ROSTER.replace("xa,CT,", "xa,TP,")),
    ]
    for step in steps:
        tallies.sums_beside(tx, "vneid", pen.unit("TP"), "tn", DAY, own=True)
        step()
        known = tallies.sums_beside(tx, "vneid", pen.unit("TP"), "tn", DAY, own=True)
        assert known == tallies.sums_beside(tx, "vneid", pen.unit("TP"), "tn", DAY)


def test_a_questioned_value_counts_only_once_it_is_confirmed(pen: Pen) -> None:
    question = pen.ask(pen.slot(), {TN: 900})
    assert pen.totals("BT") == {}
    pen.confirm(question)
    assert pen.totals("BT") == {TN: 900}


def test_a_dropped_value_never_counts(pen: Pen) -> None:
    pen.drop(pen.ask(pen.slot(), {TN: 900}))
    assert pen.totals("BT") == {}
    assert entries.questions(pen.tx, pen.slot()) == []


def test_a_later_word_on_the_same_metric_closes_the_question_and_one_on_another_does_not(pen: Pen) -> None:
    question = pen.ask(pen.slot(), {TN: 900})
    pen.say(pen.slot(), {KH: 3})
    assert entries.is_open(pen.tx, question.id)
    pen.say(pen.slot(), {TN: 90})
    assert not entries.is_open(pen.tx, question.id)


def test_an_answer_closes_its_question_even_if_it_speaks_of_another_metric(pen: Pen) -> None:
    question = pen.ask(pen.slot(), {TN: 900})
    pen.say(pen.slot(), {KH: 3}, answers=question.id)
    assert not entries.is_open(pen.tx, question.id)
    assert not rebuilding.rebuild(pen.tx, pen.world)


def test_taking_back_the_only_version_leaves_no_report_and_no_sum(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    pen.undo(pen.slot())
    assert pen.totals("BT") == {}
    assert tallies.report(pen.tx, pen.slot()) is None
    assert tallies.tally(pen.tx, pen.slot(), TN) is None


def test_a_zero_is_a_report_and_a_missing_report_is_no_zero(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 0})
    assert tallies.tally(pen.tx, pen.slot(), TN) == 0
    assert tallies.tally(pen.tx, pen.slot(), KH) is None
    assert tallies.turnout(pen.tx, "vneid", pen.unit("BT"), DAY) == Turnout(1, 1)


def test_a_report_stays_on_time_when_it_is_mended_late(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    mended = pen.say(pen.slot(), {TN: 46}, on_time=False)
    assert tallies.report(pen.tx, pen.slot()) == Report(mended.id, on_time=True)


def test_a_report_withdrawn_and_given_again_late_is_late(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    pen.undo(pen.slot())
    pen.say(pen.slot(), {TN: 45}, on_time=False)
    assert tallies.turnout(pen.tx, "vneid", pen.unit("TP"), DAY) == Turnout(1, 0)
    assert not rebuilding.rebuild(pen.tx, pen.world)


def test_two_officers_who_add_up_are_one_unit_that_reported(pen: Pen) -> None:
    pen.say(pen.slot(person=1), {TN: 4}, on_time=False)
    pen.say(pen.slot(person=2), {TN: 5})
    assert pen.totals("TP") == {TN: 9}
    assert tallies.turnout(pen.tx, "vneid", pen.unit("TP"), DAY) == Turnout(1, 1)


def test_children_and_days_are_read_apart(pen: Pen) -> None:
    pen.say(pen.slot(AN_HOI), {TN: 4})
    pen.say(pen.slot(PHU_KHUONG, YESTERDAY), {TN: 5})
    city, ward, other = pen.unit("TP"), pen.unit(AN_HOI), pen.unit(PHU_KHUONG)
    assert tallies.sums_below(pen.tx, "vneid", city, "tn") == {ward: 4, other: 5}
    assert tallies.day_sums_below(pen.tx, "vneid", city, "tn", DAY) == {ward: 4}
    assert tallies.day_sums(pen.tx, "vneid", city, YESTERDAY)[TN] == 5
    assert tallies.sums_until(pen.tx, "vneid", city, YESTERDAY)[TN] == 5


def test_history_holds_the_reported_days_before_newest_first(pen: Pen) -> None:
    for back, amount in ((0, 99), (1, 3), (2, 2), (4, 1)):
        pen.say(pen.slot(day=DAY - timedelta(days=back)), {TN: amount})
    assert tallies.histories(pen.tx, pen.slot(), ["tn"], 2) == {"tn": [2, 3]}


def test_an_entry_of_a_campaign_that_is_not_configured_is_a_lookup_error(pen: Pen) -> None:
    with pytest.raises(LookupError):
        pen.put(Slot("khac", pen.unit(AN_HOI), DAY), {TN: 1}, {TN: 1})


def test_S14_a_number_beyond_64_bits_fails_and_leaves_no_sum(tx: Tx, pen: Pen) -> None:
    with pytest.raises(OverflowError), tx.attempt():
        pen.say(pen.slot(), {TN: 2**63})
    assert pen.totals("BT") == {}
    assert tx.value("SELECT count(*) FROM entries") == 0


def test_a_unit_without_reports_has_no_sums(tx: Tx) -> None:
    assert tallies.sums(tx, "vneid", UnitId(1)) == {}
    assert tallies.turnout(tx, "vneid", UnitId(1), cast.TODAY) == Turnout(0, 0)
    assert tallies.day_sums(tx, "vneid", UnitId(1), cast.TODAY) == {}
    assert Key("tn") not in tallies.sums_until(tx, "vneid", UnitId(1), cast.TODAY)
