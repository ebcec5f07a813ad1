"""Updates: each taken in once, each with an end, forgotten in time."""

import asyncio

from storage import updates
from storage.sqlite import Store, Tx
from storage.updates import DEAD_KEPT, MEMORY, Row, UpdateState
from tests.storage.ground import NOW


def take(tx: Tx, *numbers: int, chat: int | None = 5, date: int = NOW) -> list[bool]:
    return [bool(updates.take(tx, [Row(number, chat, date, "{}")])) for number in numbers]


def fail(tx: Tx, number: int, due: int = 0, chat: int = 5) -> None:
    take(tx, number, chat=chat)
    updates.settle(tx, number, UpdateState.RETRY, "KeyError", due=due, attempts=1)


def waiting(tx: Tx, now: int = NOW) -> list[int]:
    return [row["id"] for row in updates.waiting(tx, now)]


def test_D1_a_batch_served_twice_is_taken_in_once(tx: Tx) -> None:
    assert take(tx, 1, 2, 3) == [True] * 3
    assert take(tx, 1, 2, 3, 4) == [False, False, False, True]


async def test_D2_the_same_update_by_two_ways_at_once_has_one_effect(store: Store) -> None:
    taken = await asyncio.gather(*(store.write(lambda tx: take(tx, 7)) for _ in range(10)))
    assert sum(row for (row,) in taken) == 1


def test_D3_numbers_that_begin_anew_lower_are_taken_in(tx: Tx) -> None:
    take(tx, 900_000_000)
    assert take(tx, 5, 6, date=NOW + 8 * 86_400) == [True, True]


def test_D3_numbers_older_than_the_memory_are_forgotten_and_may_come_again(tx: Tx) -> None:
    take(tx, 1, date=NOW - MEMORY - 1)
    take(tx, 2, date=NOW - MEMORY)
    updates.forget(tx, NOW)
    assert take(tx, 1, 2) == [True, False]


def test_what_waits_is_never_forgotten_and_what_died_is_kept_a_month(tx: Tx) -> None:
    take(tx, 1, 2, 3, date=NOW)
    updates.settle(tx, 1, UpdateState.RETRY, due=NOW)
    updates.settle(tx, 2, UpdateState.DEAD, "KeyError")
    updates.settle(tx, 3, UpdateState.IGNORED)
    updates.forget(tx, NOW + DEAD_KEPT)
    assert updates.counts(tx) == {"retry": 1, "dead": 1}
    updates.forget(tx, NOW + DEAD_KEPT + 1)
    assert updates.counts(tx) == {"retry": 1}


def test_a_chat_waits_behind_its_first_failed_update_and_others_do_not(tx: Tx) -> None:
    fail(tx, 1, due=NOW + 10)
    take(tx, 2)
    updates.settle(tx, 2, UpdateState.RETRY)
    fail(tx, 3, due=NOW, chat=6)
    assert updates.lanes(tx) == {5, 6}
    assert waiting(tx) == [3]
    assert waiting(tx, NOW + 10) == [1, 2, 3]


def test_AC15_what_was_put_off_waits_in_its_accounts_lane_each_until_its_own_instant(tx: Tx) -> None:
    take(tx, 1, 2, 3, 4)
    for update, due in ((1, NOW), (2, NOW + 1), (3, 0)):
        updates.hold(tx, update, 77, due)
    assert updates.lanes(tx) == {77}
    assert [waiting(tx, NOW + seconds) for seconds in (-1, 0, 1)] == [[], [1], [1, 2, 3]]


def test_the_next_try_is_when_the_first_of_any_chat_is_due(tx: Tx) -> None:
    assert updates.next_due(tx) is None
    fail(tx, 1, due=NOW + 10)
    fail(tx, 2, due=NOW + 5, chat=6)
    assert updates.next_due(tx) == NOW + 5


def test_an_update_without_a_chat_can_be_settled_too(tx: Tx) -> None:
    take(tx, 1, chat=None)
    updates.settle(tx, 1, UpdateState.DEAD, "no date")
    assert tuple(tx.one("SELECT state, error FROM updates WHERE id = 1")) == ("dead", "no date")
