"""A bot as a child process: what it uses of the machine, read from /proc (Linux)."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
LOOK_S = 0.005


@dataclass(frozen=True)
class Usage:
    """CPU seconds of a process and its children that have ended, and its greatest resident memory in MB."""

    cpu: float
    peak_mb: float


class Child:
    """Run `python -m MODULE ARGUMENTS` beside the block; killed afterwards."""

    def __init__(
        self,
        module: str,
        environment: dict[str, str],
        log: Path,
        python: str = sys.executable,
        arguments: Sequence[str] = (),
    ) -> None:
        self._module, self._environment, self._log, self._python = module, environment, log, python
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(self._python, "-m", self._module, *self._arguments),
                env=os.environ | self._environment,
                stdout=log,
                stderr=log,
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @property
    def pid(self) -> int:
        """Return the process id; RuntimeError when it has ended by itself, with the end of its log."""
        if self._process is None or self._process.returncode is not None:
            raise RuntimeError(f"{self._module} ended:\n{self._log.read_text(errors='replace')[-2_000:]}")
        return self._process.pid

    async def end(self, number: signal.Signals, within: float) -> None:
        """Send a signal and wait for the end."""
        if self._process is not None:
            self._process.send_signal(number)
            await asyncio.wait_for(self._process.wait(), within)

    def usage(self) -> Usage:
        """Return what it has used so far."""
        return usage(self.pid)

    async def until(self, true: Callable[[], bool], within: float) -> None:
        """Wait until something holds that is seen from outside; RuntimeError when the process ends before."""
        async with asyncio.timeout(within):
            while not true():
                _ = self.pid
                await asyncio.sleep(LOOK_S)


def usage(pid: int) -> Usage:
    """Return what a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return Usage(sum(map(int, fields[11:15])) / TICKS, int(peak) / 1024)


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds at this moment, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024
