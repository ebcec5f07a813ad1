"""Operating: how the machine is doing, for its admins, and their word on what a restored database holds."""

from collections.abc import Mapping
from datetime import datetime, time

from bot.domain.text import fold
from handlers.turn import Turn
from storage import audit, health, held

DROPS: Mapping[str, bool] = {"tha": False, "release": False, "bo": True, "drop": True}
"""What is said behind `/ops`, and whether that gives up what is held."""


def show(turn: Turn, text: str) -> None:
    """Answer `/ops`, and `/ops thả` or `/ops bỏ` after a restore."""
    drop = DROPS.get(fold(text).strip())
    if drop is None:
        _show(turn)
    else:
        _release(turn, drop=drop)


def _show(turn: Turn) -> None:
    zone = turn.world.setting.zone
    today = datetime.fromtimestamp(turn.now, zone).date()
    midnight = int(datetime.combine(today, time.min, zone).timestamp())
    found = health.examine(turn.tx, turn.channel, today, midnight, turn.now)
    turn.say("ops.health", health=found, hold=held.look(turn.tx))


def _release(turn: Turn, *, drop: bool) -> None:
    messages = held.release(turn.tx, turn.now, drop=drop)
    if messages is None:
        turn.say("ops.nothing_held")
        return
    audit.note(turn.tx, turn.now, turn.actor, "released", drop=drop, messages=messages)
    turn.say("ops.released", drop=drop, messages=messages)
