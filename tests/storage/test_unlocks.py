"""An unlock holds for a unit and all below it, for what is said before its end; nothing has to run at that instant."""

from storage import unlocks
from storage.sqlite import Tx
from storage.unlocks import Unlock
from tests import cast
from tests.storage.ground import DAY, NOW, YESTERDAY, Pen

UNTIL = NOW + 3_600


def given(tx: Tx, pen: Pen, code: str = "TP", until: int = UNTIL, now: int = NOW) -> Unlock:
    return unlocks.give(tx, "vneid", pen.unit(code), YESTERDAY, until=until, given_by="person:1", now=now)


def opens(tx: Tx, pen: Pen, code: str = cast.AN_HOI, moment: int = NOW) -> bool:
    return unlocks.opens(tx, "vneid", pen.world.tree.path(pen.unit(code)), YESTERDAY, moment)


def test_it_holds_for_the_unit_and_all_below(tx: Tx, pen: Pen) -> None:
    given(tx, pen)
    assert [opens(tx, pen, code) for code in ("TP", cast.AN_HOI, "BT", "CT-01")] == [True, True, False, False]


def test_it_ends_by_itself(tx: Tx, pen: Pen) -> None:
    given(tx, pen)
    assert [opens(tx, pen, moment=moment) for moment in (NOW, UNTIL - 1, UNTIL)] == [True, True, False]


def test_other_days_and_campaigns_stay_locked(tx: Tx, pen: Pen) -> None:
    given(tx, pen)
    path = pen.world.tree.path(pen.unit(cast.AN_HOI))
    assert not unlocks.opens(tx, "vneid", path, DAY, NOW)
    assert not unlocks.opens(tx, "other", path, YESTERDAY, NOW)


def test_ended_early_it_still_holds_for_what_was_said_before(tx: Tx, pen: Pen) -> None:
    unlock = given(tx, pen)
    assert unlocks.end(tx, unlock, NOW + 60)
    assert not unlocks.end(tx, unlock, NOW + 61)
    assert (opens(tx, pen, moment=NOW + 59), opens(tx, pen, moment=NOW + 60)) == (True, False)
    assert unlocks.standing(tx, NOW + 60) == []


def test_giving_it_again_replaces_the_former(tx: Tx, pen: Pen) -> None:
    given(tx, pen)
    shorter = given(tx, pen, until=NOW + 60, now=NOW + 1)
    assert unlocks.standing(tx, NOW + 1) == [shorter]
    assert not opens(tx, pen, moment=NOW + 61)


def test_each_is_told_once_and_not_after_its_end(tx: Tx, pen: Pen) -> None:
    first = given(tx, pen)
    assert unlocks.untold(tx, NOW) == [first]
    assert unlocks.untold(tx, NOW) == []
    given(tx, pen, "CT")
    assert unlocks.untold(tx, UNTIL) == []
