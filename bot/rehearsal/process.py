"""The page's side of the bot's own process: started, asked, killed, and started again on the same data."""

import asyncio
import json
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import bot
from bot.rehearsal.briefing import Briefing
from bot.rehearsal.clocks import SharedClock
from bot.rehearsal.wire import Gone, Wire, open_wire

COMMAND = (sys.executable, "-m", "bot.rehearsal.performing")
LEAVE_S = 3.0
TAIL = 8  # lines of the log that an end is explained with
TAIL_BYTES = 16_384


class Standing(StrEnum):
    """How the bot's process stands."""

    STARTING = "starting"
    UP = "up"
    KILLED = "killed"
    FALLEN = "fallen"  # it ended by itself, which it never should


@dataclass(frozen=True, slots=True)
class Health:
    """How the process stands: its number while there is one; exit code and last log lines after a fall."""

    standing: Standing
    pid: int | None = None
    code: int | None = None
    tail: tuple[str, ...] = ()


class Fallen(Exception):
    """The bot ended before it worked; `health` holds its exit code and its last words."""

    def __init__(self, health: Health) -> None:
        super().__init__(health)
        self.health = health


class BotProcess:
    """The bot as a process of its own, one after the other; it ends with this one, however that comes about.

    `up` is set while it can be asked, `changed` is called when `health` has changed. The clock's moves are
    told to it.
    """

    def __init__(self, briefing: Briefing, folder: Path, clock: SharedClock) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.health = Health(Standing.KILLED)
        self.up = asyncio.Event()
        self._briefing = folder / "briefing"
        self._log = folder / "bot.log"
        self._process: asyncio.subprocess.Process | None = None
        self._wire: Wire | None = None
        self._watch: asyncio.Task[None] | None = None
        briefing.leave(self._briefing)
        clock.moved = self._tick

    async def start(self) -> bool:
        """Start it, and return once it works (True), or has ended before that."""
        if self._watch is not None and not self._watch.done():
            return self.up.is_set()
        ours, theirs = socket.socketpair()
        with theirs, self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*COMMAND, str(theirs.fileno()), str(self._briefing)),
                cwd=Path(bot.__file__).parent.parent,
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C of the terminal is the page's to answer
            )
        self._wire = await open_wire(ours, self._hear)
        self._stand(Health(Standing.STARTING, self._process.pid))
        self._watch = asyncio.create_task(self._until_it_ends(self._process, self._wire))
        up = asyncio.create_task(self.up.wait())
        await asyncio.wait((up, self._watch), return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        return self.up.is_set()

    async def kill(self) -> None:
        """Kill it as a power cut would; nothing happens where none runs."""
        if self._process is None or self._watch is None or self._watch.done():
            return
        self._stand(Health(Standing.KILLED, self._process.pid))
        if self._process.returncode is None:
            self._process.kill()
        await self._watch

    async def close(self) -> None:
        """End it in good order, or after a few seconds without."""
        if self._process is None or self._wire is None or self._watch is None:
            return
        self._stand(Health(Standing.KILLED))
        self._wire.hang_up()
        done, _ = await asyncio.wait((self._watch,), timeout=LEAVE_S)
        if not done:
            self._process.kill()
            await self._watch

    async def look(self) -> None:
        """Let it see to what is due now; Gone when it ends meanwhile."""
        await self.ask("look")

    async def idle(self) -> None:
        """Return when it has nothing to send that could leave now; Gone when it ends meanwhile."""
        await self.ask("idle")

    async def ask(self, do: str, /, **args: Any) -> Any:
        """Have it do something (`Prompter`) and return what came of it. Gone where it does not run."""
        if self._wire is None or not self.up.is_set():
            raise Gone
        return await self._wire.ask(do, **args)

    def _tick(self) -> None:
        if self._wire is not None:
            self._wire.tell("tick")

    async def _hear(self, do: str, args: dict[str, Any]) -> None:
        del do, args  # there is one thing that it says by itself: that it works
        if self._process is not None and self.health.standing is Standing.STARTING:
            self._stand(Health(Standing.UP, self._process.pid))

    async def _until_it_ends(self, process: asyncio.subprocess.Process, wire: Wire) -> None:
        await wire.run()
        code = await process.wait()
        if self.health.standing is not Standing.KILLED:
            self._stand(Health(Standing.FALLEN, process.pid, code, tail(self._log)))

    def _stand(self, health: Health) -> None:
        self.health = health
        if health.standing is Standing.UP:
            self.up.set()
        else:
            self.up.clear()
        self.changed()


def tail(log: Path) -> tuple[str, ...]:
    """Return the last lines of a log as people read them: level, event, and what belongs to it."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return tuple(map(_told, lines[-TAIL:]))


def _told(line: str) -> str:
    try:
        event = json.loads(line)
        first = f"{event.pop('level')}: {event.pop('event')}"
    except (ValueError, KeyError, AttributeError):
        return line
    rest = (f"{key}={value}" for key, value in event.items() if key not in ("timestamp", "logger"))
    return " ".join((first, *rest))
