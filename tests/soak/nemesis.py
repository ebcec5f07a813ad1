"""The nemesis: what is done to the bot, its messenger, its machine and its chats while it works."""

import asyncio
import random
import resource
import signal
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

from bot.rehearsal.botapi.faults import Fault
from bot.rehearsal.botapi.server import BotApiServer
from storage import schema
from tests.crash.process import ROOT, BotProcess
from tests.crash.suite import live_and_die, wait_for
from tests.soak.clock import LeapingClock
from tests.soak.province import FICKLE, Province

TIGHT = 1_024  # bytes that any file may have while the disk is full
TOOLS_S = 180.0
REFUSED = 1
CROWDED = 150  # updates; a slow machine would else never come through a batch alive
BREATH_S = 20.0
MISCHIEF = 0.35  # how often one comes along with a life

SENDS = ("sendMessage", "editMessageText")
CALLS = (*SENDS, "getUpdates", "answerCallbackQuery")


class Nemesis:
    """Does harm, counts it in `tried`, and notes in `failures` what the bot should have borne and did not."""

    def __init__(self, province: Province, process: BotProcess, clock: LeapingClock, chance: random.Random) -> None:
        self.tried: Counter[str] = Counter()
        self.failures: list[tuple[str, object]] = []
        self.largest_log = 0
        self._province = province
        self._server: BotApiServer = province.server
        self._process = process
        self._clock = clock
        self._chance = chance
        self._copies = count(1)
        self._data = province.config.storage.path

    @property
    def kills(self) -> int:
        """Return how often the process was killed."""
        return self.tried["SIGKILL"]

    async def one_life(self) -> None:
        """Start the bot and end it, in one way or another, perhaps with a mischief meanwhile."""
        mischief = None
        if self._chance.random() < MISCHIEF:
            mischief = asyncio.create_task(self._do(self._one_of(MISCHIEFS)))
        try:
            await self._do(self._one_of(LIVES))
        finally:
            if mischief is not None:
                await mischief
        log = self._data.with_name(self._data.name + "-wal")
        self.largest_log = max(self.largest_log, log.stat().st_size if log.exists() else 0)

    def _one_of(self, table: "Sequence[Deed]") -> "Deed":
        (deed,) = self._chance.choices(table, [weight for weight, _, _ in table])
        return deed

    async def _do(self, deed: "Deed") -> None:
        _, name, act = deed
        if await act(self) is not False:
            self.tried[name] += 1

    async def _rest(self, least: float, most: float) -> None:
        await self._clock.sleep(self._chance.uniform(least, most))

    async def _kill(self) -> None:
        await self._process.kill()
        self.tried["SIGKILL"] += 1

    async def _up(self) -> None:
        await self._process.start()
        await self._process.first_poll()

    async def killed(self) -> None:
        """Let it be killed at a moment that chance chooses; where much waits, after it has got something done."""
        waiting = self._server.pending_updates
        if waiting < CROWDED:
            await live_and_die(self._process, self._server, self._chance, self._clock)
            return
        await self._up()
        with suppress(TimeoutError):
            await self._server.until(lambda: self._server.pending_updates < waiting - CROWDED // 2, BREATH_S)
        await self._rest(0, 0.3)
        await self._process.kill()

    async def told_to_stop(self) -> None:
        """Let it stop in good order."""
        await self._up()
        await self._rest(0, 1)
        code = await self._process.stop()
        if code:
            self.failures.append(("exit code after SIGTERM", code))

    async def told_twice(self) -> None:
        """Let it stop at once: a second signal while it stops."""
        await self._up()
        await self._rest(0, 0.5)
        for _ in range(2):
            self._process.signal(signal.SIGTERM)
            await self._rest(0, 0.02)
        await self._process.end()

    async def frozen(self) -> None:
        """Stop its process for a while, as a machine does that sleeps."""
        await self._up()
        self._process.signal(signal.SIGSTOP)
        await self._rest(0.5, 2)
        self._process.signal(signal.SIGCONT)
        await self._rest(0, 1)
        await self._kill()

    async def full_disk(self) -> None:
        """Let the operating system refuse every write to its files, then allow them again."""
        await self._up()
        kept = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (TIGHT, kept[1]))
        await self._rest(0.5, 2)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, kept)
        polls = self._server.calls["getUpdates"]
        await wait_for(self._server, lambda: self._server.calls["getUpdates"] > polls + 1)
        await self._kill()

    async def rival(self) -> None:
        """Start a second bot on the same data: it must refuse."""
        await self._up()
        code = await self._tool("run")
        if code != REFUSED:
            self.failures.append(("exit code of a second instance", code))
        await self._kill()

    async def copied(self) -> None:
        """Make a backup meanwhile, which may be cut short: what lies there afterwards must be whole."""
        await self._up()
        copy = self._data.with_name(f"copy-{next(self._copies)}.db")
        making = asyncio.create_task(self._tool("backup", str(copy)))
        if self._chance.random() < 1 / 2:
            await self._rest(0.5, 1.5)
            await self._kill()
            await making
        else:
            if code := await making:
                self.failures.append(("exit code of a backup", code))
            await self._kill()
        await asyncio.to_thread(self._judge_copy, copy)

    def _judge_copy(self, copy: Path) -> None:
        if copy.exists():
            with closing(sqlite3.connect(copy)) as data:
                data.row_factory = sqlite3.Row
                schema.verify(data)
            copy.unlink()

    async def _tool(self, *words: str) -> int:
        name, *rest = words
        process = await asyncio.create_subprocess_exec(
            *self._process.command(name, *rest),
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(TOOLS_S):
            return await process.wait()

    async def floods(self) -> None:
        """Refuse sends for their number, as Telegram and as a proxy in front of it."""
        fault = Fault.too_many(1, html=self._chance.random() < 1 / 2)
        self._server.faults.next(self._chance.choice(CALLS), fault, times=self._chance.randint(3, 15))

    async def errors(self) -> None:
        """Answer that the server is in trouble, before or after the deed."""
        faults = (
            Fault.error(500, "Internal Server Error: restart"),
            Fault.html_502(),
            Fault.html_502(accepted=True),
            Fault.html_504(),
            Fault.captive_200(),
        )
        self._server.faults.next(
            self._chance.choice(CALLS), self._chance.choice(faults), times=self._chance.randint(2, 8)
        )

    async def broken_lines(self) -> None:
        """Break the line before, after, and in the middle of an answer."""
        faults = (Fault.refuse(), Fault.accept_then_reset(), Fault.truncate(), Fault.truncate(length_lies=False))
        self._server.faults.next(
            self._chance.choice(CALLS), self._chance.choice(faults), times=self._chance.randint(1, 6)
        )

    async def hangs(self) -> None:
        """Let calls hang, before or after the deed."""
        fault = self._chance.choice((Fault.hang_before(), Fault.accept_then_hang()))
        self._server.faults.next(self._chance.choice(CALLS), fault, times=self._chance.randint(1, 4))
        await self._rest(1, 3)
        self._server.faults.release()

    async def darkness(self) -> None:
        """Take the network away."""
        await self._rest(0, 1.5)
        await self._server.go_dark()
        await self._rest(0.3, 2)
        await self._server.listen()

    async def wrong_clock(self) -> None:
        """Put the bot's clock an hour ahead or back, and later right again."""
        self._clock.lead_astray(timedelta(hours=self._chance.choice((-1, 1))))
        await self._rest(1, 4)
        self._clock.lead_astray(timedelta(0))

    async def long_reader(self) -> None:
        """Read on one snapshot for seconds, so that the log cannot be folded back."""
        with closing(sqlite3.connect(f"{self._data.as_uri()}?mode=ro", uri=True, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM entries").fetchone()
            await self._rest(2, 6)

    async def served_again(self) -> None:
        """Serve a batch again that was confirmed."""
        self._server.repeat_batch(self._chance.randint(1, 2))

    async def blocked(self) -> bool | None:
        """Let an officer block the bot, and think better of it."""
        user = self._chance.choice(self._province.officers[-FICKLE:]).user
        if user.private.blocked:
            return False
        self._province.forsaken.add(user.id)
        user.block_bot()
        await self._rest(0.5, 3)
        user.unblock()
        user.private.send("/start")
        return None

    async def put_out(self) -> None:
        """Put the bot out of a group, and let it in again."""
        unit = self._chance.choice(list(self._province.commanders))
        group = self._province.groups[unit]
        self._province.forsaken.add(group.id)
        group.kick_bot()
        await self._rest(0.5, 3)
        group.add(self._server.bot, by=self._province.commanders[unit])

    async def upgraded(self) -> bool | None:
        """Turn a group into a supergroup, announced in any order or not at all."""
        small = [unit for unit, group in self._province.groups.items() if group.kind == "group"]
        if not small or self._chance.random() < 2 / 3:  # there are few of them, for a whole run
            return False
        unit = self._chance.choice(small)
        group = self._province.groups[unit]
        if self._server.bot not in group.bots():
            return False
        new = group.upgrade_to_supergroup(self._chance.choice((("old", "new"), ("new", "old"), ("new",))))
        self._province.groups[unit] = new
        if group.id in self._province.forsaken:
            self._province.forsaken.add(new.id)
        return None


Deed = tuple[int, str, Callable[[Nemesis], Awaitable[bool | None]]]

LIVES: Sequence[Deed] = (
    (100, "SIGKILL", Nemesis.killed),
    (3, "SIGTERM", Nemesis.told_to_stop),
    (2, "SIGTERM twice", Nemesis.told_twice),
    (2, "SIGSTOP, later SIGCONT", Nemesis.frozen),
    (3, "disk full for a while", Nemesis.full_disk),
    (1, "a second instance", Nemesis.rival),
    (2, "a backup meanwhile", Nemesis.copied),
)

MISCHIEFS: Sequence[Deed] = (
    (3, "storm of 429", Nemesis.floods),
    (3, "errors 5xx, HTML, captive portal", Nemesis.errors),
    (3, "lines broken before, after, in the answer", Nemesis.broken_lines),
    (3, "calls that hang", Nemesis.hangs),
    (3, "network down", Nemesis.darkness),
    (2, "the bot's clock an hour off", Nemesis.wrong_clock),
    (2, "a long reader", Nemesis.long_reader),
    (2, "a batch served again", Nemesis.served_again),
    (2, "bot blocked by an officer", Nemesis.blocked),
    (1, "bot put out of a group", Nemesis.put_out),
    (1, "group upgraded", Nemesis.upgraded),
)
