"""The clockwork: pages, faults of single jobs and chats, and the alarm that rings it."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import setting_of
from bot.clockwork import by_hand, cron
from bot.jobs.beat import Beat, Push
from bot.jobs.kinds import KINDS, Kind
from bot.rehearsal.botapi import Fault, GroupChat
from bot.rehearsal.botapi.groups import Group
from storage import chats
from storage.sqlite import Tx
from tests import cast
from tests.stage import Stage, backstage, perform, stage

COUNTING = [{"job": "countdown", "at": "09:00"}]
NINE = datetime(2023, 12, 1, 2, 0, tzinfo=UTC)


def scheduled(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a config whose campaign has this schedule."""
    return {"campaigns": [cast.campaign(schedule=list(rows or COUNTING))]}


async def bound(bot: Stage, number: int) -> list[GroupChat]:
    """Make groups that belong to the province."""
    owner = bot.server.world.add_user("Chủ nhóm")
    groups = [bot.server.world.add_group(f"Nhóm {n}", [owner]) for n in range(number)]
    world = await bot.world()
    root = world.tree[world.tree.by_code["bt"]]

    def bind(tx: Tx) -> None:
        for group in groups:
            chat = chats.meet(tx, "telegram", group.id, private=False, title=group.title)
            chats.bind(tx, chat.id, root.id, None)

    await bot.store.write(bind)
    await bot.settle()
    await bot.look()
    return groups


def pushed(group: Group) -> list[str]:
    """Return the first lines of the countdowns that a group was sent."""
    return [message.text.splitlines()[0] for message in group.from_bots() if message.text.startswith("⏳")]


async def test_of_a_hundred_groups_three_in_trouble_keep_nobody_waiting(tmp_path: Path) -> None:
    async with stage(tmp_path, **scheduled()) as bot:
        flooded, kicked, moved, *others = await bound(bot, 100)
        bot.server.faults.next("sendMessage", Fault.too_many(60), chat=flooded.id)
        bot.server.faults.always("sendMessage", Fault.forbidden("bot was kicked from the group chat"), chat=kicked.id)
        grown = moved.upgrade_to_supergroup(announce=())
        bot.clock.set(NINE)
        await bot.app.clockwork.look()
        for _ in range(150):  # six seconds in the steps of the courier's pace
            await bot.app.courier.idle()
            bot.clock.advance(0.04)
        assert [len(pushed(group)) for group in others] == [1] * 97
        await bot.settle()
        assert (len(pushed(flooded)), len(pushed(grown))) == (1, 1)
        assert flooded.last().date - NINE.timestamp() >= 60
        assert pushed(kicked) == []


async def test_many_pages_reach_everybody_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.clockwork.PAGE", 7)
    async with stage(tmp_path, **scheduled()) as bot:
        groups = await bound(bot, 21)
        await bot.pass_to(NINE + timedelta(hours=1))
        assert [len(pushed(group)) for group in groups] == [1] * 21


async def test_a_job_that_fails_is_listed_and_stops_neither_the_others_nor_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(beat: Beat) -> Iterator[Push]:
        yield from KINDS["countdown"].run(beat)
        raise ZeroDivisionError

    broken = {**KINDS, "remind_group": Kind(fails, timedelta(hours=1))}
    monkeypatch.setattr("bot.clockwork.KINDS", broken)
    async with stage(tmp_path, **scheduled({"job": "remind_group", "at": "08:30"}, *COUNTING)) as bot:
        (group,) = await bound(bot, 1)
        await bot.pass_to(NINE)
        assert len(pushed(group)) == 1  # what the failed job had written before it failed is gone
        rows = await bot.store.read(lambda tx: tx.all("SELECT job, reason FROM job_runs WHERE state = 'skipped'"))
    assert [tuple(row) for row in rows] == [("remind_group", "failed: ZeroDivisionError")]


async def test_a_campaign_that_the_roster_does_not_hold_yet_says_nothing(tmp_path: Path) -> None:
    strange = cast.campaign(code="xa", root="XX", metrics=[{"code": "gd", "name": "Giao dịch"}], schedule=COUNTING)
    async with backstage(tmp_path, **scheduled()) as ready:
        both = cast.config(tmp_path, ready.server.base_url, campaigns=[strange, cast.campaign(schedule=COUNTING)])
        async with perform(ready.server, ready.clock, both) as bot:
            group = await bot.group("BT", await bot.commander("BT"))
            await bot.look()
            await bot.pass_to(NINE)
            assert len(pushed(group)) == 1


async def test_what_is_due_in_the_quiet_hours_waits_for_their_end(tmp_path: Path) -> None:
    config = {**scheduled(), "calendar": {"quiet": ["08:30", "09:30"]}}
    async with stage(tmp_path, **config) as bot:
        (group,) = await bound(bot, 1)
        await bot.pass_to(NINE + timedelta(minutes=29))
        assert pushed(group) == []
        await bot.pass_to(NINE + timedelta(minutes=30))
        assert len(pushed(group)) == 1


async def test_K4_the_alarm_rings_within_a_second_and_goes_on_ringing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clockwork.HEARTBEAT_S", 0.05)
    rung: asyncio.Queue[None] = asyncio.Queue()
    setting = setting_of(cast.config(tmp_path, **scheduled()))
    async with cron(setting, lambda: rung.put_nowait(None)):
        for _ in range(3):
            await asyncio.wait_for(rung.get(), 1)


async def test_an_alarm_by_hand_never_rings(tmp_path: Path) -> None:
    rung: list[bool] = []
    async with by_hand(setting_of(cast.config(tmp_path, **scheduled())), lambda: rung.append(True)):
        await asyncio.sleep(0)
    assert rung == []
