"""The tour: an example day plays by itself, and its chats are printed. No token, no network."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, time
from functools import partial
from itertools import islice

from bot.config import Config
from bot.domain.campaign import Campaign, Key, Metric
from bot.domain.figures import long_day
from bot.domain.roster import Roster
from bot.domain.units import Unit
from bot.domain.world import Setting
from bot.rehearsal.botapi import GroupChat, Message, User
from bot.rehearsal.scene import Scene, Starter, at_start, set_scene
from storage import rebuilding
from storage.invites import InviteKind
from storage.statuses import unit_status

Say = Callable[[str], None]


async def play(config: Config, setting: Setting, roster: Roster, say: Say, start: Starter) -> bool:
    """Play the tour; True when every figure was exactly what it had to be."""
    campaign = config.campaigns[0]
    async with set_scene(config, setting, roster, start, at_start(campaign, config.zone)) as scene:
        tour = Tour(scene, campaign, say)
        await tour.play()
        return tour.well


class Tour:
    """The day's script, and what it has to come to."""

    def __init__(self, scene: Scene, campaign: Campaign, say: Say) -> None:
        self.well = True
        self._scene = scene
        self._campaign = campaign
        self._say = say
        self._shown: dict[tuple[int, int], str] = {}
        self._sent: Counter[str] = Counter()
        self._before: dict[str, int] = {}

    async def play(self) -> None:
        """Play all scenes in order."""
        world = await self._scene.world()
        root = world.root(self._campaign)
        wards = list(islice((world.tree[unit] for unit in sorted(world.reporting[self._campaign.code])), 3))
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

    async def _prove(self) -> None:
        """Work everything out anew from the entries: it must be what the bot has kept."""
        world = await self._scene.world()
        differences = await self._scene.store.write(partial(rebuilding.rebuild, world=world))
        self.well = self.well and not differences
        sent = ", ".join(f"{metric.name} {self._sent[metric.code]:+d}" for metric in self._campaign.counted)
        if self.well:
            self._title(f"✓ {sent}: lũy kế tăng đúng bằng số đã gửi, tính lại từ đầu cũng khớp")
        else:
            self._title(f"✗ {sent}: số liệu không khớp, {len(differences)} chỗ khác nhau")

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

    async def _settle(self, *people: User | GroupChat) -> None:
        """Let the bot answer, and print what is new or edited in these chats."""
        await self._scene.settle()
        for each in people:
            chat = each.private if isinstance(each, User) else each
            new = [message for message in chat.transcript() if self._is_new(message)]
            if new:
                self._say(f"\n[{chat.title}]")
            for message in new:
                self._print(message)

    def _is_new(self, message: Message) -> bool:
        where = (message.chat.id, message.message_id)
        seen, self._shown[where] = self._shown.get(where), message.text
        return seen != message.text and not message.service

    def _print(self, message: Message) -> None:
        local = datetime.fromtimestamp(message.edit_date or message.date, self._scene.config.zone)
        self._say(f"{local:%H:%M}  {message.who}{' (đã sửa)' if message.edited else ''}")
        for line in message.text.splitlines():
            self._say(f"       {line}")
        for row in message.buttons:
            self._say("       " + "  ".join(f"[{label}]" for label in row))

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
