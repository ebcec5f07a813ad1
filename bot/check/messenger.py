"""Telegram: whether the token opens a bot, where updates go, and whether the clocks agree."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar

import aiohttp

from bot.channels import BadToken, CallFailed, Channel, Me, Unknown
from bot.channels.telegram import TelegramChannel
from bot.check.lines import Level, Line, Scene
from bot.config import Config
from bot.domain.clock import Clock

PATIENCE_S = 5.0
DRIFT_S = 300

T = TypeVar("T")


async def ask_me(config: Config, env: Mapping[str, str], clock: Clock) -> Me:
    """Ask Telegram whose token it is. CallFailed when it refuses or cannot be reached, ConfigError without a token."""
    return await asked(config, env, clock, lambda channel: channel.me())


async def asked(config: Config, env: Mapping[str, str], clock: Clock, question: Callable[[Channel], Awaitable[T]]) -> T:
    """Ask Telegram one thing. Raises what `ask_me` does."""
    channel = TelegramChannel(config.token(env), config.telegram.base_url, clock)
    await channel.open()
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await question(channel)
    except TimeoutError:
        raise CallFailed(Unknown("no answer in time")) from None
    finally:
        await channel.close()


async def token_lines(scene: Scene) -> list[Line]:
    """Ask whose token it is."""
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


async def clock_lines(scene: Scene) -> list[Line]:
    """Compare the clocks."""
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


async def webhook_lines(scene: Scene) -> list[Line]:
    """Say whether Telegram delivers as the config wants it to."""
    try:
        found = await asked(scene.config, scene.env, scene.clock, lambda channel: channel.get_webhook())
    except CallFailed as error:
        return [Line(Level.WARN, "webhook", f"Telegram could not be asked: {type(error.outcome).__name__}")]
    telegram = scene.config.telegram
    wanted = telegram.webhook.url if telegram.mode == "webhook" and telegram.webhook else ""
    words = f"{found.url or 'none'}, {found.pending} updates wait"
    if found.url == wanted:
        return [Line(Level.OK, "webhook", words)]
    return [Line(Level.WARN, "webhook", f"{words}; the start will make it {wanted or 'none'}")]
