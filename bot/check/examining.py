"""Examining: all checks, one after the other."""

from collections.abc import AsyncIterator, Mapping

from bot.check import ground
from bot.check.data import (
    backup_lines,
    chain_lines,
    data_lines,
    held_lines,
    instance_lines,
    pushes_lines,
    roster_lines,
    sequence_lines,
)
from bot.check.lines import Check, Level, Line, Scene
from bot.check.messenger import clock_lines, token_lines, webhook_lines


async def examine(scene: Scene) -> AsyncIterator[Line]:
    """Yield the lines of all checks, each as soon as it is known; a check that breaks is a line too."""
    for subject, check in CHECKS.items():
        try:
            lines = await check(scene)
        except Exception as error:  # noqa: BLE001  (one check must not keep the others from being made)
            lines = [Line(Level.FAIL, subject, scene.explain(error).text)]
        for line in lines:
            yield line


async def _config(scene: Scene) -> list[Line]:
    codes = ", ".join(campaign.code for campaign in scene.config.campaigns)
    unwise = [Line(Level.WARN, "config", str(warning)) for warning in scene.config.warnings()]
    return [Line(Level.OK, "config", f"campaigns: {codes}"), *unwise]


async def _ground(scene: Scene) -> list[Line]:
    return list(ground.look(scene.config.storage.path))


CHECKS: Mapping[str, Check] = {
    "config": _config,
    "data": data_lines,
    "sequence": sequence_lines,
    "chain": chain_lines,
    "roster": roster_lines,
    "pushes": pushes_lines,
    "backup": backup_lines,
    "held": held_lines,
    "token": token_lines,
    "webhook": webhook_lines,
    "clock": clock_lines,
    "ground": _ground,
    "instance": instance_lines,
}
