"""A unit named at the front of a line: exactly one of the own units, or none at all."""

import pytest

from bot.domain.units import Unit, UnitId
from bot.domain.unitword import Front, call, short, split

AN_HOI = Unit(UnitId(1), "TP-01", "Phường An Hội", "xa")
PHU_KHUONG = Unit(UnitId(2), "TP-02", "Phường Phú Khương", "xa", aliases=("pk",))
EIGHT = Unit(UnitId(3), "28756", "Phường 8", "xa")
AN_HOI_2 = Unit(UnitId(4), "TP-04", "Phường An Hội 2", "xa")
OWN = (AN_HOI, PHU_KHUONG, EIGHT)


@pytest.mark.parametrize(
    ("line", "unit", "rest"),
    [
        ("An Hội 45 30", AN_HOI, "45 30"),
        ("p an hoi 45 30", AN_HOI, "45 30"),
        ("P.AN HỘI: tn 45", AN_HOI, "tn 45"),
        ("phường an hội - 45, 30 # mưa", AN_HOI, "45, 30 # mưa"),
        ("tp-02 hq 45", PHU_KHUONG, "hq 45"),
        ("pk 45", PHU_KHUONG, "45"),
        ("Phường 8 45 30", EIGHT, "45 30"),
        ("an hội\n45 30", AN_HOI, "45 30"),
        ("An Hội", AN_HOI, ""),
    ],
)
def test_code_name_and_alias_name_a_unit(line: str, unit: Unit, rest: str) -> None:
    assert split(line, OWN) == Front((unit,), rest)


@pytest.mark.parametrize("line", ["45 30", "8 45", "28756 45", "tn 45", "An Hoi", "An Hoy 45", "Sơn Đông 45", "#"])
def test_numbers_words_and_names_that_are_merely_alike_name_none(line: str) -> None:
    assert split(line, OWN[1:]) == Front((), line)


def test_a_minus_that_leans_on_its_number_stays_with_it() -> None:
    assert split("An Hội -5 30", OWN).rest == "-5 30"


def test_two_units_of_one_name_are_both_meant() -> None:
    twin = Unit(UnitId(5), "CT-01", "Xã An Hội", "xa")
    assert split("an hội 45", (AN_HOI, twin)).units == (AN_HOI, twin)
    assert split("xã an hội 45", (AN_HOI, twin)).units == (twin,)
    assert [call(unit, (AN_HOI, twin), "45") for unit in (AN_HOI, twin)] == ["Phường An Hội", "Xã An Hội"]


def test_a_number_that_may_belong_to_the_name_is_not_cut_off() -> None:
    assert split("An Hội 2 45", (AN_HOI, AN_HOI_2)) == Front((AN_HOI_2, AN_HOI), "An Hội 2 45")
    assert call(AN_HOI_2, (AN_HOI, AN_HOI_2), "45") == "TP-04"


def test_a_word_that_means_something_else_in_a_line_names_no_unit() -> None:
    assert split("pk 45", OWN, means_else=lambda word: word == "pk") == Front((), "pk 45")


def test_what_is_suggested_is_short_and_names_that_unit_alone() -> None:
    assert [call(unit, OWN, "45 30") for unit in OWN] == ["An Hội", "Phú Khương", "Phường 8"]
    assert short(EIGHT) == "Phường 8"
