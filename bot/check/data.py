"""The data: whether the file is whole, its sums right, its roster fit, and what it holds back."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from bot.check.lines import Level, Line, Scene
from bot.check.start import look_through
from bot.control import NoAnswer, Nobody, ask, socket_path
from bot.domain import figures
from bot.domain.goals import Mismatch
from bot.domain.world import World
from bot.operations import world_of
from storage import chain, held, ledger, meta, rebuilding, schema, sidecar
from storage.sqlite import Tx, open_reader

SHOWN = 5
SKIPPED_S = 7 * 86_400
STALE_H = 26


@contextmanager
def plain(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file for reading as it is, whatever its schema."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


async def data_lines(scene: Scene) -> list[Line]:
    """Look through the file, and compare its sums with the entries."""
    path = scene.config.storage.path
    if await asyncio.to_thread(path.exists):
        await asyncio.to_thread(look_through, scene.config)
    async with open_reader(path) as store:
        differences = await store.read(lambda tx: _differences(tx, scene))
    with plain(path) as connection:
        number = schema.applied(connection)[-1][0]
    found = Line(Level.OK, "data", f"{path}: schema {number}, quick check and foreign keys ok")
    if differences:
        return [found, Line(Level.FAIL, "sums", f"{differences} differ from the entries: run `tiendo rebuild`")]
    return [found, Line(Level.OK, "sums", "equal to what the entries say")]


async def chain_lines(scene: Scene) -> list[Line]:
    """Look for entries and lines of the audit that were changed behind the bot's back."""
    async with open_reader(scene.config.storage.path) as store:
        broken = await store.read(chain.first_broken)
    if broken:
        return [Line(Level.FAIL, "chain", f"{each.table}: row {each.row} is the first {each.why}") for each in broken]
    return [Line(Level.OK, "chain", "entries and audit are as they were written")]


def _differences(tx: Tx, scene: Scene) -> int:
    world = world_of(tx, scene.setting, scene.clock.now())
    return rebuilding.compare(tx, world).count


async def sequence_lines(scene: Scene) -> list[Line]:
    """Compare how far the file has come with what its sidecar says."""
    path = scene.config.storage.path
    known = sidecar.read(path)
    if known is None:
        return [Line(Level.OK, "sequence", "nothing to compare with")]
    with plain(path) as connection:
        sidecar.confirm(connection, path)
    return [Line(Level.OK, "sequence", f"{known.commits} commits, none missing")]


async def backup_lines(scene: Scene) -> list[Line]:
    """Say when the last backup was made, and whether it still lies where it was put."""
    backup = scene.config.backup
    if not backup.enabled:
        return [Line(Level.WARN, "backup", "none are made: keep and keep_weeks are 0")]
    async with open_reader(scene.config.storage.path) as store:
        at, file = await store.read(lambda tx: (meta.get(tx, "backup_at"), meta.get(tx, "backup_file")))
    if at is None or file is None:
        return [Line(Level.OK, "backup", f"none yet, the running bot makes them at {backup.at:%H:%M}")]
    hours = int(scene.clock.now().timestamp() - int(at)) // 3_600
    if not await asyncio.to_thread(Path(file).exists):
        return [Line(Level.WARN, "backup", f"{file} is gone")]
    return [Line(Level.WARN if hours > STALE_H else Level.OK, "backup", f"{file}, {hours} hours old")]


async def held_lines(scene: Scene) -> list[Line]:
    """List what a restored database holds back."""
    async with open_reader(scene.config.storage.path) as store:
        hold = await store.read(held.look)
    if hold is None:
        return [Line(Level.OK, "held", "nothing")]
    words = f"restored: {hold.answers} answers and {hold.pushes} pushes wait for `tiendo release` (or with --drop)"
    rows = [f"{_local(scene, row.created)}: {'answer' if row.answer else 'push'} {row.group}" for row in hold.first]
    return [Line(Level.WARN, "held", words.rstrip()) for words in (words, *rows)]


def _local(scene: Scene, moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, scene.setting.zone):%Y-%m-%d %H:%M}"


async def roster_lines(scene: Scene) -> list[Line]:
    """Look at the roster of each campaign, and at targets that do not add up."""
    async with open_reader(scene.config.storage.path) as store:
        world = await store.read(lambda tx: world_of(tx, scene.setting, scene.clock.now()))
    lines = []
    for campaign in scene.config.campaigns:
        root = world.root(campaign)
        if root is None:
            lines.append(Line(Level.FAIL, "roster", f"campaign {campaign.code}: no unit has its root's code"))
            continue
        units, reporting = len(list(world.tree.below(root.id))), len(world.reporting[campaign.code])
        lines.append(Line(Level.OK, "roster", f"campaign {campaign.code}: {units} units, {reporting} of them report"))
        mismatches = world.goals[campaign.code].mismatches()
        lines += [Line(Level.WARN, "roster", _mismatch(world, each)) for each in mismatches[:SHOWN]]
        if len(mismatches) > SHOWN:
            lines.append(Line(Level.WARN, "roster", f"and {len(mismatches) - SHOWN} more that do not add up"))
    return lines


async def pushes_lines(scene: Scene) -> list[Line]:
    """List what the bot did not say in time, with the reason."""
    since = int(scene.clock.now().timestamp()) - SKIPPED_S
    async with open_reader(scene.config.storage.path) as store:
        skipped = await store.read(lambda tx: ledger.skipped_since(tx, since))
    if not skipped:
        return [Line(Level.OK, "pushes", "none skipped in the last 7 days")]
    lines = [
        Line(Level.WARN, "pushes", f"{run.campaign} {run.job} of {run.day} {run.time}: skipped, {run.reason}")
        for run in skipped[:SHOWN]
    ]
    if len(skipped) > SHOWN:
        lines.append(Line(Level.WARN, "pushes", f"and {len(skipped) - SHOWN} more in the last 7 days"))
    return lines


def _mismatch(world: World, found: Mismatch) -> str:
    """Write a target that its children do not add up to, in the words of those who assign targets."""
    short = found.given - found.sum_of_children
    words = f"giao {'thiếu' if short > 0 else 'thừa'} {figures.number(abs(short), 'vi')}"
    unit = world.tree[found.unit].code
    return f"{unit} {found.metric} until {found.until}: given {found.given}, children {found.sum_of_children}: {words}"


async def instance_lines(scene: Scene) -> list[Line]:
    """Ask the running bot who it is, if there is one."""
    try:
        who = await asyncio.to_thread(ask, socket_path(scene.config.storage.path), "who")
    except Nobody:
        return [Line(Level.OK, "instance", "the bot is not running")]
    except NoAnswer:
        return [Line(Level.WARN, "instance", "the bot is running but does not answer")]
    return [Line(Level.OK, "instance", f"the bot is running: process {who['pid']}, since {who['since']}")]
