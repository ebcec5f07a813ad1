"""Closing: the officers of units that an import closes or merges are told, and later reports are refused."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from bot.domain.messages import Outgoing, Priority
from bot.domain.roster import Kind, RosterDiff
from bot.domain.units import Tree, UnitId
from bot.domain.world import Setting, World
from bot.render.texts import Texts
from handlers.turn import Turn
from storage import addressees, chats, outbox, worlds
from storage.sqlite import Tx

_CLOSINGS = (Kind.CLOSED, Kind.MERGED)


def tell(tx: Tx, setting: Setting, texts: Mapping[str, Texts], diff: RosterDiff, now: datetime) -> None:
    """Tell officers whose unit reports no more because of this difference, and which one goes on for it."""
    if not any(diff.of(kind) for kind in _CLOSINGS):
        return
    world = worlds.load(tx, setting, now.astimezone(setting.zone).date())
    for unit in sorted(_closed_by(world, diff)):
        facts = ending(world.tree, unit)
        for _, chat in addressees.officers_of_unit(tx, unit):
            language = chats.get(tx, chat).language or world.setting.language
            html = texts[language]("importing.closed", **facts)
            outbox.put(tx, chat, Outgoing("send", html, priority=Priority.PUSH, repeatable=False), int(now.timestamp()))


def refuse(turn: Turn, unit: UnitId, day: date) -> None:
    """Say that a unit takes no report for a day any more, and which one goes on for it."""
    turn.say("importing.unit_closed", day=day, **ending(turn.world.tree, unit))


def ending(tree: Tree, unit: UnitId) -> dict[str, Any]:
    """Return what texts say of a unit that reports no more: itself, since when, and which one goes on for it."""
    return {"unit": tree[unit], "since": tree.closings[unit], "successor": tree.successor(unit)}


def _closed_by(world: World, diff: RosterDiff) -> Iterator[UnitId]:
    codes = {change.code for kind in _CLOSINGS for change in diff.of(kind) if change.new}
    for unit in {below for code in codes for below in world.tree.below(world.tree.by_code[code.casefold()])}:
        if unit in world.tree.closings:
            yield unit
