"""Checks: whether config, data, roster, token, clock, disk and SQLite are fit for a campaign; nothing is changed."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import aiohttp

from bot.channels import BadToken, CallFailed, Me, Unknown
from bot.channels.telegram import TelegramChannel
from bot.config import Config
from bot.control import Explain, NoAnswer, Nobody, ask, socket_path
from bot.domain import figures
from bot.domain.clock import Clock
from bot.domain.goals import Mismatch
from bot.domain.world import Setting, World
from bot.operations import world_of
from storage import ledger, rebuilding, schema
from storage.sqlite import Tx, open_reader

PATIENCE_S = 5.0
DRIFT_S = 300
LITTLE_SPACE = 200 * 1024 * 1024  # bytes
SHOWN = 5
SKIPPED_S = 7 * 86_400

# https://sqlite.org/wal.html#walresetbug: two connections that write or checkpoint at once.
WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Line(NamedTuple):
    """One line of the table."""

    level: Level
    subject: str
    text: str


@dataclass(frozen=True)
class Scene:
    """What is examined, and with what."""

    config: Config
    setting: Setting
    clock: Clock
    env: Mapping[str, str]
    explain: Explain


Check = Callable[[Scene], Awaitable[Iterable[Line]]]


async def examine(scene: Scene) -> AsyncIterator[Line]:
    """Yield the lines of all checks, each as soon as it is known; a check that breaks is a line too."""
    for subject, check in CHECKS.items():
        try:
            lines = await check(scene)
        except Exception as error:  # noqa: BLE001  (one check must not keep the others from being made)
            lines = [Line(Level.FAIL, subject, scene.explain(error).text)]
        for line in lines:
            yield line


async def ask_me(config: Config, env: Mapping[str, str], clock: Clock) -> Me:
    """Ask Telegram whose token it is. CallFailed when it refuses or cannot be reached, ConfigError without a token."""
    channel = TelegramChannel(config.token(env), config.telegram.base_url, clock)
    await channel.open()
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await channel.me()
    except TimeoutError:
        raise CallFailed(Unknown("no answer in time")) from None
    finally:
        await channel.close()


@contextmanager
def plain(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file for reading as it is, whatever its schema."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


async def _config(scene: Scene) -> list[Line]:
    codes = ", ".join(campaign.code for campaign in scene.config.campaigns)
    unwise = [Line(Level.WARN, "config", str(warning)) for warning in scene.config.warnings()]
    return [Line(Level.OK, "config", f"campaigns: {codes}"), *unwise]


async def _data(scene: Scene) -> list[Line]:
    path = scene.config.storage.path
    async with open_reader(path) as store:
        differences = await store.read(lambda tx: _differences(tx, scene))
    with plain(path) as connection:
        schema.verify(connection)
        number = schema.applied(connection)[-1][0]
    found = Line(Level.OK, "data", f"{path}: schema {number}, quick check and foreign keys ok")
    if differences:
        return [found, Line(Level.FAIL, "sums", f"{differences} differ from the entries: run `tiendo rebuild`")]
    return [found, Line(Level.OK, "sums", "equal to what the entries say")]


def _differences(tx: Tx, scene: Scene) -> int:
    world = world_of(tx, scene.setting, scene.clock.now())
    return sum(1 for _ in rebuilding.compare(tx, rebuilding.derive(tx, world)))


async def _roster(scene: Scene) -> list[Line]:
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


async def _pushes(scene: Scene) -> list[Line]:
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


async def _token(scene: Scene) -> list[Line]:
    try:
        me = await ask_me(scene.config, scene.env, scene.clock)
    except CallFailed as error:
        if isinstance(error.outcome, BadToken):
            raise
        return [Line(Level.WARN, "token", f"Telegram could not be asked: {type(error.outcome).__name__}")]
    lines = [Line(Level.OK, "token", f"it opens @{me.username}, bot {me.id}")]
    if me.can_read_all:
        lines.append(Line(Level.WARN, "token", "privacy mode is off: the bot is shown everything that groups say"))
    return lines


async def _clock(scene: Scene) -> list[Line]:
    shown = f"{scene.clock.now().astimezone(scene.setting.zone):%Y-%m-%d %H:%M:%S} in {scene.config.timezone}"
    try:
        theirs = await _server_seconds(scene.config.telegram.base_url)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError):
        return [Line(Level.OK, "clock", f"{shown}; not compared, the server gave no date")]
    drift = round(scene.clock.now().timestamp() - theirs)
    if abs(drift) > DRIFT_S:
        return [
            Line(Level.WARN, "clock", f"{shown}; {drift:+} s against the server: set the clock, or lateness is wrong")
        ]
    return [Line(Level.OK, "clock", f"{shown}; {drift:+} s against the server")]


async def _server_seconds(url: str) -> float:
    limits = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(timeout=limits) as session, session.head(url) as answer:
        return parsedate_to_datetime(answer.headers["Date"]).timestamp()


async def _disk(scene: Scene) -> list[Line]:
    free = shutil.disk_usage(scene.config.storage.path.parent).free
    level = Level.OK if free >= LITTLE_SPACE else Level.WARN
    return [Line(level, "disk", f"{free // 1024**2} MB free")]


async def _sqlite(_: Scene) -> list[Line]:
    first, last = WAL_RESET_BUG
    note = (
        ", has the WAL reset bug: ok, one writing connection only"
        if first <= sqlite3.sqlite_version_info <= last
        else ""
    )
    return [Line(Level.OK, "sqlite", f"{sqlite3.sqlite_version}{note}")]


async def _instance(scene: Scene) -> list[Line]:
    try:
        who = await asyncio.to_thread(ask, socket_path(scene.config.storage.path), "who")
    except Nobody:
        return [Line(Level.OK, "instance", "the bot is not running")]
    except NoAnswer:
        return [Line(Level.WARN, "instance", "the bot is running but does not answer")]
    return [Line(Level.OK, "instance", f"the bot is running: process {who['pid']}, since {who['since']}")]


CHECKS: Mapping[str, Check] = {
    "config": _config,
    "data": _data,
    "roster": _roster,
    "pushes": _pushes,
    "token": _token,
    "clock": _clock,
    "disk": _disk,
    "sqlite": _sqlite,
    "instance": _instance,
}
