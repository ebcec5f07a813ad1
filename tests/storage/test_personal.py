"""Personal data: handed out whole, taken out without touching a figure, and not brought back by a backup."""

import json
from pathlib import Path

import pytest

from bot.domain.absence import Leave
from bot.domain.messages import Outgoing
from storage import audit, chats, erasures, leaves, outbox, people, personal, reminders, requests, updates
from storage.invites import InviteKind, issue
from storage.leaves import Whose
from storage.outbox import Settlement, State
from storage.people import Role
from storage.reminders import Wish
from storage.sqlite import Store, Tx
from storage.updates import Row
from tests.cast import AN_HOI
from tests.storage.ground import DAY, NOW, TN, Pen, settle_in

AT = "telegram"
NAME = "Cán bộ 5"


@pytest.fixture
def lived(tx: Tx, pen: Pen) -> Tx:
    """Return a transaction in which person 1, account 5, has left traces everywhere."""
    unit = pen.unit(AN_HOI)
    people.appoint(tx, 1, Role.OFFICER, unit, NOW)
    pen.say(pen.slot(), {TN: 45}, note="họp với bà Tư")
    leaves.give(tx, Whose(person=1), Leave(DAY, DAY), "person:1", NOW)
    reminders.choose(tx, 1, Wish())
    issue(tx, InviteKind.OFFICER, unit, uses=1, expires=NOW + 9, now=NOW, issued_by="person:1")
    audit.note(tx, NOW, "person:1", "invite issued")
    request = requests.ask(tx, 1, unit, Role.COMMANDER, NOW)
    for chat, subject in ((1, ""), (other(tx), "person:1"), (other(tx), f"request:{request.ref}:6")):
        row = outbox.put(tx, chat, Outgoing("send", f"Chào {NAME}", subject=subject), NOW)
        outbox.settle(tx, [Settlement(row, State.SENT, message=row)], NOW)
    outbox.put(tx, 1, Outgoing("send", "còn chờ"), NOW)
    updates.take(tx, [Row(1, 5, NOW, json.dumps({"message": {"from": {"id": 5, "first_name": NAME}}}))])
    updates.take(
        tx, [Row(2, -7, NOW, json.dumps({"message": {"from": {"id": 5, "first_name": NAME}, "chat": {"id": -7}}}))]
    )
    return tx


def other(tx: Tx) -> int:
    return chats.meet(tx, AT, 6, private=True).id


def everything(tx: Tx) -> str:
    """Return all that the file holds, but the entries."""
    names = [row[0] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = [tuple(row) for name in names if name != "entries" for row in tx.all(f"SELECT * FROM {name}")]
    return repr(kept)


def test_V7_a_copy_holds_every_trace_and_no_code(lived: Tx) -> None:
    copy = personal.export(lived, 1)
    counts = {name: len(rows) for name, rows in copy.items()}
    assert counts == {
        "person": 1,
        "accounts": 1,
        "posts": 1,
        "leave": 1,
        "reminders": 1,
        "entries": 1,
        "requests": 1,
        "announcements": 0,
        "decisions": 1,
        "invites": 1,
        "received": 1,
        "sent": 2,
    }
    assert copy["entries"][0]["note"] == "họp với bà Tư"
    assert "hash" not in json.dumps(copy)


def test_V7_an_erased_person_leaves_neither_name_nor_account(lived: Tx) -> None:
    assert NAME in everything(lived)
    assert personal.erase(lived, 1, NOW) == "Cán bộ #1"
    assert NAME not in everything(lived)
    assert people.find(lived, AT, 5) is None
    assert lived.all("SELECT 1 FROM chats WHERE external = 5 AND channel = 'telegram'") == []


def test_V7_the_figures_stay_and_what_waited_is_not_sent(lived: Tx, pen: Pen) -> None:
    before = [tuple(row) for row in lived.all("SELECT * FROM entries")], pen.totals("BT")
    personal.erase(lived, 1, NOW)
    assert ([tuple(row) for row in lived.all("SELECT * FROM entries")], pen.totals("BT")) == before
    assert outbox.counts(lived)["waiting"] == 0
    states = lived.all("SELECT state FROM requests UNION ALL SELECT until FROM roles")
    assert [row[0] for row in states] == ["withdrawn", NOW]


def test_what_waits_for_somebody_else_is_sent_and_then_not_kept(lived: Tx) -> None:
    row = outbox.put(lived, other(lived), Outgoing("send", f"Chào {NAME}", subject="person:1"), NOW)
    personal.erase(lived, 1, NOW)
    assert [parcel.html for parcel in outbox.claim(lived, [row], NOW)] == [f"Chào {NAME}"]
    outbox.settle(lived, [Settlement(row, State.SENT)], NOW)
    assert NAME not in everything(lived)


def test_an_update_that_still_waits_is_not_tried_for_an_erased_account(lived: Tx) -> None:
    lived.run("UPDATE updates SET state = 'retry' WHERE chat = 5")
    personal.erase(lived, 1, NOW)
    assert updates.waiting(lived, NOW) == []
    assert updates.take(lived, [Row(1, 5, NOW, "{}")]) == []


def test_an_erased_account_that_comes_back_is_somebody_new(lived: Tx) -> None:
    personal.erase(lived, 1, NOW)
    assert people.enrol(lived, AT, 5, name="Lan", now=NOW + 1) != 1
    assert chats.meet(lived, AT, 5, private=True).id != 1


def test_there_is_nobody_to_erase_twice(lived: Tx) -> None:
    assert (personal.find(lived, 5), personal.exists(lived, 1)) == (1, True)
    personal.erase(lived, 1, NOW)
    assert (personal.find(lived, 5), personal.exists(lived, 1)) == (None, False)


@pytest.mark.parametrize(
    ("listed", "again"), [({}, 0), ({(AT, 5): NOW}, 1), ({(AT, 5): NOW - 1}, 0), ({("zalo", 5): NOW}, 0)]
)
def test_V8_only_who_was_erased_after_they_came_is_erased_again(
    tx: Tx, listed: dict[tuple[str, int], int], again: int
) -> None:
    marks = {erasures.mark(account): at for account, at in listed.items()}
    assert personal.reapply(tx, marks, NOW + 9) == again
    assert (people.find(tx, AT, 5) is None) is bool(again)


async def test_V8_an_erasure_is_listed_beside_the_file_for_its_owner_alone(store: Store, path: Path) -> None:
    await store.write(settle_in)
    await store.write(lambda tx: personal.erase_for_good(tx, 1, NOW))
    await store.write(lambda tx: personal.erase_for_good(tx, 2, NOW + 1))
    assert erasures.read(path) == {erasures.mark((AT, 5)): NOW, erasures.mark((AT, 6)): NOW + 1}
    assert erasures.sidecar(path).stat().st_mode & 0o777 == 0o600


async def test_V8_nobody_is_erased_where_the_list_cannot_be_written(store: Store, path: Path) -> None:
    await store.write(settle_in)
    erasures.sidecar(path).mkdir()
    with pytest.raises(IsADirectoryError):
        await store.write(lambda tx: personal.erase_for_good(tx, 1, NOW))
    assert await store.read(lambda tx: personal.exists(tx, 1))


def test_a_torn_line_of_the_list_is_left_out(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    erasures.sidecar(database).write_text(f"{NOW} abc\n17")
    assert erasures.read(database) == {"abc": NOW}
    assert erasures.read(tmp_path / "none.db") == {}


def test_kept_counts_what_is_there(lived: Tx) -> None:
    assert personal.kept(lived, 1) == (1, 1, DAY, DAY, 1, 1)
