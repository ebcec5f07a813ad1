"""Figures stand in texts as they are: none of them has a mark that HTML knows."""

from datetime import date, time
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from bot.domain import figures
from bot.domain.figures import Language, Share
from bot.render.texts import FIGURES, Texts
from tests.conversations.moments import HANOI

languages = st.sampled_from(get_args(Language))
numbers = st.integers(-(10**12), 10**12)
shares = st.builds(Share, numbers, st.integers(0, 10**12))
decimals = st.decimals(-1_000, 1_000, places=2, allow_nan=False)
WRITTEN = {
    "number": st.builds(figures.number, numbers, languages),
    "signed": st.builds(figures.signed, numbers, languages),
    "progress": st.builds(figures.progress, shares, st.integers(0, 4), languages),
    "percent": st.builds(figures.percent, shares, st.integers(0, 4), languages),
    "points": st.builds(figures.points, st.one_of(decimals, st.just(Decimal(0))), languages),
    "day": st.builds(figures.day, st.dates()),
    "long_day": st.builds(figures.long_day, st.dates(), languages),
    "clock": st.builds(figures.clock_time, st.times()),
}


def test_each_of_them_is_tried_here() -> None:
    assert WRITTEN.keys() == FIGURES


@pytest.mark.parametrize("name", sorted(WRITTEN))
@given(data=st.data())
def test_nothing_in_them_would_be_escaped(name: str, data: st.DataObject) -> None:
    written = data.draw(WRITTEN[name])
    assert escape(written) == written


def test_words_beside_them_are_escaped() -> None:
    texts = Texts("vi", HANOI)
    shown = texts("report.negative", metric=type("M", (), {"name": "<b>&"})(), stands=1_234, less=2_000)
    assert "&lt;b&gt;&amp; đang là 1.234, trừ 2.000" in shown
    assert figures.clock_time(time(17, 30)) == "17:30"
    assert figures.day(date(2023, 12, 15)) == "15-12-2023"
