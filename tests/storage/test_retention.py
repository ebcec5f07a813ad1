"""Claims about what goes, when, and what stays."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from storage import meta, retention
from storage.retention import DAY_S, reference, sweep
from storage.sqlite import Store, Tx

NOW = 1_702_600_000
WORD = "Nguyễn Thị Hoa 12 nghỉ ốm"


def said(tx: Tx, number: int, days_ago: float, state: str = "done") -> None:
    tx.run(
        "INSERT INTO updates (id, chat, date, state, raw) VALUES (?, 1, ?, ?, ?)",
        (number, NOW - days_ago * DAY_S, state, json.dumps({"text": WORD}, ensure_ascii=False)),
    )


def told(tx: Tx, number: int, days_ago: float, state: str = "sent", **payload: Any) -> None:
    tx.run("INSERT OR IGNORE INTO chats (id, channel, external, private) VALUES (1, 'telegram', 5, 1)")
    tx.run(
        "INSERT INTO outbox (id, chat, verb, payload, priority, repeatable, created, state, done)"
        " VALUES (?, 1, 'send', ?, 1, 0, 0, ?, ?)",
        (
            number,
            json.dumps({"html": WORD, **payload}, ensure_ascii=False),
            state,
            None if state == "waiting" else NOW - days_ago * DAY_S,
        ),
    )


def much(tx: Tx, last: int) -> None:
    for number in range(1, last + 1):
        said(tx, number, 7)
        told(tx, number, 8)


def begun(tx: Tx) -> None:
    """Note that the day before was swept too, as on a bot that has run for long."""
    meta.put(tx, "swept_until", str(NOW - DAY_S))


async def rows(store: Store, table: str) -> list[int]:
    return [row[0] for row in await store.read(lambda tx: tx.all(f"SELECT id FROM {table} ORDER BY id"))]


async def test_V6_what_was_said_goes_after_six_days_and_what_died_after_thirty(store: Store) -> None:
    await store.write(begun)
    for number, (days, state) in enumerate([(7, "done"), (5, "done"), (7, "ignored"), (29, "dead"), (31, "dead")]):
        await store.write(partial(said, number=number, days_ago=days, state=state))
    await store.write(partial(said, number=9, days_ago=40, state="retry"))
    assert (await sweep(store, NOW))["updates"] == 2
    assert await rows(store, "updates") == [1, 3, 9]


async def test_V6_answers_are_blanked_after_a_week_and_gone_after_a_month(store: Store) -> None:
    await store.write(begun)
    for number, (days, state) in enumerate([(31, "sent"), (29, "failed"), (8, "sent"), (6, "sent"), (40, "waiting")]):
        await store.write(partial(told, number=number + 1, days_ago=days, state=state))
    await sweep(store, NOW)
    found = await store.read(lambda tx: tx.all("SELECT id, payload FROM outbox ORDER BY id"))
    assert [(row["id"], WORD in row["payload"]) for row in found] == [(2, False), (3, False), (4, True), (5, True)]


async def test_the_newest_row_of_the_outbox_is_never_removed_and_an_edit_still_finds_its_message(store: Store) -> None:
    await store.write(begun)
    await store.write(partial(told, number=1, days_ago=40))
    await store.write(partial(told, number=2, days_ago=40, edits=1))
    await sweep(store, NOW)
    assert await store.read(lambda tx: [tuple(row) for row in tx.all("SELECT id, payload FROM outbox")]) == [
        (2, '{"edits":1}')
    ]


async def test_V6_strangers_keyboards_and_dialogues_go_when_their_time_is_over(store: Store) -> None:
    def fill(tx: Tx) -> None:
        begun(tx)
        tx.run("INSERT INTO chats (id, channel, external, private) VALUES (1, 'telegram', 5, 1)")
        tx.run("INSERT INTO people (id, name, created) VALUES (1, 'Lan', 0)")
        for number, days in enumerate((31, 29)):
            moment = NOW - days * DAY_S
            tx.run("INSERT INTO strangers (channel, external, answered) VALUES ('telegram', ?, ?)", (number, moment))
        for token, expires in (("a", NOW - 1), ("b", NOW + 1)):
            tx.run(
                "INSERT INTO nonces (token, chat, account, buttons, expires) VALUES (?, 1, 0, '[]', ?)",
                (token, expires),
            )
        tx.run("INSERT INTO dialogues (chat, person, kind, data, expires) VALUES (1, 1, 'x', '{}', ?)", (NOW - 1,))

    await store.write(fill)
    gone = await sweep(store, NOW)
    assert {name: number for name, number in gone.items() if number} == {"strangers": 1, "keyboards": 1, "dialogues": 1}


async def test_V6_what_went_is_in_no_free_page_and_not_in_the_log(store: Store, path: Path) -> None:
    await store.write(begun)
    await store.write(partial(much, last=1_000))
    assert any(WORD.encode() in file.read_bytes() for file in path.parent.iterdir())
    await sweep(store, NOW)
    assert not [file for file in path.parent.iterdir() if WORD.encode() in file.read_bytes()]
    assert path.with_name("tiendo.db-wal").stat().st_size == 0


async def test_V6_it_goes_in_batches_between_which_others_write(store: Store) -> None:
    await store.write(begun)
    await store.write(partial(much, last=1_000))
    sizes = [gone async for gone in retention._batches(store, retention.SWEEPS[0], NOW)]
    assert (max(sizes), sum(sizes)) == (retention.BATCH, 1_000)


@pytest.mark.parametrize(
    ("last", "newest", "now", "wanted"),
    [
        (None, None, 100, 100),  # an empty file
        (None, 50, 100, 50),  # an older database that was never swept: the messenger's word counts
        (100, None, 100 + DAY_S, 100 + DAY_S),  # an ordinary night
        (100, None, 100 + 3_653 * DAY_S, 100 + 2 * DAY_S),  # ten years ahead
        (100, 100 + 9 * DAY_S, 100 + 9 * DAY_S, 100 + 9 * DAY_S),  # after nine days down, people report again
        (100 + 2 * DAY_S, None, 200, 200),  # the clock is back
    ],
)
def test_K3_the_clock_is_believed_two_days_beyond_what_is_known(
    last: int | None, newest: int | None, now: int, wanted: int
) -> None:
    assert reference(last, newest, now) == wanted


async def test_K3_ten_years_ahead_for_a_moment_lose_nothing_of_this_week(store: Store) -> None:
    await store.write(begun)
    await store.write(partial(said, number=1, days_ago=3))
    await store.write(partial(told, number=1, days_ago=4))
    gone = await sweep(store, NOW + 3_653 * DAY_S)
    assert sum(gone.values()) == 0
