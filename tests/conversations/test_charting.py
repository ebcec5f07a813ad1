"""Charts on demand: whose, of which kind, and for whom."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from bot.domain.days import State
from bot.domain.figures import Share
from bot.domain.series import Bars, Chart, Grid, Line
from tests import cast
from tests.conversations.moments import at
from tests.stage import QuickPainter, Stage, stage


@dataclass
class Gallery:
    """A bot, and the charts that it has had painted."""

    bot: Stage
    painter: QuickPainter

    def last(self) -> Chart:
        return self.painter.asked[-1]


@pytest.fixture
async def gallery(tmp_path: Path) -> AsyncIterator[Gallery]:
    painter = QuickPainter()
    async with stage(tmp_path, painter=painter) as bot:
        yield Gallery(bot, painter)


async def test_the_answer_is_a_photo_of_the_own_line(gallery: Gallery) -> None:
    officer = await gallery.bot.join(cast.AN_HOI)
    await gallery.bot.say(officer, "45 30")
    caption = await gallery.bot.say(officer, "/bieudo")
    chart = gallery.last()
    assert isinstance(chart, Line)
    assert (chart.title.unit, chart.totals[-1], chart.target) == ("Phường An Hội", (cast.TODAY, 980), 2000)
    assert officer.private.last().media == "photo"
    assert caption == (
        "📈 Phường An Hội · Cao điểm kích hoạt tài khoản định danh điện tử\nLũy kế so với kế hoạch, đến 01-12-2023"
    )


async def test_the_line_starts_from_the_baseline_and_the_plan_ends_on_the_target(gallery: Gallery) -> None:
    await gallery.bot.say(await gallery.bot.join(cast.AN_HOI), "/bieudo")
    chart = gallery.last()
    assert isinstance(chart, Line)
    assert [total for _, total in (chart.totals[0], chart.plan[0], chart.plan[-1])] == [950, 950, 2000]
    assert (len(chart.totals), len(chart.plan)) == (18, 32)  # with the eve of the start


@pytest.mark.parametrize("text", ["cột", "cot", "bars", "Bến Tre cột", "bt bars"])
async def test_bars_show_the_units_right_below(gallery: Gallery, text: str) -> None:
    await gallery.bot.say(await gallery.bot.commander("BT"), f"/bieudo {text}")
    chart = gallery.last()
    assert isinstance(chart, Bars)
    assert [(bar.place, bar.name, bar.missing) for bar in chart.bars] == [
        (1, "Thành phố Bến Tre", False),
        (2, "Huyện Châu Thành", False),
    ]
    assert chart.planned is not None
    assert (chart.planned.numerator, chart.planned.denominator) == (4397, 6000)


async def test_after_the_cut_off_bars_mark_the_silent_units(gallery: Gallery) -> None:
    commander = await gallery.bot.commander("TP")
    await gallery.bot.say(await gallery.bot.join(cast.AN_HOI), "45 30")
    await gallery.bot.pass_to(at(1, 17, 1))
    await gallery.bot.say(commander, "/bieudo cột")
    chart = gallery.last()
    assert isinstance(chart, Bars)
    assert {bar.name: bar.missing for bar in chart.bars} == {
        "Phường An Hội": False,
        "Phường Phú Khương": True,
        "Xã Sơn Đông": True,
    }


async def test_the_grid_tells_the_states_of_two_weeks_apart(gallery: Gallery) -> None:
    bot = gallery.bot
    commander, an_hoi = await bot.commander("TP"), await bot.join(cast.AN_HOI)
    await bot.say(an_hoi, "45 30")
    await bot.pass_to(at(2, 16))
    await bot.say(an_hoi, "0")
    await bot.pass_to(at(3, 18))
    await bot.say(an_hoi, "45 30")
    await bot.pass_to(at(4, 8))
    await bot.say(an_hoi, "501 30")
    await bot.say(commander, "/bieudo lưới")
    chart = gallery.last()
    assert isinstance(chart, Grid)
    assert chart.rows[0].states[-4:] == (State.REPORTED, State.ZERO, State.LATE, State.QUESTIONED)
    assert chart.rows[1].states == (State.LOCKED,) * 10 + (State.MISSING,) * 3 + (None,)


async def test_the_grid_of_a_province_shows_the_units_that_report(gallery: Gallery) -> None:
    await gallery.bot.say(await gallery.bot.commander("BT"), "/bieudo lưới")
    chart = gallery.last()
    assert isinstance(chart, Grid)
    assert [row.name for row in chart.rows] == [
        "Phường An Hội",
        "Phường Phú Khương",
        "Xã Sơn Đông",
        "Thị trấn Châu Thành",
        "Xã Giao Long",
    ]


async def test_of_more_units_than_can_be_drawn_the_silent_ones_come_first(tmp_path: Path) -> None:
    painter = QuickPainter()
    wards = "".join(f"TP-{n},Phường {n},xa,TP,,,10,0,10,0\n" for n in range(10, 30))
    async with stage(tmp_path, painter=painter, roster=cast.ROSTER + wards) as bot:
        await bot.say(await bot.join(cast.AN_HOI), "45 30")
        await bot.say(await bot.commander("BT"), "/bieudo lưới")
    [chart] = painter.asked
    assert isinstance(chart, Grid)
    assert (len(chart.rows), chart.rows[-1].name) == (25, "Phường An Hội")


async def test_a_district_is_silent_only_when_none_of_its_wards_has_reported(gallery: Gallery) -> None:
    commander = await gallery.bot.commander("BT")
    await gallery.bot.say(await gallery.bot.join(cast.AN_HOI), "45 30")
    await gallery.bot.pass_to(at(1, 18))
    await gallery.bot.say(commander, "/bieudo cột")
    chart = gallery.last()
    assert isinstance(chart, Bars)
    assert {bar.name: bar.missing for bar in chart.bars} == {"Thành phố Bến Tre": False, "Huyện Châu Thành": True}


async def test_a_unit_without_units_below_has_no_bars(gallery: Gallery) -> None:
    said = await gallery.bot.say(await gallery.bot.join(cast.AN_HOI), "/bieudo cột")
    assert said == ("Phường An Hội không có đơn vị trực thuộc để so sánh. Gõ /bieudo Phường An Hội để xem tiến độ.")


async def test_a_unit_whose_name_ends_like_a_kind_is_found(tmp_path: Path) -> None:
    painter = QuickPainter()
    roster = cast.ROSTER + "TP-09,Phường A Lưới,xa,TP,,,10,0,10,0\n"
    async with stage(tmp_path, painter=painter, roster=roster) as bot:
        commander = await bot.commander("BT")
        await bot.say(commander, "/bieudo a lưới")
        await bot.say(commander, "/bieudo a lưới lưới")
    assert [(type(chart), chart.title.unit) for chart in painter.asked] == [
        (Line, "Phường A Lưới"),
        (Grid, "Phường A Lưới"),
    ]


async def test_a_misspelt_name_is_offered_as_a_button_of_the_same_kind(gallery: Gallery) -> None:
    commander = await gallery.bot.commander("BT")
    await gallery.bot.say(commander, "/bieudo thanh pho ben tra cot")
    message = commander.private.last()
    await gallery.bot.press(commander, message, "Thành phố Bến Tre (Bến Tre)")
    chart = gallery.last()
    assert (type(chart), chart.title.unit) == (Bars, "Thành phố Bến Tre")


async def test_an_officer_gets_no_chart_of_another_unit(gallery: Gallery) -> None:
    said = await gallery.bot.say(await gallery.bot.join(cast.AN_HOI), "/bieudo Giao Long")
    assert said.startswith("Không thấy đơn vị «Giao Long»")
    assert gallery.painter.asked == []


async def test_a_group_gets_its_own_unit_as_a_reply(gallery: Gallery) -> None:
    commander = await gallery.bot.commander("BT")
    group = await gallery.bot.group("TP", commander)
    asked = group.say(commander, "/chart@tiendo_bot")
    await gallery.bot.settle()
    assert group.last().reply_to is asked
    assert gallery.last().title.unit == "Thành phố Bến Tre"


async def test_before_the_start_there_is_nothing_to_draw(tmp_path: Path) -> None:
    async with stage(tmp_path, start=cast.MORNING.replace(month=11, day=1)) as bot:
        said = await bot.say(await bot.join(cast.AN_HOI), "/bieudo")
    assert said.endswith("bắt đầu từ 15-11-2023, chưa có gì để vẽ.")


async def test_bars_of_a_ratio_stand_against_its_target_and_its_line_counts_the_numerator(tmp_path: Path) -> None:
    painter = QuickPainter()
    ratio = {"code": "tl", "name": "Tỷ lệ", "kind": "ratio", "of": ["kh", "tn"], "target_percent": 80.0, "main": True}
    metrics = [*({**metric, "main": False} for metric in cast.METRICS), ratio]
    async with stage(tmp_path, painter=painter, campaigns=[cast.campaign(metrics=metrics)]) as bot:
        commander = await bot.commander("TP")
        await bot.say(commander, "/bieudo cột")
        await bot.say(commander, "/bieudo")
    bars, line = painter.asked
    assert isinstance(bars, Bars)
    assert isinstance(line, Line)
    assert bars.planned is not None
    assert (bars.planned.exact, bars.bars[0].name, bars.bars[0].share) == (
        Fraction(4, 5),
        "Phường Phú Khương",
        Share(500, 600),
    )
    assert line.title.metric == "Kích hoạt"


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("line", "📈 Bến Tre · {}\nTotal against the plan, until 01-12-2023"),
        ("bars", "📊 Bến Tre · {}\nThe units below against their own targets, until 01-12-2023"),
        ("grid", "🗓 Bến Tre · {}\nReports of 14 days, until 01-12-2023"),
    ],
)
async def test_captions_in_english(tmp_path: Path, text: str, caption: str) -> None:
    async with stage(tmp_path, language="en") as bot:
        said = await bot.say(await bot.commander("BT"), f"/chart {text}")
    assert said == caption.format("Cao điểm kích hoạt tài khoản định danh điện tử")
