"""`tiendo check`: the table of what is well and what is not."""

import asyncio
import os

import click

from bot.check.examining import examine
from bot.check.lines import Level, Line, Scene
from bot.cli.command import CONFIG, HELP, Ended
from bot.cli.configuring import config_path
from bot.config import Problems, load
from bot.config.clock import SystemClock
from bot.config.setting import setting_of
from bot.control import Failure


@click.command()
@click.option(CONFIG, metavar="PATH", help=HELP)
@click.pass_context
def check(ctx: click.Context, config: str | None) -> None:
    """Check config, data, roster, token, clock, disk and SQLite. Exit code 1 when anything fails."""
    try:
        loaded = load(config_path(ctx, config))
    except Problems as problems:
        for error in problems.errors:
            show(Line(Level.FAIL, "config", str(error)))
        raise Ended(f"{len(problems.errors)} failed") from None
    failed = asyncio.run(_shown(Scene(loaded, setting_of(loaded), SystemClock(), os.environ, _explain)))
    if failed:
        raise Ended(f"{failed} failed")


async def _shown(scene: Scene) -> int:
    """Print every line as it comes and return how many failed."""
    failed = 0
    async for line in examine(scene):
        show(line)
        failed += line.level is Level.FAIL
    return failed


def _explain(error: Exception) -> Failure:
    from bot.cli.failures import explain  # noqa: PLC0415  (it knows all errors, and with them the whole program)

    return explain(error)


def show(line: Line) -> None:
    """Print a line of the table."""
    click.echo(f"{line.level:<4}  {line.subject:<8}  {line.text}")
