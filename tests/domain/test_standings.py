"""Claims about standings: places, ties, movement."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.figures import Share
from bot.domain.standings import Contender, Place, movement, place_of, places, rank
from bot.domain.units import UnitId


def shares(**values: tuple[int, int]) -> tuple[Contender, ...]:
    return tuple(Contender(UnitId(n), name, Share(*value)) for n, (name, value) in enumerate(values.items(), 1))


def numbers(values: list[int | None]) -> tuple[Contender, ...]:
    return tuple(Contender(UnitId(n), f"Phường {n}", value) for n, value in enumerate(values, 1))


def shown(standings: tuple[Place, ...]) -> list[tuple[int | None, str]]:
    return [(place.place, place.name) for place in standings]


def test_equal_shares_share_the_place_and_the_next_ones_skip() -> None:
    standings = rank(shares(A=(3, 4), B=(1, 2), C=(9, 10), D=(2, 4), E=(1, 3)))
    assert shown(standings) == [(1, "C"), (2, "A"), (3, "B"), (3, "D"), (5, "E")]
    assert [place.place for place in rank(numbers([9, 5, 5, 1]))] == [1, 2, 2, 4]


def test_shares_are_compared_exactly_not_as_they_are_shown() -> None:
    standings = rank(shares(A=(33_333_333, 100_000_000), B=(1, 3)))
    assert shown(standings) == [(1, "B"), (2, "A")]


def test_a_unit_without_a_target_comes_last_and_unranked_and_zero_is_ranked() -> None:
    standings = rank(shares(A=(5, 0), B=(0, 9), C=(7, 0)))
    assert shown(standings) == [(1, "B"), (None, "A"), (None, "C")]


def test_within_a_place_names_are_ordered_as_people_read_them() -> None:
    names = ["Phường 10", "Xã Tân Phú", "Phường 2", "Phường An Hội", "Ấp Đông", "Ấp Bắc"]
    standings = rank(Contender(UnitId(n), name, 1) for n, name in enumerate(names))
    assert [place.name for place in standings] == [
        "Ấp Bắc",
        "Ấp Đông",
        "Phường 2",
        "Phường 10",
        "Phường An Hội",
        "Xã Tân Phú",
    ]


def test_improvements_may_be_negative() -> None:
    ranked = rank([Contender(UnitId(1), "A", Fraction(-1, 3)), Contender(UnitId(2), "B", None), *numbers([-1])])
    assert [place.value for place in ranked] == [Fraction(-1, 3), -1, None]


def test_a_place_is_found_by_its_unit() -> None:
    standings = rank(numbers([1, 5]))
    assert place_of(standings, UnitId(2)) == Place(1, UnitId(2), "Phường 2", 5)
    assert place_of(standings, UnitId(9)) is None


def test_movement_is_the_old_place_less_the_new_for_units_ranked_in_both() -> None:
    before, after = places(rank(numbers([9, 5, 3, None]))), places(rank(numbers([1, 5, 3, 7])))
    assert before == {1: 1, 2: 2, 3: 3}
    assert movement(before, after) == {1: -3, 2: 0, 3: 0}


@given(st.lists(st.none() | st.integers(-5, 5)))
def test_a_place_is_one_more_than_the_number_of_those_who_are_better(values: list[int | None]) -> None:
    given_values = [value for value in values if value is not None]
    for place in rank(numbers(values)):
        better = [value for value in given_values if isinstance(place.value, int) and value > place.value]
        assert place.place == (None if place.value is None else len(better) + 1)


@given(st.permutations(numbers([3, 1, None, 3, 0, 1, None])))
def test_standings_do_not_depend_on_the_order_of_the_contenders(contenders: list[Contender]) -> None:
    assert rank(contenders) == rank(numbers([3, 1, None, 3, 0, 1, None]))
