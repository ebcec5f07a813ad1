"""A bare client of the Bot API: arguments out, the whole answer back."""

from typing import Any

import aiohttp

from bot.rehearsal.botapi import BotApiServer

Answer = dict[str, Any]


class Client:
    """Call methods as JSON over real HTTP and return the answer with its envelope."""

    def __init__(self, session: aiohttp.ClientSession, server: BotApiServer) -> None:
        self._session = session
        self._server = server

    async def __call__(self, method: str, **arguments: Any) -> Answer:
        url = f"{self._server.base_url}/bot{self._server.token}/{method}"
        async with self._session.post(url, json=arguments) as answer:
            document: Answer = await answer.json()
            return document

    async def updates(self, offset: int = 0, **arguments: Any) -> list[Answer]:
        """Return the updates of one poll that does not wait."""
        answer = await self("getUpdates", offset=offset, **arguments)
        found: list[Answer] = answer["result"]
        return found

    async def refusal(self, method: str, **arguments: Any) -> str:
        """Return the code and the words of a refusal."""
        answer = await self(method, **arguments)
        return f"{answer['error_code']} {answer['description']}"
