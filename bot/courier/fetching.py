"""Fetching: a file that somebody sent is downloaded, read, and handed in with the end of its row."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import structlog

from bot.channels import CallFailed, Channel, Outcome, Sent
from bot.domain.clock import Clock
from bot.domain.messages import LARGEST_FETCH
from storage.errors import StoreFailed
from storage.outbox import Parcel
from storage.sqlite import Store, Tx

log = structlog.get_logger()


class Reception(Protocol):
    """Where fetched files are handed in. A subject (`import:17`) says what the file was wanted for."""

    def read_file(self, subject: str, data: bytes) -> Any:
        """Return what the file holds, or what is wrong with it. Called in a thread of its own, outside any unit."""
        ...

    def weigh_file(self, tx: Tx, subject: str, read: Any, now: datetime) -> Any:
        """Return what `read_file` returned with all that a snapshot says about it: while this looks, others write."""
        ...

    def take_file(self, tx: Tx, subject: str, read: Any, now: datetime) -> None:
        """Take in what `weigh_file` returned, None where the file could not be had."""
        ...


class Nowhere:
    """A reception that wants no files."""

    def read_file(self, subject: str, data: bytes) -> Any:
        """Read nothing."""
        del subject, data

    def weigh_file(self, tx: Tx, subject: str, read: Any, now: datetime) -> Any:
        """Weigh nothing."""
        del tx, subject, read, now

    def take_file(self, tx: Tx, subject: str, read: Any, now: datetime) -> None:
        """Take nothing."""
        del tx, subject, read, now


async def fetch(
    channel: Channel, store: Store, reception: Reception, clock: Clock, parcel: Parcel
) -> tuple[Outcome, Any]:
    """Return what became of a fetch, and what was read and weighed, None where nothing was. Never raises."""
    try:
        data = await channel.fetch_file(parcel.file, LARGEST_FETCH)
    except CallFailed as error:
        return error.outcome, None
    try:
        read = await asyncio.to_thread(reception.read_file, parcel.subject, data)
        weigh = partial(reception.weigh_file, subject=parcel.subject, read=read, now=clock.now())
        return Sent(), await store.read(weigh)
    except Exception as error:  # noqa: BLE001  (a file that nobody can read must not stop the courier)
        log.error("file not read", subject=parcel.subject, error=type(error).__name__)
        return Sent(), None


def hand_in(tx: Tx, reception: Reception, subject: str, read: Any, now: datetime) -> None:
    """Hand in what was read; if that fails, that nothing was, so that somebody hears of it."""
    for each in [read, None] if read is not None else [None]:
        try:
            with tx.attempt():
                reception.take_file(tx, subject, each, now)
                return
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001  (a fault in one file must not stop the courier)
            log.error("file not taken in", subject=subject, error=type(error).__name__)
