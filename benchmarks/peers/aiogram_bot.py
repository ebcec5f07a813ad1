"""aiogram with aiosqlite, as its guide shows a bot: a dispatcher that polls, a handler that stores and answers."""

import asyncio
import os

import aiosqlite
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

SCHEMA = "CREATE TABLE IF NOT EXISTS tallies (person INTEGER, tn INTEGER, kh INTEGER)"
INDEX = "CREATE INDEX IF NOT EXISTS tallies_person ON tallies (person)"
SUM = "SELECT sum(tn), sum(kh) FROM tallies WHERE person = ?"
dispatcher = Dispatcher()


@dispatcher.message(F.text.regexp(r"^\d+ \d+$"))
async def report(message: Message, data: aiosqlite.Connection) -> None:
    """Store two numbers durably and answer with the new sum."""
    if message.text is None or message.from_user is None:
        return
    person = message.from_user.id
    tn, kh = map(int, message.text.split())
    await data.execute("INSERT INTO tallies VALUES (?, ?, ?)", (person, tn, kh))
    await data.commit()
    async with data.execute(SUM, (person,)) as cursor:
        sums = await cursor.fetchone()
    if sums is not None:
        await message.answer(f"✅ Thu nhận {sums[0]}, kích hoạt {sums[1]}")


async def main() -> None:
    """Poll for ever."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["BASE_URL"]))
    bot = Bot(os.environ["TOKEN"], session=session)
    async with aiosqlite.connect(os.environ["DATABASE"]) as data:
        await data.execute("PRAGMA journal_mode = WAL")
        await data.execute("PRAGMA synchronous = FULL")
        await data.execute(SCHEMA)
        await data.execute(INDEX)
        await data.commit()
        await dispatcher.start_polling(bot, data=data)


if __name__ == "__main__":
    asyncio.run(main())
