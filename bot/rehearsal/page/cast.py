"""The cast: who plays whom, and how everybody gets in by the door that real people use."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain.campaign import Campaign
from bot.domain.units import Unit
from bot.domain.world import World
from bot.rehearsal.botapi import GroupChat, User
from bot.rehearsal.page.hours import Hours
from bot.rehearsal.scene import Scene
from storage.invites import InviteKind
from storage.people import Role

_NAMES = MappingProxyType(
    {
        ("vi", "admin"): "Quản trị",
        ("vi", "officer"): "Cán bộ {}",
        ("vi", "commander"): "Chỉ huy {}",
        ("vi", "group"): "Tiến độ {}",
        ("en", "admin"): "Admin",
        ("en", "officer"): "Officer, {}",
        ("en", "commander"): "Commander, {}",
        ("en", "group"): "Progress of {}",
    }
)


class NobodyReports(Exception):
    """No unit of the roster is to report in `campaign`."""

    def __init__(self, campaign: str) -> None:
        super().__init__(campaign)
        self.campaign = campaign


@dataclass(frozen=True, slots=True)
class Player:
    """One person with a post; admins have no unit. `extra` are those whom nobody plays by hand."""

    user: User
    role: Role | None
    unit: Unit | None
    extra: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands on the stage when the curtain rises."""

    officer: User
    commander: User
    group: GroupChat


class Cast:
    """Everybody who takes part, and the groups with the units that they belong to."""

    def __init__(self, scene: Scene, hours: Hours) -> None:
        self.players: dict[int, Player] = {}
        self.groups: dict[int, Unit] = {}
        self._scene = scene
        self._hours = hours

    @property
    def campaign(self) -> Campaign:
        """Return the campaign that is rehearsed: the first one."""
        return self._scene.config.campaigns[0]

    async def open(self) -> Opening:
        """Let in an admin, the commander of the root and one officer, who share a bound group."""
        world = await self._scene.world()
        root = world.root(self.campaign)
        ward = next(iter(self.reporting(world)), None)
        if root is None or ward is None:
            raise NobodyReports(self.campaign.code)
        admin = self._scene.server.world.add_user(self._name("admin"), user_id=self._scene.config.admins[0])
        self.players[admin.id] = Player(admin, None, None)
        admin.private.send("/start")
        await self._hours.settle()
        commander = await self.join(root.code, Role.COMMANDER)
        officer = await self.join(ward.code, Role.OFFICER)
        group = await self.gather(root.code)
        await self._hours.settle()
        return Opening(officer, commander, group)

    def reporting(self, world: World) -> list[Unit]:
        """Return the units that are to report, in the order of the roster."""
        return [world.tree[unit] for unit in sorted(world.reporting.get(self.campaign.code, ()))]

    async def join(self, unit: str, role: Role, *, approve: bool = True, extra: bool = False) -> User:
        """Let a new person open an invite link; an admin approves commanders. LookupError without such a unit."""
        code = await self._scene.code(unit, InviteKind(role.value))
        place = self._found(await self._scene.world(), unit)
        user = self._scene.server.world.add_user(self._name(role.value).format(place.name))
        self.players[user.id] = Player(user, role, place, extra)
        user.private.send(f"/start {code}")
        if role is Role.COMMANDER and approve:
            await self._hours.settle()
            self._approve()
        if not extra:
            await self._add_to_groups(user, place)
        return user

    async def gather(self, unit: str) -> GroupChat:
        """Make a group of those who belong under a unit, and bind it. LookupError without such a unit."""
        code = await self._scene.code(unit, InviteKind.GROUP)
        world = await self._scene.world()
        place = self._found(world, unit)
        members = [
            player.user
            for player in self.players.values()
            if player.unit is not None and not player.extra and world.tree.covers(place.id, player.unit.id)
        ]
        owner = self._commander_of(world, place)
        everybody = list(dict.fromkeys((owner, *members)))
        title = self._name("group").format(place.name)
        group = self._scene.server.world.add_group(title, everybody, kind="group")
        self.groups[group.id] = place
        group.say(owner, f"/gan@{self._scene.server.bot.username} {code}")
        return group

    def _commander_of(self, world: World, unit: Unit) -> User:
        """Return who may bind a group to the unit: the nearest commander, else the admin."""
        posts = {player.unit.id: player.user for player in self._commanders() if player.unit is not None}
        found = (posts[above] for above in world.tree.path(unit.id) if above in posts)
        return next(found, self._admin)

    def _commanders(self) -> Iterator[Player]:
        return (player for player in self.players.values() if player.role is Role.COMMANDER)

    @property
    def _admin(self) -> User:
        return self._scene.server.world.users[self._scene.config.admins[0]]

    def _approve(self) -> None:
        """Press the first button of the newest request; nothing happens when the admin was not asked."""
        asked = [message for message in self._admin.private.from_bots() if message.buttons]
        if asked:
            self._admin.press(asked[-1], 0)

    async def _add_to_groups(self, user: User, unit: Unit) -> None:
        world = await self._scene.world()
        for chat, place in self.groups.items():
            group = self._scene.server.world.groups[chat]
            if world.tree.covers(place.id, unit.id) and group.migrated_to is None:
                group.add(user)

    def _name(self, what: str) -> str:
        return _NAMES[self._scene.config.language, what]

    @staticmethod
    def _found(world: World, code: str) -> Unit:
        unit = world.tree.find(code)
        if unit is None:
            raise LookupError(code)
        return unit
