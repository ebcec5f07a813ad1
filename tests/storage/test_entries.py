"""Entries: appended, never changed; short references that never meet."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import entries
from storage.entries import EntryKind, EntryState, reference
from storage.sqlite import Tx
from tests.storage.ground import KH, TN, YESTERDAY, Pen


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET amounts = '{}'",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries",
        "UPDATE OR REPLACE entries SET id = id + 1",
    ],
)
def test_V9_an_entry_can_neither_be_changed_nor_deleted_nor_replaced(tx: Tx, pen: Pen, sql: str) -> None:
    entry = pen.say(pen.slot(), {TN: 45, KH: 30}, note="đợt một")
    with pytest.raises(sqlite3.IntegrityError, match="entries are never"):
        tx.run(sql)
    assert entries.get(tx, entry.id) == entry


def test_what_is_read_is_what_was_appended(tx: Tx, pen: Pen) -> None:
    entry = pen.say(pen.slot(), {TN: 0}, doubts=("outlier",), note="# nghỉ", on_time=False)
    assert entries.get(tx, entry.id) == entry
    assert entries.newest(tx, pen.slot()) == entry


def test_an_entry_that_does_not_exist_is_a_lookup_error(tx: Tx) -> None:
    with pytest.raises(LookupError):
        entries.get(tx, 99)


def test_the_newest_version_is_the_newest_accepted_one_of_its_slot(pen: Pen) -> None:
    pen.say(pen.slot(day=YESTERDAY), {TN: 1})
    accepted = pen.say(pen.slot(), {TN: 2})
    pen.ask(pen.slot(), {TN: 900})
    pen.say(pen.slot(person=2), {TN: 3})
    assert entries.newest(pen.tx, pen.slot()) == accepted


def test_a_message_leads_to_the_newest_version_it_brought_about(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 1}, message=7)
    edited = pen.say(pen.slot(), {TN: 2}, message=7, kind=EntryKind.EDIT)
    pen.undo(pen.slot(), message=7)
    assert entries.of_message(pen.tx, 1, 7) == edited
    assert entries.of_message(pen.tx, 1, 8) is None


def test_one_update_cannot_fill_the_same_slot_twice(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 1}, update=77)
    with pytest.raises(sqlite3.IntegrityError):
        pen.say(pen.slot(), {TN: 2}, update=77)


def test_a_question_is_open_until_it_is_answered(pen: Pen) -> None:
    question = pen.ask(pen.slot(), {TN: 900})
    assert entries.open_question(pen.tx, 1) == question
    assert entries.questions(pen.tx, pen.slot()) == [question]
    pen.confirm(question)
    assert not entries.is_open(pen.tx, question.id)
    assert entries.open_question(pen.tx, 1) is None


def test_what_is_known_of_a_slot_is_what_would_be_read_of_it(tx: Tx, pen: Pen) -> None:
    slot = pen.slot()
    steps: list[Callable[[], object]] = [
        lambda: pen.say(slot, {TN: 45, KH: 30}),
        lambda: pen.ask(slot, {TN: 900}),
        lambda: pen.ask(slot, {KH: 800}),
        lambda: pen.say(slot, {KH: 31}),
        lambda: pen.drop(entries.questions(tx, slot)[0]),
        lambda: pen.confirm(pen.ask(slot, {TN: 901})),
        lambda: pen.undo(slot),
    ]
    for step in steps:
        step()
        known = entries.newest(tx, slot), entries.questions(tx, slot)
        tx.known.clear()
        assert (entries.newest(tx, slot), entries.questions(tx, slot)) == known


def test_what_is_taken_back_is_known_no_more(tx: Tx, pen: Pen) -> None:
    stands = pen.say(pen.slot(), {TN: 45})
    with suppress(KeyError), tx.attempt():
        pen.say(pen.slot(), {TN: 46})
        pen.ask(pen.slot(), {TN: 900})
        raise KeyError
    assert entries.newest(tx, pen.slot()) == stands
    assert entries.questions(tx, pen.slot()) == []


def test_a_questioned_or_dropped_version_is_no_report(pen: Pen) -> None:
    question = pen.ask(pen.slot(), {TN: 900})
    assert question.state is EntryState.QUESTIONED
    pen.drop(question)
    assert entries.newest(pen.tx, pen.slot()) is None


@given(st.sets(st.integers(1, 40_000_000), min_size=2, max_size=200))
def test_references_of_different_entries_differ(numbers: set[int]) -> None:
    assert len({reference(number) for number in numbers}) == len(numbers)


def test_the_first_hundred_thousand_references_differ_and_have_four_characters() -> None:
    names = {reference(number) for number in range(1, 100_001)}
    assert len(names) == 100_000
    assert {len(name) for name in names} == {4}


@given(st.integers(1, 2**40))
def test_a_reference_has_no_letters_that_are_mistaken_for_digits(number: int) -> None:
    assert not set(reference(number)) & set("01OI")
