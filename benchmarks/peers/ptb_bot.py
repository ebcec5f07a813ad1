"""python-telegram-bot with aiosqlite, as its guide shows a bot: an application with a message handler."""

import os
from typing import Any

import aiosqlite
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters

SCHEMA = "CREATE TABLE IF NOT EXISTS tallies (person INTEGER, tn INTEGER, kh INTEGER)"
INDEX = "CREATE INDEX IF NOT EXISTS tallies_person ON tallies (person)"
SUM = "SELECT sum(tn), sum(kh) FROM tallies WHERE person = ?"


async def report(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Store two numbers durably and answer with the new sum."""
    message, person = update.message, update.effective_user
    if message is None or message.text is None or person is None:
        return
    data: aiosqlite.Connection = context.application.bot_data["data"]
    tn, kh = map(int, message.text.split())
    await data.execute("INSERT INTO tallies VALUES (?, ?, ?)", (person.id, tn, kh))
    await data.commit()
    async with data.execute(SUM, (person.id,)) as cursor:
        sums = await cursor.fetchone()
    if sums is not None:
        await message.reply_text(f"✅ Thu nhận {sums[0]}, kích hoạt {sums[1]}")


async def open_data(application: "Application[Any, Any, Any, Any, Any, Any]") -> None:
    """Open the data before polling."""
    data = await aiosqlite.connect(os.environ["DATABASE"])
    await data.execute("PRAGMA journal_mode = WAL")
    await data.execute("PRAGMA synchronous = FULL")
    await data.execute(SCHEMA)
    await data.execute(INDEX)
    await data.commit()
    application.bot_data["data"] = data


def main() -> None:
    """Poll for ever."""
    builder = ApplicationBuilder().token(os.environ["TOKEN"]).base_url(f"{os.environ['BASE_URL']}/bot")
    application = builder.post_init(open_data).build()
    application.add_handler(MessageHandler(filters.Regex(r"^\d+ \d+$"), report))
    application.run_polling()


if __name__ == "__main__":
    main()
