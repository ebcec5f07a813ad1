"""Fetching: a file that was sent to the bot is handed in once its row ends, whatever happens in between."""

import asyncio
import threading
from datetime import datetime
from typing import Any

import pytest

from bot.domain.messages import LARGEST_FETCH, Outgoing
from bot.rehearsal.botapi import Fault, User
from storage import outbox
from storage.sqlite import Tx
from tests.courier.office import Office

SUBJECT = "import:17"


class Desk:
    """Take files in, note them beside their rows, and answer; `broken` lists what it breaks over."""

    def __init__(self, chat: int) -> None:
        self._chat = chat
        self.taken: list[tuple[str, Any]] = []
        self.broken: list[Any] = []
        self.threads: set[str] = set()
        self.weighing, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()

    def read_file(self, subject: str, data: bytes) -> Any:
        del subject
        self.threads.add(threading.current_thread().name)
        return data.decode()

    def weigh_file(self, tx: Tx, subject: str, read: Any, now: datetime) -> Any:
        del tx, subject, now
        self.weighing.set()
        assert self.may_end.wait(10)
        return read

    def take_file(self, tx: Tx, subject: str, read: Any, now: datetime) -> None:
        outbox.put(tx, self._chat, Outgoing("send", f"đã nhận {read}"), int(now.timestamp()))
        if read in self.broken:
            raise ValueError("a fault")
        self.taken.append((subject, read))


@pytest.fixture
def an(closed_office: Office) -> User:
    return closed_office.person()


@pytest.fixture
async def desk(closed_office: Office, an: User) -> Desk:
    desk = Desk(await closed_office.room(an))
    closed_office.courier.reception = desk
    closed_office.start()
    return desk


def sent(an: User, data: bytes = b"BT") -> str:
    file = an.private.send_document("roster.csv", data, "text/csv").file
    assert file is not None
    return file.file_id


async def ask(office: Office, an: User, file: str) -> int:
    return await office.send(an, verb="fetch", file=file, subject=SUBJECT)


async def test_a_file_is_read_in_a_thread_and_handed_in_with_the_end_of_its_row(
    closed_office: Office, desk: Desk, an: User
) -> None:
    row = await ask(closed_office, an, sent(an))
    assert (desk.taken, await closed_office.state(row)) == ([(SUBJECT, "BT")], "sent")
    assert closed_office.shown(an) == ["đã nhận BT"]
    assert "MainThread" not in desk.threads


async def test_while_a_file_is_weighed_others_write_and_are_answered(
    closed_office: Office, desk: Desk, an: User
) -> None:
    desk.may_end.clear()
    await closed_office.put(an, verb="fetch", file=sent(an), subject=SUBJECT)
    await asyncio.to_thread(desk.weighing.wait, 10)
    other = closed_office.person("Bình")
    await closed_office.put(other, "đã ghi nhận")
    await closed_office.server.until(lambda: closed_office.shown(other) == ["đã ghi nhận"])
    assert desk.taken == []
    desk.may_end.set()
    await closed_office.courier.idle()
    assert desk.taken == [(SUBJECT, "BT")]


async def test_what_a_reader_breaks_over_is_handed_in_as_nothing(closed_office: Office, desk: Desk, an: User) -> None:
    await ask(closed_office, an, sent(an, b"\xff"))
    assert desk.taken == [(SUBJECT, None)]


async def test_a_file_that_cannot_be_had_is_handed_in_as_nothing(closed_office: Office, desk: Desk, an: User) -> None:
    row = await ask(closed_office, an, "no such file")
    assert (desk.taken, await closed_office.state(row)) == ([(SUBJECT, None)], "failed")


async def test_S14_a_file_that_is_too_large_is_handed_in_as_nothing(
    closed_office: Office, desk: Desk, an: User
) -> None:
    await ask(closed_office, an, sent(an, bytes(LARGEST_FETCH + 1)))
    assert desk.taken == [(SUBJECT, None)]


async def test_a_fault_in_taking_it_in_keeps_nothing_of_it_and_says_so(
    closed_office: Office, desk: Desk, an: User
) -> None:
    desk.broken = ["BT"]
    await ask(closed_office, an, sent(an))
    assert (desk.taken, closed_office.shown(an)) == ([(SUBJECT, None)], ["đã nhận None"])


async def test_a_desk_that_only_breaks_stops_nobody(closed_office: Office, desk: Desk, an: User) -> None:
    desk.broken = ["BT", None]
    row = await ask(closed_office, an, sent(an))
    await closed_office.send(an, "còn đây")
    assert (await closed_office.state(row), closed_office.shown(an)) == ("sent", ["còn đây"])


@pytest.mark.parametrize(
    "fault", [Fault.accept_then_reset(), Fault.html_502(), Fault.too_many(2)], ids=["N5", "N8", "T1"]
)
async def test_N5_N8_T1_a_broken_line_is_tried_again_until_the_file_is_there(
    closed_office: Office, desk: Desk, an: User, fault: Fault
) -> None:
    closed_office.server.faults.next("getFile", fault)
    await ask(closed_office, an, sent(an))
    assert desk.taken == []
    await closed_office.passes(4)
    assert desk.taken == [(SUBJECT, "BT")]


async def test_C9_a_stop_before_the_row_ends_fetches_again_and_hands_in_once(
    closed_office: Office, desk: Desk, an: User
) -> None:
    closed_office.server.faults.next("getFile", Fault.hang_before())
    row = await closed_office.put(an, verb="fetch", file=sent(an), subject=SUBJECT)
    await closed_office.server.until(lambda: closed_office.server.faults.hanging == 1)
    await closed_office.stop()
    assert (await closed_office.state(row), desk.taken) == ("waiting", [])
    again = type(closed_office.courier)(closed_office.store, closed_office.channel, closed_office.clock)
    again.reception = desk
    closed_office.courier = again
    closed_office.start()
    await closed_office.passes(2)
    assert desk.taken == [(SUBJECT, "BT")]


async def test_without_a_reception_a_file_comes_to_nothing(closed_office: Office, an: User) -> None:
    closed_office.start()
    row = await ask(closed_office, an, sent(an))
    assert await closed_office.state(row) == "sent"
