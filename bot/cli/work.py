"""Work: an operation is done on the file where nothing runs, and handed to the running bot otherwise."""

import asyncio
import errno
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.config import Config
from bot.config.clock import SystemClock
from bot.config.setting import setting_of
from bot.control import Nobody, ask, socket_path
from bot.operations import OPERATIONS, Result
from storage.errors import InstanceRunning
from storage.sqlite import open_store

PATIENCE_S = 10.0
PAUSE_S = 0.1


def perform(
    config: Config, name: str, *, create: bool = False, here: Mapping[str, Any] = MappingProxyType({}), **args: Any
) -> Result:
    """Do an operation, here or in the running bot; with `create` a database is made where there is none.

    What is given as `here` the operation is given only where it is done here.
    """

    async def direct() -> Result:
        must_be_writable(config.storage.path)
        async with open_store(config.storage.path, create=create) as store:
            now = SystemClock().now()
            return await store.write(partial(OPERATIONS[name], setting=setting_of(config), now=now, **args, **here))

    return here_or_there(config, lambda: asyncio.run(direct()), name, args)


def must_be_writable(path: Path) -> None:
    """Raise PermissionError for a file that may only be read: SQLite would notice at the first write, not before."""
    if path.exists() and not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, "cannot be written", str(path))


def backup(config: Config, target: Path) -> None:
    """Write a verified copy, from here or from the running bot."""

    async def direct() -> Result:
        async with open_store(config.storage.path, migrate=False) as store:
            await store.backup(target)
        return {}

    here_or_there(config, lambda: asyncio.run(direct()), "backup", {"path": str(target.absolute())})


def here_or_there(config: Config, direct: Callable[[], Result], name: str, args: dict[str, Any]) -> Result:
    """Try the file, then the socket, in turn: for a while neither may answer, as when the bot starts or stops."""
    clock = SystemClock()
    patience = clock.monotonic() + PATIENCE_S
    while True:
        try:
            return direct()
        except InstanceRunning:
            if (result := _handed_over(config, name, args)) is not None:
                return result
            if clock.monotonic() > patience:
                raise
        time.sleep(PAUSE_S)


def _handed_over(config: Config, name: str, args: dict[str, Any]) -> Result | None:
    try:
        result: Result = ask(socket_path(config.storage.path), name, **args)
    except Nobody:
        return None
    return result
