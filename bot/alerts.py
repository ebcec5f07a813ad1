"""Alerts: what the machine itself gets into is told to the admins once the data can be written."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog

from bot.domain.clock import Clock
from handlers.alerting import Alert, Trouble, new_code
from handlers.desk import Desk
from storage.errors import StoreFailed
from storage.sqlite import Store, Tx

LOOK_S = 1.0
DISK_S = 60.0
LITTLE_SPACE = 200 * 1024 * 1024  # bytes
MEGABYTE = 1024 * 1024

log = structlog.get_logger()


class Alerts:
    """Collects troubles and hands them to the desk. Of one kind the newest waits, and is told first of all."""

    def __init__(self, store: Store, clock: Clock, folder: Path) -> None:
        self.sign: Callable[[float], None] = lambda _: None
        self._store = store
        self._clock = clock
        self._folder = folder
        self._waiting: dict[Trouble, Alert] = {}
        self._disk_at = 0.0

    def note(self, trouble: Trouble, detail: str = "") -> None:
        """Note a trouble; to be called on the event loop."""
        if trouble not in self._waiting:
            self._waiting[trouble] = Alert(trouble, new_code(), detail)

    async def run(self, desk: Desk, wake: Callable[[], None]) -> None:
        """Tell for ever what has been noted; `wake` is called when something is to be sent."""
        while True:
            self.sign(2 * DISK_S)
            self._look_at_disk()
            if self._waiting and await self._tell(desk):
                wake()
            await self._clock.sleep(LOOK_S)

    def _look_at_disk(self) -> None:
        if self._clock.monotonic() < self._disk_at:
            return
        self._disk_at = self._clock.monotonic() + DISK_S
        free = shutil.disk_usage(self._folder).free
        if free < LITTLE_SPACE:
            self.note(Trouble.DISK, f"{free // MEGABYTE} MB")

    async def _tell(self, desk: Desk) -> bool:
        """Tell what has been noted; False where the data take nothing, and it has to wait."""
        noted = dict(self._waiting)
        try:
            await self._store.write(partial(self._tell_all, desk=desk, alerts=list(noted.values())))
        except StoreFailed:
            return False
        for alert in noted.values():
            log.warning("trouble", trouble=alert.trouble.value, code=alert.code, detail=alert.detail)
            self._waiting.pop(alert.trouble, None)
        return True

    def _tell_all(self, tx: Tx, desk: Desk, alerts: list[Alert]) -> None:
        for alert in alerts:
            desk.alert(tx, alert, self._clock.now())
