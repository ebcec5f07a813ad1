"""`tiendo check`: the table of what is well and what is not."""

import asyncio
import os

import click

from bot.app import SystemClock, setting_of
from bot.check import Level, Line, Scene, examine
from bot.cli.command import CONFIG, HELP, Ended, config_path
from bot.cli.failures import explain
from bot.config import Problems, load


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
    failed = asyncio.run(_shown(Scene(loaded, setting_of(loaded), SystemClock(), os.environ, explain)))
    if failed:
        raise Ended(f"{failed} failed")


async def _shown(scene: Scene) -> int:
    """Print every line as it comes and return how many failed."""
    failed = 0
    async for line in examine(scene):
        show(line)
        failed += line.level is Level.FAIL
    return failed


def show(line: Line) -> None:
    """Print a line of the table."""
    click.echo(f"{line.level:<4}  {line.subject:<8}  {line.text}")
