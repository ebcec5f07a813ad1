"""The keeper: looks after the file. Every night a verified backup, then what is no longer needed goes."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from bot.config import Backup
from bot.domain.clock import Clock
from bot.domain.world import Setting
from handlers.alerting import Trouble
from storage import backups, meta, retention
from storage.errors import Damaged, DataError
from storage.sqlite import Store, Tx

AGAIN_S = 3_600.0
DAY_S = 86_400
MUCH = 2**27  # bytes, about half a second: a file up to this size is looked through before the start

Alarm = Callable[[Setting, Callable[[], None]], AbstractAsyncContextManager[None]]

log = structlog.get_logger()


class Keeper:
    """Makes backups and lets old things go, whenever the alarm rings after the time of day that the config names.

    `trouble` is told of a backup that failed, with the kind of failure.
    """

    def __init__(
        self, store: Store, setting: Setting, database: Path, backup: Backup, clock: Clock, alarm: Alarm
    ) -> None:
        self.trouble: Callable[[Trouble, str], None] = lambda *_: None
        self._store = store
        self._setting = setting
        self._database = database
        self._backup = backup
        self._clock = clock
        self._alarm = alarm
        self._bell = asyncio.Event()
        self._tries_again = float("-inf")
        self._swept = float("-inf")

    async def run(self) -> None:
        """Look whenever the alarm rings, for ever. Damaged when a large file fails the check that others had before."""
        async with self._alarm(self._setting, self._bell.set):
            if self._database.stat().st_size > MUCH:
                await self._store.verify()
            while True:
                await self._bell.wait()
                self._bell.clear()
                await self.look()

    async def look(self) -> None:
        """Do what is due."""
        now = self._clock.now()
        try:
            if self._backup.enabled and await self._wants_backup(now):
                await self.back_up(now)
            await self._sweep(now)
        except (DataError, OSError) as error:
            log.error("the file was not looked after", error=type(error).__name__)

    async def back_up(self, now: datetime) -> Path | None:
        """Make, verify and rotate; None when it failed, which is told and tried again in an hour."""
        self._tries_again = self._clock.monotonic() + AGAIN_S
        folder, local = self._backup.folder_of(self._database), now.astimezone(self._setting.zone)
        copy = None
        try:
            copy = await asyncio.to_thread(backups.place, folder, self._database, local)
            await self._store.backup(copy)
            await asyncio.to_thread(backups.confirm, copy)
            await asyncio.to_thread(backups.rotate, folder, self._database, self._backup.keep, self._backup.keep_weeks)
        except (DataError, OSError) as error:
            if copy is not None and isinstance(error, Damaged):
                copy.unlink(missing_ok=True)
            log.error("backup failed", error=type(error).__name__, reason=str(error))
            self.trouble(Trouble.BACKUP, type(error).__name__)
            return None
        await self._store.write(partial(_note, at=int(now.timestamp()), file=copy))
        log.info("backup made", file=str(copy), size=copy.stat().st_size)
        return copy

    async def _wants_backup(self, now: datetime) -> bool:
        """Tell whether none was made since it was last due. One from the future was made by a wrong clock."""
        if self._clock.monotonic() < self._tries_again:
            return False
        last = await self._store.read(lambda tx: meta.get(tx, "backup_at"))
        made = int(last) if last else 0
        return made < self._due(now) or made > now.timestamp() + DAY_S

    async def _sweep(self, now: datetime) -> None:
        """Sweep once a day; not more often even if the clock races, for it is believed two days at a time."""
        if self._clock.monotonic() - self._swept < DAY_S * 0.8:
            return
        if await self._store.read(partial(retention.is_due, since=self._due(now))):
            self._swept = self._clock.monotonic()
            gone = await retention.sweep(self._store, int(now.timestamp()))
            log.info("swept", **{name.replace(" ", "_"): number for name, number in gone.items() if number})

    def _due(self, now: datetime) -> int:
        return int(latest(self._backup.at, self._setting.zone, now).timestamp())


def latest(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the last moment, not after `now`, at which clocks in the zone showed this time."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), at, zone)
    return today if today <= local else datetime.combine(local.date() - timedelta(days=1), at, zone)


def _note(tx: Tx, at: int, file: Path) -> None:
    meta.put(tx, "backup_at", str(at))
    meta.put(tx, "backup_file", str(file))
