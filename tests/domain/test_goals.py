"""Claims about goals: who must reach what, from where, by when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.campaign import Campaign, Entered, Key, Metric, Part, Phase, Share
from bot.domain.goals import BaselineRow, Goals, Mismatch, TargetChange, TargetRow
from bot.domain.units import Tree, Unit, UnitId

PROVINCE, EAST, WEST, AN_HOI, SON_DONG = (UnitId(n) for n in range(1, 6))
START, PHASE_1, DEADLINE = date(2023, 6, 20), date(2023, 7, 15), date(2023, 9, 20)
TREE = Tree.of(
    {
        PROVINCE: Unit(PROVINCE, "BP", "Bình Phước", "tinh", population=1000),
        EAST: Unit(EAST, "D", "Huyện Đông", "huyen", PROVINCE),
        WEST: Unit(WEST, "T", "Huyện Tây", "huyen", PROVINCE, population=333),
        AN_HOI: Unit(AN_HOI, "D1", "Phường An Hội", "xa", EAST, population=125),
        SON_DONG: Unit(SON_DONG, "D2", "Xã Sơn Đông", "xa", EAST),
    }
)
PARTS = (Part(code="m1", name="Mức 1"), Part(code="m2", name="Mức 2"))


def campaign(*targets: dict[str, int | Share]) -> Campaign:
    ends = (PHASE_1, DEADLINE)[-len(targets) :] if targets else ()
    return Campaign(
        code="cd",
        name="90 ngày, đêm",
        root="bp",
        starts=START,
        deadline=DEADLINE,
        metrics=(Metric(code="tn", name="Thu nhận", parts=PARTS), Metric(code="kh", name="Kích hoạt")),
        phases=tuple(
            Phase(name=f"Giai đoạn {n}", ends=end, targets=each)
            for n, (end, each) in enumerate(zip(ends, targets, strict=True), 1)
        ),
    )


def goals(
    targets: Sequence[TargetRow] = (),
    baselines: Sequence[BaselineRow] = (),
    drive: Campaign | None = None,
    day: date = START,
) -> Goals:
    return Goals.of(TREE, drive or campaign(), targets, baselines, day)


def amount(unit: UnitId, value: int | None, phase: int = 0, since: date = START) -> TargetRow:
    return TargetRow(unit, "kh", phase, value, None, since)


def share(unit: UnitId, percent: str) -> TargetRow:
    return TargetRow(unit, "kh", 0, None, Decimal(percent), START)


def base(unit: UnitId, key: Key, value: int, since: date = START) -> BaselineRow:
    return BaselineRow(unit, key, value, since)


def test_a_parent_without_a_target_must_reach_the_sum_of_its_children() -> None:
    known = goals([amount(AN_HOI, 10), amount(SON_DONG, 20), amount(WEST, 5)])
    assert [known.target(unit, "kh", START) for unit in (EAST, PROVINCE)] == [30, 35]
    assert known.mismatches() == ()


def test_a_given_target_beats_the_sum_and_the_mismatch_is_told() -> None:
    known = goals([amount(AN_HOI, 10), amount(EAST, 2_000), amount(PROVINCE, 2_000)])
    assert known.deadline_target(PROVINCE, "kh") == 2_000
    assert known.mismatches() == (Mismatch(EAST, "kh", DEADLINE, 2_000, 10),)


def test_nothing_given_is_no_target_and_no_mismatch() -> None:
    known = goals([amount(PROVINCE, 100)])
    assert known.target(EAST, "kh", START) is None
    assert known.deadline_target(EAST, "kh") is None
    assert known.milestones(EAST, "kh") == ()
    assert known.mismatches() == ()


def test_a_percentage_of_the_population_rounds_half_up() -> None:
    known = goals([share(AN_HOI, "80.4"), share(WEST, "50"), share(SON_DONG, "80")])
    assert [known.target(unit, "kh", START) for unit in (AN_HOI, WEST)] == [101, 167]
    assert known.target(SON_DONG, "kh", START) is None


def test_a_percentage_in_the_config_holds_for_every_unit_with_a_population() -> None:
    known = goals(drive=campaign({"kh": 500}, {"kh": Share(percent=80)}))
    assert [known.deadline_target(unit, "kh") for unit in (PROVINCE, WEST, AN_HOI, EAST)] == [
        800,
        266,
        100,
        100,
    ]
    assert known.mismatches() == ()


def test_a_percentage_takes_the_place_of_an_amount_and_is_no_mismatch() -> None:
    known = goals([share(PROVINCE, "50"), amount(WEST, 70)], drive=campaign({"kh": 400}))
    assert known.deadline_target(PROVINCE, "kh") == 500
    assert known.mismatches() == ()


def test_an_amount_in_the_config_holds_for_the_root_alone() -> None:
    known = goals(drive=campaign({"kh": 500}))
    assert known.target(PROVINCE, "kh", START) == 500
    assert known.target(WEST, "kh", START) is None


def test_the_roster_beats_the_config_until_it_takes_the_target_back() -> None:
    later = START + timedelta(days=9)
    rows = [amount(PROVINCE, 600), amount(PROVINCE, None, since=later)]
    assert goals(rows, drive=campaign({"kh": 500})).target(PROVINCE, "kh", START) == 600
    assert goals(rows, drive=campaign({"kh": 500})).target(PROVINCE, "kh", later) == 500


def test_of_two_dated_targets_the_newer_valid_one_wins_whatever_their_order() -> None:
    change = START + timedelta(days=9)
    known = goals([amount(WEST, 70, since=change), amount(WEST, 50)])
    assert [known.target(WEST, "kh", START + timedelta(days=n)) for n in (0, 8, 9, 10)] == [50, 50, 70, 70]


def test_what_was_given_first_holds_from_the_beginning() -> None:
    known = goals([amount(WEST, 50, since=START + timedelta(days=9))])
    assert known.target(WEST, "kh", START) == 50
    assert list(known.changes(WEST, "kh", START, DEADLINE)) == []


def test_a_changed_target_is_told_with_its_day_also_to_those_above() -> None:
    change = START + timedelta(days=9)
    known = goals([amount(WEST, 50), amount(AN_HOI, 30), amount(WEST, 70, since=change)])
    assert list(known.changes(WEST, "kh", START, DEADLINE)) == [TargetChange(change, 50, 70)]
    assert list(known.changes(PROVINCE, "kh", change, change)) == [TargetChange(change, 80, 100)]
    assert list(known.changes(AN_HOI, "kh", START, DEADLINE)) == []
    assert list(known.changes(WEST, "kh", change + timedelta(days=1), DEADLINE)) == []


def test_the_line_to_a_changed_target_is_the_new_one_from_its_day_on() -> None:
    change = START + timedelta(days=9)
    known = goals([amount(WEST, 50), amount(WEST, 70, since=change)])
    assert known.milestones(WEST, "kh", change - timedelta(days=1)) == ((DEADLINE, 50),)
    assert known.milestones(WEST, "kh", change) == ((DEADLINE, 70),)


def test_a_changed_baseline_holds_from_its_day_and_that_of_a_running_total_always() -> None:
    change = START + timedelta(days=9)
    rows = [base(WEST, Key("kh"), 5), base(WEST, Key("kh"), 8, since=change)]
    assert [goals(baselines=rows).baseline(WEST, Key("kh"), day) for day in (START, change)] == [5, 8]
    metric = Metric(code="kh", name="Kích hoạt", entry=Entered.CUMULATIVE)
    running = Campaign(code="cd", name="90 ngày", root="bp", starts=START, deadline=DEADLINE, metrics=(metric,))
    assert [goals(baselines=rows, drive=running).baseline(WEST, Key("kh"), day) for day in (START, change)] == [8, 8]


def test_a_merged_units_figures_count_for_its_successor_and_its_target_until_the_merger() -> None:
    merger = START + timedelta(days=9)
    gone = replace(TREE[SON_DONG], parent=AN_HOI, closed=merger, merged=True)
    rows = [amount(AN_HOI, 10), amount(SON_DONG, 20), amount(AN_HOI, 25, since=merger)]
    bases = [base(AN_HOI, Key("kh"), 3), base(SON_DONG, Key("kh"), 4)]
    known = Goals.of(Tree.of({**TREE.units, SON_DONG: gone}), campaign(), rows, bases, START)
    assert [known.target(unit, "kh", START) for unit in (SON_DONG, AN_HOI, EAST)] == [20, 30, 30]
    assert [known.target(unit, "kh", merger) for unit in (SON_DONG, AN_HOI, EAST)] == [None, 25, 25]
    assert [known.baseline(unit, Key("kh"), merger) for unit in (SON_DONG, AN_HOI, EAST)] == [4, 7, 7]
    assert known.mismatches(START) == known.mismatches(merger) == ()


@pytest.mark.parametrize(
    ("day", "target"),
    [
        (START, 500),
        (PHASE_1, 500),
        (PHASE_1 + timedelta(days=1), 800),
        (DEADLINE, 800),
        (DEADLINE + timedelta(days=1), 800),
    ],
)
def test_the_target_is_that_of_the_phase_in_which_the_day_lies(day: date, target: int) -> None:
    known = goals(drive=campaign({"kh": 500}, {"kh": Share(percent=80)}))
    assert known.target(PROVINCE, "kh", day) == target
    assert known.milestones(PROVINCE, "kh") == ((PHASE_1, 500), (DEADLINE, 800))


def test_a_phase_without_a_target_looks_ahead_and_the_last_target_stays() -> None:
    ahead = goals([amount(WEST, 800)], drive=campaign({}, {}))
    stays = goals([amount(WEST, 500, phase=1)], drive=campaign({}, {}))
    assert ahead.target(WEST, "kh", START) == 800
    assert stays.target(WEST, "kh", DEADLINE) == 500


def test_phase_0_is_the_end_the_numbered_phase_beats_it_and_unknown_phases_are_passed_over() -> None:
    rows = [amount(WEST, 8, phase=2), amount(WEST, 7, phase=0), amount(WEST, 9, phase=3)]
    assert goals(rows, drive=campaign({}, {})).milestones(WEST, "kh") == ((DEADLINE, 8),)


def test_a_baseline_is_the_units_own_else_the_sum_of_its_children_else_zero() -> None:
    kh = Key("kh")
    known = goals(baselines=[base(AN_HOI, kh, 3), base(SON_DONG, kh, 4), base(WEST, kh, 9)])
    assert [known.baseline(unit, kh) for unit in (PROVINCE, EAST, AN_HOI)] == [16, 7, 3]
    assert goals(baselines=[base(PROVINCE, kh, 20)]).baseline(PROVINCE, kh) == 20
    assert goals().baseline(WEST, kh) == 0


def test_the_baseline_of_a_parted_metric_is_the_sum_of_its_parts() -> None:
    parts = [base(PROVINCE, Key("tn", "m1"), 38_100), base(PROVINCE, Key("tn", "m2"), 233_848)]
    assert goals(baselines=parts).baseline(PROVINCE, Key("tn")) == 271_948
    own = [*parts, base(PROVINCE, Key("tn"), 272_000)]
    assert goals(baselines=own).baseline(PROVINCE, Key("tn")) == 272_000


def test_children_with_and_without_parts_add_up() -> None:
    rows = [base(AN_HOI, Key("tn"), 100), base(SON_DONG, Key("tn", "m1"), 40), base(WEST, Key("tn", "m2"), 2)]
    known = goals(baselines=rows)
    assert known.baseline(PROVINCE, Key("tn")) == 142
    assert known.baseline(PROVINCE, Key("tn", "m1")) == 40


def test_a_baseline_that_is_not_valid_yet_does_not_count() -> None:
    later = base(WEST, Key("kh"), 5, since=START + timedelta(days=1))
    assert goals(baselines=[later, base(WEST, Key("kh"), 3)]).baseline(WEST, Key("kh")) == 3


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=3))
def test_the_leaves_targets_add_up_at_the_root(values: list[int]) -> None:
    rows = [amount(unit, value) for unit, value in zip((WEST, AN_HOI, SON_DONG), values, strict=True)]
    assert goals(rows).deadline_target(PROVINCE, "kh") == sum(values)


def test_a_tree_without_the_campaigns_root_is_refused() -> None:
    with pytest.raises(KeyError, match="bp"):
        Goals.of(Tree.of({}), campaign(), (), (), START)
