"""A page without a browser: its calls, and what it is told."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.rehearsal.page import Page
from bot.rehearsal.page.rehearsal import Rehearsal


@dataclass
class Browser:
    """Makes the calls that the page's script makes."""

    session: aiohttp.ClientSession
    page: Page

    @property
    def rehearsal(self) -> Rehearsal:
        return self.page.rehearsal

    async def get(self, path: str) -> Any:
        async with self.session.get(self.page.url + path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def post(self, path: str, **body: Any) -> tuple[int, Any]:
        async with self.session.post(self.page.url + path, json=body) as answer:
            return answer.status, await answer.json()

    async def upload(self, chat: int, data: bytes, **facts: str | int) -> tuple[int, Any]:
        """Send a file as the page's clip does."""
        headers = {"Content-Type": "application/octet-stream"}
        address = f"{self.page.url}api/chats/{chat}/send"
        async with self.session.post(address, params=facts, data=data, headers=headers) as answer:
            return answer.status, await answer.json()

    async def order(self, path: str, **body: Any) -> Any:
        status, answer = await self.post(path, **body)
        assert status == 200, answer
        return answer

    async def phones(self) -> tuple[int, int, int]:
        """Return the opening's officer, commander and group."""
        officer, group = (await self.get("api/setting"))["phones"]
        return officer["person"], group["person"], group["chat"]

    async def say(self, chat: int, person: int, text: str, **more: Any) -> int:
        """Say something and wait until the bot has answered."""
        sent = await self.order(f"api/chats/{chat}/say", person=person, text=text, **more)
        await self.rehearsal.hours.settle()
        return int(sent["message"])

    async def bubbles(self, chat: int) -> list[Any]:
        found = await self.get(f"api/chats/{chat}")
        return list(found["messages"])

    async def last(self, chat: int) -> Any:
        return (await self.bubbles(chat))[-1]

    async def told(self, event: str, how_many: int = 1) -> list[Any]:
        """Return what the stream says of one kind of event, the first so many times."""
        found: list[Any] = []
        async with asyncio.timeout(10), self.session.get(self.page.url + "api/events") as answer:
            name = ""
            async for line in answer.content:
                word, _, rest = line.decode().rstrip("\n").partition(": ")
                name = rest if word == "event" else name
                if word == "data" and name == event:
                    found.append(json.loads(rest))
                if len(found) == how_many:
                    break
        return found
