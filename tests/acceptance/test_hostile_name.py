"""Units with names that are formulas, markup and directions: shown as they are everywhere, and nowhere obeyed."""

import asyncio
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml

from bot.app import running, setting_of
from bot.rehearsal import scene
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.people import User
from storage import outbox
from storage.outbox import State
from tests import cast
from tests.stage import Stage, backstage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FORMULA = '=HYPERLINK("http://x")<b>&'
LONG = "+cmd|' /C calc'!A0 <i>nghiêng & {{ 7*7 }} {% raw %} </w:t> " + "Ấp Thạnh Phú " * 5
LONG = f"{LONG:.120}".rstrip()
DISTRICT = "@SUM(1+1)*cmd <a href='tg://user?id=1'>Huyện</a>"
PERSON = "=1+1</b><script>"
NOTE = "-2+3 <u>ghi chú</u> &amp;"
TYPED = {  # with what is taken out of every text: overrides of direction, controls, byte order marks
    FORMULA: FORMULA,
    LONG: "\ufeff" + LONG.replace("nghiêng", "\u202enghiêng\u202c").replace("|", "|\u200b").replace(" /C", " \x07/C"),
    DISTRICT: DISTRICT.replace(" <a", "\t<a"),
}
NAMES = {"Phường An Hội": FORMULA, "Phường Phú Khương": LONG, "Thành phố Bến Tre": DISTRICT}
SCHEDULE = [{"job": "board", "at": ["17:05"]}, {"job": "summary", "at": ["17:30"]}]
ASKED = {
    "/status TP-01": [FORMULA],
    "/status TP-02": [LONG],
    "/status": [DISTRICT],
    "/status hyperlink": [FORMULA],
    "/bxh": [FORMULA, LONG, DISTRICT],
    "/thieu": [DISTRICT],
    "/thieu hôm qua": [FORMULA, LONG, DISTRICT],
    "/nhatky TP-01": [FORMULA],
    "/nhatky TP-02": [LONG, PERSON],
    "/nguoi": [FORMULA, LONG, PERSON],
    "/moi TP-01": [FORMULA],
    "/moi TP-02": [LONG],
    "/kehoach": [DISTRICT],
    "/demnguoc": [DISTRICT],
    "/sua TP-02 9 8 # sai": [LONG],
    "/nghi TP-01 mai": [FORMULA],
    "/lich": [],
    "/ngonngu en": [],
    "/log TP-02": [LONG, PERSON],
    "/ngonngu vi": [],
    "/bieudo TP-01": [FORMULA],
    "/bieudo cột": [DISTRICT],
    "/bieudo lưới": [DISTRICT],
}


@dataclass(frozen=True)
class Heard:
    """What came of a day: answers by what was asked, everything the bot has shown, and how that went."""

    answers: dict[str, str]
    receipts: list[str]
    shown: list[Message]
    group: list[str]
    calls: Counter[str]
    accepted: Counter[str]
    unsent: int

    def file(self, ending: str) -> bytes:
        """Return the data of the only file with this ending."""
        (found,) = [each.file.data for each in self.shown if each.file and each.file.name.endswith(ending)]
        return found


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """Play a day once, with real charts and real files."""
    return asyncio.run(_day(tmp_path_factory.mktemp("hostile")))


async def _day(folder: Path) -> Heard:
    async with backstage(folder, campaigns=[cast.campaign(schedule=SCHEDULE)]) as ready:
        setting = setting_of(ready.config)
        async with scene.play(ready.server, ready.clock, ready.config, setting, partial(running)) as playing:
            return await _talk(Stage(ready.server, ready.clock, ready.config, setting, playing.app, playing.task))


async def _talk(bot: Stage) -> Heard:
    await _import(bot)
    officers = [await bot.join("TP-01"), await bot.join("TP-02", PERSON)]
    receipts = [await bot.say(officers[0], "45 30"), await bot.say(officers[1], f"10 5 # {NOTE}")]
    commander = await bot.commander("TP", PERSON)
    group = await bot.group("TP", commander, *officers, title=FORMULA)
    answers = {text: await _asked(bot, commander, text) for text in ASKED}
    await bot.say(commander, "/thongbao Họp <b>tổ</b> & xã")
    await bot.press(commander, commander.private.last(), "Gửi")
    await bot.say(commander, "/xuat tất cả")
    await bot.turn_to(time(17, 31))
    counts = await bot.store.read(outbox.counts)
    return Heard(
        answers,
        receipts,
        [message for user in bot.server.world.users.values() for message in user.private.from_bots()]
        + group.from_bots(),
        [message.text for message in group.from_bots()],
        bot.server.calls,
        Counter(each.method for each in bot.server.accepted),
        sum(count for state, count in counts.items() if state is not State.SENT),
    )


async def _import(bot: Stage) -> None:
    """Let an admin send the roster to the bot, and apply it."""
    admin, text = await bot.admin(), io.StringIO()
    table = csv.writer(text)
    for row in csv.reader(io.StringIO(cast.ROSTER)):
        table.writerow([TYPED[NAMES[cell]] if cell in NAMES else cell for cell in row])
    admin.private.send_document(f"{FORMULA}.csv", text.getvalue().encode())
    await bot.settle()
    assert (await bot.press(admin, admin.private.last(), "Áp dụng")).startswith("✅ Đã áp dụng")


async def _asked(bot: Stage, user: User, text: str) -> str:
    """Ask, and return all that is answered, with the buttons."""
    before = len(user.private.from_bots())
    await bot.say(user, text)
    answers = user.private.from_bots()[before:]
    return "\n".join(part for each in answers for part in (each.text, *(str(row) for row in each.buttons)))


def test_the_messenger_takes_every_message_at_once_and_with_its_markup(heard: Heard) -> None:
    assert heard.unsent == 0
    sends = [method for method in heard.calls if method.startswith(("sendM", "sendP", "sendD", "edit"))]
    assert {method: heard.accepted[method] for method in sends} == {method: heard.calls[method] for method in sends}


@pytest.mark.parametrize("text", ASKED)
def test_every_answer_shows_the_names_as_they_are(heard: Heard, text: str) -> None:
    assert [name for name in ASKED[text] if name not in heard.answers[text]] == []


def test_receipts_and_the_groups_board_and_summary_show_them_too(heard: Heard) -> None:
    assert [name in receipt for name, receipt in zip((FORMULA, LONG), heard.receipts, strict=True)] == [True, True]
    assert f"Ghi chú: {NOTE}" in heard.receipts[1]
    board, summary = (next(text for text in heard.group if text.startswith(mark)) for mark in "🏆📋")
    assert [name for name in (FORMULA, LONG, DISTRICT) if name not in board] == []
    assert DISTRICT in summary


def test_an_announcement_is_read_as_it_was_typed(heard: Heard) -> None:
    announced = [message.text for message in heard.shown if message.text.startswith("📢")]
    assert set(announced) == {f"📢 Thông báo\n\nHọp <b>tổ</b> & xã\n\n{PERSON} · {DISTRICT}"}
    assert len(announced) == 3


def test_nothing_that_was_typed_becomes_a_link_an_entity_or_a_direction(heard: Heard) -> None:
    kinds = {entity["type"] for message in heard.shown for entity in message.entities}
    assert kinds.isdisjoint({"text_link", "text_mention", "underline"})
    texts = "\n".join(message.text for message in heard.shown)
    assert re.findall("[\u202a-\u202e\u200b\ufeff\x00-\x09\x0b-\x1f]|&lt;|&gt;|&#", texts) == []


def test_charts_are_painted_with_them(heard: Heard) -> None:
    painted = [each.file.data for each in heard.shown if each.file and each.media == "photo"]
    assert len(painted) == 5
    assert all(data.startswith(b"\x89PNG") and len(data) > 10_000 for data in painted)


def test_the_workbook_holds_them_as_plain_strings(heard: Heard) -> None:
    data = heard.file(".xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(BytesIO(data)) for row in sheet for cell in row]
    for text in (FORMULA, LONG, PERSON, NOTE):
        found = [cell for cell in cells if str(cell.value).strip() == text]
        assert found, text
        assert {(cell.data_type, cell.hyperlink) for cell in found} == {("s", None)}
    with ZipFile(BytesIO(data)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert not any(re.search(rb"<f[ >]|<hyperlink", sheet) for sheet in sheets)


def test_no_cell_of_the_table_begins_like_a_formula(heard: Heard) -> None:
    rows = list(csv.reader(StringIO(heard.file(".csv").decode("utf-8-sig"))))
    assert {row[2] for row in rows if row[1] in {"TP-01", "TP-02"}} == {f"'{FORMULA}", f"'{LONG}"}
    assert {row[5] for row in rows[1:]} == {f"'{DISTRICT}"}
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))] == []


def test_the_word_report_is_sound_and_holds_them_as_text(heard: Heard) -> None:
    data = heard.file(".docx")
    with ZipFile(BytesIO(data)) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                parse_xml(parts.read(name))
        relations = parts.read("word/_rels/document.xml.rels")
    said = "\n".join(_written(data))
    assert [name for name in (FORMULA, LONG, DISTRICT) if name not in said] == []
    assert b"http://x" not in relations
    assert b"tg://" not in relations


def _written(report: bytes) -> Iterator[str]:
    document = docx.Document(BytesIO(report))
    yield from (paragraph.text for paragraph in document.paragraphs)
    yield from (cell.text for table in document.tables for row in table.rows for cell in row.cells)
