"""What holds for every line: one meaning, whatever the style, and a reason for every refusal."""

import unicodedata
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.campaign import Campaign, Key
from bot.domain.tally import LIMIT, Amount, Line, Reason, Refusal, amount, choose, parse, write
from bot.domain.text import clean
from tests.domain.test_tally import LEVEL_NAMES, ONE, PARTED, THREE, TODAY, VNEID

CAMPAIGNS = (VNEID, ONE, PARTED, THREE, LEVEL_NAMES)
SNIPPETS = (
    *("45", "30", "0", "1 250", "1.250", "12,5", "007", "5+40", "+", "-", "+3", "-2", " ", ",", ";", "=", ".", "\n"),
    *("tn", "kh", "thu nhận", "Kích hoạt", "tn.m1", "mức 1", "cấp", "cấp 2", "hq", "hôm qua", "14/11", "12/13"),
    *("không có", "báo cáo", "ngày", "#", "²", "xyz", "\u202e", "\u00a0", "\u0301", "/", "_", "e3"),
)

campaigns = st.sampled_from(CAMPAIGNS)
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(SNIPPETS), max_size=12).map("".join))
spaced = st.lists(st.sampled_from(SNIPPETS), max_size=8).map(" ".join)
values = st.integers(0, LIMIT)
days = st.none() | st.integers(0, 100).map(lambda ago: TODAY - timedelta(days=ago))
notes = st.text(max_size=20).map(clean)


@st.composite
def lines(draw: st.DrawFn, campaign: Campaign) -> Line:
    """Draw a line that somebody may mean: some keys with plain or signed amounts."""
    keys = draw(st.lists(st.sampled_from(campaign.keys), min_size=1, unique=True))
    signed = st.builds(Amount, st.integers(-LIMIT, LIMIT), st.just(value=True))
    amounts = {key: draw(st.builds(Amount, values) | signed) for key in campaign.keys if key in keys}
    return Line(campaign.code, draw(days), amounts, draw(notes))


meant = campaigns.flatmap(lambda campaign: st.tuples(st.just(campaign), lines(campaign)))


@given(meant)
def test_what_is_written_is_read_back(pair: tuple[Campaign, Line]) -> None:
    campaign, line = pair
    assert parse(write(line, campaign), campaign, TODAY) == line


@given(texts | spaced, campaigns)
def test_whatever_is_accepted_has_one_spelling_that_means_the_same(text: str, campaign: Campaign) -> None:
    line = parse(text, campaign, TODAY)
    if isinstance(line, Line):
        assert line.amounts
        assert parse(write(line, campaign), campaign, TODAY) == line


@given(texts | spaced | st.text(max_size=1200), campaigns)
def test_every_text_is_a_line_or_a_refusal_with_its_reason(text: str, campaign: Campaign) -> None:
    outcomes = (parse(text, campaign, TODAY), amount(text, campaign.counted[0]))
    for refused in outcomes:
        if isinstance(refused, Refusal):
            assert refused.reason in Reason
            assert len(refused.text) <= 40


@given(texts | spaced)
def test_accents_case_and_kinds_of_space_do_not_change_the_meaning(text: str) -> None:
    text, _, _ = text.partition("#")
    plain = parse(unicodedata.normalize("NFC", text), VNEID, TODAY)
    for other in (unicodedata.normalize("NFD", text), text.replace(" ", "\u00a0"), text.replace(" ", " \u200b")):
        same = parse(other, VNEID, TODAY)
        assert isinstance(same, Line) == isinstance(plain, Line)
        assert isinstance(same, Refusal) or same == plain


def dotted(value: int) -> str:
    return f"{value:,}".replace(",", ".")


SPELLINGS = (str, dotted, "{:,}".format)
STYLES = (
    "{0} {1}",
    "{0}, {1}.",
    "{0}\n{1}",
    "tn {0} kh {1}",
    "kh={1}; tn={0}",
    "tn{0} kh{1}",
    "Thu nhận: {0}, KÍCH HOẠT: {1}",
    "{1} kich hoat {0} ho so",
)


@given(values, values, st.sampled_from(SPELLINGS), st.sampled_from(STYLES), st.booleans())
def test_each_style_means_its_numbers(
    tn: int,
    kh: int,
    spelt: type[str],
    style: str,
    yesterday: bool,  # noqa: FBT001  (drawn by hypothesis)
) -> None:
    text = style.format(spelt(tn), spelt(kh))
    line = parse(f"hq {text}" if yesterday else text, VNEID, TODAY)
    day = TODAY - timedelta(days=1) if yesterday else None
    assert line == Line("vneid", day, {Key("tn"): Amount(tn), Key("kh"): Amount(kh)})


@given(st.lists(st.integers(0, LIMIT).map(lambda value: f"{value:,}".replace(",", " ")), min_size=2, max_size=2))
def test_spaced_thousands_are_read_as_typed_or_not_at_all(typed: list[str]) -> None:
    line = parse(" ".join(typed), VNEID, TODAY)
    if " ".join(typed).count(" ") > 1 and isinstance(line, Line):
        assert [str(given.value) for given in line.amounts.values()] == [one.replace(" ", "") for one in typed]


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.sampled_from(["{:%d/%m}", "{:%d-%m}", "{:%d/%m/%Y}"]))
def test_no_line_is_ever_for_a_day_ahead(day: date, form: str) -> None:
    line = parse(f"{form.format(day)} 45 30", VNEID, TODAY)
    if isinstance(line, Line):
        assert line.day is not None
        assert line.day <= TODAY
        assert (line.day.day, line.day.month) == (day.day, day.month)


@given(texts | spaced)
def test_choosing_never_alters_the_rest(text: str) -> None:
    chosen, rest = choose(text, CAMPAIGNS)
    assert text.endswith(rest)
    assert chosen or rest == text
