"""Chats: met once, bound to a unit, followed when Telegram gives a group another id."""

from datetime import time
from itertools import permutations

import pytest

from bot.domain.messages import Outgoing
from bot.domain.schedule import Slot
from storage import chats, ledger, outbox
from storage.chats import Chat
from storage.sqlite import Tx
from tests import cast
from tests.storage.ground import DAY, NOW, Pen

AT, OLD, NEW = "telegram", -100, -1_001_000


def group(tx: Tx, external: int, title: str = "Nhóm An Hội") -> Chat:
    return chats.meet(tx, AT, external, private=False, title=title)


def put(tx: Tx, chat: Chat) -> int:
    return outbox.put(tx, chat.id, Outgoing("send", "x"), NOW)


def waiting(tx: Tx) -> list[tuple[int, int]]:
    rows = tx.all("SELECT o.id, c.external FROM outbox o JOIN chats c ON c.id = o.chat ORDER BY o.id")
    return [(row[0], row[1]) for row in rows]


def test_a_chat_is_met_once_and_its_title_kept_up_to_date(tx: Tx) -> None:
    first = group(tx, OLD)
    assert group(tx, OLD, "Nhóm mới").id == first.id
    assert group(tx, OLD, "").title == "Nhóm mới"
    assert chats.get(tx, first.id).title == "Nhóm mới"


def test_a_chat_that_does_not_exist_is_a_lookup_error(tx: Tx) -> None:
    with pytest.raises(LookupError):
        chats.get(tx, 99)


def test_a_group_is_bound_with_its_topic_and_unbound(tx: Tx, pen: Pen) -> None:
    chat = group(tx, OLD)
    chats.bind(tx, chat.id, pen.unit("TP-01"), 3)
    bound = chats.get(tx, chat.id)
    assert (bound.unit, bound.thread) == (pen.unit("TP-01"), 3)
    chats.bind(tx, chat.id, None, None)
    assert chats.get(tx, chat.id) == chat


def test_language_and_reachability_are_kept(tx: Tx) -> None:
    chat = group(tx, OLD)
    chats.set_language(tx, chat.id, "en")
    chats.set_reachable(tx, chat.id, reachable=False)
    found = chats.get(tx, chat.id)
    assert (found.language, found.reachable) == ("en", False)


def test_T8_a_migrated_group_keeps_its_unit_and_what_waits_for_it(tx: Tx, pen: Pen) -> None:
    chat = group(tx, OLD)
    chats.bind(tx, chat.id, pen.unit("TP-01"), None)
    chats.set_reachable(tx, chat.id, reachable=False)
    rows = [put(tx, chat) for _ in range(3)]
    chats.migrate(tx, AT, OLD, NEW)
    moved = group(tx, NEW)
    assert (moved.id, moved.unit, moved.reachable) == (chat.id, pen.unit("TP-01"), True)
    assert waiting(tx) == [(row, NEW) for row in rows]


@pytest.mark.parametrize("signs", sorted({*permutations(["migrate", "migrate", "speak"])}))
def test_T8_T9_the_signs_of_a_migration_come_in_any_order_and_again(tx: Tx, pen: Pen, signs: tuple[str, ...]) -> None:
    chat = group(tx, OLD)
    chats.bind(tx, chat.id, pen.unit("TP-01"), 3)
    rows = [put(tx, chat) for _ in range(3)]
    for sign in signs:
        if sign == "migrate":
            chats.migrate(tx, AT, OLD, NEW)
        else:
            group(tx, NEW)
    found = group(tx, NEW)
    assert (found.unit, found.thread, found.reachable) == (pen.unit("TP-01"), 3, True)
    assert waiting(tx) == [(row, NEW) for row in rows]
    assert tx.value("SELECT count(*) FROM chats WHERE unit IS NOT NULL") == 1


def test_T10_a_group_that_migrates_into_a_known_one_leaves_that_its_own_unit(tx: Tx, pen: Pen) -> None:
    old, new = group(tx, OLD), group(tx, NEW)
    chats.bind(tx, old.id, pen.unit("TP-01"), None)
    chats.bind(tx, new.id, pen.unit("TP-02"), None)
    chats.migrate(tx, AT, OLD, NEW)
    assert chats.get(tx, new.id).unit == pen.unit("TP-02")
    assert (chats.get(tx, old.id).unit, chats.get(tx, old.id).reachable) == (None, False)


def test_T10_what_is_put_for_the_old_chat_afterwards_is_taken_over_by_the_next_sign(tx: Tx) -> None:
    old, new = group(tx, OLD), group(tx, NEW)
    chats.migrate(tx, AT, OLD, NEW)
    chats.set_language(tx, new.id, "en")
    row = put(tx, old)
    chats.migrate(tx, AT, OLD, NEW)
    assert waiting(tx) == [(row, NEW)]
    assert chats.get(tx, new.id).language == "en"


def test_T10_what_was_pushed_to_the_old_chat_is_not_pushed_again_to_the_new_one(tx: Tx) -> None:
    old, new = group(tx, OLD), group(tx, NEW)
    noon, evening = (Slot("vneid", 0, "summary", DAY, time(hour), cast.MORNING) for hour in (12, 17))
    for slot, chat in ((noon, old), (evening, old), (evening, new)):
        assert ledger.enter(tx, slot, "sent", NOW, chat=chat.id)
    chats.migrate(tx, AT, OLD, NEW)
    assert not ledger.enter(tx, noon, "sent", NOW, chat=new.id)
    assert not ledger.enter(tx, evening, "sent", NOW, chat=new.id)


def test_a_migration_of_an_unknown_group_or_into_itself_changes_nothing(tx: Tx, pen: Pen) -> None:
    chats.migrate(tx, AT, OLD, NEW)
    assert tx.value("SELECT count(*) FROM chats WHERE external IN (?, ?)", (OLD, NEW)) == 0
    chats.bind(tx, group(tx, OLD).id, pen.unit("TP-01"), None)
    chats.migrate(tx, AT, OLD, OLD)
    assert group(tx, OLD).unit == pen.unit("TP-01")
