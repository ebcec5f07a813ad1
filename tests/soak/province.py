"""Who plays in a soak: a province with its officers, commanders and groups, on a campaign with every push."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import Config, load
from bot.rehearsal.botapi.people import User
from bot.rehearsal.botapi.server import BotApiServer
from bot.rehearsal.botapi.signal import Signal
from bot.rehearsal.botapi.updates import UpdateQueue
from bot.rehearsal.botapi.world import GroupChat
from storage import invites, people, worlds
from storage.invites import InviteKind
from storage.people import Role
from storage.sqlite import Tx, open_store
from tests.crash.officers import Officer
from tests.crash.suite import DISTRICTS, WARDS, calendar, roster
from tests.stage import apply_roster

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = datetime(2023, 12, 4, 7, 0, tzinfo=ZONE)
WILD = 4  # wards whose numbers commanders have to decide about
FICKLE = 3  # officers who sometimes block the bot
ADMIN = 1_000_001
VALID = timedelta(days=14)

CONFIG = """\
timezone = "Asia/Ho_Chi_Minh"
admins = [1000001]

[storage]
url = "sqlite:///{folder}/tiendo.db"

[telegram]
token = "{token}"
base_url = "{url}"

[web]
listen = "127.0.0.1:0"

[calendar]
working_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

[[campaigns]]
code = "vneid"
name = "Cao điểm kích hoạt"
root = "P"
starts = 2023-11-24
deadline = 2023-12-20
schedule = [
  {{ job = "countdown", at = "07:30" }},
  {{ job = "open", at = "07:45" }},
  {{ job = "remind", at = ["09:00", "15:00", "16:30"] }},
  {{ job = "remind_group", at = "16:45" }},
  {{ job = "board", at = "10:00" }},
  {{ job = "escalate", at = "17:20" }},
  {{ job = "summary", at = "17:30" }},
  {{ job = "milestone", at = "18:00" }},
]

  [[campaigns.metrics]]
  code = "tn"
  name = "Thu nhận"
  max_per_day = 5000

  [[campaigns.metrics]]
  code = "kh"
  name = "Kích hoạt"
  main = true
"""


class WatchedQueue(UpdateQueue):
    """The messenger's queue of updates; `forgotten` are those that nobody fetched in time."""

    def __init__(self, changed: Signal) -> None:
        super().__init__(changed)
        self.forgotten: set[int] = set()

    def drop(self, mark: int) -> None:
        """Forget an update, and remember which."""
        self.forgotten |= {update.update_id for at, update in self.marked() if at == mark}
        super().drop(mark)

    def expires(self) -> int | None:
        """Return when the first message that waits will be forgotten, None where none waits; presses are not meant."""
        return min((each.expires for _, each in self.marked() if b'"callback_query"' not in each.body), default=None)


@dataclass(repr=False)
class Province:
    """Everybody. `groups` are replaced by what they become; `forsaken` are chats that were closed to the bot."""

    config: Config
    server: BotApiServer
    officers: list[Officer]
    wild: dict[str, User]
    commanders: dict[str, User]
    strangers: list[User]
    groups: dict[str, GroupChat]
    queue: WatchedQueue
    forsaken: set[int] = field(default_factory=set)

    @property
    def allowed(self) -> frozenset[int]:
        """Return the chats that may be spoken to: all but the group that nobody bound."""
        known = {unit for unit in self.groups if unit}
        groups = {id_ for id_, group in self.server.world.groups.items() if group.title in known}
        return frozenset(groups | set(self.server.world.users))


def configure(folder: Path, server: BotApiServer) -> Config:
    """Write the config and return it."""
    path = folder / "config.toml"
    path.touch(mode=0o600)
    path.write_text(CONFIG.format(folder=folder, token=server.token, url=server.base_url), encoding="utf-8")
    return load(path)


async def settle_in(folder: Path, server: BotApiServer, now: datetime, chance: random.Random) -> Province:
    """Make the data and let everybody open their chats."""
    config, world = configure(folder, server), server.world
    queue = server.bot.queue = WatchedQueue(world.stage.changed)
    dated = calendar(server, config)
    wards = [f"W{number:02}" for number in range(WARDS)]
    officers = [
        Officer(ward, world.add_user(f"Cán bộ {ward}"), server, random.Random(chance.random()), dated, presses=False)  # noqa: S311  (repeatable)
        for ward in wards[:-WILD]
    ]
    wild = {ward: world.add_user(f"Cán bộ {ward}") for ward in wards[-WILD:]}
    commanders = {unit: world.add_user(f"Chỉ huy {unit}") for unit in ("P", *DISTRICTS)}
    admin = world.add_user("Quản trị", user_id=ADMIN)
    strangers = [world.add_user("Người lạ") for _ in range(2)]
    posts = {officer.ward: officer.user for officer in officers} | wild
    async with open_store(config.storage.path, create=True) as store:
        await store.write(partial(apply_roster, config=config, text=roster(), now=now))
        codes = await store.write(partial(give_posts, officers=posts, commanders=commanders, now=int(now.timestamp())))
    for user in (admin, *posts.values(), *commanders.values(), *strangers):
        user.private.send("/start")
    groups = {
        unit: world.add_group(unit, [commanders[unit], *strangers], kind="supergroup" if unit == "P" else "group")
        for unit in commanders
    }
    for unit, group in groups.items():
        group.say(commanders[unit], f"/gan@tiendo_bot {codes[unit]}")
    groups[""] = world.add_group("Ai đó", strangers)
    return Province(config, server, officers, wild, commanders, strangers, groups, queue)


def give_posts(tx: Tx, officers: dict[str, User], commanders: dict[str, User], now: int) -> dict[str, str]:
    """Appoint everybody and return the code that binds each group."""
    units = {unit.code: unit.id for unit in worlds.units(tx)}
    posts: Sequence[tuple[str, User, Role]] = [
        *((unit, user, Role.OFFICER) for unit, user in officers.items()),
        *((unit, user, Role.COMMANDER) for unit, user in commanders.items()),
    ]
    for unit, user, role in posts:
        person = people.enrol(tx, "telegram", user.id, name=user.name, now=now)
        people.appoint(tx, person, role, units[unit], now)
    until = now + int(VALID.total_seconds())
    return {
        unit: invites.issue(tx, InviteKind.GROUP, units[unit], uses=1, expires=until, now=now) for unit in commanders
    }
