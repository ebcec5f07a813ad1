"""Days and hours that lie ahead, as typed."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.absence import Leave
from bot.domain.aheadword import NoSpan, Off, Span, hour, split

TODAY = date(2023, 12, 1)


def december(first: int, last: int) -> Leave:
    return Leave(date(2023, 12, first), date(2023, 12, last))


@pytest.mark.parametrize(
    ("text", "name", "span"),
    [
        ("3 ngày", "", december(1, 3)),
        ("1 ngày", "", december(1, 1)),
        ("1 tuần", "", december(1, 7)),
        ("2 days", "", december(1, 2)),
        ("hôm nay", "", december(1, 1)),
        ("mai", "", december(2, 2)),
        ("ngày mai", "", december(2, 2)),
        ("đến 05-12", "", december(1, 5)),
        ("đến hết ngày 5/12", "", december(1, 5)),
        ("05-12", "", december(5, 5)),
        ("05-12 đến 08-12", "", december(5, 8)),
        ("từ mai đến 08-12-2023", "", december(2, 8)),
        ("from 05-12 to 08-12", "", december(5, 8)),
        ("đến 02-01", "", Leave(TODAY, date(2024, 1, 2))),
        ("An Hội đến 05-12", "An Hội", december(1, 5)),
        ("Phường 5 3 ngày", "Phường 5", december(1, 3)),
        ("thôi", "", Off()),
        ("huỷ", "", Off()),
        ("An Hội thôi", "An Hội", Off()),
        ("An Hội", "An Hội", None),
        ("", "", None),
        ("31-02", "", NoSpan.NO_DAY),
        ("đến 29-02-2023", "", NoSpan.NO_DAY),
        ("30-11-2023", "", NoSpan.PAST),
        ("08-12 đến 05-12", "", NoSpan.BACKWARDS),
        ("đến 30-11", "", NoSpan.TOO_FAR),
        ("500 ngày", "", NoSpan.TOO_FAR),
        ("0 ngày", "", NoSpan.UNREADABLE),
    ],
)
def test_a_span_is_read_from_the_end_of_what_is_said(text: str, name: str, span: Span | None) -> None:
    assert split(text, TODAY) == (name, span)


def test_a_leap_day_that_comes_next_year_is_found() -> None:
    assert split("đến 29-02", TODAY)[1] == Leave(TODAY, date(2024, 2, 29))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("20:00", time(20)),
        ("20h", time(20)),
        ("20h30", time(20, 30)),
        ("8 giờ", time(8)),
        ("20", time(20)),
        ("24:00", None),
        ("20:60", None),
        ("05-12", None),
        ("", None),
    ],
)
def test_an_hour_is_read_as_it_is_said(text: str, at: time | None) -> None:
    assert hour(text) == at


@given(st.text(max_size=60), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_whatever_is_said_no_span_begins_in_the_past_or_lasts_for_ever(text: str, today: date) -> None:
    span = split(text, today)[1]
    assert not isinstance(span, Leave) or today <= span.first <= span.last <= today + timedelta(days=180)
