"""A bot that exits at its k-th step: `python -m tests.faults.crashing`, which forks one for each line it reads.

A step is a moment at which a crash could matter: a commit, before it begins, with its statements done, before
and after it is made; a call, before its first byte leaves and after its answer is there. They are counted from
outside, by wrapping the store and the transport.

On standard input: `k config` (k = 0: it does not crash). On standard output: the process number, later how it ended.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.app import running
from bot.channels.telegram_http import AiohttpRequest
from bot.cli import program
from storage import sqlite as store
from storage.sidecar import Sequence as Reached
from storage.transaction import Outcome, Unit, commit_together
from tests.soak.player import PACE, brisk

RUN = import_module("bot.cli.run")  # here, so that what is forked has it already
CRASHED = 137
NEVER = 0
CHILD = 0


class Steps:
    """Counts the steps, and ends the process at the k-th, saying which it was."""

    def __init__(self, last: int) -> None:
        self._left = last

    def take(self, name: str) -> None:
        """Take one."""
        self._left -= 1
        if not self._left:
            os.write(2, f"crash {name}\n".encode())
            os._exit(CRASHED)


STATEMENTS = {"BEGIN IMMEDIATE": "before BEGIN", "RELEASE attempt_1": "unit done", "COMMIT": "before COMMIT"}


def committing(
    steps: Steps,
    connection: sqlite3.Connection,
    units: Sequence[Unit[Any]],
    committed: Callable[[Reached], None] = lambda _: None,
) -> list[Outcome]:
    """Commit as the store does, in steps."""

    def passed(statement: str) -> None:
        if statement in STATEMENTS:
            steps.take(STATEMENTS[statement])

    connection.set_trace_callback(passed)
    try:
        outcomes = commit_together(connection, units, committed)
    finally:
        connection.set_trace_callback(None)
    steps.take("after COMMIT")
    return outcomes


def calling(steps: Steps) -> Callable[..., Any]:
    """Return the transport's exchange, in steps."""
    exchange = AiohttpRequest._exchange

    async def stepwise(self: AiohttpRequest, url: str, *rest: Any) -> Any:
        name = url.rpartition("/")[2]
        steps.take(f"before {name}")
        answer = await exchange(self, url, *rest)
        steps.take(f"after {name}")
        return answer

    return stepwise


def live(last: int, config: str) -> None:
    """Be the bot."""
    steps = Steps(last)
    vars(store)["commit_together"] = partial(committing, steps)
    setattr(AiohttpRequest, "_exchange", calling(steps))  # noqa: B010  (a method is replaced, which types forbid)
    vars(RUN)["running"] = partial(running, alarm=brisk, limits=PACE)
    program(args=["run", "--config", config], prog_name="tiendo")


def main() -> None:
    """Bear one after the other, so that none has to import everything anew."""
    for line in sys.stdin:
        last, config = line.split(maxsplit=1)
        child = os.fork()
        if child == CHILD:
            log = os.open(Path(config.strip()).with_name("stderr.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            live(int(last), config.strip())
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps(os.waitstatus_to_exitcode(status)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
