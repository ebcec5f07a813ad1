"""Highlights: each rule on days that are made for it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain import highlights
from bot.domain.days import Calendar
from bot.domain.figures import Share
from bot.domain.highlights import Climber, Day, Facts, Highlight, Kind
from bot.domain.pace import Plan, pace

START = date(2023, 12, 1)
EVERY_DAY = Calendar(working_days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
PLAN = Plan(START, 0, ((date(2023, 12, 10), 100),))  # ten a day


def facts(*amounts: int, plan: Plan = PLAN, below: tuple[Climber, ...] = (), over: bool = True) -> Facts:
    """Let days bring these amounts, with everybody reporting on time."""
    days, total = [], 0
    for number, amount in enumerate(amounts):
        total += amount
        planned = plan.milestones[0][1] // 10 * (number + 1)
        days.append(Day(START + timedelta(days=number), amount, total, planned, Share(5, 5), Share(5, 5)))
    paces = [pace(plan, day.day, day.total, EVERY_DAY) for day in days[-2:]]
    return Facts(tuple(days), paces[-1], paces[0] if len(paces) > 1 else None, below, over)


def on_time(found: Facts, *counts: int) -> Facts:
    """Let so many of five report on time, day by day, and nobody late."""
    days = zip(found.days, counts, strict=True)
    return replace(found, days=tuple(replace(day, on_time=Share(n, 5), turnout=Share(n, 5)) for day, n in days))


def climber(name: str, gained: int, total: int, target: int = 100) -> Climber:
    return Climber(name, gained, total, target)


def said(found: Highlight | None) -> Any:
    return None if found is None else (found.kind, *found.facts.values())


@pytest.mark.parametrize(("amounts", "tells"), [((60, 40), True), ((60, 39), False), ((60, 40, 1), False)])
def test_the_target_is_reached_on_one_day_only(amounts: tuple[int, ...], tells: bool) -> None:  # noqa: FBT001  (a table)
    expected = (Kind.REACHED, 100, 8) if tells else None
    assert said(highlights.reached(facts(*amounts))) == expected


@pytest.mark.parametrize(("amounts", "ahead"), [((5, 20), 5), ((5, 15), 0), ((5, 5), None), ((12, 3, 20), None)])
def test_the_line_is_crossed_for_the_first_time_only_once(amounts: tuple[int, ...], ahead: int | None) -> None:
    expected = None if ahead is None else (Kind.FIRST_ABOVE_PLAN, ahead)
    assert said(highlights.first_above_plan(facts(*amounts))) == expected


def test_a_first_day_above_the_line_has_crossed_nothing() -> None:
    assert highlights.first_above_plan(facts(30)) is None


@pytest.mark.parametrize(("amounts", "behind"), [((12, 5), 3), ((12, 8), None), ((5, 5), None), ((5,), None)])
def test_falling_behind_is_told_on_the_day_it_happens(amounts: tuple[int, ...], behind: int | None) -> None:
    expected = None if behind is None else (Kind.FELL_BEHIND, behind)
    assert said(highlights.fell_behind(facts(*amounts))) == expected


def test_before_the_cut_off_nobody_has_fallen_behind() -> None:
    assert highlights.fell_behind(facts(12, 5, over=False)) is None


def test_the_best_day_beats_the_best_before_it() -> None:
    found = facts(5, 9, 7, 10)
    assert said(highlights.best_day(found)) == (Kind.BEST_DAY, 10, found.days[1])


@pytest.mark.parametrize("amounts", [(5, 9, 7, 9), (5, 9, 10), (0, 0, 5, 9, 10)])
def test_a_tie_or_too_few_days_make_no_best_day(amounts: tuple[int, ...]) -> None:
    assert highlights.best_day(facts(*amounts)) is None


def test_units_that_the_day_brought_to_their_target_are_named_up_to_three() -> None:
    units = [climber(name, 5, 100) for name in "ABCDE"] + [climber("F", 0, 100), climber("G", 5, 99)]
    found = facts(5, below=tuple(units))
    assert said(highlights.units_reached(found)) == (Kind.UNITS_REACHED, ("A", "B", "C"), 2)


def test_a_need_that_rises_above_every_day_so_far_is_told_on_that_day() -> None:
    amounts = (12, 10, 9, 2, 2, 2)
    told = [said(highlights.need_above_best(facts(*amounts[: n + 1]))) for n in range(1, len(amounts))]
    assert told == [None, None, None, (Kind.NEED_ABOVE_BEST, 13, facts(*amounts).days[0]), None]


@pytest.mark.parametrize(("over", "average"), [(True, 3), (False, 1)])
def test_the_rate_of_a_week_stands_beside_the_need(*, over: bool, average: int) -> None:
    found = highlights.rate(facts(1, 1, 1, 1, 1, 1, 1, 15, over=over))
    assert said(found) == (Kind.RATE, average, 7, 39)


def test_no_rate_is_told_before_a_week_of_work_or_after_the_target() -> None:
    assert highlights.rate(facts(1, 1, 1, 1, 1, 1)) is None
    assert highlights.rate(facts(1, 1, 1, 1, 1, 1, 1, 93)) is None


def test_all_have_reported_is_worth_a_word_from_two_units_on() -> None:
    found = facts(5)
    assert said(highlights.all_reported(found)) == (Kind.ALL_REPORTED, 5)
    assert highlights.all_reported(on_time(found, 4)) is None
    alone = replace(found.days[0], turnout=Share(1, 1))
    assert highlights.all_reported(replace(found, days=(alone,))) is None


def test_risers_are_measured_by_their_own_targets() -> None:
    units = (climber("Lớn", 50, 50, 1000), climber("Nhỏ", 20, 20), climber("Vừa", 20, 20, 200), climber("Đứng", 0, 5))
    found = highlights.risers(facts(5, below=units))
    assert found is not None
    assert [unit.name for unit in found.facts["units"]] == ["Nhỏ", "Vừa", "Lớn"]


def test_among_three_units_nobody_is_singled_out() -> None:
    units = tuple(climber(name, 5, 5) for name in "ABC")
    assert highlights.risers(facts(5, below=units)) is None


@pytest.mark.parametrize(("counts", "rose"), [((3, 4), True), ((4, 3), False), ((4, 4), None), ((4, 5), None)])
def test_the_rate_on_time_is_compared_until_it_is_full(counts: tuple[int, int], rose: bool | None) -> None:  # noqa: FBT001
    found = highlights.turnout(on_time(facts(5, 5), *counts))
    assert (None if found is None else found.facts["rose"]) == rose


def test_a_day_off_is_not_the_day_before() -> None:
    found = facts(5, 0, 7)
    sunday = replace(found.days[1], works=False)
    compared = highlights.compared(replace(found, days=(found.days[0], sunday, found.days[2])))
    assert said(compared) == (Kind.COMPARED, 2, found.days[0])


@pytest.mark.parametrize("rule", [highlights.turnout, highlights.compared])
def test_before_the_cut_off_a_day_is_compared_with_none(rule: highlights.Rule) -> None:
    assert rule(on_time(facts(5, 9, over=False), 3, 4)) is None


def test_the_most_important_come_first_and_the_rest_is_left_out() -> None:
    units = tuple(climber(name, 5, 100) for name in "ABCD")
    found = highlights.highlights(facts(5, 6, 7, 90, below=units), 3)
    assert [each.kind for each in found] == [Kind.REACHED, Kind.FIRST_ABOVE_PLAN, Kind.BEST_DAY]


def test_every_rule_has_its_place_in_the_table() -> None:
    assert len(highlights.RULES) == len(Kind)
