"""The tour: an example day plays by itself, and its chats are printed. No token, no network."""

from collections import Counter
from collections.abc import Mapping
from datetime import time, timedelta
from functools import partial
from itertools import islice

from bot.config import Config
from bot.domain.campaign import Campaign, Key, Metric
from bot.domain.figures import long_day
from bot.domain.roster import Roster
from bot.domain.schedule import upcoming
from bot.domain.series import Chart
from bot.domain.units import Unit
from bot.domain.world import Setting
from bot.rehearsal.botapi import GroupChat, User
from bot.rehearsal.scene import Scene, Starter, at_start, set_scene
from bot.rehearsal.transcript import Say, Transcript
from bot.render.charts import painter
from storage import rebuilding
from storage.invites import InviteKind
from storage.statuses import unit_status

LAST_BEAT = time(16, 45)
CUT_OFF = time(17, 45)
EVE = timedelta(minutes=10)
WHOLE = timedelta(days=400)


class Sparing:
    """A painter that draws only while somebody looks: the tour skips weeks, and their charts with them."""

    BLANK = b"\x89PNG\r\n\x1a\n"

    def __init__(self) -> None:
        self.watched = True
        self._painter = painter.Painter()

    async def paint(self, chart: Chart) -> bytes:
        """Return the chart, or nothing that anybody would look at."""
        return await self._painter.paint(chart) if self.watched else self.BLANK

    async def close(self) -> None:
        """Let the drawing process go."""
        await self._painter.close()


async def play(config: Config, setting: Setting, roster: Roster, say: Say, start: Starter) -> bool:
    """Play the tour; True when every figure was exactly what it had to be."""
    campaign = config.campaigns[0]
    sparing = Sparing()
    started = partial(start, painter=sparing)
    async with set_scene(config, setting, roster, started, at_start(campaign, config.zone)) as scene:
        tour = Tour(scene, campaign, say, sparing)
        await tour.play()
        return tour.well


class Tour:
    """The day's script, and what it has to come to."""

    def __init__(self, scene: Scene, campaign: Campaign, say: Say, sparing: Sparing) -> None:
        self.well = True
        self._scene = scene
        self._campaign = campaign
        self._say = say
        self._transcript = Transcript(say, scene.config.zone)
        self._sparing = sparing
        self._sent: Counter[str] = Counter()
        self._before: dict[str, int] = {}

    async def play(self) -> None:
        """Play all scenes in order."""
        world = await self._scene.world()
        root = world.root(self._campaign)
        wards = list(islice((world.tree[unit] for unit in sorted(world.reporting[self._campaign.code])), 4))
        if root is None or not wards:
            raise LookupError(self._campaign.root)
        self._before = await self._totals(root)
        self._title(f"{self._campaign.name} · {root.name}")
        commander = await self._let_in_commander(root)
        group = await self._bind_group(root, commander)
        await self._ask_status(group, commander, root)
        officers = [await self._join(ward, f"Cán bộ {ward.name}") for ward in wards]
        await self._report_in_one_line(officers[0])
        if len(officers) > 1:
            await self._report_by_dialogue(officers[1])
        if len(officers) > 2:  # noqa: PLR2004  (the third officer)
            await self._mend_by_editing(officers[2])
        await self._ask_status(group, commander, root)
        if len(officers) > 3:  # noqa: PLR2004  (the fourth officer, who keeps silent)
            await self._remind_the_silent(officers[3])
        await self._close_the_day(group, commander)
        await self._count_down(group, commander, *officers)
        await self._prove()

    async def _let_in_commander(self, root: Unit) -> User:
        """Join by an invite, which waits for an admin: the button."""
        self._scene_title("Chỉ huy vào bằng mã mời, quản trị duyệt")
        admin = self._scene.server.world.add_user("Quản trị", user_id=_admin(self._scene.config))
        admin.private.send("/start")
        await self._scene.settle()
        commander = await self._join(root, f"Chỉ huy {root.name}", InviteKind.COMMANDER)
        admin.press(admin.private.last(), "Duyệt" if self._vietnamese else "Approve")
        await self._settle(admin, commander)
        return commander

    async def _bind_group(self, root: Unit, commander: User) -> GroupChat:
        self._scene_title("Nhóm chat được gắn với đơn vị")
        group = self._scene.server.world.add_group(f"Tiến độ {root.name}", [commander])
        code = await self._scene.code(root.code, InviteKind.GROUP)
        group.say(commander, f"/gan@{self._scene.server.bot.username} {code}")
        await self._settle(group)
        return group

    async def _ask_status(self, group: GroupChat, person: User, root: Unit) -> None:
        """Ask in the group, and compare the totals with what was sent, to the last one."""
        self._scene_title("Hỏi tình hình trong nhóm")
        group.say(person, f"/status@{self._scene.server.bot.username}")
        await self._settle(group)
        grown = Counter(await self._totals(root))
        grown.subtract(self._before)
        if grown != self._sent:
            self.well = False
            self._say(f"✗ đã gửi {dict(self._sent)}, nhưng lũy kế tăng {dict(grown)}")

    async def _join(self, unit: Unit, name: str, kind: InviteKind = InviteKind.OFFICER) -> User:
        user = self._scene.server.world.add_user(name)
        user.private.send(f"/start {await self._scene.code(unit.code, kind)}")
        await self._settle(user)
        return user

    async def _report_in_one_line(self, officer: User) -> None:
        self._scene_title("Báo cáo bằng một dòng")
        await self._scene.turn_to(time(15, 20))
        numbers = _numbers(self._campaign, 45)
        officer.private.send(_line(self._campaign, numbers))
        await self._settle(officer)
        self._count(numbers)

    async def _report_by_dialogue(self, officer: User) -> None:
        self._scene_title("Báo cáo từng bước")
        await self._scene.turn_to(time(16, 5))
        numbers = _numbers(self._campaign, 21)
        officer.private.send("/baocao")
        await self._settle(officer)
        for metric in self._campaign.counted:
            officer.private.send("+".join(str(numbers[key]) for key in metric.keys))
            await self._settle(officer)
        self._count(numbers)

    async def _mend_by_editing(self, officer: User) -> None:
        """Slip on the keys, and mend it by editing the message."""
        self._scene_title("Gõ nhầm thì sửa ngay tin đã gửi")
        await self._scene.turn_to(time(16, 40))
        numbers = _numbers(self._campaign, 38)
        first = self._campaign.keys[0]
        message = officer.private.send(_line(self._campaign, {**numbers, first: numbers[first] * 100}))
        await self._settle(officer)
        officer.edit(message, _line(self._campaign, numbers))
        await self._settle(officer)
        self._count(numbers)

    async def _remind_the_silent(self, officer: User) -> None:
        await self._scene.turn_to(LAST_BEAT)
        self._scene_title("Ai chưa báo cáo thì được nhắc")
        self._transcript.show(officer)

    async def _close_the_day(self, group: GroupChat, commander: User) -> None:
        """Pass the cut-off: the live board, and the day's summary with its chart."""
        self._scene_title("Sau giờ chốt: bảng xếp hạng và tổng hợp ngày")
        await self._scene.turn_to(CUT_OFF)
        self._transcript.show(group, commander)

    async def _count_down(self, group: GroupChat, *others: User) -> None:
        """Go to the next countdown, to the last day and to the day after it; what lies between is passed over."""
        setting, now = self._scene.setting, self._scene.clock.now()
        slots = upcoming(setting.campaigns, setting.calendar, setting.zone, now, WHOLE)
        days = [slot for slot in slots if slot.job == "countdown" and slot.campaign == self._campaign.code]
        for slot in dict.fromkeys((*days[:1], *days[-2:])):
            self._sparing.watched = False
            await self._scene.pass_to(slot.at - EVE)
            self._transcript.pass_over(group, *others)
            self._sparing.watched = True
            await self._scene.pass_to(slot.at)
            self._scene_title("Đếm ngược đến hạn")
            self._transcript.show(group)

    async def _prove(self) -> None:
        """Work everything out anew from the entries: it must be what the bot has kept."""
        world = await self._scene.world()
        differences = await self._scene.store.write(partial(rebuilding.rebuild, world=world))
        self.well = self.well and not differences
        sent = ", ".join(f"{metric.name} {self._sent[metric.code]:+d}" for metric in self._campaign.counted)
        if self.well:
            self._title(f"✓ {sent}: lũy kế tăng đúng bằng số đã gửi, tính lại từ đầu cũng khớp")
        else:
            self._title(f"✗ {sent}: số liệu không khớp, {differences.count} chỗ khác nhau")

    def _count(self, numbers: Mapping[Key, int]) -> None:
        for key, amount in numbers.items():
            self._sent[key.metric] += amount

    async def _totals(self, root: Unit) -> dict[str, int]:
        world = await self._scene.world()
        day = world.today(self._campaign, self._scene.clock.now())
        status = await self._scene.store.read(
            partial(unit_status, world=world, campaign=self._campaign, unit=root, day=day)
        )
        return {metric.code: metric.total for metric in status.metrics}

    async def _settle(self, *chats: User | GroupChat) -> None:
        """Let the bot answer, and print what is new or edited in these chats."""
        await self._scene.settle()
        self._transcript.show(*chats)

    def _title(self, text: str) -> None:
        self._say(f"\n━━ {text} ━━")

    def _scene_title(self, text: str) -> None:
        self._say(f"\n── {text} · {long_day(self._scene.today, 'vi')} ──")

    @property
    def _vietnamese(self) -> bool:
        return self._scene.config.language == "vi"


def _admin(config: Config) -> int:
    return config.admins[0]


def _numbers(campaign: Campaign, most: int) -> dict[Key, int]:
    """Return plausible numbers for one report: a metric that stays below another has two thirds of it."""
    return {key: max(1, _share(campaign, metric, most)) for metric in campaign.counted for key in metric.keys}


def _share(campaign: Campaign, metric: Metric, most: int) -> int:
    return most if metric.at_most is None else _share(campaign, campaign.metric(metric.at_most), most) * 2 // 3


def _line(campaign: Campaign, numbers: Mapping[Key, int]) -> str:
    return " ".join("+".join(str(numbers[key]) for key in metric.keys) for metric in campaign.counted)
