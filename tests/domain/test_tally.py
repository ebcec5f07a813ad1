"""What well-formed lines mean, style by style."""

from datetime import date

import pytest

from bot.domain.campaign import Campaign, Key, Metric, Part
from bot.domain.tally import LIMIT, Amount, Line, Reason, Refusal, amount, choose, parse, write

TODAY = date(2023, 11, 14)
LEVELS = (Part(code="m1", name="Mức 1"), Part(code="m2", name="Mức 2"))


def campaign(code: str, *metrics: Metric) -> Campaign:
    return Campaign(
        code=code,
        name="Cao điểm",
        root="BT",
        starts=date(2023, 7, 25),
        deadline=date(2023, 12, 15),
        metrics=metrics,
    )


TN = Metric(code="tn", name="Thu nhận", aliases=("hồ sơ",))
KH = Metric(code="kh", name="Kích hoạt")
VNEID = campaign("vneid", TN, KH)
ONE = campaign("gplx", Metric(code="gp", name="Giấy phép lái xe"))
PARTED = campaign("cap", Metric(code="tn", name="Thu nhận", parts=LEVELS), KH)
THREE = campaign("ba", TN, KH, Metric(code="gp", name="Giấy phép", required=False))
LEVEL_NAMES = campaign(
    "muc",
    Metric(code="cap", name="Cấp"),
    Metric(code="c2", name="Cấp 2", aliases=("cấp 2 mới",)),
)


def said(text: str, campaign: Campaign = VNEID) -> str:
    """Say what a line is taken for: its canonical spelling, or the reason of its refusal."""
    line = parse(text, campaign, TODAY)
    return write(line, campaign) if isinstance(line, Line) else line.reason.value


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("45 30", "tn=45, kh=30"),
        ("45, 30", "tn=45, kh=30"),
        ("45;30.", "tn=45, kh=30"),
        ("45\n30", "tn=45, kh=30"),
        ("45", "tn=45"),
        ("báo cáo: 45 30", "tn=45, kh=30"),
        ("BC 45 30", "tn=45, kh=30"),
        ("kh 30 tn 45", "tn=45, kh=30"),
        ("tn=45, kh=30", "tn=45, kh=30"),
        ("tn:45;kh:30", "tn=45, kh=30"),
        ("tn45 kh30", "tn=45, kh=30"),
        ("- Thu nhận: 45\n- Kích hoạt: 30", "tn=45, kh=30"),
        ("thu nhận 45 kích hoạt 30", "tn=45, kh=30"),
        ("THU NHAN 45 KICH HOAT 30", "tn=45, kh=30"),
        ("Hồ sơ 45", "tn=45"),
        ("45 thu nhận 30 kích hoạt", "tn=45, kh=30"),
        ("45 thu nhận, không có kích hoạt", "tn=45, kh=0"),
        ("kh +3", "kh=+3"),
        ("kh+3", "kh=+3"),
        ("kh -2", "kh=-2"),
        ("kh −2", "kh=-2"),
        ("tn=-2; kh=+1", "tn=-2, kh=+1"),
        ("45 30 # mất mạng cả chiều", "tn=45, kh=30 # mất mạng cả chiều"),
        ("45 30#a # b", "tn=45, kh=30 # a # b"),
    ],
)
def test_a_line_in_any_style_means_its_numbers(text: str, meaning: str) -> None:
    assert said(text) == meaning


@pytest.mark.parametrize("text", ["0", "0 0", "không có", "khong co", "Không phát sinh", "ko có", "k có"])
def test_a_zero_day_is_zero_in_every_metric(text: str) -> None:
    assert said(text) == "tn=0, kh=0"
    assert said(f"hq {text}") == "13-11-2023 tn=0, kh=0"


def test_a_lone_zero_fills_parts_and_optional_metrics_too() -> None:
    assert said("0", PARTED) == "tn=0+0, kh=0"
    assert said("không có", THREE) == "tn=0, kh=0, gp=0"
    assert said("0 0", THREE) == "tn=0, kh=0"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hq", date(2023, 11, 13)),
        ("Hôm qua", date(2023, 11, 13)),
        ("hôm kia", date(2023, 11, 12)),
        ("hn", TODAY),
        ("hôm nay", TODAY),
        ("ngày hôm qua", date(2023, 11, 13)),
        ("14/11", TODAY),
        ("2-9", date(2023, 9, 2)),
        ("ngày 01/08", date(2023, 8, 1)),
        ("13-11-2023:", date(2023, 11, 13)),
        ("31/12/2022", date(2022, 12, 31)),
    ],
)
def test_a_day_leads_or_ends_a_line(text: str, day: date) -> None:
    for line in (f"{text} 45 30", f"45 30 {text.rstrip(':')}"):
        assert parse(line, VNEID, TODAY) == parse(f"{day:%d-%m-%Y} tn 45 kh 30", VNEID, TODAY)
        assert said(line).startswith(f"{day:%d-%m-%Y} ")


def test_a_line_without_a_day_belongs_to_the_message_s_own() -> None:
    line = parse("45 30", VNEID, TODAY)
    assert line == Line("vneid", None, {Key("tn"): Amount(45), Key("kh"): Amount(30)})


def test_a_date_without_year_is_the_latest_one_of_a_running_campaign() -> None:
    new_year = date(2024, 1, 2)
    line = parse("31/12 45 30", VNEID, new_year)
    assert isinstance(line, Line)
    assert line.day == date(2023, 12, 31)
    assert said("15/11 45 30") == "future_day"


def test_a_leap_day_without_year_is_found_years_back() -> None:
    old = VNEID.model_copy(update={"starts": date(2019, 1, 1)})
    line = parse("29/2 45 30", old, TODAY)
    assert isinstance(line, Line)
    assert line.day == date(2020, 2, 29)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("1.250 12,345", "tn=1250, kh=12345"),
        ("1.234.567", "tn=1234567"),
        ("45 300", "tn=45, kh=300"),
        ("1 250", "tn=1, kh=250"),
        ("1 250 30", "tn=1250, kh=30"),
        ("30 1 250", "tn=30, kh=1250"),
        ("1 250 1 300", "tn=1250, kh=1300"),
        ("tn 1 250 kh 30", "tn=1250, kh=30"),
        ("1 250 thu nhận 30 kích hoạt", "tn=1250, kh=30"),
        ("9.999.999", f"tn={LIMIT}"),
    ],
)
def test_thousands_group_by_mark_and_by_space_only_where_needed(text: str, meaning: str) -> None:
    assert said(text) == meaning


def test_a_space_groups_thousands_where_there_is_one_metric() -> None:
    assert said("1 250", ONE) == "gp=1250"
    assert said("1 234 567", ONE) == "gp=1234567"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("5+40 30", "tn=5+40, kh=30"),
        ("tn 5 + 40 kh 30", "tn=5+40, kh=30"),
        ("kh 30 tn 5 +40", "tn=5+40, kh=30"),
        ("1 250+40 30", "tn=1250+40, kh=30"),
        ("tn 1.250 + 1 300", "tn=1250+1300"),
        ("tn.m1 5", "tn.m1=5"),
        ("tn.m2 5 tn.m1 4", "tn=4+5"),
        ("Thu nhận mức 1 5 kh 3", "tn.m1=5, kh=3"),
        ("tn m1 +3", "tn.m1=+3"),
    ],
)
def test_parts_are_added_or_named(text: str, meaning: str) -> None:
    assert said(text, PARTED) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("cấp 45 cấp 2 30", "cap=45, c2=30"),
        ("cấp 2 mới 30, cấp: 45", "cap=45, c2=30"),
        ("cap=2", "cap=2"),
        ("cap 2 2", "c2=2"),
        ("cap 245", "cap=245"),
        ("c2 45", "c2=45"),
        ("45 cấp 30 cấp 2", "cap=45, c2=30"),
    ],
)
def test_the_longest_name_wins_even_when_it_holds_a_digit(text: str, meaning: str) -> None:
    assert said(text, LEVEL_NAMES) == meaning


def test_a_part_answers_only_to_what_cannot_mean_another_part_or_a_number() -> None:
    parts = (Part(code="a", name="1"), Part(code="b", name="Chung"), Part(code="c", name="Chung"))
    odd = campaign("x", Metric(code="tn", name="Đạt (%)", parts=parts))
    assert said("tn 1 5", odd) == "too_many"
    assert said("tn chung 5", odd) == "unknown_word"
    assert said("đạt (%) c 5, tn b 4", odd) == "tn.b=4, tn.c=5"
    assert said("đạt (%)1+2+3", odd) == "tn=1+2+3"


def test_a_campaign_s_own_word_wins_over_a_day_word() -> None:
    own = campaign("x", Metric(code="hq", name="Hải quan"), KH)
    assert said("hq 5", own) == "hq=5"
    assert said("hôm qua hq 5", own) == "13-11-2023 hq=5"


def test_missing_names_required_metrics_without_a_complete_amount() -> None:
    def missing(text: str, campaign: Campaign) -> list[str]:
        line = parse(text, campaign, TODAY)
        assert isinstance(line, Line)
        return [metric.code for metric in line.missing(campaign)]

    assert missing("45", VNEID) == ["kh"]
    assert missing("kh 1 tn.m1 5", PARTED) == ["tn"]
    assert missing("45 30", THREE) == []


def test_a_leading_code_chooses_the_campaign() -> None:
    assert choose("VNeID: 45 30", [ONE, VNEID]) == (VNEID, "45 30")
    assert choose("ｇｐｌｘ", [ONE, VNEID]) == (ONE, "")
    assert choose("vneid45 30", [ONE, VNEID]) == (None, "vneid45 30")
    assert choose(" 45 vneid", [VNEID]) == (None, " 45 vneid")


def test_a_metric_s_name_is_not_taken_for_a_campaign_s_code() -> None:
    same = campaign("thu", TN)
    assert choose("tn 45", [VNEID, campaign("tn", KH)]) == (None, "tn 45")
    assert choose("thu nhận 45", [same]) == (None, "thu nhận 45")
    assert choose("thu 45", [same]) == (same, "45")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("45", Amount(45)),
        ("1.250", Amount(1250)),
        ("1 250", Amount(1250)),
        ("+3", Amount(3, signed=True)),
        ("-2", Amount(-2, signed=True)),
        ("thu nhận 45", Amount(45)),
        ("không có", Amount(0)),
    ],
)
def test_an_answer_to_one_question_needs_no_code(text: str, given: Amount) -> None:
    assert amount(text, TN) == {Key("tn"): given}


def test_an_answer_for_a_metric_with_parts_gives_all_of_them() -> None:
    parted = PARTED.metric("tn")
    assert amount("5+40", parted) == {Key("tn", "m1"): Amount(5), Key("tn", "m2"): Amount(40)}
    assert amount("0", parted) == {Key("tn", "m1"): Amount(0), Key("tn", "m2"): Amount(0)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NOT_A_REPORT),
        ("hq", Reason.UNKNOWN_WORD),
        ("chưa biết", Reason.NOT_A_REPORT),
        ("hq 3", Reason.UNKNOWN_WORD),
        ("45 # xong", Reason.UNKNOWN_WORD),
        ("- 2", Reason.AMBIGUOUS),
        ("45 30", Reason.TOO_MANY),
        ("5+40", Reason.HAS_NO_PARTS),
        ("5" * 1001, Reason.OVER_LIMIT),
    ],
)
def test_an_answer_that_is_not_one_number_is_refused(text: str, reason: Reason) -> None:
    refused = amount(text, TN)
    assert isinstance(refused, Refusal)
    assert refused.reason is reason
