"""The press: work that takes seconds and much memory, done in a process of its own that ends with it."""

import asyncio
import gc
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkstemp
from threading import Thread
from typing import Generic, Literal, TypeVar

Q = TypeVar("Q")
R = TypeVar("R")

Work = Callable[[Q, Path], R]
"""Writes a file to the path; it must stand at the top of a module, and take and return plain values."""

_NICENESS = 5  # behind everything that somebody waits for


class PressFailed(Exception):
    """Nothing came: the process ended over the work, or it took longer than the limit."""

    def __init__(self, reason: Literal["crashed", "too_slow"]) -> None:
        super().__init__(reason)
        self.reason = reason


class Press(Generic[Q, R]):
    """Do one piece of work after the other; to be closed at the end.

    Each has a spawned process to itself, whose memory (some 200 MB for a nation) goes when it ends; `limit` is
    the longest time in seconds. Files are for their owner alone and lie in a folder that `close` takes away.
    """

    def __init__(self, work: Work[Q, R], *, limit: float = 300) -> None:
        self._work = work
        self._limit = limit
        self._turn = asyncio.Lock()
        self._folder: TemporaryDirectory[str] | None = None

    async def print(self, request: Q) -> tuple[Path, R]:
        """Return a new file, to be deleted by the caller, and what the work returned. PressFailed without any."""
        async with self._turn:
            path = self._sheet()
            try:
                return path, await self._do(request, path)
            except BaseException:
                path.unlink(missing_ok=True)
                raise

    async def close(self) -> None:
        """Wait for what is being printed, and take the folder away."""
        async with self._turn:
            if self._folder:
                self._folder.cleanup()
                self._folder = None

    def _sheet(self) -> Path:
        """Return an empty file with mode 0600 in a folder with mode 0700."""
        self._folder = self._folder or TemporaryDirectory(prefix="tiendo-files-")
        handle, path = mkstemp(dir=self._folder.name)
        os.close(handle)
        return Path(path)

    async def _do(self, request: Q, path: Path) -> R:
        # Spawned, not forked: a fork would copy open database connections and running threads.
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_begin, args=(self._work, request, path, theirs), daemon=True)
        process.start()
        theirs.close()
        try:
            async with asyncio.timeout(self._limit):
                result: R = await asyncio.to_thread(ours.recv)
        except EOFError:
            raise PressFailed("crashed") from None
        except TimeoutError:
            raise PressFailed("too_slow") from None
        finally:
            # Done, or not wanted any more: the end of the process also wakes the thread that listens to it.
            process.kill()
            process.join()
        return result


def _begin(work: Work[Q, R], request: Q, path: Path, sender: Connection) -> None:
    """Work in the new process; without a result the parent hears nothing but the end of the pipe."""
    # Ctrl-C reaches the whole process group; the parent decides when this ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, args=(path.parent,), daemon=True).start()
    os.nice(_NICENESS)
    gc.disable()  # what this process makes it needs to its end; looking for garbage among it takes a third of reading
    sender.send(work(request, path))


def _end_with_parent(folder: Path) -> None:
    """End with a parent that was killed, and take away what it cannot any more."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        rmtree(folder, ignore_errors=True)
        os._exit(0)
