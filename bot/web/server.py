"""The server: one address of this machine for everything that is asked of the bot over HTTP."""

import asyncio
import os
from collections.abc import Iterable
from typing import Self

from aiohttp import web

from bot.web.webhook import LARGEST

# Connections on which nothing whole arrives within this time are closed: slow senders cannot gather.
KEEPALIVE_S = 10.0
LINGER_S = 1.0
LEAVE_S = 2.0


class PortTaken(Exception):
    """Nobody can listen at the address: somebody does already, or it is not this machine's. `why` is the system's."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(host, port, why)
        self.host, self.port, self.why = host, port, why


class Server:
    """Serves while the block runs; PortTaken when it cannot. `port` is the one that was found for 0."""

    def __init__(self, address: tuple[str, int], routes: Iterable[web.AbstractRouteDef]) -> None:
        self.host, self.port = address
        app = web.Application(client_max_size=LARGEST)
        app.add_routes(routes)
        self._runner = web.AppRunner(
            app,
            access_log=None,  # it would hold addresses and paths
            keepalive_timeout=KEEPALIVE_S,
            lingering_time=LINGER_S,
            shutdown_timeout=LEAVE_S,
        )
        self._listening: asyncio.Server | None = None

    @property
    def lives(self) -> bool:
        """Tell whether connections are accepted."""
        return self._listening is not None and self._listening.is_serving()

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        handlers = self._runner.server
        if handlers is None:
            raise RuntimeError("the server was not made")
        try:
            self._listening = await asyncio.get_running_loop().create_server(handlers, self.host, self.port)
        except OSError as error:
            await self._runner.cleanup()
            raise PortTaken(self.host, self.port, os.strerror(error.errno or 0)) from None
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Accept no more, and let those who were heard have their answer."""
        if self._listening is not None:
            self._listening.close()
        await self._runner.cleanup()
