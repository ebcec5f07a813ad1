"""Documents: printed before they line up, read from disk while they are sent, deleted when they are done with."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.courier import UNLIMITED, Courier
from bot.rehearsal.botapi import Fault, User
from tests.courier.conftest import opened
from tests.courier.office import Office
from tests.stage import Paper

SPARE, BULKY = "<i>chưa lập được</i>", "<i>quá lớn</i>"
DOCUMENT = {"verb": "document", "paper": {"format": "xlsx"}, "spare": SPARE, "bulky": BULKY}
PHOTO = {"verb": "photo", "picture": {"kind": "line"}}
LARGEST = 50 * 1024 * 1024


class Shop:
    """A press and a painter in one that work when they are set free; `printed` holds the files, in order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.printed: list[Path] = []
        self.size = 1_000
        self.broken = False
        self.at_work, self.done = asyncio.Event(), asyncio.Event()
        self.free, self.paint_free = asyncio.Event(), asyncio.Event()
        self.free.set()
        self.paint_free.set()

    async def print(self, order: Mapping[str, Any]) -> Paper:
        self.at_work.set()
        await self.free.wait()
        if self.broken:
            raise ValueError("no such campaign")
        path = self._folder / f"{len(self.printed)}.{order['format']}"
        with path.open("wb") as file:
            file.truncate(self.size)
        self.printed.append(path)
        self.done.set()
        return Paper(path, f"vneid-BT.{order['format']}")

    async def paint(self, _: Mapping[str, Any]) -> bytes:
        await self.paint_free.wait()
        return b"\x89PNG\r\n\x1a\n" + bytes(16)

    def left(self) -> list[Path]:
        """Return the files that were not deleted."""
        return [path for path in self.printed if path.exists()]


def hire(office: Office, shop: Shop) -> None:
    """Start the office's courier with somebody who prints and paints."""
    courier = Courier(office.store, office.channel, office.clock, UNLIMITED, paint=shop.paint, press=shop.print)
    office.courier = courier
    office.start()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
async def office(closed_office: Office, shop: Shop) -> AsyncIterator[Office]:
    hire(closed_office, shop)
    yield closed_office
    shop.free.set()
    shop.paint_free.set()


def last(person: User) -> tuple[str | None, str]:
    message = person.private.last()
    return message.media, message.text


async def test_a_document_arrives_under_its_name_and_its_file_is_deleted(office: Office, shop: Shop) -> None:
    an = office.person()
    row = await office.send(an, "<b>Bến Tre</b>", **DOCUMENT)
    file = an.private.last().file
    assert file is not None
    assert (file.name, file.data, last(an)[1]) == ("vneid-BT.xlsx", bytes(1_000), "Bến Tre")
    assert (await office.row(row))["message"] == an.private.last().message_id
    assert (len(shop.printed), shop.left()) == (1, [])


async def test_a_document_that_cannot_be_printed_is_its_caption_with_a_line_that_says_so(
    office: Office, shop: Shop
) -> None:
    shop.broken = True
    an = office.person()
    row = await office.send(an, "Bến Tre", **DOCUMENT)
    assert (last(an), await office.state(row)) == ((None, "Bến Tre\n\nchưa lập được"), "sent")


async def test_T20_a_file_larger_than_the_messenger_takes_is_told_and_never_uploaded(
    office: Office, shop: Shop
) -> None:
    shop.size = LARGEST + 1
    an = office.person()
    await office.send(an, "Bến Tre", **DOCUMENT)
    assert (last(an), office.server.calls["sendDocument"]) == ((None, "Bến Tre\n\nquá lớn"), 0)
    assert shop.left() == []


@pytest.mark.parametrize("code", [400, 413])
async def test_T20_a_file_that_is_refused_is_told_and_deleted(office: Office, shop: Shop, code: int) -> None:
    office.server.faults.next("sendDocument", Fault.error(code, "Bad Request: FILE_PART_INVALID"))
    an = office.person()
    await office.send(an, "Bến Tre", **DOCUMENT)
    assert (last(an), shop.left()) == ((None, "Bến Tre\n\nchưa lập được"), [])


async def test_while_a_document_is_printed_answers_and_photos_leave(office: Office, shop: Shop) -> None:
    an, binh = office.person("An"), office.person("Bình")
    shop.free.clear()
    row = await office.put(an, "tệp", **DOCUMENT)
    await shop.at_work.wait()
    for person, fields in ((an, {}), (binh, PHOTO)):
        await office.put(person, "đã ghi nhận", **fields)
        assert (await person.private.answer()).text == "đã ghi nhận"
    assert await office.state(row) == "waiting"
    shop.free.set()
    await office.courier.idle()
    assert last(an) == ("document", "tệp")


async def test_a_document_never_overtakes_the_photo_before_it(office: Office, shop: Shop) -> None:
    an = office.person()
    shop.paint_free.clear()
    await office.put(an, "kết quả", **PHOTO)
    await office.put(an, "tệp", **DOCUMENT)
    await shop.done.wait()
    shop.paint_free.set()
    await office.courier.idle()
    assert office.shown(an) == ["kết quả", "tệp"]


async def test_a_stop_while_printing_leaves_the_row_waiting_and_it_is_printed_anew(office: Office, shop: Shop) -> None:
    an = office.person()
    shop.free.clear()
    row = await office.put(an, "tệp", repeatable=False, **DOCUMENT)
    await shop.at_work.wait()
    await office.stop()
    assert await office.state(row) == "waiting"
    shop.free.set()
    hire(office, shop)
    await office.courier.idle()
    assert (last(an), len(shop.printed), shop.left()) == (("document", "tệp"), 1, [])


async def test_C8_a_stop_while_sending_deletes_the_file_and_prints_it_anew(office: Office, shop: Shop) -> None:
    an = office.person()
    office.server.faults.next("sendDocument", Fault.hang_before())
    await office.put(an, "tệp", **DOCUMENT)
    await office.server.until(lambda: office.server.faults.hanging == 1)
    await office.stop()
    assert shop.left() == []
    hire(office, shop)
    await office.passes(2)
    assert (office.shown(an), len(shop.printed), shop.left()) == (["tệp"], 2, [])


async def test_T2_a_document_that_came_too_early_is_sent_later_without_printing_it_again(
    office: Office, shop: Shop
) -> None:
    office.server.faults.next("sendDocument", Fault.too_many(3))
    row = await office.send(office.person(), "tệp", **DOCUMENT)
    assert (await office.state(row), len(shop.left())) == ("waiting", 1)
    await office.passes(4)
    assert (await office.state(row), len(shop.printed), shop.left()) == ("sent", 1, [])


async def test_N5_an_answers_document_is_repeated_and_a_pushs_is_not(office: Office, shop: Shop) -> None:
    an, binh = office.person("An"), office.person("Bình")
    for person, repeatable in ((an, True), (binh, False)):
        office.server.faults.next("sendDocument", Fault.accept_then_reset(), chat=person.id)
        await office.put(person, "tệp", repeatable=repeatable, **DOCUMENT)
    await office.passes(3)
    assert (office.shown(an), office.shown(binh), shop.left()) == (["tệp"] * 2, ["tệp"], [])


async def test_a_file_that_somebody_took_away_is_told(office: Office, shop: Shop) -> None:
    office.server.faults.next("sendDocument", Fault.too_many(3))
    an = office.person()
    await office.send(an, "tệp", **DOCUMENT)
    shop.printed[0].unlink()
    await office.passes(4)
    assert last(an) == (None, "tệp\n\nchưa lập được")


async def test_more_documents_than_are_held_at_once_are_all_sent(tmp_path: Path, shop: Shop) -> None:
    async with opened(tmp_path / "tiendo.db", UNLIMITED, None) as office:
        rows = [await office.put(office.person(), "tệp", **DOCUMENT) for _ in range(20)]
        hire(office, shop)
        await office.courier.idle()
        assert {await office.state(row) for row in rows} == {"sent"}
    assert (len(shop.printed), shop.left()) == (20, [])


async def test_T6_a_document_to_somebody_who_blocked_the_bot_is_deleted(office: Office, shop: Shop) -> None:
    an = office.person()
    an.block_bot()
    row = await office.send(an, "tệp", **DOCUMENT)
    assert (await office.state(row), shop.left()) == ("failed", [])


async def test_the_chat_sees_that_a_file_is_being_made_as_long_as_it_is(office: Office, shop: Shop) -> None:
    shop.free.clear()
    await office.put(office.person(), "tệp", **DOCUMENT)
    await shop.at_work.wait()
    while office.server.calls["sendChatAction"] < 3:
        office.clock.advance(1)
        await office.store.read(lambda _: None)
    shop.free.set()
    await office.courier.idle()
    await office.passes(20)
    assert office.server.calls["sendChatAction"] == 3


async def test_nobody_is_shown_that_a_push_is_being_made(office: Office) -> None:
    await office.send(office.person(), "tệp", priority="push", **DOCUMENT)
    assert office.server.calls["sendChatAction"] == 0
