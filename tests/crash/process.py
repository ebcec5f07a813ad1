"""The bot as a process of its own: started, killed, started again on the same data."""

import asyncio
import signal
import sys
from pathlib import Path

from bot.domain.clock import Clock
from bot.rehearsal.botapi.server import BotApiServer

BOOT_S = 90.0  # on a machine that does much else besides
STOP_S = 15.0
LAST_WORDS_S = 0.2
LEVEL = "debug"
ROOT = Path(__file__).parents[2]
TAIL = 2_000  # characters of the log that an early end is explained with


class EndedByItself(Exception):
    """The bot ended although nobody had stopped it: its exit code, and the end of its log."""

    def __init__(self, code: int, tail: str) -> None:
        super().__init__(f"exit code {code}\n{tail}")
        self.code = code


class BotProcess:
    """`tiendo run`, one process after the other. `recoveries` holds seconds from each start to the first poll.

    `program` is the module that is run, with arguments before those of `tiendo`.
    """

    def __init__(self, config: Path, server: BotApiServer, clock: Clock, program: tuple[str, ...] = ("bot",)) -> None:
        self.recoveries: list[float] = []
        self.log = config.with_name("stderr.log")
        self._config = config
        self._server = server
        self._clock = clock
        self._program = program
        self._writing: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._started = 0.0
        self._polls = 0

    async def start(self) -> None:
        """Start a process; its standard error is appended to the log."""
        self._polls = self._server.calls["getUpdates"]
        self._started = self._clock.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            *self.command("run", "--log-level", LEVEL),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        # Through a pipe, so that a process whose disk is full can still say so.
        self._writing = asyncio.create_task(self._write_log(self._process))

    def command(self, *words: str) -> tuple[str, ...]:
        """Return the command line of a command of `tiendo` on the same config."""
        name, *rest = words
        return (sys.executable, "-m", *self._program, name, "--config", str(self._config), *rest)

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._running().pid

    async def _write_log(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is not None:
            with self.log.open("ab") as log:
                while piece := await process.stdout.read(65_536):
                    log.write(piece)

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
            raise self._fallen(await self.end())
        polled.result()
        self.recoveries.append(self._clock.monotonic() - self._started)

    async def kill(self) -> None:
        """Kill the process as a power cut would. EndedByItself when it was dead already."""
        process = self._running()
        if process.returncode is not None:
            raise self._fallen(process.returncode)
        process.kill()
        code = await self._ended(process)
        if code != -signal.SIGKILL:
            raise self._fallen(code)

    async def stop(self) -> int:
        """End the process in good order and return its exit code; TimeoutError when it does not end."""
        process = self._running()
        process.terminate()
        async with asyncio.timeout(STOP_S):
            return await self._ended(process)

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        self._running().send_signal(number)

    async def end(self) -> int:
        """Wait until the process ends by itself, or of what it was sent, and return its exit code."""
        async with asyncio.timeout(STOP_S):
            return await self._ended(self._running())

    async def _ended(self, process: asyncio.subprocess.Process) -> int:
        code = await process.wait()
        if self._writing is not None:
            # What it has started may outlive it for a moment, and holds the pipe open.
            await asyncio.wait((self._writing,), timeout=LAST_WORDS_S)
        return code

    async def clear_away(self) -> None:
        """Kill the process, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._ended(self._process)

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("not started")
        return self._process

    def _fallen(self, code: int) -> EndedByItself:
        return EndedByItself(code, self.log.read_text(encoding="utf-8", errors="replace")[-TAIL:])
