"""Claims about questions: what is asked about before it counts."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import accumulate
from math import floor
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.campaign import Campaign, Entered, Key, Metric, Part
from bot.domain.questions import Doubt, Evidence, Kind, Running, differences, doubts, highest_usual

TN, KH, LK = Key("tn"), Key("kh"), Key("lk")
DRIVE = Campaign(
    code="vneid",
    name="Cao điểm",
    root="BT",
    starts=date(2023, 11, 15),
    deadline=date(2023, 12, 15),
    metrics=(
        Metric(
            code="tn",
            name="Thu nhận",
            max_per_day=500,
            parts=(Part(code="m1", name="Mức 1"), Part(code="m2", name="Mức 2")),
        ),
        Metric(code="kh", name="Kích hoạt", at_most="tn"),
        Metric(code="lk", name="Tích hợp", entry=Entered.CUMULATIVE),
    ),
)
ORDINARY = [40, 45, 50, 42, 47]


@pytest.mark.parametrize(("value", "asked"), [(500, False), (501, True)])
def test_a_day_above_the_maximum_is_asked_about(value: int, *, asked: bool) -> None:
    found = doubts(DRIVE, Evidence({"tn": value}))
    assert found == ((Doubt(Kind.OVER_MAX, TN, value, 500),) if asked else ())


@pytest.mark.parametrize(
    ("history", "limit"),
    [
        ([], None),
        ([40, 45, 50, 42], None),  # four days are no history
        (ORDINARY, 100),  # 2·45 + 10; the z-score alone would ask from 61 on
        ([10, 20, 40, 80, 160], 195),  # 40 + 3.5·30/0.6745
        ([0, 0, 0, 0, 0], 10),
        ([10, 10, 10, 10, 10], 30),
        ([10, 10, 10, 10, 110], 97),  # MAD 0: 10 + 3.5·1.253314·20
        ([1, 2, 1, 3, 2, 2], 14),  # small wards are not asked over trifles
        ([10**6] * 20 + [7] * 28, 24),  # only the newest four weeks
    ],
)
def test_the_highest_usual_day_follows_the_units_own_history(history: Sequence[int], limit: int | None) -> None:
    assert highest_usual(history) == limit


@given(st.lists(st.integers(-1000, 1000) | st.integers(0, 3), min_size=5, max_size=40))
def test_the_limit_is_exactly_that_of_the_formula(history: list[int]) -> None:
    recent = [Fraction(value) for value in history[-28:]]
    middle = median(recent)
    deviations = [abs(value - middle) for value in recent]
    mad = median(deviations)
    sigma = mad / Fraction("0.6745") if mad else sum(deviations) / len(deviations) * Fraction("1.253314")
    assert highest_usual(history) == floor(max(middle + Fraction("3.5") * sigma, 2 * middle + 10))


def test_an_outlier_is_told_with_the_limit_and_the_usual_day() -> None:
    known = {"kh": ORDINARY}
    assert doubts(DRIVE, Evidence({"kh": 101}, known)) == (Doubt(Kind.OUTLIER, KH, 101, 100, 45),)
    assert doubts(DRIVE, Evidence({"kh": 100}, known)) == ()


def test_a_low_day_is_ordinary() -> None:
    assert doubts(DRIVE, Evidence({"kh": 0}, {"kh": [400, 401, 399, 400, 402]})) == ()


@given(st.lists(st.integers(0, 1000), min_size=5, max_size=28))
def test_the_median_day_and_trifles_above_it_are_never_asked_about(history: list[int]) -> None:
    middle = sorted(history)[(len(history) - 1) // 2]
    assert not doubts(DRIVE, Evidence({"kh": 2 * middle + 10}, {"kh": history}))


def test_activated_above_registered_is_asked_about() -> None:
    evidence = Evidence({"kh": 30}, before={"tn": 100, "kh": 90}, after={"tn": 100, "kh": 120})
    assert doubts(DRIVE, evidence) == (Doubt(Kind.ABOVE_OTHER, KH, 120, 100),)


def test_taking_back_registered_below_activated_is_asked_about_too() -> None:
    evidence = Evidence({"tn": 5}, before={"tn": 100, "kh": 90}, after={"tn": 80, "kh": 90})
    assert doubts(DRIVE, evidence) == (Doubt(Kind.ABOVE_OTHER, KH, 90, 80),)


def test_activated_may_draw_level_with_registered() -> None:
    evidence = Evidence({"kh": 10}, before={"tn": 100, "kh": 90}, after={"tn": 100, "kh": 100})
    assert doubts(DRIVE, evidence) == ()


@pytest.mark.parametrize("after", [{"tn": 100, "kh": 100}, {"tn": 130, "kh": 140}, {"tn": 100, "kh": 110}])
def test_an_entry_that_does_not_widen_the_gap_is_not_asked_about(after: dict[str, int]) -> None:
    assert not doubts(DRIVE, Evidence({"kh": 10}, before={"tn": 100, "kh": 110}, after=after))


@pytest.mark.parametrize(
    ("running", "limit"),
    [
        (Running(99, 100), 100),
        (Running(100, 100), None),
        (Running(120, 100, 120), None),
        (Running(121, 100, 120), 120),
        (Running(99, 100, 90), 100),
    ],
)
def test_a_running_total_stays_between_its_neighbours(running: Running, limit: int | None) -> None:
    found = doubts(DRIVE, Evidence({"lk": running.typed - running.previous}, running={LK: running}))
    assert found == (() if limit is None else (Doubt(Kind.FALLING, LK, running.typed, limit),))


def test_doubts_come_in_the_order_of_the_campaign_then_of_the_kinds() -> None:
    evidence = Evidence(
        {"lk": -1, "kh": 900, "tn": 600},
        {"kh": ORDINARY, "tn": ORDINARY},
        {"tn": 0, "kh": 0},
        {"tn": 600, "kh": 900},
        {LK: Running(1, 2)},
    )
    assert [(doubt.key, doubt.kind) for doubt in doubts(DRIVE, evidence)] == [
        (TN, Kind.OVER_MAX),
        (TN, Kind.OUTLIER),
        (KH, Kind.OUTLIER),
        (KH, Kind.ABOVE_OTHER),
        (LK, Kind.FALLING),
    ]


def test_running_totals_become_day_values_in_the_order_of_their_days() -> None:
    running = [(date(2023, 12, 3), 130), (date(2023, 12, 1), 110), (date(2023, 12, 2), 110)]
    assert differences(running, 100) == (
        (date(2023, 12, 1), 10),
        (date(2023, 12, 2), 0),
        (date(2023, 12, 3), 20),
    )
    assert differences([], 100) == ()


@given(st.dictionaries(st.dates(), st.integers(0, 10**7), min_size=1), st.integers(0, 10**7))
def test_day_values_lead_back_to_the_running_totals(running: dict[date, int], baseline: int) -> None:
    stored = differences(running.items(), baseline)
    again = list(accumulate((value for _, value in stored), initial=baseline))[1:]
    assert again == [running[day] for day in sorted(running)]
