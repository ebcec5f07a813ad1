"""Meeting: chat, speaker and open dialogue in one step."""

from bot.domain.messages import Place
from storage import dialogues, meeting, people
from storage.dialogues import Dialogue
from storage.meeting import Met
from storage.people import Post, Role
from storage.sqlite import Tx
from tests.storage.ground import NOW

GROUP = -100


def meet(tx: Tx, chat: int, account: int | None = 7, title: str = "") -> Met:
    return meeting.meet(tx, "telegram", Place(chat, private=chat > 0, title=title), account)


def test_a_stranger_is_nobody_in_a_new_chat_that_is_kept(tx: Tx) -> None:
    found = meet(tx, 7)
    assert (found.chat.external, found.chat.private, found.person, found.asked) == (7, True, None, False)
    assert meet(tx, 7) == found
    assert meet(tx, 7, None) == found


def test_somebody_who_is_known_is_as_people_know_them(tx: Tx) -> None:
    person = people.enrol(tx, "telegram", 7, name="Lan", now=NOW)
    unit = tx.value("SELECT min(id) FROM units")
    for role in (Role.OFFICER, Role.COMMANDER):
        people.appoint(tx, person, role, unit, NOW)
    found = meet(tx, 7).person
    assert found == people.find(tx, "telegram", 7)
    assert found is not None
    assert found.posts == (Post(Role.OFFICER, unit), Post(Role.COMMANDER, unit))
    people.dismiss(tx, person, NOW)
    assert meet(tx, 7).person == found._replace(posts=())


def test_a_dialogue_counts_only_in_its_own_chat(tx: Tx) -> None:
    person = people.enrol(tx, "telegram", 7, name="Lan", now=NOW)
    dialogues.begin(tx, Dialogue(meet(tx, 7).chat.id, person, "draft", {}), NOW)
    assert meet(tx, 7).asked
    assert not meet(tx, GROUP, title="Nhóm").asked


def test_a_groups_title_is_kept_up_to_date(tx: Tx) -> None:
    first = meet(tx, GROUP, title="Nhóm").chat
    assert meet(tx, GROUP, title="Nhóm mới").chat == first._replace(title="Nhóm mới")
    assert meet(tx, GROUP).chat.title == "Nhóm mới"
