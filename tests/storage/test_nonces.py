"""Nonces: each button works once, for whom it was made, where it was made."""

import pytest

from bot.domain.messages import Button
from storage import nonces
from storage.nonces import LIFETIME, MOST, NoPress, Press
from storage.sqlite import Tx
from tests.storage.ground import NOW

BUTTONS = (Button("Sửa", "fix", {"entry": 7}), Button("Hoàn tác", "undo", {"ghi chú": "đợt một"}))


def issue(tx: Tx, account: int = 5) -> str:
    return nonces.issue(tx, 1, account, BUTTONS, NOW)


def press(tx: Tx, data: str, chat: int = 1, account: int = 5, now: int = NOW) -> Press | NoPress:
    return nonces.redeem(tx, data, chat, account, now)


def test_a_button_carries_its_action_and_arguments(tx: Tx) -> None:
    token = issue(tx)
    assert press(tx, f"{token}.0") == Press("fix", {"entry": 7})
    assert press(tx, f"{token}.1") == Press("undo", {"ghi chú": "đợt một"})


def test_O4_a_second_press_of_the_same_button_has_no_effect(tx: Tx) -> None:
    token = issue(tx)
    press(tx, f"{token}.0")
    assert press(tx, f"{token}.0") is NoPress.USED


@pytest.mark.parametrize(("chat", "account"), [(2, 5), (1, 6), (1, 0)])
def test_H5_a_button_of_somebody_else_or_from_elsewhere_is_refused_and_stays_unused(
    tx: Tx, chat: int, account: int
) -> None:
    token = issue(tx)
    assert press(tx, f"{token}.0", chat, account) is NoPress.FOREIGN
    assert press(tx, f"{token}.0") == Press("fix", {"entry": 7})


def test_a_button_for_anybody_works_once_for_whoever_comes_first(tx: Tx) -> None:
    token = issue(tx, account=0)
    assert press(tx, f"{token}.0", account=9) == Press("fix", {"entry": 7})
    assert press(tx, f"{token}.0", account=5) is NoPress.USED


@pytest.mark.parametrize("data", ["", ".", ".0", "x.0", "{token}", "{token}.", "{token}.2", "{token}.-1", "{token}.²"])
def test_H5_what_was_never_issued_is_unknown(tx: Tx, data: str) -> None:
    assert press(tx, data.format(token=issue(tx))) is NoPress.UNKNOWN


def test_a_button_expires(tx: Tx) -> None:
    token = issue(tx)
    assert isinstance(press(tx, f"{token}.1", now=NOW + LIFETIME), Press)
    assert press(tx, f"{token}.0", now=NOW + LIFETIME + 1) is NoPress.EXPIRED
    assert press(tx, f"{token}.1") is NoPress.USED


def test_every_button_of_the_largest_keyboard_works(tx: Tx) -> None:
    token = nonces.issue(tx, 1, 5, BUTTONS[:1] * MOST, NOW)
    assert all(isinstance(press(tx, f"{token}.{index}"), Press) for index in range(MOST))
    with pytest.raises(ValueError, match="64"):
        nonces.issue(tx, 1, 5, BUTTONS[:1] * (MOST + 1), NOW)


def test_a_token_leaves_room_within_64_bytes(tx: Tx) -> None:
    assert len(f"{issue(tx)}.{MOST - 1}".encode()) <= 64


def test_new_keyboards_lie_behind_all_others_also_behind_those_without_a_number(tx: Tx) -> None:
    tx.run(
        "INSERT INTO nonces (token, chat, account, buttons, expires) VALUES ('zzzzzzzzzzzzzzzz', 1, 0, '[]', ?)", (NOW,)
    )
    first, second = issue(tx), issue(tx)
    tx.known.clear()  # as the next transaction finds it
    issued = [first, second, issue(tx)]
    assert [token for (token,) in tx.all("SELECT token FROM nonces ORDER BY token")][1:] == issued
    assert len({token[9:] for token in issued}) == 3
