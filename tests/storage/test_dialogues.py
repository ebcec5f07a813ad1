"""Dialogues: half-done conversations outlive a restart, are offered again once, and expire."""

from dataclasses import replace

from storage import dialogues
from storage.dialogues import Dialogue
from storage.sqlite import Tx
from tests.storage.ground import NOW

HALF = Dialogue(1, 1, "report", {"day": "2023-12-01", "ghi chú": "đợt một", "given": {"tn": 45}})


def test_a_dialogue_is_there_until_it_ends(tx: Tx) -> None:
    dialogues.begin(tx, HALF, NOW + 60)
    assert dialogues.current(tx, 1, 1, NOW) == HALF
    assert dialogues.current(tx, 1, 2, NOW) is None
    assert dialogues.end(tx, 1, 1)
    assert not dialogues.end(tx, 1, 1)
    assert dialogues.current(tx, 1, 1, NOW) is None


def test_a_new_dialogue_takes_the_place_of_the_open_one(tx: Tx) -> None:
    dialogues.begin(tx, HALF, NOW + 60)
    further = replace(HALF, kind="fix", data={})
    dialogues.begin(tx, further, NOW + 90)
    assert dialogues.current(tx, 1, 1, NOW + 60) == further


def test_R8_an_expired_dialogue_is_gone_for_good(tx: Tx) -> None:
    dialogues.begin(tx, HALF, NOW + 60)
    assert dialogues.current(tx, 1, 1, NOW + 60) is None
    assert dialogues.current(tx, 1, 1, NOW) is None


def test_D15b_a_draft_is_offered_again_once_after_each_of_its_steps(tx: Tx) -> None:
    dialogues.begin(tx, HALF, NOW + 60)
    assert dialogues.unoffered(tx, NOW) == [HALF]
    assert dialogues.unoffered(tx, NOW) == []
    dialogues.begin(tx, HALF, NOW + 60)
    assert dialogues.unoffered(tx, NOW) == [HALF]


def test_an_expired_draft_is_not_offered(tx: Tx) -> None:
    dialogues.begin(tx, HALF, NOW + 60)
    assert dialogues.unoffered(tx, NOW + 60) == []
