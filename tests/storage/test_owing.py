"""Owing: what is added to sums is written once for many, and nobody can read it before."""

import json
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from storage import meta
from storage.sqlite import Store, Summed, Tx
from storage.written import read, written

NUMBERS = Summed(
    "numbers",
    "INSERT INTO numbers (unit, name, amount) VALUES (?, ?, ?)"
    " ON CONFLICT (unit, name) DO UPDATE SET amount = numbers.amount + excluded.amount",
)
READ = "SELECT name || unit, amount FROM numbers ORDER BY name, unit"


@pytest.fixture
async def numbers(store: Store) -> Store:
    def made(tx: Tx) -> None:
        tx.run("CREATE TABLE numbers (unit INTEGER, name TEXT, amount INTEGER, PRIMARY KEY (unit, name))")

    await store.write(made)
    return store


def all_of(tx: Tx) -> dict[str, int]:
    return dict(tx.all(READ))


async def test_what_is_owed_is_written_before_its_table_is_read_and_only_then(numbers: Store) -> None:
    def unit(tx: Tx) -> tuple[list[object], dict[str, int]]:
        tx.owe(NUMBERS, (1,), [(("a",), (3,))])
        tx.owe(NUMBERS, (1,), [(("a",), (4,))])
        return tx.peek(READ), all_of(tx)

    assert await numbers.write(unit) == ([], {"a1": 7})


async def test_what_several_units_are_owed_comes_to_each_of_them(numbers: Store) -> None:
    def unit(tx: Tx) -> None:
        tx.owe(NUMBERS, (1, 2, 3), [(("a",), (1,))])
        tx.owe(NUMBERS, (2, 3), [(("a",), (10,))])
        tx.owe(NUMBERS, (3,), [(("b",), (100,))])

    await numbers.write(unit)
    assert await numbers.read(all_of) == {"a1": 1, "a2": 11, "a3": 11, "b3": 100}


async def test_what_is_owed_is_written_at_the_end_of_its_unit(numbers: Store) -> None:
    await numbers.write(lambda tx: tx.owe(NUMBERS, (1,), [(("a",), (3,))]))
    await numbers.write(lambda tx: tx.owe(NUMBERS, (1,), [(("a",), (-5,))]))
    assert await numbers.read(all_of) == {"a1": -2}


async def test_what_is_owed_by_an_attempt_that_fails_is_never_written(numbers: Store) -> None:
    def unit(tx: Tx) -> dict[str, int]:
        tx.owe(NUMBERS, (1,), [(("before",), (1,))])
        with suppress(KeyError), tx.attempt():
            tx.owe(NUMBERS, (1,), [(("within",), (1,))])
            raise KeyError
        tx.owe(NUMBERS, (1,), [(("after",), (1,))])
        return all_of(tx)

    assert await numbers.write(unit) == {"before1": 1, "after1": 1}
    assert await numbers.read(all_of) == {"before1": 1, "after1": 1}


async def test_what_changes_a_table_of_sums_by_itself_comes_after_what_is_owed_to_it(numbers: Store) -> None:
    def unit(tx: Tx) -> None:
        tx.owe(NUMBERS, (1,), [(("a",), (3,))])
        tx.run_many("UPDATE numbers SET amount = ? WHERE name = ?", [(100, "a")])
        tx.owe(NUMBERS, (1,), [(("a",), (1,))])

    await numbers.write(unit)
    assert await numbers.read(all_of) == {"a1": 101}


async def test_a_medium_that_refuses_what_is_owed_keeps_nothing_of_the_unit(numbers: Store) -> None:
    def unit(tx: Tx) -> None:
        meta.put(tx, "a", "x")
        tx.owe(Summed("numbers", "INSERT INTO nowhere VALUES (?, ?, ?)"), (1,), [(("a",), (1,))])

    with pytest.raises(Exception, match="nowhere"):
        await numbers.write(unit)
    assert await numbers.read(lambda tx: meta.get(tx, "a")) is None


async def test_facts_are_read_anew_once_they_are_changed_or_taken_back(store: Store) -> None:
    def unit(tx: Tx) -> list[dict[str, str]]:
        seen = [dict(meta.some(tx, "a"))]
        with suppress(KeyError), tx.attempt():
            meta.put(tx, "a", "1")
            seen.append(dict(meta.some(tx, "a")))
            raise KeyError
        return [*seen, dict(meta.some(tx, "a"))]

    assert await store.write(unit) == [{}, {"a": "1"}, {}]


@pytest.mark.parametrize("value", [{"a": [1, "ă", None, 1.5, True]}, 2**70, "\ud83d", {"\udc00": -(2**64)}])
def test_whatever_was_said_can_be_written_as_text_that_a_file_can_hold(value: object, tmp_path: Path) -> None:
    text = written(value)
    (tmp_path / "text").write_text(text, encoding="utf-8")
    assert json.loads((tmp_path / "text").read_text(encoding="utf-8")) == value
    assert read(text) == value


INSERT = "INSERT INTO numbers (unit, name, amount) VALUES (?, ?, ?)"


async def test_what_comes_later_is_there_before_its_table_is_named_and_only_then(numbers: Store) -> None:
    def unit(tx: Tx) -> tuple[list[object], dict[str, int]]:
        tx.later("numbers", INSERT, [(1, "a", 3)])
        tx.later("numbers", INSERT, [(2, "a", 4), (3, "a", 5)])
        tx.one("SELECT 1")
        return tx.peek(READ), all_of(tx)

    assert await numbers.write(unit) == ([], {"a1": 3, "a2": 4, "a3": 5})


async def test_what_comes_later_comes_at_the_end_of_its_unit(numbers: Store) -> None:
    await numbers.write(lambda tx: tx.later("numbers", INSERT, [(1, "a", 3)]))
    assert await numbers.read(all_of) == {"a1": 3}


async def test_to_catch_up_leaves_sums_owed(numbers: Store) -> None:
    def unit(tx: Tx) -> list[tuple[object, ...]]:
        tx.owe(NUMBERS, (1,), [(("a",), (3,))])
        tx.later("numbers", INSERT, [(2, "a", 4)])
        tx.catch_up()
        return [tuple(row) for row in tx.peek(READ)]

    assert await numbers.write(unit) == [("a2", 4)]
    assert await numbers.read(all_of) == {"a1": 3, "a2": 4}


async def test_what_should_come_later_in_an_attempt_that_fails_never_comes(numbers: Store) -> None:
    def unit(tx: Tx) -> None:
        with suppress(KeyError), tx.attempt():
            tx.later("numbers", INSERT, [(1, "a", 3)])
            raise KeyError
        tx.later("numbers", INSERT, [(2, "a", 4)])

    await numbers.write(unit)
    assert await numbers.read(all_of) == {"a2": 4}


async def test_a_row_that_cannot_come_later_fails_its_own_unit(numbers: Store) -> None:
    await numbers.write(lambda tx: tx.later("numbers", INSERT, [(1, "a", 3)]))
    with pytest.raises(sqlite3.IntegrityError):
        await numbers.write(lambda tx: tx.later("numbers", INSERT, [(2, "a", 4), (1, "a", 9)]))
    assert await numbers.read(all_of) == {"a1": 3}


async def test_another_kind_for_the_same_table_keeps_the_order(numbers: Store) -> None:
    def unit(tx: Tx) -> None:
        tx.later("numbers", INSERT, [(1, "a", 3)])
        tx.later("numbers", "UPDATE numbers SET amount = ? WHERE unit = ?", [(8, 1)])
        tx.later("numbers", INSERT, [(2, "a", 4)])

    await numbers.write(unit)
    assert await numbers.read(all_of) == {"a1": 8, "a2": 4}
