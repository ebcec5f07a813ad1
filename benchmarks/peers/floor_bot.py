"""A floor: the same two numbers stored and answered with a bare loop, no framework, one commit for each batch."""

import asyncio
import os
import sqlite3

import aiohttp
import uvloop

SENDERS = 48
SCHEMA = "CREATE TABLE IF NOT EXISTS tallies (person INTEGER, tn INTEGER, kh INTEGER)"
INDEX = "CREATE INDEX IF NOT EXISTS tallies_person ON tallies (person)"
SUM = "SELECT sum(tn), sum(kh) FROM tallies WHERE person = ?"


async def main() -> None:
    """Poll, store, answer, for ever."""
    url = f"{os.environ['BASE_URL']}/bot{os.environ['TOKEN']}"
    data = sqlite3.connect(os.environ["DATABASE"], isolation_level=None)
    data.execute("PRAGMA journal_mode = WAL")
    data.execute("PRAGMA synchronous = FULL")
    data.execute(SCHEMA)
    data.execute(INDEX)
    offset = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=SENDERS + 1)) as session:
        gate = asyncio.Semaphore(SENDERS)

        async def send(chat: int, text: str) -> None:
            async with gate, session.post(f"{url}/sendMessage", json={"chat_id": chat, "text": text}) as response:
                await response.read()

        while True:
            ask = {"offset": offset, "timeout": 50}
            async with session.post(f"{url}/getUpdates", json=ask, timeout=aiohttp.ClientTimeout(60)) as response:
                updates = (await response.json())["result"]
            data.execute("BEGIN IMMEDIATE")
            answers = []
            for update in updates:
                offset = update["update_id"] + 1
                message = update.get("message", {})
                numbers = message.get("text", "").split()
                if len(numbers) == 2 and all(each.isascii() and each.isdigit() for each in numbers):  # noqa: PLR2004  (tn, kh)
                    person = message["from"]["id"]
                    data.execute("INSERT INTO tallies VALUES (?, ?, ?)", (person, *map(int, numbers)))
                    tn, kh = data.execute(SUM, (person,)).fetchone()
                    answers.append((message["chat"]["id"], f"✅ Thu nhận {tn}, kích hoạt {kh}"))
            data.execute("COMMIT")
            async with asyncio.TaskGroup() as group:
                for chat, text in answers:
                    group.create_task(send(chat, text))


if __name__ == "__main__":
    uvloop.run(main())
