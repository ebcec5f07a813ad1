"""What is refused, why, and with which facts."""

import unicodedata
from collections.abc import Sequence
from typing import cast

import pytest

from bot.domain.tally import LIMIT, Line, Reason, Refusal, parse
from bot.domain.tally.numbers import grouped
from bot.domain.tally.refusal import RefusalError
from bot.domain.tally.words import vocabulary
from bot.domain.text import fold
from tests.domain.test_tally import PARTED, TODAY, VNEID, said


def refused(text: str) -> Refusal:
    line = parse(text, VNEID, TODAY)
    assert isinstance(line, Refusal)
    return line


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("-5", "sign_without_code"),
        ("0", "tn=0, kh=0"),
        ("+5", "sign_without_code"),
        ("1e3", "bad_number"),
        ("1_000", "bad_number"),
        ("0x10", "bad_number"),
        ("NaN", "not_a_report"),
        ("∞", "not_a_report"),
        ("²", "foreign_digits"),
        ("٣٤", "foreign_digits"),
        ("１２", "tn=12"),
        ("五", "foreign_digits"),
        ("1.234", "tn=1234"),
        ("1,234", "tn=1234"),
        ("12,5", "fraction"),
        ("999999999999999999999", "over_limit"),
        ("5" * 5000, "over_limit"),
        ("12 12", "tn=12, kh=12"),
        ("12/13", "bad_day"),
        ("mười hai", "not_a_report"),
    ],
)
def test_H1_every_number_form_is_accepted_or_refused_by_name(text: str, taken: str) -> None:
    assert said(text) == taken


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("chào đồng chí, hôm nay thế nào?", Reason.NOT_A_REPORT),
        ("thu nhận hôm nay thế nào", Reason.NOT_A_REPORT),
        ("# chỉ có ghi chú 45", Reason.NOT_A_REPORT),
        ("hẹn 35/13 nhé", Reason.NOT_A_REPORT),
        ("14/11", Reason.NOT_A_REPORT),
        ("x" * 1001, Reason.TOO_LONG),
        ("45 30 # " + "x" * 1000, Reason.TOO_LONG),
        ("4²", Reason.FOREIGN_DIGITS),
        ("½", Reason.FOREIGN_DIGITS),
        ("①", Reason.FOREIGN_DIGITS),
        ("Ⅷ", Reason.FOREIGN_DIGITS),
        ("๔๕", Reason.FOREIGN_DIGITS),
        ("४५", Reason.FOREIGN_DIGITS),
        ("𝟒𝟓", Reason.FOREIGN_DIGITS),
        ("㏠", Reason.FOREIGN_DIGITS),
        ("007", Reason.BAD_NUMBER),
        ("00", Reason.BAD_NUMBER),
        ("45tn 30kh", Reason.BAD_NUMBER),
        ("45%", Reason.BAD_NUMBER),
        ("4̶5̶ 50", Reason.BAD_NUMBER),
        ("4\x005", Reason.BAD_NUMBER),
        ("1.5", Reason.FRACTION),
        ("1.25", Reason.FRACTION),
        ("0,125", Reason.FRACTION),
        ("14.11 45 30", Reason.FRACTION),
        ("1,2500", Reason.BAD_GROUPS),
        ("1.250,300", Reason.BAD_GROUPS),
        ("12.34.567", Reason.BAD_GROUPS),
        ("10.000.000", Reason.OVER_LIMIT),
        ("xyz 45", Reason.UNKNOWN_WORD),
        ("45 30 👍", Reason.UNKNOWN_WORD),
        ("ngày 14 45 30", Reason.UNKNOWN_WORD),
        ("1´250", Reason.UNKNOWN_WORD),
        ("tn 45 + kh 30", Reason.UNKNOWN_WORD),
        ("45 báo cáo", Reason.UNKNOWN_WORD),
        ("thunhan 45", Reason.UNKNOWN_WORD),
        ("30/2 45", Reason.BAD_DAY),
        ("14/11/23 45", Reason.BAD_DAY),
        ("14/11-2023 45", Reason.BAD_DAY),
        ("29/2/2023 45", Reason.BAD_DAY),
        ("45-30", Reason.BAD_DAY),
        ("15/11/2023 45", Reason.FUTURE_DAY),
        ("1 250 300", Reason.AMBIGUOUS),
        ("1 050 300", Reason.AMBIGUOUS),
        ("45 kh 30", Reason.AMBIGUOUS),
        ("tn 45 30 kh", Reason.AMBIGUOUS),
        ("45 tn kh 30", Reason.AMBIGUOUS),
        ("kh - 2", Reason.AMBIGUOUS),
        ("kh-2", Reason.AMBIGUOUS),
        ("kh +-2", Reason.AMBIGUOUS),
        ("tn 45 hq kh 30", Reason.AMBIGUOUS),
        ("45 30 12", Reason.TOO_MANY),
        ("tn 45 30", Reason.TOO_MANY),
        ("1, 250, 30", Reason.TOO_MANY),
        ("tn 45 thu nhận 46", Reason.TWICE),
        ("hq 45 30 hq", Reason.TWICE),
        ("tn 45 kh", Reason.NO_NUMBER),
        ("tn kh 45", Reason.NO_NUMBER),
        ("45 tn kh", Reason.NO_NUMBER),
        ("45 +30", Reason.HAS_NO_PARTS),
        ("kh 5+40", Reason.HAS_NO_PARTS),
        ("45 -30", Reason.SIGN_WITHOUT_CODE),
        ("-45 tn", Reason.SIGN_WITHOUT_CODE),
        ("tn 45 -30", Reason.SIGN_WITHOUT_CODE),
    ],
)
def test_what_could_mean_two_things_or_nothing_is_refused_with_its_reason(text: str, reason: Reason) -> None:
    assert refused(text).reason is reason


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("45 30", "needs_parts"),
        ("tn 45", "needs_parts"),
        ("tn +3", "needs_parts"),
        ("tn +3+4", "needs_parts"),
        ("tn 1+2+3", "part_count"),
        ("tn.m1 1+2", "has_no_parts"),
        ("tn 5+40 tn.m1 5", "twice"),
        ("tn 5+40 kh", "no_number"),
        ("mức 1 5", "unknown_word"),
    ],
)
def test_parts_that_do_not_fit_are_refused(text: str, taken: str) -> None:
    assert said(text, PARTED) == taken


def test_every_reason_is_reached() -> None:
    tables = (
        test_H1_every_number_form_is_accepted_or_refused_by_name,
        test_what_could_mean_two_things_or_nothing_is_refused_with_its_reason,
        test_parts_that_do_not_fit_are_refused,
    )
    marks: list[pytest.Mark] = [mark for table in tables for mark in vars(table)["pytestmark"]]
    named = {str(row[1]) for mark in marks for row in mark.args[1]}
    assert {reason.value for reason in Reason} <= named


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("Xyzấ, 45", Refusal(Reason.UNKNOWN_WORD, "Xyzấ,")),
        ("99999999 1", Refusal(Reason.OVER_LIMIT, "99999999", {"limit": LIMIT})),
        ("1 250 300", Refusal(Reason.AMBIGUOUS, "1 250 300", {"readings": ("1250 300", "1 250300")})),
        ("45 30 12", Refusal(Reason.TOO_MANY, "12", {"places": 2})),
        ("kh 5+40", Refusal(Reason.HAS_NO_PARTS, "5+40", {"metric": "kh"})),
        ("16-11-2023 45", Refusal(Reason.FUTURE_DAY, "16-11-2023", {"day": "2023-11-16"})),
        ("tn 45 Kích hoạt", Refusal(Reason.NO_NUMBER, "kich hoat")),
    ],
)
def test_a_refusal_carries_the_bit_and_the_facts(text: str, refusal: Refusal) -> None:
    assert refused(text) == refusal


def test_a_metric_with_parts_names_them_in_its_refusal() -> None:
    line = parse("tn 45", PARTED, TODAY)
    assert line == Refusal(Reason.NEEDS_PARTS, "45", {"metric": "tn", "parts": ("m1", "m2")})


@pytest.mark.parametrize(
    "text",
    [
        "thu nhận 45 kích hoạt 30",
        unicodedata.normalize("NFD", "thu nhận 45 kích hoạt 30"),
        "THU\u00a0NHẬN\u202f45\u3000Kích  hoạt 30",
        "\u202ethu nh\u200bận 4\u200d5 kích hoạt 30\u2069",
        "thu nhận" + "\u0301" * 200 + " 45 kích hoạt 30",
    ],
)
def test_H2_marks_spaces_and_controls_do_not_change_the_meaning(text: str) -> None:
    assert said(text) == "tn=45, kh=30"


def test_H2_a_note_and_a_refused_bit_are_shown_without_controls() -> None:
    line = parse("45 30 # \u202eđảo\x00 chữ\ud800", VNEID, TODAY)
    assert isinstance(line, Line)
    assert line.note == "đảo chữ"
    assert refused("4\u202e5\x00x").text == "45 x"


@pytest.mark.parametrize("text", ["\x00", "\ud800 45", "45 \udfff", "é" * 1_000_000, "#" * 1_000_000, "\n" * 999])
def test_S14_broken_text_is_refused_and_its_bit_is_short(text: str) -> None:
    line = refused(text)
    assert len(line.text) <= 40
    assert line.text.isprintable()


@pytest.mark.parametrize(
    "unit", ["1 ", "1 250 ", "tn ", "thu ", "k co ", "- ", "+1", "1.250.", "1/", "14-11 ", "ngay ", ".", "_"]
)
def test_H13_a_thousand_characters_are_cut_into_tokens_once(unit: str) -> None:
    text = fold((unit * 1000)[:1000])
    pattern = vocabulary(VNEID.counted).pattern
    matches = [match.group() for match in pattern.finditer(text)]
    assert "".join(matches) == text
    assert said((unit * 1000)[:1000]) in set(Reason)


class Looked:
    """Says that every number stands after a space, and counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __getitem__(self, _: int) -> bool:
        self.times += 1
        return True


@pytest.mark.parametrize("places", [1, 10, 60])
def test_H13_grouping_looks_at_most_once_at_each_pair_of_numbers(places: int) -> None:
    soft = Looked()
    length = places * 3
    with pytest.raises(RefusalError):
        grouped(["250"] * (length - 1) + ["25"], cast("Sequence[bool]", soft), places - 1 or 1)
    assert soft.times <= length * length
