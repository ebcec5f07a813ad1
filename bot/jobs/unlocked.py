"""Unlocked days: the officers concerned are told as soon as the hours are not quiet."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from bot.domain import days
from bot.domain.messages import Outgoing, Priority
from bot.domain.units import UnitId
from bot.domain.world import World
from bot.render.texts import Texts
from storage import addressees, outbox, people, unlocks
from storage.addressees import Addressee
from storage.people import Role
from storage.sqlite import Tx
from storage.unlocks import Unlock


def tell(tx: Tx, world: World, texts: Mapping[str, Texts], channel: str, now: datetime) -> None:
    """Tell of what was unlocked since, once; what has ended meanwhile is passed over."""
    zone = world.setting.zone
    if days.awake(now, zone, world.setting.calendar) > now:
        return
    for unlock in unlocks.untold(tx, int(now.timestamp())):
        for officer, unit in _concerned(tx, world, channel, unlock):
            language = officer.language or officer.chat.language or world.setting.language
            facts = {"unit": world.tree[unit], "day": unlock.day, "until": unlock.until, "who": _giver(tx, unlock)}
            outgoing = Outgoing(
                "send",
                texts[language]("unlocking.told", **facts),
                account=officer.account,
                priority=Priority.PUSH,
                repeatable=False,
                expires=datetime.fromtimestamp(unlock.until, UTC),
            )
            outbox.put(tx, officer.chat.id, outgoing, int(now.timestamp()))


def _concerned(tx: Tx, world: World, channel: str, unlock: Unlock) -> Iterator[tuple[Addressee, UnitId]]:
    """Yield the officers who report for a unit that is open now, each with the first such unit."""
    reporting = world.reporting.get(unlock.campaign, frozenset())
    for officer in addressees.holding(tx, channel, Role.OFFICER):
        for unit in officer.units:
            if unit in reporting and world.tree.covers(unlock.unit, unit):
                yield officer, unit
                break


def _giver(tx: Tx, unlock: Unlock) -> str:
    kind, _, number = unlock.given_by.partition(":")
    return people.name(tx, int(number)) if kind == "person" else ""
