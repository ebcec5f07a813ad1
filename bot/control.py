"""The control socket: how a command hands its work to the running bot, so that one process writes the file.

A Unix socket beside the database, for its owner alone. Each side says one line of JSON:
`{"do": name, "args": {…}}`, then `{"ok": true, "result": …}` or `{"ok": false, "error": text, "code": n}`.
`do` is an operation, `backup` (args: `path`), or `who`.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import socket
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self

import structlog

from bot.domain.clock import Clock
from bot.domain.world import Setting
from bot.operations import OPERATIONS
from storage.sqlite import Store

LONGEST_PATH = 100  # bytes; systems take 104 or 108
LARGEST = 64 * 1024 * 1024  # bytes of a line: a nation's roster is a tenth of it
CONNECT_S = 5.0
REQUEST_S = 30.0
ANSWER_S = 300.0
LEAVE_S = 1.0

log = structlog.get_logger()


class Failure(NamedTuple):
    """What a command ends with: one text for stderr, and the exit code."""

    text: str
    code: int


Explain = Callable[[Exception], Failure]


class Nobody(Exception):
    """No running bot answers at the socket."""


class NoAnswer(Exception):
    """The running bot was asked and has not answered: it may have done it or not."""


class Declined(Exception):
    """The running bot could not do it, and says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def socket_path(database: Path) -> Path:
    """Return the socket of a database: `<db>.sock`; where that is too long, a hashed name in a private folder.

    The folder is `tiendo-<user id>` in the system's temporary one.
    """
    beside = database.absolute().with_name(f"{database.name}.sock")
    if len(os.fsencode(beside)) <= LONGEST_PATH:
        return beside
    name = hashlib.sha256(os.fsencode(database.absolute())).hexdigest()[:32]
    return _private_folder() / f"{name}.sock"


def _private_folder() -> Path:
    return Path(tempfile.gettempdir(), f"tiendo-{os.getuid()}")


class Control:
    """Serve the socket while the block runs. Only the holder of the instance lock may: it replaces what is there.

    `done` is called after each operation, which may have put something into the outbox, or let go of it.
    """

    def __init__(self, store: Store, setting: Setting, path: Path, clock: Clock, explain: Explain) -> None:
        self.done: Callable[[], None] = lambda: None
        self._store, self._setting, self._path, self._clock, self._explain = store, setting, path, clock, explain
        self._since = clock.now()
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self._leaving: asyncio.Future[bytes]

    @property
    def lives(self) -> bool:
        """Tell whether commands are heard."""
        return self._server is not None and self._server.is_serving()

    async def __aenter__(self) -> Self:
        self._leaving = asyncio.get_running_loop().create_future()
        self._server = await asyncio.start_unix_server(self._accept, sock=_bind(self._path), limit=LARGEST)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._server is not None:
            self._server.close()
        self._leaving.set_result(b"")
        if self._calls:
            await asyncio.wait(self._calls, timeout=LEAVE_S)
        for call in self._calls:
            call.cancel()
        self._path.unlink(missing_ok=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.create_task(self._receive(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await self._request(reader)
            if line:
                writer.write(json.dumps(await self._answer(line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError) as error:  # ValueError: the line is too long
            log.warning("control request dropped", error=type(error).__name__)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _request(self, reader: asyncio.StreamReader) -> bytes:
        """Read the one line; nothing where it does not come in time, or where we leave before it has come."""
        reading = asyncio.ensure_future(reader.readline())
        await asyncio.wait((reading, self._leaving), timeout=REQUEST_S, return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            return reading.result()
        reading.cancel()
        return b""

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            result = await self._do(str(request["do"]), dict(request.get("args", {})))
        except Exception as error:  # noqa: BLE001  (whatever fails is the asker's, and must not end the bot)
            text, code = self._explain(error)
            return {"ok": False, "error": text, "code": code}
        return {"ok": True, "result": result}

    async def _do(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        now: datetime = self._clock.now()
        if name == "who":
            return {"pid": os.getpid(), "since": self._since.isoformat(timespec="seconds")}
        log.info("control request", do=name)
        if name == "backup":
            await self._store.backup(Path(args["path"]))
            return {}
        result = await self._store.write(partial(OPERATIONS[name], setting=self._setting, now=now, **args))
        self.done()
        return result


def _bind(path: Path) -> socket.socket:
    """Make the socket for its owner alone before anybody can connect."""
    if path.parent == _private_folder():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _refuse_foreign(path.parent)
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
    except OSError:
        listening.close()
        raise
    return listening


def _refuse_foreign(folder: Path) -> None:
    """Raise PermissionError when somebody else made the folder in which our socket is to lie."""
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(13, "belongs to another user", str(folder))


def ask(path: Path, name: str, /, **args: Any) -> Any:
    """Have the running bot do something and return the result.

    Nobody when none listens (nothing was asked), Declined when it cannot, NoAnswer when it fell silent.
    """
    request = json.dumps({"do": name, "args": args}, ensure_ascii=False).encode() + b"\n"
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(CONNECT_S)
        try:
            connection.connect(str(path))
        except OSError:
            raise Nobody from None
        connection.settimeout(ANSWER_S)
        try:
            connection.sendall(request)
            with connection.makefile("rb") as answers:
                answer = json.loads(answers.readline())
        except (OSError, ValueError):
            raise NoAnswer from None
    if answer["ok"]:
        return answer["result"]
    raise Declined(Failure(answer["error"], answer["code"]))
