"""Looking: a command that only reads does it by itself, whether the bot runs or not."""

import asyncio
from typing import TypeVar

from bot.config import Config
from storage.sqlite import Unit, open_reader

T = TypeVar("T")


def look(config: Config, query: Unit[T]) -> T:
    """Read from the file beside whoever writes it."""

    async def reading() -> T:
        async with open_reader(config.storage.path) as store:
            return await store.read(query)

    return asyncio.run(reading())
