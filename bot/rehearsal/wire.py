"""The wire between the page's process and the bot's: one line of JSON for each thing said.

`{"id": n, "do": name, "with": {…}}` asks, and is answered by `{"id": n, "is": result}` or
`{"id": n, "failed": kind}`. Without an id nothing is answered. `{"drop": n}` means that nobody waits for
that answer any more. Both ends belong to one rehearsal and to nobody else.
"""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

LONGEST = 2**20  # bytes of a line

Answer = Callable[[str, dict[str, Any]], Awaitable[Any]]


class Gone(ConnectionError):
    """The other end is not there any more."""


class Failed(Exception):
    """The other end could not do it; `kind` is the name of what was raised there."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Wire:
    """One end. `answer` does what the other end asks for; `run` serves until the other end is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
        self._reader = reader
        self._writer = writer
        self._answer = answer
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._doing: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Take in what is said, in order, until the other end is gone; what was asked of it raises Gone."""
        try:
            while line := await self._reader.readline():
                await self._take(json.loads(line))
        except ConnectionError:
            pass  # killed while it spoke: gone, like any other end
        finally:
            for task in self._doing.values():
                task.cancel()
            for future in self._asked.values():
                if not future.done():
                    future.set_exception(Gone())
            self._asked.clear()
            self._writer.close()

    async def ask(self, do: str, /, **args: Any) -> Any:
        """Have the other end do something and return what it answers; Failed where it cannot, Gone with it."""
        if self._writer.is_closing():
            raise Gone
        number = next(self._numbers)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        self._say({"id": number, "do": do, "with": args})
        try:
            return await future
        except asyncio.CancelledError:
            self._say({"drop": number})
            raise
        finally:
            self._asked.pop(number, None)

    def tell(self, do: str, /, **args: Any) -> None:
        """Have the other end do something, without an answer; it is done before whatever is said later."""
        self._say({"do": do, "with": args})

    def hang_up(self) -> None:
        """Say nothing more: the other end is to leave."""
        self._writer.close()

    def _say(self, what: dict[str, Any]) -> None:
        if not self._writer.is_closing():
            self._writer.write(json.dumps(what, ensure_ascii=False).encode() + b"\n")

    async def _take(self, said: dict[str, Any]) -> None:
        number = said.get("id")
        if "drop" in said:
            if task := self._doing.get(said["drop"]):
                task.cancel()
        elif "do" not in said:
            self._hear(said)
        elif number is None:
            await self._answer(said["do"], said["with"])
        else:
            task = asyncio.create_task(self._do(number, said["do"], said["with"]))
            self._doing[number] = task
            task.add_done_callback(lambda _: self._doing.pop(number, None))

    async def _do(self, number: int, name: str, args: dict[str, Any]) -> None:
        try:
            self._say({"id": number, "is": await self._answer(name, args)})
        except Exception as error:  # noqa: BLE001  (whatever fails is the asker's to hear of)
            self._say({"id": number, "failed": type(error).__name__})

    def _hear(self, said: dict[str, Any]) -> None:
        future = self._asked.get(said["id"])
        if future is None or future.done():
            return
        if "failed" in said:
            future.set_exception(Failed(said["failed"]))
        else:
            future.set_result(said["is"])


async def open_wire(end: socket.socket, answer: Answer) -> Wire:
    """Return the wire over one end of a pair of sockets."""
    reader, writer = await asyncio.open_connection(sock=end, limit=LONGEST)
    return Wire(reader, writer, answer)
