"""AC: who is let in, how fast, and what nobody may do: the rows that need the whole bot."""

import asyncio
from datetime import date
from functools import partial
from typing import Any

import pytest

from bot.domain.messages import Incoming, Place, Said, Speaker
from bot.rehearsal.botapi import User
from handlers.desk import Desk
from handlers.pacing import BURST, EVERY_S, MOST, REACH, Tempo
from storage.guesses import ALLOWED
from storage.people import FAILURES_ALLOWED
from storage.sqlite import Tx
from tests.cast import AN_HOI, PHU_KHUONG
from tests.conversations.moments import at
from tests.conversations.test_joining import NEUTRAL
from tests.stage import Stage


async def count(bot: Stage, sql: str) -> int:
    return int(await bot.store.read(partial(Tx.value, sql=sql)))


ENTRIES = "SELECT count(*) FROM entries"
WAITING = "SELECT count(*) FROM updates WHERE state = 'retry'"


TOTAL = "SELECT coalesce(sum(amount), 0) FROM tallies WHERE metric = 'tn'"


async def taken_in(bot: Stage) -> None:
    """Wait until all that was said is taken in, or put off, and until whatever may leave at this instant has left."""
    await bot.server.drained()
    await bot.app.courier.idle()


async def pass_until_nothing_waits(bot: Stage) -> None:
    """Let time pass, second by second; a busy disk may take real time over it."""
    async with asyncio.timeout(50):
        while await count(bot, WAITING):
            bot.clock.advance(1)
            await bot.server.drained()


def flood(user: User, number: int) -> None:
    for _ in range(number):
        user.private.send("tn +1")


async def test_AC15_of_300_lines_at_once_none_is_lost_and_nobody_else_waits(bot: Stage) -> None:
    officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
    bot.clock.advance(BURST)
    flood(officer, 300)
    other.private.send("20 10")
    await taken_in(bot)
    assert "Đã ghi nhận #" in other.private.last().text
    waits = 300 - BURST
    assert await count(bot, WAITING) == waits
    latest = await count(bot, "SELECT max(due) FROM updates WHERE state = 'retry'")
    assert latest - bot.clock.now().timestamp() == waits * EVERY_S
    await pass_until_nothing_waits(bot)
    assert await count(bot, TOTAL) == 320
    await bot.check_sums()


async def test_AC15_who_has_to_wait_is_told_so_once(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    bot.clock.advance(BURST)
    for _ in range(BURST + 20):
        officer.private.send("cảm ơn")  # words that need no answer, so that nothing else is said
    await bot.settle()
    told = [message.text for message in officer.private.from_bots() if "Bạn gửi nhanh quá" in message.text]
    assert len(told) == 1
    assert await count(bot, WAITING) == 20


async def test_AC15_what_was_put_off_counts_for_the_day_on_which_it_was_written(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    bot.clock.set(at(1, 23, 59))
    flood(officer, BURST + 90)
    await taken_in(bot)
    await pass_until_nothing_waits(bot)
    assert bot.today == date(2023, 12, 2)
    days = await bot.store.read(lambda tx: tx.all("SELECT day, count(*) FROM entries GROUP BY day"))
    assert [tuple(row) for row in days] == [("2023-12-01", BURST + 90)]


async def test_AC15_a_flood_in_a_group_holds_up_its_author_alone(bot: Stage) -> None:
    officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
    group = await bot.group("TP", await bot.commander("TP"), officer, other)
    bot.clock.advance(BURST)
    for _ in range(BURST + 20):
        group.say(officer, "/bc@tiendo_bot tn +1")
    group.say(other, "/bc@tiendo_bot tn 10")
    officer.private.send("tn +7")
    await taken_in(bot)
    assert await count(bot, WAITING) == 21
    assert await count(bot, TOTAL) == 10 + BURST
    await pass_until_nothing_waits(bot)
    assert await count(bot, TOTAL) == 10 + BURST + 20 + 7
    await bot.check_sums()


async def test_AC15_a_strangers_flood_is_let_go_and_leaves_nothing_waiting(bot: Stage) -> None:
    stranger = bot.server.world.add_user("Kẻ lạ")
    flood(stranger, BURST + 50)
    await bot.settle()
    assert await count(bot, "SELECT count(*) FROM updates WHERE state = 'ignored'") == 50
    assert await count(bot, WAITING) == 0
    assert [message.text for message in stranger.private.from_bots()] == [NEUTRAL]


def test_AC15_a_pace_of_one_a_second_is_never_put_off() -> None:
    tempo = Tempo()
    assert {tempo.wait(1, second, second * EVERY_S) for second in range(5 * BURST)} == {0.0}


def test_AC15_a_clock_that_jumps_keeps_nobody_waiting() -> None:
    tempo = Tempo()
    assert [tempo.wait(1, n, moment) for n, moment in enumerate((0.0, 1e9, 5.0, -1e9, 6.0), 1)] == [0.0] * 5


def test_AC15_what_comes_again_while_the_disk_is_full_is_counted_once() -> None:
    tempo = Tempo()
    assert {tempo.wait(1, update, 0.0) for _ in range(1_000) for update in (7, 8)} == {0.0}


def test_AC15_numbers_that_begin_anew_lower_are_counted_too() -> None:
    tempo = Tempo()
    tempo.wait(1, 2 * REACH, 0.0)
    assert max(tempo.wait(1, update, 0.0) for update in range(1, 2 * BURST)) > 0


def test_AC15_what_is_remembered_of_accounts_is_bounded() -> None:
    tempo = Tempo()
    for update in range(1, 2 * BURST):
        tempo.wait(-1, update, 0.0)
    for account in range(3 * MOST):
        tempo.wait(account, 1, float(account))
    assert len(tempo._debts) <= MOST


async def guess(bot: Stage, accounts: int, codes: int) -> None:
    """Let so many accounts try codes in turn: right in form, wrong, all different."""
    desk, now = Desk(bot.setting, "telegram", "tiendo_bot"), bot.clock.now()

    def try_all(tx: Tx) -> None:
        for number in range(codes):
            account = 9_000_000 + number % accounts
            place, speaker, text = Place(account, private=True), Speaker(account, "Kẻ lạ"), f"/start {number:022d}"
            desk.receive(tx, Incoming(number, Said.TEXT, place, speaker, now, now, number, text), now)

    await bot.store.write(try_all)


@pytest.mark.parametrize("accounts", [1, 500])
async def test_AC6_ten_thousand_codes_are_hardly_tried_and_open_nothing(bot: Stage, accounts: int) -> None:
    """At most `ALLOWED` codes an hour are looked at: against 2**128 codes that is 1e-30 in a century."""
    admin = await bot.admin()
    await guess(bot, accounts, 10_000)
    tried = await count(bot, "SELECT sum(failures) FROM strangers")
    assert tried == min(accounts * FAILURES_ALLOWED, ALLOWED)
    assert await count(bot, "SELECT count(*) FROM people") == 0
    bot.app.courier.wake()
    await bot.settle()
    told = [message.text.startswith("⚠️ Đã có 100 mã mời sai") for message in admin.private.from_bots()]
    assert told.count(True) == (1 if tried == ALLOWED else 0)


async def test_AC6_behind_the_shut_door_even_a_right_code_waits(bot: Stage) -> None:
    code = await bot.code(AN_HOI)
    await guess(bot, 500, 2 * ALLOWED)
    user = bot.server.world.add_user("Người mới")
    assert await bot.say(user, f"/start {code}") == NEUTRAL
    assert await count(bot, "SELECT count(*) FROM roles") == 0


KINDS = (
    *("channel_post", "edited_channel_post", "business_connection", "business_message", "edited_business_message"),
    *("deleted_business_messages", "guest_message", "message_reaction", "message_reaction_count", "inline_query"),
    *("chosen_inline_result", "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer"),
    *("chat_member", "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "from_the_future"),
)
"""Kinds of updates of the Bot API that are nothing for this bot, and one that there is not yet."""

SERVICE = (
    *("new_chat_members", "left_chat_member", "new_chat_title", "delete_chat_photo", "group_chat_created"),
    *("pinned_message", "successful_payment", "refunded_payment", "users_shared", "chat_shared", "web_app_data"),
    *("passport_data", "connected_website", "write_access_allowed", "proximity_alert_triggered", "boost_added"),
    *("forum_topic_created", "giveaway", "giveaway_winners", "video_chat_started", "message_auto_delete_timer_changed"),
)
"""Things of which a message tells besides what people say or show."""


async def said_by_an_officer(bot: Stage) -> tuple[User, dict[str, Any]]:
    """Let an officer report; return them and the message as Telegram words it, now saying something else."""
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    message = officer.private.transcript()[-2].json()
    return officer, {**message, "message_id": message["message_id"] + 1_000, "text": "46 31"}


async def test_AC16_every_kind_of_update_that_is_not_named_is_ignored(bot: Stage) -> None:
    officer, message = await said_by_an_officer(bot)
    said = len(officer.private.from_bots())
    for kind in KINDS:
        bot.server.send_raw({kind: {**message, "id": "7", "from": message["from"], "query": "46 31"}})
    await bot.settle()
    assert await count(bot, "SELECT count(*) FROM updates WHERE state = 'ignored'") == len(KINDS)
    assert (len(officer.private.from_bots()), await count(bot, ENTRIES)) == (said, 1)


async def test_AC16_every_service_message_is_ignored(bot: Stage) -> None:
    officer, message = await said_by_an_officer(bot)
    del message["text"]
    said = len(officer.private.from_bots())
    for service in SERVICE:
        bot.server.send_raw({"message": {**message, service: {"total_amount": 46, "data": "46 31"}}})
        bot.server.send_raw({"edited_message": {**message, service: {}, "caption": "46 31"}})
    await bot.settle()
    assert await count(bot, "SELECT count(*) FROM updates WHERE state = 'ignored'") == 2 * len(SERVICE)
    assert (len(officer.private.from_bots()), await count(bot, ENTRIES)) == (said, 1)


async def test_AC16_in_a_channel_and_for_a_chat_nobody_speaks(bot: Stage) -> None:
    officer, message = await said_by_an_officer(bot)
    said = len(officer.private.from_bots())
    channel = {"id": -1009, "type": "channel", "title": "Kênh"}
    bot.server.send_raw({"message": {**message, "chat": channel}})
    bot.server.send_raw({"message": {**message, "sender_chat": channel}})
    bot.server.send_raw({"message": {**message, "from": {**message["from"], "is_bot": True}}})
    await bot.settle()
    assert await count(bot, ENTRIES) == 1
    assert not [each for each in officer.private.from_bots()[said:] if "Đã ghi nhận" in each.text]
