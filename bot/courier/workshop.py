"""The workshop: photos are painted at the easel and documents printed at the press, side by side."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog

from bot.channels import Call, Channel, Upload
from bot.courier.bench import Bench
from bot.courier.remedies import call_for
from bot.domain.clock import Clock
from storage import chats, outbox
from storage.errors import StoreFailed
from storage.outbox import WITH_CAPTION, Parcel, Waiting
from storage.sqlite import Store, Tx

PICTURES_HELD = 64  # that wait to be sent: some 100 KB each, in memory
PAPERS_HELD = 16  # on disk
ANSWER = 0
BUSY_S = 4.0  # what is shown as "sending a file …" fades after five seconds
BUSY_TIMES = 15

log = structlog.get_logger()


class Printed(Protocol):
    """A printed file on this disk, and the name under which it is sent. Whoever ordered it deletes it."""

    @property
    def path(self) -> Path:
        """Return where it lies."""
        ...

    @property
    def name(self) -> str:
        """Return what it is called in the chat."""
        ...


Paint = Callable[[Mapping[str, Any]], Awaitable[bytes | None]]
"""Returns the PNG of a recipe, None where no picture comes of it. Never raises."""

Print = Callable[[Mapping[str, Any]], Awaitable[Printed]]
"""Prints an order; raises where nothing comes of it."""


class NoPress(Exception):
    """Nobody prints here."""


async def no_pictures(_: Mapping[str, Any]) -> bytes | None:
    """Paint nothing: photos are sent as their captions."""
    return None


async def no_papers(_: Mapping[str, Any]) -> Printed:
    """Print nothing: documents are sent as their captions."""
    raise NoPress


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a printing came to: a file to send, or one that was too large and is gone."""

    upload: Upload | None


class Workshop:
    """What a row shows is made here before the row lines up; `line_up` gets it back."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        clock: Clock,
        line_up: Callable[[Waiting], None],
        paint: Paint,
        press: Print,
    ) -> None:
        self._store = store
        self._channel = channel
        self._clock = clock
        self._paint = paint
        self._press = press
        self._line_up = line_up
        self._pictures: Bench[bytes] = Bench(self._painted, self._photo_ready, PICTURES_HELD)
        self._papers: Bench[Sheet] = Bench(self._printed, self._document_ready, PAPERS_HELD, _delete)
        self._unpainted: defaultdict[int, set[int]] = defaultdict(set)
        self._behind: defaultdict[int, list[Waiting]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._pictures) + len(self._papers)

    @property
    def is_busy(self) -> bool:
        """Tell whether something is being made."""
        return self._pictures.is_busy or self._papers.is_busy

    def takes(self, row: Waiting) -> bool:
        """Take a row in for which something has to be made; False for all others."""
        if row.verb == "photo":
            self._unpainted[row.chat].add(row.id)
            self._pictures.put(row)
        elif row.verb == "document":
            self._papers.put(row)
        return row.verb in WITH_CAPTION

    def call(self, parcel: Parcel) -> Call:
        """Return the call that delivers a row with what was made for it."""
        if parcel.verb not in WITH_CAPTION:
            return call_for(parcel)
        sheet = self._papers.piece(parcel.id)
        picture = self._pictures.piece(parcel.id) or b""
        if sheet is None:
            return call_for(parcel, picture)
        return call_for(parcel, picture, sheet.upload, bulky=sheet.upload is None)

    def done(self, row: Waiting) -> None:
        """Let go of what was made for a row; a file is deleted."""
        if row.verb in WITH_CAPTION:
            self._pictures.done(row.id)
            self._papers.done(row.id)

    def close(self) -> None:
        """Make no more, and delete the files."""
        self._pictures.close()
        self._papers.close()

    def _photo_ready(self, row: Waiting) -> None:
        self._line_up(row)
        self._unpainted[row.chat].discard(row.id)
        for document in self._behind.pop(row.chat, ()):
            self._document_ready(document)

    def _document_ready(self, row: Waiting) -> None:
        """Line a document up, behind the photos that were queued before it: a result is read before its files."""
        if any(photo < row.id for photo in self._unpainted[row.chat]):
            self._behind[row.chat].append(row)
        else:
            self._line_up(row)

    async def _painted(self, row: Waiting) -> bytes | None:
        recipe = await self._read(lambda tx: outbox.recipe(tx, row.id))
        return None if recipe is None else await self._paint(recipe) or None

    async def _printed(self, row: Waiting) -> Sheet | None:
        order = await self._read(lambda tx: outbox.recipe(tx, row.id))
        if order is None:
            return None
        busy = asyncio.create_task(self._show_busy(row)) if row.priority == ANSWER else None
        try:
            printed = await self._press(order)
            return self._judged(row, printed)
        except Exception as error:  # noqa: BLE001  (whatever printing breaks over, its words must still be sent)
            log.error("not printed", row=row.id, order=dict(order), error=type(error).__name__, why=str(error))
            return None
        finally:
            if busy is not None:
                busy.cancel()

    def _judged(self, row: Waiting, printed: Printed) -> Sheet:
        size = printed.path.stat().st_size
        if size <= self._channel.largest_upload:
            return Sheet(Upload(printed.path, printed.name))
        log.warning("printed too large", row=row.id, bytes=size)
        printed.path.unlink()
        return Sheet(None)

    async def _show_busy(self, row: Waiting) -> None:
        """Show in the chat that a file is being made, until cancelled or for a minute."""
        chat = await self._read(lambda tx: chats.get(tx, row.chat))
        for _ in range(BUSY_TIMES if chat is not None else 0):
            await self._channel.show_busy(chat.external, chat.thread)
            await self._clock.sleep(BUSY_S)

    async def _read(self, query: Callable[[Tx], Any]) -> Any:
        try:
            return await self._store.read(query)
        except StoreFailed as error:
            log.error("order_not_read", error=str(error))
            return None


def _delete(sheet: Sheet) -> None:
    if sheet.upload is not None:
        with suppress(OSError):  # somebody else's tidying is no reason to stop sending
            sheet.upload.path.unlink()
