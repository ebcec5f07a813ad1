"""The painter: charts drawn in a worker process that is started when first needed and ended when idle."""

import asyncio
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing.process import BaseProcess
from shutil import rmtree
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Literal

from bot.domain.series import Chart

_DRAWING = "bot.render.charts.drawing"
_ATTEMPTS = 2


class PaintingError(Exception):
    """No picture came: the worker crashed twice over it, or took longer than `limit` seconds."""

    def __init__(self, chart: str, reason: Literal["crashed", "too_slow"]) -> None:
        super().__init__(chart, reason)
        self.chart = chart
        self.reason = reason


class Painter:
    """Paint charts one after the other; to be closed at the end.

    `limit` is the longest time in seconds for one picture, the worker's start included. After `idle`
    seconds without work the worker ends and gives its memory (some 100 MB) back.
    """

    def __init__(self, *, limit: float = 30, idle: float = 600) -> None:
        self._limit = limit
        self._idle = idle
        self._turn = asyncio.Lock()
        self._folder: TemporaryDirectory[str] | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._process: BaseProcess | None = None

    @property
    def worker(self) -> int | None:
        """Return the process id of the worker, while there is one."""
        return self._process.pid if self._process else None

    async def paint(self, chart: Chart) -> bytes:
        """Return the chart as a PNG. PaintingError when none came; whatever drawing raised is raised here."""
        async with self._turn:
            self._wake()
            try:
                return await self._paint(chart)
            finally:
                self._rest = asyncio.get_running_loop().call_later(self._idle, self._end)

    async def close(self) -> None:
        """End the worker, after the picture that it works on, and take away its folder."""
        async with self._turn:
            self._wake()
            pool = self._pool
            self._end()
            if pool:
                await asyncio.to_thread(pool.shutdown)
            if self._folder:
                self._folder.cleanup()
                self._folder = None

    async def _paint(self, chart: Chart) -> bytes:
        for _ in range(_ATTEMPTS):
            try:
                async with asyncio.timeout(self._limit):
                    return await self._draw(chart)
            except BrokenProcessPool:
                self._end()
            except TimeoutError:
                self._kill()
                raise PaintingError(type(chart).__name__, "too_slow") from None
            except asyncio.CancelledError:
                self._kill()
                raise
        raise PaintingError(type(chart).__name__, "crashed")

    async def _draw(self, chart: Chart) -> bytes:
        loop = asyncio.get_running_loop()
        if self._pool is None:
            self._pool = self._start()
        before = multiprocessing.active_children()
        picture = loop.run_in_executor(self._pool, _draw, chart)
        # The pool starts its worker with the first task, and does not tell which one it is.
        started = [child for child in multiprocessing.active_children() if child not in before]
        self._process = started[0] if started else self._process
        return await picture

    def _start(self) -> ProcessPoolExecutor:
        self._folder = self._folder or TemporaryDirectory(prefix="tiendo-charts-")
        # Spawned, not forked: a fork would copy open database connections and running threads.
        spawn = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(1, mp_context=spawn, initializer=_prepare, initargs=(self._folder.name,))

    def _wake(self) -> None:
        if self._rest:
            self._rest.cancel()
            self._rest = None

    def _end(self) -> None:
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._process = None

    def _kill(self) -> None:
        if self._process:
            self._process.terminate()
        self._end()


def _prepare(folder: str) -> None:
    """Make the worker ready: its caches lie in `folder`, never in the home directory."""
    os.environ["MPLCONFIGDIR"] = folder
    # Ctrl-C reaches the whole process group; the parent decides when the worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    import_module(_DRAWING)


def _end_with_parent(folder: str) -> None:
    # The pool's pipe stays open in the worker itself, so it would wait for ever for a parent that was killed.
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        rmtree(folder, ignore_errors=True)
        os._exit(0)


def _draw(chart: Chart) -> bytes:
    picture: bytes = import_module(_DRAWING).render(chart)
    return picture
