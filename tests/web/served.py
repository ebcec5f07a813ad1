"""A bot that serves: on the stage, with its web server on a port of this machine."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.app import App, running, setting_of
from bot.config import Config
from bot.rehearsal import scene
from bot.service import Serving
from bot.web.webhook import SECRET_HEADER
from tests import cast
from tests.stage import Backstage, QuickPainter, QuickPress, Stage, backstage

SECRET = "a-Secret_of_the_tests"


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass
class Served(Stage):
    """One running bot and its pages."""

    app: App
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        assert self.app.service is not None
        address = self.app.service.address
        assert address is not None
        return f"http://{address[0]}:{address[1]}"

    async def get(self, page: str) -> tuple[int, str]:
        """Ask for a page; return the status and the text."""
        async with self.session.get(f"{self.url}/{page}") as answer:
            return answer.status, await answer.text()

    async def post(self, update: Any, secret: str | None = SECRET, **how: Any) -> tuple[int, str]:
        """Deliver an update as Telegram does."""
        headers = {SECRET_HEADER: secret} if secret is not None else {}
        how = {"json": update, "headers": headers} | how
        async with self.session.post(f"{self.url}/telegram", **how) as answer:
            return answer.status, await answer.text()


def hooked(config: Config, port: int) -> Config:
    """Return the config with deliveries to a port of this machine."""
    webhook = {"url": f"http://127.0.0.1:{port}/telegram", "secret_file": "none"}
    changes = {"mode": "webhook", "webhook": webhook}
    folder = config.storage.path.parent
    telegram = {"token": cast.TOKEN, "base_url": config.telegram.base_url, **changes}
    return cast.config(folder, telegram=telegram, web={"listen": f"127.0.0.1:{port}"})


@asynccontextmanager
async def served(ready: Backstage, config: Config) -> AsyncIterator[Served]:
    """Run the bot as a service on data that is there already."""
    secret = SecretStr(SECRET) if config.telegram.mode == "webhook" else None
    start = partial(running, painter=QuickPainter(), press=QuickPress(), serving=Serving(secret))
    async with (
        aiohttp.ClientSession() as session,
        scene.play(ready.server, ready.clock, config, setting_of(config), start) as playing,
    ):
        assert isinstance(playing.app, App)
        bot = Served(ready.server, ready.clock, config, playing.setting, playing.app, playing.task, session)
        await bot.look()
        yield bot


@asynccontextmanager
async def served_anew(folder: Path, *, webhook: bool = False) -> AsyncIterator[Served]:
    """Prepare server and data, and run a bot that serves."""
    async with backstage(folder, web={"listen": "127.0.0.1:0"}) as ready:
        config = hooked(ready.config, free_port()) if webhook else ready.config
        async with served(ready, config) as bot:
            yield bot
