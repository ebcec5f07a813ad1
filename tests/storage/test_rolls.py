"""Rolls and parting: who holds which post, and what ends with one."""

from datetime import date
from typing import Any

import pytest

from bot.domain.messages import Button
from storage import chats, dialogues, invites, nonces, parting, people, rolls
from storage.dialogues import Dialogue
from storage.invites import InviteKind, NoInvite
from storage.nonces import NoPress
from storage.people import Post, Role
from storage.sqlite import Tx
from tests.cast import AN_HOI, PHU_KHUONG
from tests.storage.ground import NOW, TN, YESTERDAY, Pen

AT = "telegram"


def post(pen: Pen, code: str = AN_HOI, role: Role = Role.OFFICER) -> Post:
    return Post(role, pen.unit(code))


def appoint(tx: Tx, person: int, held: Post) -> None:
    people.appoint(tx, person, held.role, held.unit, NOW)


def test_everybody_below_is_listed_with_the_oldest_post_first(tx: Tx, pen: Pen) -> None:
    appoint(tx, 2, post(pen, "TP", Role.COMMANDER))
    appoint(tx, 1, post(pen))
    appoint(tx, 2, post(pen, "CT-01"))
    city = set(pen.world.tree.below(pen.unit("TP")))
    listed = rolls.below(tx, AT, city.__contains__)
    assert [(each.person, each.post, each.name) for each in listed] == [
        (2, post(pen, "TP", Role.COMMANDER), "Cán bộ 6"),
        (1, post(pen), "Cán bộ 5"),
    ]


def test_who_never_opened_the_chat_or_blocked_the_bot_is_out_of_reach(tx: Tx, pen: Pen) -> None:
    appoint(tx, 1, post(pen))
    appoint(tx, 2, post(pen))
    assert [each.reachable for each in rolls.of_unit(tx, AT, pen.unit(AN_HOI))] == [True, False]
    chats.set_reachable(tx, chats.meet(tx, AT, 5, private=True).id, reachable=False)
    assert not any(each.reachable for each in rolls.of_unit(tx, AT, pen.unit(AN_HOI)))


def test_a_post_has_a_short_name_of_its_own_that_ends_with_it(tx: Tx, pen: Pen) -> None:
    appoint(tx, 1, post(pen))
    (former,) = rolls.of_unit(tx, AT, pen.unit(AN_HOI))
    parting.part(tx, 1, post(pen), NOW)
    appoint(tx, 1, post(pen))
    (holder,) = rolls.of_unit(tx, AT, pen.unit(AN_HOI))
    assert holder.ref != former.ref
    assert rolls.of_post(tx, AT, former.number) is None


def test_the_last_day_is_the_newest_that_they_reported_for_at_that_unit(tx: Tx, pen: Pen) -> None:
    appoint(tx, 1, post(pen))
    (holder,) = rolls.of_unit(tx, AT, pen.unit(AN_HOI))
    assert rolls.last_day(tx, ["vneid"], holder) is None
    pen.say(pen.slot(day=YESTERDAY), {TN: 5})
    pen.say(pen.slot(PHU_KHUONG), {TN: 5})
    pen.say(pen.slot(), {TN: 5}, author=2)
    assert rolls.last_day(tx, ["vneid"], holder) == YESTERDAY == date(2023, 11, 30)


def issue(tx: Tx, pen: Pen, **facts: Any) -> str:
    return invites.issue(tx, InviteKind.OFFICER, pen.unit(AN_HOI), uses=1, expires=NOW + 9, now=NOW, **facts)


def test_AC13_whatever_somebody_has_open_ends_with_the_post(tx: Tx, pen: Pen) -> None:
    appoint(tx, 1, post(pen))
    dialogues.begin(tx, Dialogue(1, 1, "report", {}), NOW + 9)
    token = nonces.issue(tx, 1, 5, [Button("0", "answer")], NOW)
    code = issue(tx, pen, issued_by="person:1")
    assert parting.part(tx, 1, post(pen), NOW)
    assert dialogues.current(tx, 1, 1, NOW) is None
    assert nonces.redeem(tx, f"{token}.0", 1, 5, NOW) is NoPress.EXPIRED
    assert invites.look(tx, code, NOW) is NoInvite.EXPIRED


def test_what_others_have_open_and_other_posts_stay(tx: Tx, pen: Pen) -> None:
    for person, held in ((1, post(pen)), (1, post(pen, PHU_KHUONG)), (2, post(pen))):
        appoint(tx, person, held)
    theirs, terminals = issue(tx, pen, issued_by="person:2"), issue(tx, pen)
    parting.part(tx, 1, post(pen), NOW)
    assert not parting.part(tx, 1, post(pen), NOW)
    assert [invites.open_of(tx, "person:2", NOW), invites.open_of(tx, "", NOW)] == [1, 0]
    assert not isinstance(invites.look(tx, theirs, NOW), NoInvite)
    assert not isinstance(invites.look(tx, terminals, NOW), NoInvite)
    found = people.find(tx, AT, 5)
    assert found is not None
    assert found.posts == (post(pen, PHU_KHUONG),)


@pytest.mark.parametrize(("uses", "late", "count"), [(1, 0, 1), (0, 0, 0), (1, 10, 0)])
def test_only_invites_that_still_open_something_are_counted(tx: Tx, uses: int, late: int, count: int) -> None:
    unit = tx.value("SELECT id FROM units LIMIT 1")
    invites.issue(tx, InviteKind.OFFICER, unit, uses=uses, expires=NOW + 9, now=NOW, issued_by="person:1")
    assert invites.open_of(tx, "person:1", NOW + late) == count
