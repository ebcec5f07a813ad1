"""Backups made by the running bot, the restore drill, and what a restored bot does until it is released."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.channels.telegram import TelegramChannel
from bot.cli.restore import put_back
from bot.cli.run import work
from bot.clockwork import HEARTBEAT_S
from bot.control import ask, socket_path
from bot.keeper import latest
from handlers.alerting import Trouble
from storage import held, meta
from storage.sqlite import Tx, open_reader, open_store
from tests.cast import AN_HOI
from tests.faults.copies import copies, keeper_of
from tests.faults.pushing import VIETNAM, at, back, pushing, told
from tests.stage import Backstage, Stage, backstage, perform, stage

FIGURES = ("entries", "tallies", "totals", "daily", "turnout", "roles", "people", "accounts", "targets")


async def restored(ready: Backstage, copy: Path) -> None:
    """Restore a copy, as the command does, at the moment on the clock."""
    await asyncio.to_thread(put_back, ready.config, copy, ready.clock.now())


def all_figures(tx: Tx) -> list[object]:
    return [tuple(row) for table in FIGURES for row in tx.all(f"SELECT * FROM {table}")]


async def figures(path: Path) -> list[object]:
    async with open_reader(path) as reader:
        return await reader.read(all_figures)


async def test_S11_one_copy_is_made_a_night_for_the_owner_alone(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(1, 2, 31)) as bot:
        keeper = keeper_of(bot)
        for moment in (at(1, 2, 31), at(1, 23), at(2, 2, 29), at(2, 2, 30), at(2, 3)):
            bot.clock.set(moment)
            await keeper.look()
        found = copies(bot.config)
        assert [path.name for path in found] == ["tiendo-20231201-023100.db", "tiendo-20231202-023000.db"]
        assert {path.stat().st_mode & 0o777 for path in found} == {0o600}
        assert await bot.store.read(lambda tx: meta.get(tx, "backup_file")) == str(found[1])


async def test_S10_the_drill_a_restored_backup_holds_the_same_figures_and_goes_on(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
            for number in range(5):
                await bot.say(officer, f"{number * 10 + 10} {number}")
            copy = await keeper_of(bot).back_up(ready.clock.now())
        assert copy is not None
        kept = await figures(ready.config.storage.path)
        await asyncio.to_thread(ready.config.storage.path.unlink)
        await restored(ready, copy)
        assert await figures(ready.config.storage.path) == kept
        async with perform(ready.server, ready.clock, ready.config) as bot:
            assert await bot.say(officer, "60 5")
            await bot.check_sums()


async def test_S11_a_copy_whose_sums_disagree_is_thrown_away_told_and_tried_again_in_an_hour(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        keeper, troubles = keeper_of(bot), list[tuple[Trouble, str]]()
        keeper.trouble = lambda *trouble: troubles.append(trouble)
        await bot.store.write(lambda tx: tx.run("INSERT INTO totals VALUES ('vneid', 4, 'tn', '', 45)"))
        await keeper.look()
        assert (copies(bot.config), troubles) == ([], [(Trouble.BACKUP, "Damaged")])
        await bot.store.write(lambda tx: tx.run("DELETE FROM totals"))
        await keeper.look()
        assert copies(bot.config) == []
        bot.clock.advance(3_601)
        await keeper.look()
        assert len(copies(bot.config)) == 1


async def test_K3_a_backup_from_the_future_does_not_end_the_backups(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(1, 3)) as bot:
        await bot.store.write(lambda tx: meta.put(tx, "backup_at", str(int(at(1, 3, year=2033).timestamp()))))
        await keeper_of(bot).look()
        assert len(copies(bot.config)) == 1


@pytest.mark.parametrize(
    ("now", "wanted"), [(at(2, 2, 30), at(2, 2, 30)), (at(2, 2, 29), at(1, 2, 30)), (at(1, 0), at(30, 2, 30, month=11))]
)
def test_the_night_is_the_campaigns_whatever_the_hosts_zone(now: datetime, wanted: datetime) -> None:
    assert latest(time(2, 30), VIETNAM, now.astimezone(UTC)) == wanted


@pytest.mark.parametrize("drop", [False, True])
async def test_R9_a_restored_bot_answers_and_pushes_nothing_until_its_admin_says_so(
    tmp_path: Path, *, drop: bool
) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, officer):
        async with back(ready) as bot:
            admin = await bot.admin()
            copy = await keeper_of(bot).back_up(ready.clock.now())
            await bot.pass_to(at(1, 7, 0, 1))
        assert copy is not None
        with closing(sqlite3.connect(copy)) as backup, backup:
            waits_in_file(backup)
        before = told(group)
        assert before == ["⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"]
        ready.clock.set(at(1, 7, 30))
        await restored(ready, copy)
        async with back(ready) as bot:
            assert "Đang giữ: 1 trả lời, 1 tin tự gửi" in admin.private.last().text
            assert await bot.say(officer, "45 30")
            await bot.pass_to(at(1, 9))
            assert "Đang giữ: 1 trả lời, 1 tin tự gửi" in await bot.say(admin, "/ops")
            assert (told(group), old(bot)) == (before, [])
            await bot.say(admin, "/ops bỏ" if drop else "/ops thả")
            await bot.look()
            assert old(bot) == ([] if drop else ["trả lời cũ", "tin cũ"])
            assert told(group) == (before if drop else [*before, *before])
            assert await bot.say(admin, "/ops thả") == "Không có tin nào đang giữ."
            assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM outbox WHERE state = 'waiting'")) == 0


async def test_R9_a_word_from_the_terminal_lets_a_running_bot_speak_at_once(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, _):
        with closing(sqlite3.connect(ready.config.storage.path)) as file, file:
            waits_in_file(file)
        async with open_store(ready.config.storage.path) as store:
            await store.write(lambda tx: held.begin(tx, int(at(1, 7).timestamp())))
        ready.clock.set(at(1, 7, 30))
        channel, stop = TelegramChannel(ready.server.token, ready.server.base_url, ready.clock), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(work(ready.config, channel, ready.clock, stop, lambda: None))
            await ready.server.until(lambda: ready.server.polling)
            await asyncio.to_thread(ask, socket_path(ready.config.storage.path), "release", drop=False)
            await ready.server.until(lambda: bool(told(group)) and len(old(ready)) == 2, within=HEARTBEAT_S / 3)
            stop.set()


def waits_in_file(backup: sqlite3.Connection) -> None:
    for priority, text in ((0, "trả lời cũ"), (1, "tin cũ")):
        backup.execute(
            "INSERT INTO outbox (chat, verb, payload, priority, repeatable, created)"
            " VALUES (1, 'send', json_object('html', ?), ?, 0, 0)",
            (text, priority),
        )


def old(bot: Stage | Backstage) -> list[str]:
    """Return what had waited and now was sent, wherever."""
    chats = [user.private for user in bot.server.world.users.values()]
    return [message.text for chat in chats for message in chat.from_bots() if message.text.endswith(" cũ")]


async def test_K3_a_racing_clock_makes_one_sweep_and_loses_nothing_of_this_week(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(1, 3)) as bot:
        keeper, officer = keeper_of(bot), await bot.join(AN_HOI)
        await bot.say(officer, "45 30")
        await keeper.look()
        bot.clock._now += timedelta(days=3_653)
        for _ in range(10):
            await keeper.look()
        assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM updates WHERE raw LIKE '%45 30%'")) == 1
        assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM outbox WHERE payload LIKE '%An Hội%'"))
