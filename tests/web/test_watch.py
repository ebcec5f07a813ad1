"""C19 and L7: what must live is watched, and whatever dies alone ends the process."""

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.rehearsal.clocks import ManualClock
from bot.watch import Lag, TaskEnded, Watch
from tests.web.served import Served, served_anew

WITHIN_S = 5.0


def test_L7_the_worst_of_a_quarter_of_a_minute_is_the_lag() -> None:
    lag = Lag()
    for now, late in ((0.0, 3.0), (10.0, 0.5), (12.0, 1.5), (14.0, 0.1)):
        lag.note(now, late)
    assert [lag.worst(now) for now in (14.0, 16.0, 27.0, 28.0, 99.0)] == [3.0, 1.5, 1.5, 0.1, 0.0]


async def test_who_owes_a_sign_of_life_is_named_until_it_comes() -> None:
    clock = ManualClock(datetime(2023, 12, 1, tzinfo=UTC))
    watch = Watch(clock)
    give = watch.sign("courier")
    give(10)
    clock.advance(11)
    assert watch.complaints() == ["courier shows no life"]
    give(math.inf)
    clock.advance(9_999)
    assert watch.complaints() == []


async def test_a_loop_that_was_late_by_five_seconds_is_complained_of() -> None:
    watch = Watch(ManualClock(datetime(2023, 12, 1, tzinfo=UTC)))
    watch.lag.note(asyncio.get_running_loop().time(), 6.0)
    assert watch.complaints() == ["the event loop was late by 6.0 s"]


TASKS = ("app", "intake", "courier", "retries", "clockwork", "watch", "alerts", "supervision")


@pytest.mark.parametrize("name", TASKS)
async def test_C19_a_task_that_is_killed_alone_ends_the_bot(tmp_path: Path, name: str) -> None:
    async with served_anew(tmp_path) as bot:
        (task,) = [each for each in asyncio.all_tasks() if each.get_name() == name]
        task.cancel()
        await ended(bot, "" if name == "app" else name)


async def ended(bot: Served, name: str) -> None:
    """Hold that the bot ends soon, and names what has died."""
    await asyncio.wait((bot.task,), timeout=WITHIN_S)
    assert bot.task.done()
    if name:
        with pytest.raises(ExceptionGroup) as raised:
            bot.task.result()
        assert raised.group_contains(TaskEnded, match=f"^{name}$")


def kill_the_writer(bot: Served) -> None:
    assert bot.store._writer is not None
    bot.store._writer.stop()


def kill_a_reader(bot: Served) -> None:
    bot.store._readers._queue[0].stop()  # type: ignore[attr-defined]  # the queue's own deque


def kill_the_committer(bot: Served) -> None:
    writing = asyncio.ensure_future(bot.store.write(lambda tx: tx.value("SELECT 1")))

    def kill() -> None:
        assert bot.store._committer is not None
        bot.store._committer.cancel()
        writing.cancel()

    asyncio.get_running_loop().call_soon(kill)


def close_the_pages(bot: Served) -> None:
    assert bot.app.service is not None
    assert bot.app.service._server is not None
    assert bot.app.service._server._listening is not None
    bot.app.service._server._listening.close()


@pytest.mark.parametrize(
    ("kill", "name"),
    [
        (kill_the_writer, "store"),
        (kill_a_reader, "store"),
        (kill_the_committer, "store"),
        (close_the_pages, "web server"),
    ],
)
async def test_C19_a_thread_or_a_socket_that_dies_ends_the_bot(
    tmp_path: Path, kill: Callable[[Served], None], name: str
) -> None:
    async with served_anew(tmp_path) as bot:
        kill(bot)
        await ended(bot, name)
