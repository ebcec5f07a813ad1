"""/ops: how the machine is doing, for admins alone."""

import re

from storage import meta
from storage.sqlite import Tx
from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage


async def test_an_admin_sees_how_the_machine_is_doing(bot: Stage) -> None:
    lan, admin = await bot.join(AN_HOI, "Lan"), await bot.admin()
    lan.block_bot()
    await bot.settle()
    shown = await bot.say(admin, "/ops")
    assert re.sub(r"\d+,\d MB · lược đồ \d+", "… MB", shown) == (
        "🛠 Vận hành · 08:00 01-12-2023\n"
        "Tin nhận gần nhất: 0 giây trước\n"
        "Tin đang thử lại: 0 · không xử lý được: 0\n"
        "Chờ gửi: 0 trả lời, 0 tin tự gửi\n"
        "Không gửi được trong 24 giờ: 0\n"
        "Người không liên lạc được: 1 · nhóm đã gắn: 0\n"
        "Lượt gửi bị bỏ hôm nay: 0\n"
        "Bản sao gần nhất: chưa có\n"
        "Dữ liệu: … MB"
    )


def something_fails(tx: Tx) -> None:
    """Let three messages fail, one update be too much, and a backup be made at five."""
    for state, error in (("failed", "unreachable"), ("failed", "unreachable"), ("unknown", "reset")):
        tx.run(
            "INSERT INTO outbox (chat, verb, payload, priority, repeatable, created, state, error, done)"
            " VALUES (1, 'send', '{}', 1, 0, 0, ?, ?, ?)",
            (state, error, int(cast.MORNING.timestamp())),
        )
    meta.put(tx, "backup_at", str(int(at(1, 5).timestamp())))
    tx.run("INSERT INTO updates (id, date, state, raw) VALUES (1, 0, 'dead', '{}')")


async def test_what_failed_or_was_missed_is_counted(bot: Stage) -> None:
    admin = await bot.admin()
    await bot.store.write(something_fails)
    shown = await bot.say(admin, "/ops")
    assert "không xử lý được: 1\n" in shown
    assert "Không gửi được trong 24 giờ:\n• 2 × failed: unreachable\n• 1 × unknown: reset\n" in shown
    assert "Bản sao gần nhất: 3 giờ trước" in shown


async def test_AC2_commanders_do_not_see_it_and_are_not_told_of_it(bot: Stage) -> None:
    commander = await bot.commander("BT")
    assert await bot.say(commander, "/ops") == await bot.say(commander, "/baocao")
    assert "/ops" not in await bot.say(commander, "/trogiup")
    assert "/ops" in await bot.say(bot.server.world.users[cast.ADMIN], "/trogiup")
