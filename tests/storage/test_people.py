"""People: accounts, posts, and strangers who are nobody yet."""

import pytest

from bot.domain.messages import Speaker
from bot.domain.units import UnitId
from storage import people
from storage.people import FAILURE_WINDOW, FAILURES_ALLOWED, QUIET_SECONDS, Person, Post, Role
from storage.sqlite import Tx
from tests.storage.ground import NOW, Pen

AT = "telegram"


def test_a_stranger_is_nobody(tx: Tx) -> None:
    assert people.find(tx, AT, 99) is None
    assert people.speaker(tx, AT, 99) is None
    assert people.name(tx, 99) == ""


def test_an_enrolled_account_is_a_person_without_a_post(tx: Tx) -> None:
    person = people.enrol(tx, AT, 99, name="Lê Văn Bình", now=NOW)
    assert people.find(tx, AT, 99) == Person(person, "Lê Văn Bình", "", ())
    assert people.speaker(tx, AT, person) == Speaker(99, "Lê Văn Bình")
    assert people.accounts(tx, AT, person) == [99]


def test_AC12_a_person_is_known_by_the_account_and_not_by_the_name(tx: Tx) -> None:
    person = people.enrol(tx, AT, 99, name="Bình", now=NOW)
    assert people.enrol(tx, AT, 98, name="Bình", now=NOW) != person
    assert people.enrol(tx, AT, 99, name="Bình mới", now=NOW) == person
    assert people.name(tx, person) == "Bình mới"


def test_the_same_number_on_two_channels_is_two_people(tx: Tx) -> None:
    assert people.enrol(tx, "zalo", 5, name="Bình", now=NOW) != 1


def test_a_post_is_held_once_however_often_it_is_given(tx: Tx, pen: Pen) -> None:
    ward = pen.unit("TP-01")
    for _ in range(2):
        people.appoint(tx, 1, Role.OFFICER, ward, NOW)
    people.appoint(tx, 1, Role.COMMANDER, pen.unit("TP"), NOW)
    found = people.find(tx, AT, 5)
    assert found is not None
    assert found.posts == (Post(Role.OFFICER, ward), Post(Role.COMMANDER, pen.unit("TP")))


def test_AC3_a_dismissed_person_holds_nothing_at_once_and_may_be_appointed_again(tx: Tx, pen: Pen) -> None:
    post = Post(Role.OFFICER, pen.unit("TP-01"))
    people.appoint(tx, 1, post.role, post.unit, NOW)
    people.dismiss(tx, 1, NOW + 1)
    found = people.find(tx, AT, 5)
    assert found is not None
    assert found.posts == ()
    people.appoint(tx, 1, post.role, post.unit, NOW + 2)
    found = people.find(tx, AT, 5)
    assert found is not None
    assert found.posts == (post,)


def test_commanders_of_a_path_are_named_once_and_nearest_first(tx: Tx, pen: Pen) -> None:
    ward, city, province = pen.world.tree.path(pen.unit("TP-01"))
    for person, unit in ((1, province), (2, city), (1, city)):
        people.appoint(tx, person, Role.COMMANDER, unit, NOW)
    people.appoint(tx, 2, Role.OFFICER, ward, NOW)
    assert people.commanders(tx, (ward, city, province)) == [2, 1]
    assert people.commanders(tx, (UnitId(99),)) == []


def test_a_language_is_kept(tx: Tx) -> None:
    people.set_language(tx, 1, "en")
    found = people.find(tx, AT, 5)
    assert found is not None
    assert found.language == "en"


def test_AC1_a_stranger_is_answered_once_a_minute(tx: Tx) -> None:
    moments = (0, 1, QUIET_SECONDS - 1, QUIET_SECONDS, QUIET_SECONDS + 1)
    answered = [people.may_answer_stranger(tx, AT, 99, NOW + moment) for moment in moments]
    assert answered == [True, False, False, True, False]
    assert people.may_answer_stranger(tx, AT, 98, NOW)


def test_a_clock_that_was_set_back_does_not_silence_a_stranger(tx: Tx) -> None:
    assert people.may_answer_stranger(tx, AT, 99, NOW + 86_400)
    assert people.may_answer_stranger(tx, AT, 99, NOW)


def test_AC6_five_wrong_codes_close_the_door_for_an_hour(tx: Tx) -> None:
    for number in range(FAILURES_ALLOWED):
        assert people.may_try_code(tx, AT, 99, NOW + number)
        people.note_wrong_code(tx, AT, 99, NOW + number)
    last = NOW + FAILURES_ALLOWED - 1
    assert not people.may_try_code(tx, AT, 99, last + FAILURE_WINDOW - 1)
    assert people.may_try_code(tx, AT, 98, last)
    assert people.may_try_code(tx, AT, 99, last + FAILURE_WINDOW)


@pytest.mark.parametrize(("pause", "allowed"), [(FAILURE_WINDOW, True), (FAILURE_WINDOW - 1, False)])
def test_AC6_wrong_codes_count_together_unless_an_hour_lies_between(tx: Tx, pause: int, *, allowed: bool) -> None:
    for _ in range(FAILURES_ALLOWED - 1):
        people.note_wrong_code(tx, AT, 99, NOW)
    people.note_wrong_code(tx, AT, 99, NOW + pause)
    assert people.may_try_code(tx, AT, 99, NOW + pause) is allowed
