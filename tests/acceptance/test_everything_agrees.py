"""After forty days of reports, mistakes and decisions every figure is the model's, wherever one looks."""

import asyncio
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from bot.app import setting_of
from bot.domain import boards
from bot.domain.boards import Board
from bot.domain.campaign import BoardKind, Campaign, Key
from bot.domain.papers import Format, Order
from bot.domain.schedule import Slot as PushSlot
from bot.domain.world import Setting, World
from bot.jobs.beat import Beat
from bot.jobs.summary import summary
from bot.papers import Commission, make
from bot.render.texts import Texts
from handlers.desk import Desk
from storage import boards as standing
from storage import rebuilding, worlds
from storage.boards import Wanted
from storage.rebuilding import Difference
from storage.sqlite import Tx, open_store
from storage.statuses import unit_status
from tests.acceptance import reading
from tests.acceptance.model import Model
from tests.acceptance.playing import CHANNEL, CHIEF, COMMANDED, Player, play
from tests.acceptance.province import COUNTED, EVENING, LAST, NAMES, ROOT, STARTS, Province, Shape, works
from tests.acceptance.reading import Report, Workbook
from tests.acceptance.truth import ALL_DAYS, Figures, Truth, percent
from tests.stage import apply_roster

EXAMPLES = int(os.environ.get("TIENDO_EXAMPLES", "1"))
"""Campaigns of each shape; more of them take about half a minute each."""

SHAPES = {
    "one report for each unit": Shape(),
    "a metric of parts, officers added up": Shape(parts=True, adds_officers=True),
    "a ratio leads": Shape(ratio=True),
}
SHARES = st.fixed_dictionaries(
    {
        "reports": st.integers(55, 65),
        "partial": st.integers(5, 15),
        "adjusted": st.integers(5, 15),
        "doubtful": st.integers(5, 20),
        "again": st.integers(10, 25),
        "earlier": st.integers(10, 25),
        "yesterday": st.integers(10, 25),
        "edited": st.integers(10, 25),
        "moved": st.integers(5, 15),
        "undone": st.integers(8, 20),
        "answered": st.integers(50, 90),
        "withdrawn": st.integers(3, 10),
        "handed_over": st.integers(1, 4),
        "decided": st.integers(8, 15),
        "overridden": st.integers(5, 15),
        "unlocked": st.integers(2, 5),
        "leave": st.integers(2, 6),
    }
)
FORBIDDEN = (
    "UPDATE entries SET amounts = '{}'",
    "DELETE FROM entries",
    "UPDATE audit SET actor = 'nobody'",
    "DELETE FROM audit",
)


@dataclass(frozen=True)
class Evening:
    """What the bot shows on the last evening; texts and figures by unit."""

    setting: Setting
    world: World
    truth: Truth
    statuses: Mapping[str, str]
    boards: Mapping[str, str]
    summaries: Mapping[str, str]
    exact: Mapping[str, Figures]
    rankings: Mapping[str, Board]
    differences: list[Difference]
    entries: int
    permitted: list[str]

    def file(self, folder: Path, form: Format, unit: str) -> Path:
        """Print a file of a unit."""
        path = folder / f"{unit}.{form.value}"
        order = Order(form, "vneid", self.world.tree.by_code[unit.casefold()], LAST, "vi")
        make(Commission(folder / "tiendo.db", self.setting, EVENING, order), path)
        return path


async def played(folder: Path, province: Province, seed: int, shares: Mapping[str, int]) -> Evening:
    """Play a campaign, and look at everything that the chat shows."""
    config = province.config(folder)
    setting = setting_of(config)
    async with open_store(config.storage.path, create=True) as store:
        eve = datetime.combine(STARTS, time(0), config.zone)
        await store.write(partial(apply_roster, config=config, text=province.roster, now=eve))
        world = await store.read(partial(worlds.load, setting=setting, day=STARTS))
        desk = Desk(setting, CHANNEL, "tiendo_bot")
        player = Player(desk, world, Model(province), Random(seed), shares)  # noqa: S311  (repeatable, guards nothing)
        await play(store, player)
        player.moment = EVENING
        return await store.write(partial(look, player=player, setting=setting))


def look(tx: Tx, player: Player, setting: Setting) -> Evening:
    """Ask for everything."""
    player.tx = tx
    world, campaign, province = worlds.load(tx, setting, LAST), setting.campaigns[0], player.province
    shown = [ROOT, *province.districts, *list(province.wards)[::18]]
    return Evening(
        setting,
        world,
        Truth(player.model),
        {unit: "\n".join(player.hear(CHIEF, f"/status {unit}")) for unit in shown},
        {unit: player.hear(CHIEF + number, "/bxh")[0] for number, unit in enumerate(COMMANDED)},
        _summaries(tx, world, campaign),
        {
            unit.code: reading.of_status(unit_status(tx, world, campaign, unit, LAST))
            for unit in world.tree.units.values()
        },
        {unit: _ranking(tx, world, campaign, unit) for unit in COMMANDED},
        rebuilding.compare(tx, rebuilding.derive(tx, world)),
        tx.value("SELECT count(*) FROM entries"),
        [statement for statement in FORBIDDEN if _runs(tx, statement)],
    )


def _summaries(tx: Tx, world: World, campaign: Campaign) -> dict[str, str]:
    """Return the summaries of the commanders, by their units."""
    texts = Texts("vi", world.setting.zone)
    slot = PushSlot("vneid", 0, "summary", LAST, time(17, 30), datetime.combine(LAST, time(10, 30), UTC))
    beat = Beat(tx, world, campaign, slot, CHANNEL, {"vi": texts}, EVENING)
    return {push.facts["s"].status.unit.code: texts(push.message, late=False, **push.facts) for push in summary(beat)}


def _ranking(tx: Tx, world: World, campaign: Campaign, unit: str) -> Board:
    race = boards.race(world, campaign, world.tree.by_code[unit.casefold()])
    assert race is not None
    return standing.read(tx, world, campaign, Wanted(race, campaign.main, BoardKind.SHARE, LAST, over=True))


def _runs(tx: Tx, statement: str) -> bool:
    try:
        with tx.attempt():
            tx.run(statement)
    except sqlite3.IntegrityError:
        return False
    return True


def wrong(found: Figures, right: Figures) -> dict[str, object]:
    """Return the figures that are others, or that there are none of: what is found, and what is right."""
    return {
        name: (figure, right.get(name, "none"))
        for name, figure in found.items()
        if figure != right.get(name, "none") and not _is_close(figure, right.get(name))
    }


def _is_close(figure: object, right: object) -> bool:
    return isinstance(figure, float) and isinstance(right, float) and abs(figure - right) < 1e-12


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SHAPES)
@settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # a campaign cannot be shrunk
@given(seed=st.integers(0, 2**32), shares=SHARES)
def test_H15_every_figure_of_a_campaign_is_the_models(name: str, seed: int, shares: Mapping[str, int]) -> None:
    assume(seed)  # the simplest draw would always be the first, and here the only one
    with TemporaryDirectory() as folder:
        province = Province.drawn(SHAPES[name], Random(seed))  # noqa: S311  (as above)
        evening = asyncio.run(played(Path(folder), province, seed, shares))
        assert list(chain.from_iterable(check(evening, Path(folder)) for check in CHECKS)) == []


# Each check yields what is not as it should be, with the place where it is shown.

Wrong = Iterator[object]


def in_the_books(evening: Evening, _: Path) -> Wrong:
    """Sums kept step by step are those of the entries; of which there are as many as were made, for ever."""
    yield from evening.differences
    yield from evening.permitted
    if evening.entries != evening.truth.model.entries:
        yield "entries", evening.entries, evening.truth.model.entries


def in_every_status(evening: Evening, _: Path) -> Wrong:
    """Every unit stands where the model says."""
    for unit, found in evening.exact.items():
        if bad := wrong(found, evening.truth.figures(unit)):
            yield "status", unit, bad


def in_chat(evening: Evening, _: Path) -> Wrong:
    """`/status` says so, for the province, the districts and some wards."""
    truth = evening.truth
    for unit, text in evening.statuses.items():
        found = reading.of_text(text)
        if bad := wrong(found, truth.figures(unit)):
            yield "/status", unit, bad
        if not {f"{metric}.total" for metric in COUNTED} <= set(found):
            yield "/status", unit, text
        attended = reading.TURNOUT_OF_ONE.search(text)
        if unit in truth.province.wards and (attended is None or attended[1] != _attended(truth, unit)):
            yield "/status", unit, text
        if unit not in truth.province.wards and "reported" not in found:
            yield "/status", unit, text


def _attended(truth: Truth, ward: str) -> str:
    if truth.on_leave(ward, LAST):
        return "nghỉ"
    if not truth.reported(ward, LAST):
        return "chưa có"
    return "đã có, đúng giờ" if truth.on_time(ward, LAST) else "đã có, muộn"


def on_boards(evening: Evening, _: Path) -> Wrong:
    """Units stand in the order of their shares."""
    truth = evening.truth
    for unit, board in evening.rankings.items():
        units = {evening.world.tree.by_code[code.casefold()]: code for code in _below(truth, unit)}
        right = truth.places(list(units.values()))
        found = {units[row.unit]: row.place for row in board.rows}
        if found != right or [row.place for row in board.rows] != sorted(right.values()):
            yield "board", unit, found, right
        names = {f"{evening.world.tree[id_].name}": code for id_, code in units.items()}
        shown = reading.of_board(evening.boards[unit])
        told = [
            (right[code], name, percent(*truth.share(code)), truth.on(code, LAST, "kh") if _is_told(truth, code) else 0)
            for name, _, code in ((name, None, names[name]) for _, name, _, _ in shown)
        ]
        if shown != told or [place for place, *_ in shown] != sorted(right.values())[: len(shown)] or len(shown) < 5:
            yield "/bxh", unit, shown, told


def _below(truth: Truth, unit: str) -> list[str]:
    return list(truth.province.districts) if unit == ROOT else truth.province.districts[unit]


def _is_told(truth: Truth, unit: str) -> bool:
    return bool(truth.reported(unit, LAST))


def in_summaries(evening: Evening, _: Path) -> Wrong:
    """The commanders' summaries say so too, with who is silent and what is asked about."""
    truth = evening.truth
    if set(evening.summaries) != set(COMMANDED):
        yield "summary", set(evening.summaries)
    for unit, text in evening.summaries.items():
        found = reading.of_text(text)
        if bad := wrong(found, truth.figures(unit)):
            yield "summary", unit, bad
        silent = truth.expected(unit, LAST) - truth.reported(unit, LAST)
        asked = sum(each.slot.unit in truth.province.units[unit] for each in truth.model.questions)
        said = (f"Chưa báo cáo ({silent})", f"Số liệu cần xác nhận ({asked})")
        if any((count > 0) != (words in text) for count, words in zip((silent, asked), said, strict=True)):
            yield "summary", unit, said, text


def in_the_workbook(evening: Evening, folder: Path) -> Wrong:
    """All four sheets of the province's workbook show so."""
    truth = evening.truth
    book = Workbook(evening.file(folder, Format.XLSX, ROOT))
    if bad := wrong(book.of_itself(), truth.figures(ROOT)):
        yield "summary sheet", bad
    if book.attendance() != truth.attendance(ROOT):
        yield "attendance", book.attendance(), truth.attendance(ROOT)
    yield from _units(truth, book)
    yield from _days(truth, ROOT, book)
    fates = Counter(row["", "Tình trạng"] for row in book.of_journal())
    right = {"Được tính": sum(1 for _ in truth.model.reports()), "Chờ xác nhận": len(truth.model.questions)}
    if fates.total() != truth.model.entries or {fate: fates[fate] for fate in right} != right:
        yield "journal", fates, right, truth.model.entries


def _units(truth: Truth, book: Workbook) -> Wrong:
    found = book.of_units()
    if set(found) != set(truth.province.units) - {ROOT}:
        yield "units", set(found)
    places = truth.places(list(truth.province.districts))
    for district in truth.province.districts.values():
        places |= truth.places(district)
    for unit, record in found.items():
        counts = tuple(record["Chế độ báo cáo", title] for title in ("Lượt phải báo", "Lượt đã báo", "Lượt đúng giờ"))
        if bad := wrong(reading.of_record(record), truth.figures(unit)):
            yield "unit sheet", unit, bad
        if (record["", "Hạng"], counts) != (places[unit], truth.attendance(unit)):
            yield "unit sheet", unit, record


def _days(truth: Truth, unit: str, book: Workbook) -> Wrong:
    """Compare the sheet of days."""
    found = book.of_days()
    if list(found) != ALL_DAYS:
        yield "days", list(found)
    for day, record in found.items():
        counts = [truth.expected(unit, day) if works(day) else 0, truth.reported(unit, day), truth.on_time(unit, day)]
        shown = [record["Chế độ báo cáo", title] for title in ("Phải báo cáo", "Đã báo cáo", "Đúng giờ")]
        for metric in COUNTED:
            counts += [truth.total(unit, metric, day), truth.planned(unit, metric, day)]
            shown += [record[NAMES[metric], title] for title in ("Lũy kế", "Kế hoạch đến nay")]
        if shown != counts:
            yield "day sheet", unit, day, shown, counts
        for key in truth.province.shape.keys:
            metric, _, part = key.partition(".")
            cell = record[NAMES[metric], NAMES[part] if part else "Trong ngày"]
            if (cell or 0) != truth.on(unit, day, key):
                yield "day sheet", unit, day, key, cell, truth.on(unit, day, key)


def in_a_wards_workbook(evening: Evening, folder: Path) -> Wrong:
    """A ward's days keep what is missing and what is zero apart."""
    truth, words = evening.truth, {"late": "Báo muộn", "zero": "Báo số 0", "reported": "Đúng giờ"}
    ward = next(iter(truth.province.wards))
    book = Workbook(evening.file(folder, Format.XLSX, ward))
    yield from _days(truth, ward, book)
    for day, record in book.of_days().items():
        right = words.get(truth.state(ward, day))
        if right and record["", "Trạng thái"] != right:
            yield "state", day, record["", "Trạng thái"], right
        cell = truth.cells.get((ward, day), {})
        if (record[NAMES["kh"], "Trong ngày"] is None) != ("kh" not in cell):
            yield "missing", day, record[NAMES["kh"], "Trong ngày"], cell


def in_the_table(evening: Evening, folder: Path) -> Wrong:
    """The plain table holds every number, and its sums are the totals."""
    truth, keys = evening.truth, evening.truth.province.shape.keys
    found = reading.of_table(evening.file(folder, Format.CSV, ROOT))
    right = {
        (ward, day, key): (truth.cells.get((ward, day), {}).get(key), truth.state(ward, day))
        for ward in truth.province.wards
        for day in ALL_DAYS
        for key in keys
    }
    yield from [
        (place, found.get(place), right.get(place))
        for place in {*found, *right}
        if found.get(place) != right.get(place)
    ][:10]
    for key in keys:
        whole = sum(value or 0 for (_, _, each), (value, _) in found.items() if each == key)
        metric = Key.parse(key).metric
        if "." not in key and whole + truth.baseline(ROOT, metric) != truth.total(ROOT, metric):
            yield "table", key, whole


def in_word(evening: Evening, folder: Path) -> Wrong:
    """The reports of the province and of a district have the same figures in their tables."""
    truth = evening.truth
    for unit in (ROOT, "H00"):
        report = Report(evening.file(folder, Format.DOCX, unit))
        if bad := wrong(report.of_itself(), truth.figures(unit)):
            yield "Word", unit, bad
        units = {
            evening.world.tree[evening.world.tree.by_code[code.casefold()]].name: code for code in _below(truth, unit)
        }
        places = truth.places(list(units.values()))
        right = {
            (places[code], name, truth.target(code, "kh"), truth.total(code, "kh"), percent(*truth.share(code)))
            for name, code in units.items()
        }
        if set(report.of_units()) != right:
            yield "Word", unit, set(report.of_units()) ^ right


CHECKS = (
    in_the_books,
    in_every_status,
    in_chat,
    on_boards,
    in_summaries,
    in_the_workbook,
    in_a_wards_workbook,
    in_the_table,
    in_word,
)
