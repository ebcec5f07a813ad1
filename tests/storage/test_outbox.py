"""The outbox: what is put in, what may leave, what is remembered."""

import sqlite3
import unicodedata
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messages import Button, Outgoing, Priority
from bot.domain.pieces import split
from storage import chats, nonces, outbox
from storage.outbox import Parcel, Settlement, State
from storage.sqlite import Store, Tx, open_store

NOW = 1_701_421_200


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "tiendo.db", create=True) as store:
        await store.write(lambda tx: chats.meet(tx, "telegram", 5, private=True))
        yield store


async def put(store: Store, html: str = "x", **fields: Any) -> int:
    fields = {"verb": "send", "html": html} | fields
    return await store.write(lambda tx: outbox.put(tx, 1, Outgoing(**fields), NOW))


async def claim(store: Store, *ids: int, now: int = NOW) -> list[Parcel]:
    return await store.write(lambda tx: outbox.claim(tx, ids, now))


async def settle(store: Store, row: int, state: State = State.SENT, **fields: Any) -> None:
    await store.write(lambda tx: outbox.settle(tx, [Settlement(row, state, **fields)], NOW))


async def state(store: Store, row: int) -> str:
    return str(await store.read(lambda tx: tx.value("SELECT state FROM outbox WHERE id = ?", (row,))))


async def test_a_row_waits_is_claimed_and_is_sent(store: Store) -> None:
    row = await put(store, "<b>45</b>", thread=3, reply_to=8)
    [parcel] = await claim(store, row)
    assert (parcel.external, parcel.html, parcel.thread, parcel.reply_to) == (5, "<b>45</b>", 3, 8)
    assert await state(store, row) == "sending"
    await settle(store, row, message=77)
    assert await state(store, row) == "sent"


async def test_a_word_under_which_nothing_waited_is_asked_for_again_once_something_may(store: Store) -> None:
    def unit(tx: Tx) -> list[bool]:
        seen = [outbox.coalescing(tx, "remind")]
        row = outbox.put(tx, 1, Outgoing(verb="send", html="x", coalesce="remind"), NOW)
        seen.append(outbox.coalescing(tx, "remind"))
        outbox.claim(tx, [row], NOW)
        seen.append(outbox.coalescing(tx, "remind"))
        outbox.settle(tx, [Settlement(row, State.WAITING)], NOW)
        seen.append(outbox.coalescing(tx, "remind"))
        return seen

    assert await store.write(unit) == [False, True, False, True]


async def test_a_row_is_claimed_once(store: Store) -> None:
    row = await put(store)
    assert len(await claim(store, row, row)) == 1
    assert await claim(store, row) == []


async def test_buttons_that_act_carry_a_nonce_and_links_their_address(store: Store) -> None:
    keyboard = ((Button("Sửa", "edit", {"entry": 7}), Button("Web", url="https://x.vn")), (Button("Hoàn tác", "undo"),))
    [parcel] = await claim(store, await put(store, keyboard=keyboard, account=5))
    [[edit, web], [undo]] = parcel.keyboard
    assert web == {"text": "Web", "url": "https://x.vn"}
    first = await store.write(lambda tx: nonces.redeem(tx, edit["callback_data"], 1, 5, NOW))
    second = await store.write(lambda tx: nonces.redeem(tx, undo["callback_data"], 1, 5, NOW))
    assert (first, second) == (nonces.Press("edit", {"entry": 7}), nonces.Press("undo", {}))


async def test_L4_a_newer_row_replaces_the_waiting_one_of_its_kind(store: Store) -> None:
    rows = [await put(store, text, coalesce="board") for text in "abc"]
    assert [parcel.html for parcel in await claim(store, *rows)] == ["c"]
    assert await state(store, rows[0]) == "replaced"


async def test_what_is_being_sent_is_not_replaced(store: Store) -> None:
    first = await put(store, "a", coalesce="board")
    await claim(store, first)
    await put(store, "b", coalesce="board")
    assert await state(store, first) == "sending"


async def test_what_has_expired_is_not_sent(store: Store) -> None:
    row = await put(store, expires=datetime.fromtimestamp(NOW + 60, UTC))
    assert await claim(store, row, now=NOW + 60) == []
    assert await state(store, row) == "expired"


async def test_T15_a_toast_expires_after_a_minute(store: Store) -> None:
    row = await put(store, verb="toast", query="7")
    assert await claim(store, row, now=NOW + 61) == []


async def test_T6_nothing_is_sent_to_a_chat_that_cannot_be_reached(store: Store) -> None:
    row = await put(store)
    await store.write(lambda tx: chats.set_reachable(tx, 1, reachable=False))
    assert await claim(store, row) == []
    assert await state(store, row) == "failed"


async def test_an_edit_rewrites_the_message_of_the_row_it_names(store: Store) -> None:
    first = await put(store)
    await claim(store, first)
    await settle(store, first, message=77)
    [parcel] = await claim(store, await put(store, "y", verb="edit", edits=first))
    assert (parcel.verb, parcel.message) == ("edit", 77)


async def test_an_edit_of_an_edit_rewrites_the_first_message(store: Store) -> None:
    first = await put(store)
    await claim(store, first)
    await settle(store, first, message=77)
    second = await put(store, "y", verb="edit", edits=first)
    [parcel] = await claim(store, await put(store, "z", verb="edit", edits=second))
    assert (parcel.edits, parcel.message) == (first, 77)


async def test_an_edit_of_what_never_appeared_is_sent_and_later_edits_find_it(store: Store) -> None:
    board = await put(store, "a", coalesce="board")
    edit = await put(store, "b", verb="edit", edits=board, coalesce="board")
    [parcel] = await claim(store, board, edit)
    assert (parcel.verb, parcel.html) == ("send", "b")
    await settle(store, edit, message=78, edits=board)
    [later] = await claim(store, await put(store, "c", verb="edit", edits=board))
    assert (later.verb, later.message) == ("edit", 78)


async def test_T10_rows_follow_a_chat_that_was_merged_into_another(store: Store) -> None:
    await store.write(lambda tx: chats.meet(tx, "telegram", -7, private=False))
    await store.write(lambda tx: chats.meet(tx, "telegram", -1007, private=False))
    row = await store.write(lambda tx: outbox.put(tx, 2, Outgoing("send", "x"), NOW))
    await store.write(lambda tx: chats.migrate(tx, "telegram", -7, -1007))
    late = await store.write(lambda tx: outbox.put(tx, 2, Outgoing("send", "y"), NOW))
    assert [(parcel.external, parcel.chat) for parcel in await claim(store, row, late)] == [(-1007, 3)] * 2


async def test_C8_after_a_crash_answers_go_again_and_pushes_are_unknown(store: Store) -> None:
    answer = await put(store)
    push = await put(store, priority=Priority.PUSH, repeatable=False)
    edit = await put(store, verb="edit", edits=answer, repeatable=False)
    toast = await put(store, verb="toast", query="7")
    await claim(store, answer, push, edit, toast)
    assert await store.write(lambda tx: outbox.requeue_after_crash(tx, NOW)) == (2, 2)
    assert [await state(store, row) for row in (answer, push, edit, toast)] == [
        "waiting",
        "unknown",
        "waiting",
        "unknown",
    ]
    assert [parcel.unsure for parcel in await claim(store, answer)] == [1]


async def test_the_waiting_rows_are_read_in_order_and_in_pages(store: Store) -> None:
    rows = [await put(store) for _ in range(5)]
    await claim(store, rows[1])
    page = await store.read(lambda tx: outbox.waiting_after(tx, rows[0], 2))
    assert [row.id for row in page] == [rows[2], rows[3]]


async def test_the_newest_row_of_a_subject_is_found(store: Store) -> None:
    await put(store, subject="entry:17")
    row = await put(store, subject="entry:17")
    await put(store)
    posted = await store.read(lambda tx: outbox.find(tx, "entry:17"))
    assert posted == outbox.Posted(row, 1, State.WAITING, None)
    assert await store.read(lambda tx: outbox.find(tx, "")) is None


async def test_open_rows_are_counted(store: Store) -> None:
    rows = [await put(store) for _ in range(3)]
    await claim(store, rows[0])
    assert await store.read(outbox.counts) == {"waiting": 2, "sending": 1}


@pytest.mark.parametrize("work", [outbox.counts, lambda tx: outbox.waiting_after(tx, 0, 9)])
async def test_L5_a_long_history_is_not_read_to_find_what_waits(store: Store, work: Any) -> None:
    plans: list[str] = []

    def explained(tx: Tx) -> None:
        spy = Spy(tx, plans)
        work(spy)

    await store.read(explained)
    assert plans
    assert all("outbox_open" in plan for plan in plans)


class Spy:
    """Ask SQLite how it would run each statement that touches the outbox."""

    def __init__(self, tx: Tx, plans: list[str]) -> None:
        self._tx, self._plans, self.known = tx, plans, tx.known

    def value(self, sql: str, params: tuple[Any, ...] = ()) -> Any:
        return self._tx.value(sql, params)

    def all(self, sql: str, params: tuple[Any, ...] = ()) -> list[Any]:
        return self.run(sql, params).fetchall()

    def tuples(self, sql: str, params: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        self._plan(sql, params)
        return self._tx.tuples(sql, params)

    def run(self, sql: str, params: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        self._plan(sql, params)
        return self._tx.run(sql, params)

    def run_many(self, sql: str, rows: list[tuple[Any, ...]]) -> int:
        return self._tx.run_many(sql, rows)

    def _plan(self, sql: str, params: tuple[Any, ...]) -> None:
        self._plans.append(" ".join(row["detail"] for row in self._tx.all(f"EXPLAIN QUERY PLAN {sql}", params)))


async def test_L5_a_long_history_is_not_read_to_claim_and_to_settle(store: Store) -> None:
    rows = [await put(store, f"{number}") for number in range(3)]
    plans: list[str] = []

    def explained(tx: Tx) -> None:
        spy: Any = Spy(tx, plans)
        outbox.claim(spy, rows, NOW)
        outbox.settle(spy, [Settlement(row, State.SENT, message=1) for row in rows], NOW)

    await store.write(explained)
    assert len(plans) == 3
    assert all("SEARCH o" in plan and "SCAN o" not in plan for plan in plans), plans


async def test_T14_a_long_text_is_cut_between_lines_with_the_keyboard_last(store: Store) -> None:
    lines = [f"<b>{number}</b> 🎉 Đặng" for number in range(900)]
    last = await put(store, "\n".join(lines), keyboard=((Button("Sửa", "edit"),),), subject="entry:1", reply_to=4)
    rows = await store.read(lambda tx: [row.id for row in outbox.waiting_after(tx, 0, 99)])
    parcels = await claim(store, *rows)
    assert rows[-1] == last
    assert "\n".join(parcel.html for parcel in parcels).split("\n") == lines
    assert [bool(parcel.keyboard) for parcel in parcels] == [False] * (len(rows) - 1) + [True]
    assert max(len(parcel.html.encode("utf-16-le")) // 2 for parcel in parcels) <= 4_000


async def test_T14_an_edit_that_is_too_long_stays_one_message(store: Store) -> None:
    first = await put(store)
    [parcel] = await claim(store, await put(store, "dòng\n" * 2_000, verb="edit", edits=first))
    assert parcel.html.endswith("dòng\n…")


@given(st.text(alphabet=st.sampled_from("aĐ🎉e\u0301\u0323 \n"), min_size=1, max_size=300))
def test_T14_pieces_fit_and_hold_everything_but_blank_lines(text: str) -> None:
    pieces = split(text, 20)
    assert all(len(piece.encode("utf-16-le")) // 2 <= 20 for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.lists(st.sampled_from(["&amp;", "&lt;", "🎉", "👨\u200d👩\u200d👧", "e\u0323\u0302", "x"]), min_size=30))
def test_T14_no_escape_and_no_character_is_torn(atoms: list[str]) -> None:
    pieces = split("<b>" + "".join(atoms) + "</b>", 24)
    assert "".join(pieces) == "".join(atoms)
    assert not any(unicodedata.combining(piece[0]) or piece[0] == "\u200d" for piece in pieces)
    assert all(piece.count("&") == piece.count(";") for piece in pieces)


async def test_what_waits_for_a_chat_is_given_up_together(store: Store) -> None:
    rows = [await put(store) for _ in range(2)]
    assert await store.write(lambda tx: outbox.fail_waiting(tx, 1, "blocked", NOW)) == 2
    assert [await state(store, row) for row in rows] == ["failed", "failed"]


def test_looking_for_what_a_newer_row_replaces_costs_the_same_however_much_waits(tx: Tx) -> None:
    plan = tx.all(
        f"EXPLAIN QUERY PLAN UPDATE outbox SET state = 'replaced' WHERE chat = 1 AND coalesce_key = 'remind'"
        f" AND {outbox._COALESCING}"
    )
    assert "outbox_coalesce" in plan[0]["detail"]


@pytest.mark.parametrize("ending", [State.SENT, State.FAILED, State.UNKNOWN, State.EXPIRED])
async def test_AC7_what_is_secret_is_kept_until_it_was_sent_or_given_up(store: Store, ending: State) -> None:
    row = await put(store, "mã bí mật", secret=True)
    [parcel] = await claim(store, row)
    await settle(store, row, State.WAITING)
    assert (await claim(store, row))[0].html == parcel.html == "mã bí mật"
    await settle(store, row, ending)
    assert await store.read(lambda tx: tx.value("SELECT payload FROM outbox")) == "{}"


async def test_AC7_a_secret_that_never_left_is_not_kept_either(store: Store) -> None:
    await put(store, "một", secret=True, coalesce="x")
    await put(store, "hai", secret=True, coalesce="x")
    await put(store, "ba")
    await store.write(lambda tx: outbox.fail_waiting(tx, 1, "blocked", NOW))
    payloads = await store.read(lambda tx: [row[0] for row in tx.all("SELECT payload FROM outbox ORDER BY id")])
    assert payloads == ["{}", "{}", '{"html":"ba"}']
