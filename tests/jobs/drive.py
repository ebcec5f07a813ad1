"""Bến Tre's drive, played day by day: a few hundred officers with habits, and what each push must find."""

import asyncio
import random
import tempfile
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Container, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot import config as configs
from bot.config import Config
from bot.domain.campaign import Campaign
from bot.domain.roster import Roster, read_roster
from bot.domain.units import UnitId
from bot.rehearsal.botapi import BotApiServer, GroupChat, User
from bot.rehearsal.botapi.api import Accepted
from bot.rehearsal.clocks import ManualClock
from bot.rehearsal.scene import at_start, import_roster, rehearsed
from bot.roster_files import rows_of
from storage import people
from storage.people import Role
from storage.sqlite import Tx
from tests.stage import Stage, perform

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "ben-tre"
SCHEDULE: list[dict[str, Any]] = [
    {"job": "countdown", "at": "07:00", "days_left": [30, 20, 10, 7, 6, 5, 4, 3, 2, 1, 0]},
    {"job": "weekly", "at": "07:30"},
    {"job": "final", "at": "08:30"},
    {"job": "remind", "at": ["15:00", "16:30"]},
    {"job": "board", "at": "17:05"},
    {"job": "summary", "at": "17:30"},
]
DAWN = time(6, 45)
MORNING, AFTERNOON, EVENING = time(9, 0), time(15, 40), time(19, 0)
BEATS = (time(15, 0), time(16, 30))
WITHIN = timedelta(minutes=2)
WARDS_WITH_TWO = 70
REPORT_DUE = date(2023, 12, 18)
SCRIPT = Path(__file__).with_name("ben_tre_script.txt")
SEED = 15


@dataclass
class Ward:
    """A reporting unit with its officers and its habit: the hour it reports at each day, None for silence."""

    name: str
    officers: list[User]
    need: dict[str, int]
    room: int
    hours: dict[date, time | None] = field(default_factory=dict)
    leave: tuple[date, date] | None = None
    sent: dict[str, int] = field(default_factory=lambda: {"tn": 0, "kh": 0})

    def is_away(self, day: date) -> bool:
        return self.leave is not None and self.leave[0] <= day <= self.leave[1]

    def owes(self, day: date, at: time) -> bool:
        """Tell whether a reminder at `at` must find this ward without a report."""
        hour = self.hours[day]
        return not self.is_away(day) and (hour is None or hour > at)


@dataclass
class Drive:
    """The campaign with its cast."""

    bot: Stage
    campaign: Campaign
    wards: list[Ward]
    group: GroupChat
    commander: User
    curtain: int

    @property
    def days(self) -> Iterator[date]:
        count = (self.campaign.deadline - self.campaign.starts).days + 1
        return (self.campaign.starts + timedelta(days=n) for n in range(count))

    def told_at(self, at: datetime, people: Container[int]) -> list[tuple[int, str]]:
        """Return what these people were told within two minutes of `at`, in the order of their ids."""
        return sorted((each.chat_id, each.text) for each in self.pushes(at) if each.chat_id in people)

    def pushes(self, at: datetime) -> Iterator[Accepted]:
        accepted = self.bot.server.accepted
        first, last = (bisect_left(accepted, moment, key=lambda each: each.at) for moment in (at, at + WITHIN))
        return (each for each in accepted[first:last] if each.method.startswith("send"))

    def moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.bot.config.zone)

    def script(self) -> str:
        """Return all that group and commander were told, in order: when, where, and every word."""
        names = {self.group.id: "nhóm", self.commander.id: "chỉ huy"}
        told = [each for each in self.bot.server.accepted[self.curtain :] if each.chat_id in names]
        # Chats are served side by side: only the order within a chat is promised.
        told.sort(key=lambda each: (each.at.replace(second=0, microsecond=0), each.chat_id))
        lines = []
        for each in told:
            if each.method.startswith("send"):
                local = each.at.astimezone(self.bot.config.zone)
                picture = f" [{each.media}]" if each.media else ""
                words = "\n".join(f"  {line}" for line in each.text.splitlines())
                lines.append(f"{local:%d-%m %H:%M} {names[each.chat_id]}{picture}\n{words}\n")
        return "\n".join(lines)

    async def play_all(self, after_each: Callable[["Drive", date], None] = lambda _, __: None) -> None:
        """Play every day of the campaign, and those until the report is due."""
        for day in self.days:
            await self.play(day)
            after_each(self, day)
        await self.bot.turn_to(time(23, 0), REPORT_DUE)

    async def play(self, day: date) -> None:
        """Play one day: reports in three waves, and the clock past every push between them."""
        await self.bot.turn_to(DAWN, day)
        for ward in self.wards:
            if ward.leave is not None and ward.leave[0] == day:
                for officer in ward.officers:
                    officer.private.send(f"/nghi {(ward.leave[1] - day).days + 1} ngày")
        await self.bot.settle()
        for hour in (MORNING, AFTERNOON, EVENING):
            await self.bot.turn_to(hour, day)
            for ward in self.wards:
                if ward.hours[day] == hour:
                    ward.officers[0].private.send(self._line(ward))
            await self.bot.settle()
        await self.bot.turn_to(time(23, 0), day)

    def _line(self, ward: Ward) -> str:
        """Return a day's plausible numbers; activated never overtakes registered."""
        tn = ward.need["tn"]
        kh = min(ward.need["kh"], ward.room + ward.sent["tn"] + tn - ward.sent["kh"])
        ward.sent["tn"] += tn
        ward.sent["kh"] += kh
        return f"{tn} {kh}"


def _appoint(tx: Tx, ward: Ward, unit: UnitId, now: int) -> None:
    for officer in ward.officers:
        person = people.enrol(tx, "telegram", officer.id, name=officer.name, now=now)
        people.appoint(tx, person, Role.OFFICER, unit, now)


def _config(server: BotApiServer, folder: Path) -> Config:
    shipped = configs.load(EXAMPLE / "config.toml")
    (campaign,) = shipped.campaigns
    ours = Campaign.model_validate({**campaign.model_dump(), "schedule": SCHEDULE})
    return rehearsed(shipped.model_copy(update={"campaigns": (ours,)}), folder, server)


@asynccontextmanager
async def backdrop(folder: Path) -> AsyncIterator[tuple[BotApiServer, ManualClock, Config]]:
    """Prepare server and roster on the morning of the first day."""
    clock = ManualClock(datetime(2023, 1, 1).astimezone())
    async with BotApiServer(clock) as server:
        config = _config(server, folder)
        clock.set(at_start(config.campaigns[0], config.zone) - timedelta(hours=2))
        sheet = rows_of(EXAMPLE / "roster.csv")
        roster = read_roster(sheet.header, sheet.rows, config.campaigns)
        assert isinstance(roster, Roster)
        await import_roster(config, roster, clock.now())
        yield server, clock, config


async def cast_for(bot: Stage, seed: int) -> Drive:
    """Let everybody in and give each ward its habits."""
    world, chance = await bot.world(), random.Random(seed)  # noqa: S311  (habits, not secrets)
    campaign = bot.config.campaigns[0]
    goals = world.goals[campaign.code]
    wards = []
    for number, unit in enumerate(sorted(world.reporting[campaign.code])):
        places = 2 if number < WARDS_WITH_TWO else 1
        officers = [bot.server.world.add_user(f"{world.tree[unit].code}-{n}") for n in range(places)]
        need, totals = {}, {}
        for metric in campaign.counted:
            totals[metric.code] = goals.baseline(unit, metric.keys[0])
            target = goals.target(unit, metric.code, campaign.deadline) or 0
            need[metric.code] = max(1, (target - totals[metric.code]) // 33)
        ward = Ward(world.tree[unit].name, officers, need, totals["tn"] - totals["kh"])
        _form_habits(ward, number, campaign, chance)
        await bot.store.write(partial(_appoint, ward=ward, unit=unit, now=int(bot.clock.now().timestamp())))
        for officer in officers:
            officer.private.send("/start")
        wards.append(ward)
    await bot.settle()
    commander = await bot.commander(campaign.root, "Chỉ huy tỉnh")
    group = await bot.group(campaign.root, commander, title="Tỉnh")
    assert isinstance(group, GroupChat)
    return Drive(bot, campaign, wards, group, commander, len(bot.server.accepted))


def _form_habits(ward: Ward, number: int, campaign: Campaign, chance: random.Random) -> None:
    """Every tenth ward never reports, every thirteenth goes on leave for five days, the others vary."""
    span = (campaign.deadline - campaign.starts).days + 1
    if number % 13 == 5:
        first = campaign.starts + timedelta(days=5)
        ward.leave = (first, first + timedelta(days=4))
    for day in (campaign.starts + timedelta(days=n) for n in range(span)):
        hour = chance.choices([MORNING, AFTERNOON, EVENING, None], [60, 25, 8, 7])[0]
        ward.hours[day] = None if number % 10 == 3 or ward.is_away(day) else hour


async def _write_script() -> None:
    """Write the script anew, to be read by eye before it is committed."""
    with tempfile.TemporaryDirectory() as folder:
        async with backdrop(Path(folder)) as (server, clock, config), perform(server, clock, config) as bot:
            drive = await cast_for(bot, SEED)
            await drive.play_all()
            SCRIPT.write_text(drive.script(), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write_script())
