"""Claims about boards: places, ties, neighbours, the missing apart, streaks."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import boards
from bot.domain.boards import Board, Race, Runner
from bot.domain.campaign import BoardKind, Campaign
from bot.domain.days import Calendar
from bot.domain.figures import Share
from bot.domain.units import Unit, UnitId
from tests import cast

BT = Unit(UnitId(100), "BT", "Bến Tre", "tinh")
MON = date(2023, 11, 27)
EVERY_DAY = Calendar(working_days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def campaign(**changes: Any) -> Campaign:
    return cast.config(Path(), campaigns=[cast.campaign(**changes)]).campaigns[0]


def runner(number: int, total: int, **facts: Any) -> Runner:
    known: dict[str, Any] = {"share": Share(total, 100), "today": 0, "reported": 1, "expected": 1}
    return Runner(UnitId(number), f"Xã {number}", **(known | facts))


def board(*runners: Runner, own: int | None = None, kind: BoardKind = BoardKind.SHARE, **facts: Any) -> Board:
    race = Race(BT, tuple(each.unit for each in runners), None if own is None else UnitId(own))
    before = facts.pop("before", {})
    return boards.board(campaign(), campaign().main, kind, MON, race, runners, before, **facts)


def shown(found: Board) -> list[list[int | None]]:
    return [[row.place for row in run] for run in found.shown]


TEN = [runner(n, 100 - n) for n in range(1, 11)]


@pytest.mark.parametrize(
    ("own", "facts", "places"),
    [
        (None, {"top": 3}, [[1, 2, 3]]),
        (7, {"top": 3}, [[1, 2, 3], [6, 7, 8]]),
        (4, {"top": 3}, [[1, 2, 3, 4, 5]]),
        (1, {"top": 1}, [[1, 2]]),
        (10, {"top": 2}, [[1, 2], [9, 10]]),
        (None, {"top": 2, "show_bottom": True}, [[1, 2], [9, 10]]),
        (None, {"top": 50}, [list(range(1, 11))]),
    ],
)
def test_leaders_and_the_own_place_with_its_neighbours_are_shown(
    own: int | None, facts: dict[str, Any], places: list[list[int]]
) -> None:
    assert shown(board(*TEN, own=own, **facts)) == places


def test_ties_share_the_place_and_are_not_cut_apart() -> None:
    runners = [runner(1, 90), runner(2, 50), runner(3, 50), runner(4, 50), runner(5, 10)]
    assert shown(board(*runners, top=2)) == [[1, 2, 2, 2]]


def test_equal_zeros_do_not_flood_the_board() -> None:
    assert len(board(*[runner(n, 0) for n in range(1, 100)], top=5).shown[0]) == 10


def test_who_is_missing_is_named_apart_and_keeps_the_place_of_the_total() -> None:
    found = board(runner(1, 50, reported=0), runner(2, 40), runner(3, 30, reported=0, expected=0))
    assert [row.place for row in found.rows] == [1, 2, 3]
    assert [row.name for row in found.missing] == ["Xã 1"]
    assert (found.reported, found.expected) == (1, 2)


def test_a_unit_above_others_owes_the_reports_of_all_below_it() -> None:
    found = board(runner(1, 50, reported=2, expected=3), runner(2, 40, reported=4, expected=4))
    assert [(row.name, row.reported, row.expected) for row in found.missing] == [("Xã 1", 2, 3)]
    assert (found.reported, found.expected) == (6, 7)


def test_on_the_day_board_a_missing_report_is_not_a_zero() -> None:
    found = board(runner(1, 50, reported=0), runner(2, 40), runner(3, 0, today=7), kind=BoardKind.TODAY)
    assert [(row.name, row.place) for row in found.rows] == [("Xã 3", 1), ("Xã 2", 2), ("Xã 1", None)]


def test_a_rise_is_measured_in_points_of_the_own_target_and_only_risers_are_praised() -> None:
    large = runner(1, 0, share=Share(0, 1000), week=30, week_before=10)
    small = runner(2, 0, share=Share(0, 100), week=8, week_before=5)
    fallen = runner(3, 0, week=1, week_before=5)
    found = board(large, small, fallen, kind=BoardKind.RISE)
    assert [(row.name, row.value) for row in found.ranked] == [("Xã 2", Share(3, 100)), ("Xã 1", Share(20, 1000))]


def test_movement_is_counted_from_the_places_before_and_unknown_for_newcomers() -> None:
    found = board(runner(1, 90), runner(2, 80), runner(3, 70), before={UnitId(1): 2, UnitId(2): 1})
    assert [row.movement for row in found.rows] == [1, -1, None]


def test_a_rise_waits_for_two_whole_weeks_and_is_not_for_rates() -> None:
    whole, rate = campaign(), {"code": "tyle", "name": "Tỷ lệ", "kind": "ratio", "of": ["kh", "tn"]}
    ratio = campaign(metrics=[*cast.METRICS, rate]).metric("tyle")
    assert not boards.can_rank(whole, whole.main, BoardKind.RISE, date(2023, 11, 27))
    assert boards.can_rank(whole, whole.main, BoardKind.RISE, date(2023, 11, 28))
    assert not boards.can_rank(whole, ratio, BoardKind.RISE, date(2023, 11, 28))


def test_K10_weeks_are_seven_days_each_across_a_leap_day_and_the_new_year() -> None:
    assert boards.weeks(date(2024, 3, 3)) == (
        (date(2024, 2, 26), date(2024, 3, 3)),
        (date(2024, 2, 19), date(2024, 2, 25)),
    )
    assert boards.weeks(date(2021, 1, 3))[1] == (date(2020, 12, 21), date(2020, 12, 27))


@pytest.mark.parametrize(
    ("days_ago", "over", "length"),
    [
        ([0, 1, 2], False, 3),
        ([1, 2], False, 2),
        ([1, 2], True, 0),
        ([0, 2], True, 1),
        ([], False, 0),
        (range(200), True, 60),
    ],
)
def test_a_streak_is_broken_by_a_day_only_once_that_is_over(days_ago: list[int], over: bool, length: int) -> None:  # noqa: FBT001  (a column of the table)
    kept = [MON - timedelta(days=n) for n in days_ago]
    assert boards.streak(kept, MON, date(2023, 1, 1), EVERY_DAY, over=over) == length


def test_days_off_neither_add_to_a_streak_nor_break_it() -> None:
    friday, saturday = date(2023, 11, 24), date(2023, 11, 25)
    weekdays = Calendar(working_days=("mon", "tue", "wed", "thu", "fri"))
    assert boards.streak([MON, saturday, friday], MON, date(2023, 11, 1), weekdays, over=True) == 2


def test_a_streak_does_not_reach_back_before_the_start() -> None:
    kept = [MON - timedelta(days=n) for n in range(10)]
    assert boards.streak(kept, MON, MON - timedelta(days=3), EVERY_DAY, over=True) == 4


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 29), st.integers(1, 8), st.booleans())
def test_whatever_is_shown_is_in_order_once_and_holds_the_own_place(
    totals: list[int],
    own: int,
    top: int,
    bottom: bool,  # noqa: FBT001  (drawn)
) -> None:
    own = own % len(totals)
    found = board(*[runner(n, total) for n, total in enumerate(totals)], own=own, top=top, show_bottom=bottom)
    rows = [row for run in found.shown for row in run]
    assert rows == [row for row in found.ranked if row in rows]
    assert found.own in rows
    for run in found.shown:
        start = found.ranked.index(run[0])
        assert run == found.ranked[start : start + len(run)]
