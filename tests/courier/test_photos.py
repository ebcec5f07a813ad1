"""Photos: painted before they line up, sent with their caption, and never in anybody's way."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.courier import UNLIMITED, Courier
from bot.courier.workshop import Paint
from bot.rehearsal.botapi import Fault, User
from storage import chats
from tests.courier.conftest import opened
from tests.courier.office import Office

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
RECIPE = {"kind": "line"}
SPARE = "<i>chưa vẽ được</i>"
PHOTO = {"verb": "photo", "picture": RECIPE, "spare": SPARE}


class Studio:
    """A painter that holds every picture until it is set free; `begun` says which it has begun."""

    def __init__(self) -> None:
        self.begun: list[Any] = []
        self.at_work = asyncio.Event()
        self.free = asyncio.Event()

    async def paint(self, recipe: Mapping[str, Any]) -> bytes:
        self.begun.append(recipe["kind"])
        self.at_work.set()
        await self.free.wait()
        return PNG


async def at_once(_: Mapping[str, Any]) -> bytes | None:
    return PNG


async def never(_: Mapping[str, Any]) -> bytes | None:
    return None


def hire(office: Office, paint: Paint) -> Office:
    """Start the office's courier with somebody who paints."""
    office.courier = Courier(office.store, office.channel, office.clock, UNLIMITED, paint=paint)
    office.start()
    return office


@pytest.fixture
async def painting(closed_office: Office) -> Office:
    return hire(closed_office, at_once)


@pytest.fixture
async def studio(closed_office: Office) -> AsyncIterator[tuple[Office, Studio]]:
    studio = Studio()
    yield hire(closed_office, studio.paint), studio
    studio.free.set()


def last(person: User) -> tuple[str | None, str]:
    message = person.private.last()
    return message.media, message.text


async def test_a_photo_is_sent_with_its_caption_and_its_bytes(painting: Office) -> None:
    an = painting.person()
    row = await painting.send(an, "<b>45</b> &lt; 50", **PHOTO)
    message = an.private.last()
    assert (message.media, message.text, message.entities[0]["type"]) == ("photo", "45 < 50", "bold")
    assert message.file is not None
    assert message.file.data == PNG
    assert (await painting.row(row))["message"] == message.message_id


async def test_a_photo_that_cannot_be_painted_is_its_caption_with_a_line_that_says_so(closed_office: Office) -> None:
    office = hire(closed_office, never)
    an = office.person()
    row = await office.send(an, "Tổng hợp", **PHOTO)
    assert (last(an), await office.state(row)) == ((None, "Tổng hợp\n\nchưa vẽ được"), "sent")


async def test_while_a_picture_is_painted_everybody_else_is_answered(studio: tuple[Office, Studio]) -> None:
    office, painter = studio
    an, binh = office.person("An"), office.person("Bình")
    photo = await office.put(an, "Tổng hợp", priority="push", **PHOTO)
    await painter.at_work.wait()
    for person in (an, binh):
        await office.put(person, "đã ghi nhận")
        assert (await person.private.answer()).text == "đã ghi nhận"
    assert await office.state(photo) == "waiting"
    painter.free.set()
    await office.courier.idle()
    assert last(an) == ("photo", "Tổng hợp")


async def test_pictures_for_answers_are_painted_before_those_for_pushes(closed_office: Office) -> None:
    office, painter = closed_office, Studio()
    painter.free.set()
    an = office.person()
    for kind, priority in (("1", "push"), ("2", "push"), ("3", "answer")):
        await office.put(an, kind, **{**PHOTO, "picture": {"kind": kind}, "priority": priority})
    hire(office, painter.paint)
    await office.courier.idle()
    assert painter.begun == ["3", "1", "2"]


async def test_a_stop_while_a_picture_is_painted_leaves_the_row_waiting(studio: tuple[Office, Studio]) -> None:
    office, painter = studio
    row = await office.put(office.person(), "Tổng hợp", repeatable=False, **PHOTO)
    await painter.at_work.wait()
    await office.stop()
    assert await office.state(row) == "waiting"


async def test_a_picture_whose_row_was_replaced_is_not_painted(closed_office: Office) -> None:
    office, painter = closed_office, Studio()
    painter.free.set()
    an = office.person()
    rows = [await office.put(an, text, coalesce="summary", **PHOTO) for text in ("cũ", "mới")]
    hire(office, painter.paint)
    await office.courier.idle()
    assert [await office.state(row) for row in rows] == ["replaced", "sent"]
    assert len(painter.begun) == 1


async def test_T6_a_photo_to_somebody_who_blocked_the_bot_marks_the_chat(painting: Office) -> None:
    an = painting.person()
    an.block_bot()
    row = await painting.send(an, "Tổng hợp", **PHOTO)
    room = await painting.room(an)
    assert await painting.state(row) == "failed"
    assert not (await painting.store.read(lambda tx: chats.get(tx, room))).reachable


async def test_T2_a_photo_that_came_too_early_is_sent_later_without_painting_it_again(closed_office: Office) -> None:
    painter = Studio()
    painter.free.set()
    office = hire(closed_office, painter.paint)
    office.server.faults.next("sendPhoto", Fault.too_many(3))
    row = await office.send(office.person(), "Tổng hợp", **PHOTO)
    assert await office.state(row) == "waiting"
    await office.passes(4)
    assert (await office.state(row), len(painter.begun)) == ("sent", 1)


@pytest.mark.parametrize(
    "words", ["Bad Request: not enough rights to send photos to the chat", "Bad Request: IMAGE_PROCESS_FAILED"]
)
async def test_where_photos_are_refused_the_words_are_sent(painting: Office, words: str) -> None:
    painting.server.faults.next("sendPhoto", Fault.error(400, words))
    an = painting.person()
    row = await painting.send(an, "Tổng hợp", **PHOTO)
    assert (last(an), await painting.state(row)) == ((None, "Tổng hợp\n\nchưa vẽ được"), "sent")


async def test_T13_a_caption_with_broken_markup_is_sent_as_plain_text_under_its_photo(painting: Office) -> None:
    an = painting.person()
    await painting.send(an, "<b>45</i> &lt; 50", **PHOTO)
    assert last(an) == ("photo", "45 < 50")


async def test_a_caption_that_is_too_long_goes_before_its_photo(painting: Office) -> None:
    an = painting.person()
    await painting.send(an, "\n".join(["x" * 100] * 12), **PHOTO)
    text, photo = an.private.from_bots()
    assert (len(text.text), text.media, photo.media, photo.text) == (1211, None, "photo", "")


async def test_a_push_whose_answer_is_lost_is_unknown_and_not_sent_again(painting: Office) -> None:
    an = painting.person()
    painting.server.faults.next("sendPhoto", Fault.accept_then_reset())
    row = await painting.send(an, "Tổng hợp", repeatable=False, **PHOTO)
    assert await painting.state(row) == "unknown"


async def test_more_pictures_than_are_held_at_once_are_all_sent(tmp_path: Path) -> None:
    async with opened(tmp_path / "tiendo.db", UNLIMITED, None) as office:
        people = [office.person() for _ in range(80)]
        rows = [await office.put(person, "Tổng hợp", **PHOTO) for person in people]
        hire(office, at_once)
        await office.courier.idle()
        assert {await office.state(row) for row in rows} == {"sent"}


async def test_a_caption_may_be_as_long_as_Telegram_takes_it(painting: Office) -> None:
    an = painting.person()
    await painting.send(an, f"<b>{'x' * 512}</b>{'📈' * 256}", **PHOTO)
    assert [message.media for message in an.private.from_bots()] == ["photo"]
