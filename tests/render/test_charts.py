"""Claims about charts: what is on them, that it fits, and that the painter outlives its worker."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from bot.domain.days import State
from bot.domain.figures import Language, Share
from bot.domain.series import Band, Bar, Bars, Chart, Grid, Line, PhaseEnd, Row, Title
from bot.render.charts import Painter, PaintingError, marks
from bot.render.charts.drawing import draw, render
from bot.render.charts.scale import ticks
from bot.render.charts.sheet import WIDTH, Sheet
from bot.render.charts.specimens import specimens
from bot.render.charts.words import WORDS

DAY = date(2023, 11, 14)
TODAY, DEADLINE = date(2023, 12, 1), date(2023, 12, 15)
TITLE = Title("Bến Tre", "Kích hoạt", "Công dân số")
LONG = "Huyện Đặng Ưỡ Thạnh Phú Mỏ Cày Nam Giồng Trôm " * 3
LONG_TITLE = Title(LONG, LONG, LONG)
SPECIMENS = dict(specimens(Path(__file__).parents[2] / "examples/ben-tre/roster.csv"))
LINE = Line(TITLE, "vi", DAY, DEADLINE, ((DAY, 663_614),), ((DAY, 663_614), (DEADLINE, 930_767)), 930_767)
BARS = Bars(TITLE, "vi", DAY, (Bar("Huyện Thạnh Phú", Share(77_607, 92_643), 1, 2), Bar("Huyện Ba Tri", None, None)))
GRID = Grid(TITLE, "vi", (DAY,), (Row("Huyện Ba Tri", (State.ZERO,)),))
CROWDED: dict[str, Chart] = {
    "line": replace(
        LINE,
        title=LONG_TITLE,
        today=TODAY,
        totals=tuple((DAY + timedelta(days=n), 1_000_000 + 40_000 * n) for n in range(18)),
        phases=tuple(PhaseEnd(LONG, DAY + timedelta(days=n), 123_456_789) for n in (9, 12, 31)),
        forecast=Band(2_222_222, 3_333_333),
        decimals=2,
    ),
    "bars": Bars(
        LONG_TITLE,
        "vi",
        DAY,
        tuple(Bar(f"{n} {LONG}", Share(99 - n, 70), n + 1, (-1) ** n * 100, own=n == 30) for n in range(90))
        + tuple(Bar(LONG, Share(n, 100), None, missing=True) for n in range(60)),
        planned=Share(2, 3),
        decimals=2,
    ),
    "grid": Grid(
        LONG_TITLE, "vi", tuple(DAY + timedelta(days=n) for n in range(20)), (Row(LONG, (State.LATE,) * 20),) * 40
    ),
}

CHARTS = SPECIMENS | {f"crowded-{name}": chart for name, chart in CROWDED.items()}


@cache
def drawn(chart: Chart) -> Sheet:
    """Return the chart's sheet; drawing a crowded one takes a second."""
    return draw(chart)


def texts(chart: Chart) -> list[str]:
    """Return everything that is written on the chart."""
    return [text.get_text() for text in written(drawn(chart))]


def written(sheet: Sheet) -> list[Text]:
    return [text for text in sheet.figure.findobj(Text) if text.get_text()]


def extents(sheet: Sheet) -> list[tuple[str, Bbox]]:
    return [(text.get_text(), text.get_window_extent()) for text in written(sheet)]


def picture(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_a_small_png_for_a_phone(name: str) -> None:
    png = drawn(CHARTS[name]).png()
    width, height = picture(png).size
    assert png.startswith(b"\x89PNG")
    assert width == 1080
    assert 1080 <= height <= 1350
    assert len(png) <= 120_000


@pytest.mark.parametrize("name", CHARTS)
def test_every_text_is_large_enough_and_clear_of_the_edges(name: str) -> None:
    sheet = drawn(CHARTS[name])
    assert all(float(text.get_fontsize()) * 100 / 72 >= 26 for text in written(sheet))
    edges = [(min(box.x0, WIDTH - box.x1, box.y0, sheet.height - box.y1), text) for text, box in extents(sheet)]
    assert min(edges)[0] >= 20, min(edges)


@pytest.mark.parametrize("name", CHARTS)
def test_no_two_texts_overlap(name: str) -> None:
    pairs = combinations(extents(drawn(CHARTS[name])), 2)
    assert [(one, other) for (one, box), (other, another) in pairs if box.padded(-1).overlaps(another.padded(-1))] == []


def test_the_line_says_total_share_and_what_is_left() -> None:
    shown = texts(replace(LINE, today=TODAY))
    assert "663.614" in shown
    assert "71,3%" in shown
    assert "71,3% của 930.767" in shown
    assert "Lũy kế đến hết ngày 14-11-2023 · còn 14 ngày" in shown
    assert "hạn 15-12" in shown


@pytest.mark.parametrize(
    ("planned", "said"),
    [(663_000, "vượt 614 so với kế hoạch"), (664_000, "chậm 386 so với kế hoạch"), (663_614, "đúng kế hoạch")],
)
def test_the_line_compares_the_newest_total_with_the_plan_of_its_day(planned: int, said: str) -> None:
    assert said in texts(replace(LINE, plan=((DAY, planned), (DEADLINE, 930_767))))


def test_a_plan_that_does_not_name_the_day_is_not_compared_with() -> None:
    assert not [text for text in texts(replace(LINE, plan=LINE.plan[1:])) if "kế hoạch" in text]


@pytest.mark.parametrize(("today", "said"), [(DEADLINE, "hôm nay là hạn cuối"), (date(2023, 12, 16), "đã kết thúc")])
def test_after_the_last_day_no_days_are_left(today: date, said: str) -> None:
    assert any(said in text for text in texts(replace(LINE, today=today)))


def test_the_forecast_is_a_range_with_its_shares() -> None:
    assert "Dự báo ngày 15-12: 881.000 (94,7%) – 921.000 (99,0%)" in texts(SPECIMENS["line"])


def test_values_are_labelled_only_where_the_plot_reaches() -> None:
    chart = replace(LINE, totals=((DAY, 59), (TODAY, 109)), plan=(), target=None)
    assert [text for text in texts(chart) if text in {"40", "50", "110", "120"}] == ["50", "110"]


def test_a_forecast_too_wide_for_its_line_leaves_the_shares_out() -> None:
    assert "Dự báo ngày 15-12: 2.222.222 – 3.333.333" in texts(CROWDED["line"])


def test_a_phase_that_is_too_narrow_shows_no_cut_figure() -> None:
    shown = texts(CROWDED["line"])
    assert [text for text in shown if "-1" in text and "123.456" in text] == ["15-12: 123.456.789"]


def test_no_data_is_said_and_not_drawn_as_zero() -> None:
    shown = texts(replace(LINE, totals=(), plan=(), target=None))
    assert "Chưa có số liệu" in shown
    assert "0" not in shown


def test_a_plan_without_totals_is_drawn_alone() -> None:
    shown = texts(replace(LINE, totals=()))
    assert "Chưa có số liệu" in shown
    assert "Kế hoạch" in shown
    assert "Thực hiện" not in shown


def test_a_total_of_zero_without_a_target_has_no_percentage() -> None:
    shown = texts(replace(LINE, totals=((DAY, 0),), plan=(), target=0))
    assert "0" in shown
    assert not [text for text in shown if "%" in text or "–" in text]


@pytest.mark.parametrize("chart", [replace(BARS, bars=()), replace(GRID, rows=()), replace(GRID, days=())])
def test_an_empty_board_says_so(chart: Chart) -> None:
    assert {"Chưa có đơn vị nào", "Chưa có số liệu"} & set(texts(chart))


def test_a_unit_without_target_has_neither_bar_nor_percentage() -> None:
    sheet = draw(BARS)
    assert "–" in [text.get_text() for text in written(sheet)]
    assert len(sheet.figure.findobj(FancyBboxPatch)) == 1


def test_the_published_districts_stand_in_their_order() -> None:
    shown = texts(SPECIMENS["bars"])
    assert [text for text in shown if text.endswith("%") and text[0].isdigit()][:2] == ["83,77%", "79,81%"]
    assert "56,85%" in shown


def test_the_own_unit_is_shown_however_low_it_stands() -> None:
    shown = texts(CROWDED["bars"])
    assert "31" in shown
    assert "15" not in shown
    assert "và 75 đơn vị khác" in shown


def test_units_that_have_not_reported_stand_apart_and_hatched() -> None:
    sheet = draw(SPECIMENS["bars-rehearsal"])
    hatched = [patch for patch in sheet.figure.findobj(FancyBboxPatch) if patch.get_hatch()]
    assert len(hatched) == 2
    assert "Chưa báo cáo (2)" in [text.get_text() for text in written(sheet)]


def test_names_that_do_not_fit_are_abbreviated_alike() -> None:
    shown = texts(SPECIMENS["grid"])
    assert {"TP. Bến Tre", "H. Mỏ Cày Nam", "H. Mỏ Cày Bắc"} <= set(shown)
    assert "Huyện Ba Tri" not in shown


def test_a_name_of_120_signs_ends_in_an_ellipsis() -> None:
    names = [text for text in texts(CROWDED["grid"]) if text.startswith("H. Đặng Ưỡ")]
    assert len(names) == 20
    assert all(name.endswith("…") for name in names)


def test_dollars_are_printed_as_they_are() -> None:
    chart = replace(BARS, bars=(Bar(r"a$\frac{$", Share(1, 2), 1),), title=replace(TITLE, unit="a$b$"))
    assert {r"a$\frac{$", "a$b$ · Kích hoạt"} <= set(texts(chart))
    assert render(chart)


def test_line_breaks_and_emoji_do_not_reach_the_picture() -> None:
    chart = replace(BARS, bars=(Bar("An\n\tHội 🎉\u202e", Share(1, 2), 1), Bar("🎉", Share(1, 2), 1)))
    assert {"An Hội", "–"} <= set(texts(chart))
    assert render(chart)


def test_decomposed_accents_are_composed() -> None:
    name = unicodedata.normalize("NFD", "Đặng Ưỡ")
    assert "Đặng Ưỡ" in texts(replace(BARS, bars=(Bar(name, Share(1, 2), 1),)))


def mask(cell: Image.Image) -> bytes:
    """Return which pixels differ from the commonest colour: the shape without its colours."""
    common = max(cell.getcolors(100_000) or [], key=lambda counted: counted[0])[1]
    return bytes(pixel != common for pixel in cell.get_flattened_data())


def test_every_state_differs_in_shape_and_not_only_in_colour() -> None:
    sheet, states = Sheet(1080), [*State, None]
    for n, state in enumerate(states):
        marks.state(sheet, (60 * n, 0), state)
    shown = picture(sheet.png())
    masks = [mask(shown.crop((60 * n, 0, 60 * n + marks.CELL, marks.CELL))) for n in range(len(states))]
    assert all(sum(a != b for a, b in zip(*pair, strict=True)) >= 40 for pair in combinations(masks, 2))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_legend_names_every_state(language: Language) -> None:
    chart = replace(GRID, language=language)
    words = WORDS[chart.language]
    assert {*words.states.values(), words.not_yet} <= set(texts(chart))
    assert set(words.states) == set(State)


def test_leave_is_not_due_and_a_question_is_no_report() -> None:
    row = Row("An Hội", (State.REPORTED, State.ZERO, State.LATE, State.ON_LEAVE, State.QUESTIONED, State.MISSING, None))
    assert row.turnout == Share(3, 5)


def test_only_the_newest_14_days_are_drawn_and_counted() -> None:
    shown = texts(CROWDED["grid"])
    assert "Báo cáo hằng ngày, từ 20-11-2023 đến 03-12-2023" in shown
    assert "Đã báo cáo 560/560 lượt (100,0%)" in shown
    assert shown.count("14/14") == 20


@given(st.integers(0, 10**8), st.integers(0, 10**8))
def test_ticks_are_few_and_enclose_the_values(low: int, high: int) -> None:
    low, high = sorted((low, high))
    marked = ticks(low, high)
    assert 2 <= len(marked) <= 7
    assert marked[0] <= low
    assert high <= marked[-1]
    assert low >= high / 2 or marked[0] == 0


@pytest.fixture
async def painter() -> AsyncIterator[Painter]:
    painter = Painter()
    yield painter
    await painter.close()


def ended(process: int) -> bool:
    """Wait until the process behind a handle has ended, at most 20 seconds."""
    gone, _, _ = select.select([process], [], [], 20)
    os.close(process)
    return bool(gone)


async def test_a_killed_worker_is_replaced(painter: Painter) -> None:
    expected = await painter.paint(GRID)
    killed = painter.worker
    assert killed
    worker = os.pidfd_open(killed)
    os.kill(killed, signal.SIGKILL)
    assert ended(worker)
    assert await painter.paint(GRID) == expected
    assert painter.worker not in {killed, None}


class Deadly:
    """Ends the process that unpickles it, as a crash in a native library would."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


async def test_a_chart_that_crashes_every_worker_is_given_up_and_the_next_one_painted(painter: Painter) -> None:
    with pytest.raises(PaintingError) as failed:
        await painter.paint(cast("Chart", Deadly()))
    assert failed.value.reason == "crashed"
    assert await painter.paint(GRID) == render(GRID)


class Endless:
    """Keeps the process that unpickles it busy for a minute."""

    def __reduce__(self) -> tuple[object, ...]:
        return time.sleep, (60,)


async def test_a_picture_that_takes_too_long_ends_the_worker() -> None:
    painter = Painter(limit=0.01)
    painting = asyncio.ensure_future(painter.paint(cast("Chart", Endless())))
    await asyncio.sleep(0)
    assert painter.worker
    worker = os.pidfd_open(painter.worker)
    with pytest.raises(PaintingError) as failed:
        await painting
    assert failed.value.reason == "too_slow"
    assert ended(worker)
    await painter.close()


async def test_an_idle_worker_ends_and_closing_takes_its_folder_away() -> None:
    painter = Painter(idle=0)
    await painter.paint(GRID)
    assert painter._folder
    folder = Path(painter._folder.name)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert painter.worker is None
    await painter.close()
    assert not await asyncio.to_thread(folder.exists)


PARENT = """
import asyncio
from bot.domain.series import Grid, Title
from bot.render.charts import Painter

async def main():
    painter = Painter()
    await painter.paint(Grid(Title("Bến Tre", "Kích hoạt", "Công dân số"), "vi", (), ()))
    print(painter.worker, flush=True)
    await asyncio.Event().wait()

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.slow
def test_a_killed_parent_leaves_neither_worker_nor_files_behind(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root, home = str(Path(__file__).parents[2]), str(tmp_path)
    environment = {**os.environ, "PYTHONPATH": root, "HOME": home, "TMPDIR": home, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as parent:  # noqa: S603  (our own script)
        assert parent.stdout
        worker = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    assert ended(worker)
    assert list(tmp_path.iterdir()) == [script]
