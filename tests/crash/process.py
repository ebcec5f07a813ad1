"""The bot as a process of its own: started, killed, started again on the same data."""

import asyncio
import signal
import sys
from pathlib import Path

from bot.domain.clock import Clock
from bot.rehearsal.botapi.server import BotApiServer

BOOT_S = 30.0
STOP_S = 15.0
TAIL = 2_000  # characters of the log that an early end is explained with


class EndedByItself(Exception):
    """The bot ended although nobody had stopped it: its exit code, and the end of its log."""

    def __init__(self, code: int, tail: str) -> None:
        super().__init__(f"exit code {code}\n{tail}")
        self.code = code


class BotProcess:
    """`tiendo run`, one process after the other. `recoveries` holds seconds from each start to the first poll."""

    def __init__(self, config: Path, server: BotApiServer, clock: Clock) -> None:
        self.recoveries: list[float] = []
        self.log = config.with_name("stderr.log")
        self._config = config
        self._server = server
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._started = 0.0
        self._polls = 0

    async def start(self) -> None:
        """Start a process; its standard error is appended to the log."""
        self._polls = self._server.calls["getUpdates"]
        self._started = self._clock.monotonic()
        command = (sys.executable, "-m", "bot", "run", "--config", str(self._config), "--log-level", "debug")
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, cwd=Path(__file__).parents[2], stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )

    async def first_poll(self) -> None:
        """Wait for the first getUpdates. EndedByItself when the process does not live to make one."""
        polled = asyncio.ensure_future(
            self._server.until(lambda: self._server.calls["getUpdates"] > self._polls, BOOT_S)
        )
        ended = asyncio.ensure_future(self._running().wait())
        await asyncio.wait((polled, ended), return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not polled.done():
            polled.cancel()
            raise self._fallen(ended.result())
        polled.result()
        self.recoveries.append(self._clock.monotonic() - self._started)

    async def kill(self) -> None:
        """Kill the process as a power cut would. EndedByItself when it was dead already."""
        process = self._running()
        if process.returncode is not None:
            raise self._fallen(process.returncode)
        process.kill()
        code = await process.wait()
        if code != -signal.SIGKILL:
            raise self._fallen(code)

    async def stop(self) -> int:
        """End the process in good order and return its exit code; TimeoutError when it does not end."""
        process = self._running()
        process.terminate()
        async with asyncio.timeout(STOP_S):
            return await process.wait()

    async def clear_away(self) -> None:
        """Kill the process, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("not started")
        return self._process

    def _fallen(self, code: int) -> EndedByItself:
        return EndedByItself(code, self.log.read_text(encoding="utf-8", errors="replace")[-TAIL:])
