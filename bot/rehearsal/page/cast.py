"""The cast: who plays whom, and how everybody gets in by the door that real people use."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain.units import Unit
from bot.domain.world import World
from bot.rehearsal.botapi import GroupChat, User
from bot.rehearsal.page.hours import Hours
from bot.rehearsal.page.theatre import Theatre
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
    """No unit of the roster is to report in any of these campaigns."""


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

    def __init__(self, theatre: Theatre, hours: Hours) -> None:
        self.players: dict[int, Player] = {}
        self.groups: dict[int, Unit] = {}
        self._theatre = theatre
        self._hours = hours

    async def open(self) -> Opening:
        """Let in an admin and, for each root with reports below it, a commander and an officer in a bound group.

        What the first campaign needs is returned. NobodyReports where no campaign has anybody.
        """
        places = self._places(await self._theatre.world())
        if not places:
            raise NobodyReports(", ".join(each.code for each in self._theatre.setting.active))
        admin = self._theatre.server.world.add_user(self._name("admin"), user_id=self._theatre.config.admins[0])
        self.players[admin.id] = Player(admin, None, None)
        admin.private.send("/start")
        await self._hours.settle()
        openings = [await self._open(root, ward) for root, ward in places]
        await self._hours.settle()
        return openings[0]

    async def _open(self, root: Unit, ward: Unit) -> Opening:
        commander = await self.join(root.code, Role.COMMANDER)
        officer = await self.join(ward.code, Role.OFFICER)
        group = await self.gather(root.code)
        return Opening(officer, commander, group)

    def _places(self, world: World) -> list[tuple[Unit, Unit]]:
        """Return each campaign's root with the first unit that reports, every root once."""
        places: dict[Unit, Unit] = {}
        for campaign in self._theatre.setting.active:
            root, reporting = world.root(campaign), sorted(world.reporting.get(campaign.code, ()))
            if root is not None and reporting:
                places.setdefault(root, world.tree[reporting[0]])
        return list(places.items())

    def reporting(self, world: World) -> list[Unit]:
        """Return the units that are to report in any campaign, in the order of the roster."""
        return [world.tree[unit] for unit in sorted(set().union(*world.reporting.values()))]

    async def join(self, unit: str, role: Role, *, approve: bool = True, extra: bool = False) -> User:
        """Let a new person open an invite link; an admin approves commanders.

        LookupError without such a unit, Gone while the bot is down.
        """
        code = await self._theatre.code(unit, InviteKind(role.value))
        place = self._found(await self._theatre.world(), unit)
        user = self._theatre.server.world.add_user(self._name(role.value).format(place.name))
        self.players[user.id] = Player(user, role, place, extra)
        user.private.send(f"/start {code}")
        if role is Role.COMMANDER and approve:
            await self._hours.settle()
            self._approve()
        if not extra:
            await self._add_to_groups(user, place)
        return user

    async def gather(self, unit: str) -> GroupChat:
        """Make a group of those who belong under a unit, and bind it.

        LookupError without such a unit, Gone while the bot is down.
        """
        code = await self._theatre.code(unit, InviteKind.GROUP)
        world = await self._theatre.world()
        place = self._found(world, unit)
        members = [
            player.user
            for player in self.players.values()
            if player.unit is not None and not player.extra and world.tree.covers(place.id, player.unit.id)
        ]
        owner = self._commander_of(world, place)
        everybody = list(dict.fromkeys((owner, *members)))
        title = self._name("group").format(place.name)
        group = self._theatre.server.world.add_group(title, everybody, kind="group")
        self.groups[group.id] = place
        group.say(owner, f"/gan@{self._theatre.server.bot.username} {code}")
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
        return self._theatre.server.world.users[self._theatre.config.admins[0]]

    def _approve(self) -> None:
        """Press the first button of the newest request; nothing happens when the admin was not asked."""
        asked = [message for message in self._admin.private.from_bots() if message.buttons]
        if asked:
            self._admin.press(asked[-1], 0)

    async def _add_to_groups(self, user: User, unit: Unit) -> None:
        world = await self._theatre.world()
        for chat, place in self.groups.items():
            group = self._theatre.server.world.groups[chat]
            if world.tree.covers(place.id, unit.id) and group.migrated_to is None:
                group.add(user)

    def _name(self, what: str) -> str:
        return _NAMES[self._theatre.config.language, what]

    @staticmethod
    def _found(world: World, code: str) -> Unit:
        unit = world.tree.find(code)
        if unit is None:
            raise LookupError(code)
        return unit
