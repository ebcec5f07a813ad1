"""Each invariant of a history can be broken, and is then named."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from storage.sqlite import Tx
from tests import cast
from tests.faults.pushing import at, back, pushing
from tests.soak.history import Traces, copies, doubts, examine
from tests.stage import Stage

PUSH = (
    "INSERT INTO job_runs SELECT campaign, job, {chat}, thread, day, slot, state, reason, outbox, at FROM job_runs"
    " WHERE state = 'sent' LIMIT 1"
)


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[tuple[Stage, Traces]]:
    """Return a short history: a report and its edit, a push to a group; the bot still runs."""
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, _, officer), back(ready, at(1, 7)) as bot:
        await bot.say(officer, "45 30")
        await bot.say(officer, "kh +3")
        # The admin is told of a commander before opening the chat, which Telegram refuses.
        forsaken = frozenset({cast.ADMIN})
        yield bot, Traces(ready.config, ready.server, _first(bot), ready.clock.now(), forsaken=forsaken)


def _first(bot: Stage) -> int:
    return bot.server.next_update_id - bot.server.bot.queue.pushed


def _receipt(traces: Traces) -> int:
    """Return the place of the newest receipt in the record."""
    return max(place for place, each in enumerate(traces.server.accepted) if each.text.startswith("✅"))


async def broken(play: tuple[Stage, Traces], change: Callable[[Tx], object] | None = None) -> set[str]:
    """Change the data behind the bot's back and return the invariants that are broken then."""
    bot, traces = play
    if change is not None:
        await bot.store.write(change)
    return {str(finding.where).split()[0] for finding in await examine(traces, bot.store)}


async def test_a_history_that_nothing_disturbed_breaks_no_invariant(play: tuple[Stage, Traces]) -> None:
    assert await broken(play) == set()


async def test_I1_an_update_without_a_row_is_found(play: tuple[Stage, Traces]) -> None:
    assert await broken(play, lambda tx: tx.run("DELETE FROM updates WHERE id = (SELECT max(id) FROM updates)")) == {
        "I1"
    }


async def test_I2_an_update_that_was_given_up_is_found(play: tuple[Stage, Traces]) -> None:
    assert await broken(play, lambda tx: tx.run("UPDATE updates SET state = 'dead'")) == {"I2"}


async def test_I3_a_sum_that_the_entries_do_not_make_is_found(play: tuple[Stage, Traces]) -> None:
    assert await broken(play, lambda tx: tx.run("UPDATE totals SET amount = amount + 1")) == {"I3"}


async def test_I4_a_message_that_came_twice_without_a_doubt_is_found(play: tuple[Stage, Traces]) -> None:
    play[1].server.accepted.append(play[1].server.accepted[_receipt(play[1])])
    assert await broken(play) == {"I4"}


async def test_I4_a_message_that_nobody_saw_is_found(play: tuple[Stage, Traces]) -> None:
    del play[1].server.accepted[_receipt(play[1])]
    assert await broken(play) == {"I4"}


async def test_I4_a_repeat_is_forgiven_where_its_row_was_unsure(play: tuple[Stage, Traces]) -> None:
    newest = play[1].server.accepted[_receipt(play[1])]
    play[1].server.accepted.append(replace(newest, message_id=newest.message_id + 1))
    assert await broken(play, lambda tx: tx.run("UPDATE outbox SET unsure = 1 WHERE message IS NOT NULL")) == set()
    assert copies(play[1])["seen again"] == 1
    assert len(doubts(play[1])) > 1


async def test_I5_a_message_that_overtook_another_is_found(play: tuple[Stage, Traces]) -> None:
    record = play[1].server.accepted
    *_, last, newest = (place for place, each in enumerate(record) if each.text.startswith("✅"))
    record[last], record[newest] = record[newest], record[last]
    assert await broken(play) == {"I5"}


async def test_I6_a_message_to_a_chat_that_is_not_known_is_found(play: tuple[Stage, Traces]) -> None:
    assert await broken((play[0], replace(play[1], allowed=frozenset()))) == {"I6"}


async def test_I7_somebodys_words_in_the_log_are_found(play: tuple[Stage, Traces]) -> None:
    assert await broken((play[0], replace(play[1], log="said 45 30", needles=("45 30",)))) == {"I7"}


async def test_I8_a_reference_that_leads_nowhere_is_found(play: tuple[Stage, Traces]) -> None:
    with closing(sqlite3.connect(play[1].config.storage.path)) as careless, careless:
        careless.execute("UPDATE invites SET unit = 999")
    assert await broken(play) == {"I8"}


async def test_I9_a_push_that_stands_twice_where_chats_became_one_is_found(play: tuple[Stage, Traces]) -> None:
    def twice(tx: Tx) -> None:
        chat = tx.value("SELECT chat FROM job_runs WHERE state = 'sent' LIMIT 1")
        tx.run(
            "INSERT INTO chats (channel, external, private, title, moved_to) VALUES ('telegram', -1, 0, '', ?)", (chat,)
        )
        tx.run(PUSH.format(chat="(SELECT max(id) FROM chats)"))

    assert await broken(play, twice) == {"I9"}


async def test_I10_an_end_with_an_error_is_found(play: tuple[Stage, Traces]) -> None:
    assert await broken((play[0], replace(play[1], exit_code=1))) == {"I10"}
