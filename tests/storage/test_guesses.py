"""Guesses: wrong codes of all accounts together."""

from storage import guesses, people
from storage.guesses import ALLOWED, WINDOW_S
from storage.sqlite import Tx
from tests.storage.ground import NOW


def test_AC6_the_hundredth_wrong_code_shuts_the_door_once_and_for_an_hour(tx: Tx) -> None:
    told = [guesses.note(tx, NOW + number) for number in range(ALLOWED + 5)]
    assert [number for number, shut in enumerate(told, 1) if shut] == [ALLOWED]
    assert not guesses.may_guess(tx, NOW + WINDOW_S - 1)
    assert guesses.may_guess(tx, NOW + WINDOW_S)


def test_AC6_wrong_codes_of_another_hour_do_not_count(tx: Tx) -> None:
    for _ in range(ALLOWED - 1):
        guesses.note(tx, NOW)
    assert not guesses.note(tx, NOW + WINDOW_S)
    assert guesses.may_guess(tx, NOW + WINDOW_S)


def test_a_clock_that_was_put_back_does_not_shut_the_door_for_longer(tx: Tx) -> None:
    for _ in range(ALLOWED):
        guesses.note(tx, NOW)
    assert guesses.may_guess(tx, NOW - 1)


def test_strangers_of_long_ago_are_forgotten_and_the_others_are_not(tx: Tx) -> None:
    people.may_answer_stranger(tx, "telegram", 97, NOW)
    people.note_wrong_code(tx, "telegram", 98, NOW)
    people.may_answer_stranger(tx, "telegram", 99, NOW + 5)
    assert people.forget_strangers(tx, NOW + 1) == 2
    assert [row[0] for row in tx.all("SELECT external FROM strangers")] == [99]
