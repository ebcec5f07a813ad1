"""What Telegram refuses, and what is done about it."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels import TokenRefused
from bot.rehearsal.botapi import Fault, GroupChat
from storage import chats
from tests.courier.office import Office


def ward(office: Office, kind: Any = "supergroup") -> GroupChat:
    return office.server.world.add_group("Phường 3", [office.person()], kind=kind)


async def test_T6_who_blocked_the_bot_is_not_written_to_any_more(office: Office) -> None:
    an = office.person()
    an.block_bot()
    rows = [await office.put(an) for _ in range(3)]
    await office.courier.idle()
    later = await office.send(an)
    assert [await office.state(row) for row in [*rows, later]] == ["failed"] * 4
    assert office.server.calls["sendMessage"] == 1


async def test_T7_a_group_that_put_the_bot_out_is_left_in_peace(office: Office) -> None:
    group = ward(office)
    group.kick_bot()
    row = await office.send(group)
    assert "kicked" in (await office.row(row))["error"].lower()
    room = await office.room(group)
    assert not (await office.store.read(lambda tx: chats.get(tx, room))).reachable


async def test_T19_a_deleted_account_is_unreachable(office: Office) -> None:
    an = office.person()
    an.deactivate()
    row = await office.send(an)
    assert await office.state(row) == "failed"


async def test_T9_what_waits_follows_a_group_to_its_new_id_in_order(closed_office: Office) -> None:
    office = closed_office
    group = ward(office, "group")
    await office.room(group)
    new = group.upgrade_to_supergroup(announce=())
    rows = [await office.put(group, text) for text in ("1", "2", "3")]
    office.start()
    await office.courier.idle()
    assert office.shown(new) == ["1", "2", "3"]
    assert [await office.state(row) for row in rows] == ["sent"] * 3


async def test_T8_the_refusal_may_come_after_the_service_message(office: Office) -> None:
    group = ward(office, "group")
    await office.room(group)
    new = group.upgrade_to_supergroup(announce=())
    await office.store.write(lambda tx: chats.migrate(tx, "telegram", group.id, new.id))
    await office.send(group, "1")
    assert office.shown(new) == ["1"]


async def test_a_group_that_moves_to_itself_is_no_endless_loop(office: Office) -> None:
    group = ward(office)
    office.server.faults.always("sendMessage", Fault.migrate(group.id))
    assert await office.state(await office.send(group)) == "failed"


async def test_T11_a_board_that_has_not_changed_is_fine(office: Office) -> None:
    an = office.person()
    board = await office.send(an, "hạng 5")
    edit = await office.send(an, "hạng 5", verb="edit", edits=board)
    assert await office.state(edit) == "sent"
    assert office.courier.counters["failed"] == 0


async def test_T12_a_deleted_board_is_posted_anew_once(office: Office) -> None:
    group = ward(office)
    board = await office.send(group, "hạng 5", coalesce="board")
    group.remove(group.last())
    for text in ("hạng 4", "hạng 3"):
        await office.send(group, text, verb="edit", edits=board, coalesce="board")
    assert [message.text for message in group.from_bots()] == ["hạng 3"]
    assert (await office.row(board))["message"] == group.last().message_id


async def test_T12_a_deleted_receipt_is_not_posted_anew(office: Office) -> None:
    an = office.person()
    receipt = await office.send(an, "phiếu")
    an.private.remove(an.private.last())
    edit = await office.send(an, "đã thay", verb="edit", edits=receipt)
    assert await office.state(edit) == "sent"
    assert an.private.from_bots() == []


async def test_T13_broken_markup_is_sent_once_as_plain_text_and_reported_without_a_word_of_it(office: Office) -> None:
    an = office.person()
    with capture_logs() as logs:
        row = await office.send(an, "<b>45</i> &lt; 50", subject="entry:17")
    assert (office.shown(an), await office.state(row)) == (["45 < 50"], "sent")
    [line] = [line for line in logs if line["event"] == "lesser_form"]
    assert (line["row"], line["subject"], line["log_level"]) == (row, "entry:17", "error")
    assert "45" not in str(logs)


async def test_T15_a_press_that_is_too_old_to_be_answered_is_no_failure(office: Office) -> None:
    toast = await office.send(office.person(), verb="toast", html="Đã huỷ", query="404")
    assert await office.state(toast) == "sent"


async def test_T16_a_reply_to_a_deleted_message_is_sent(office: Office) -> None:
    an = office.person()
    asked = an.private.send("45 30")
    an.private.remove(asked)
    assert await office.state(await office.send(an, reply_to=asked.message_id)) == "sent"


async def test_T17_without_its_topic_a_message_goes_to_the_group_and_nowhere_else(office: Office) -> None:
    group = ward(office)
    await office.send(group, "x", thread=404)
    assert [(accepted.chat_id, accepted.thread) for accepted in office.server.accepted] == [(group.id, None)]
    assert office.courier.counters["ThreadGone"] == 1


async def test_T18_a_group_that_muted_the_bot_is_counted(office: Office) -> None:
    group = ward(office)
    office.server.faults.next("sendMessage", Fault.error(400, "Bad Request: CHAT_WRITE_FORBIDDEN"))
    assert await office.state(await office.send(group)) == "failed"
    assert office.courier.counters["muted"] == 1


@pytest.mark.parametrize("fault", [Fault.error(413, "Request Entity Too Large"), Fault.error(400, "Bad Request: what")])
async def test_T20_T21_a_refusal_for_good_is_not_repeated(office: Office, fault: Fault) -> None:
    office.server.faults.always("sendMessage", fault)
    assert await office.state(await office.send(office.person())) == "failed"
    assert office.server.calls["sendMessage"] == 1


async def test_T22_a_revoked_token_ends_the_courier_and_loses_nothing(closed_office: Office) -> None:
    office = closed_office
    row = await office.put(office.person())
    office.server.world.revoke_token()
    office.start()
    await office.passes(59)
    assert office.running is not None
    assert not office.running.done()
    await office.passes(5)
    with pytest.raises(TokenRefused):
        await office.running
    office.running = None
    assert await office.state(row) == "waiting"


async def test_D12_one_wrong_404_ends_nothing(office: Office) -> None:
    office.server.faults.next("sendMessage", Fault.not_found())
    row = await office.send(office.person())
    await office.passes(31)
    assert await office.state(row) == "sent"
