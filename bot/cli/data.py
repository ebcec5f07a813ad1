"""`tiendo rebuild`, `migrate` and `backup`: the file of data."""

import asyncio
from pathlib import Path

import click

from bot.check.data import plain
from bot.cli.command import Ended, progress
from bot.cli.configuring import configured
from bot.cli.work import backup as write_backup
from bot.cli.work import perform
from bot.config import Config
from storage import schema
from storage.sqlite import open_store


@click.command()
@configured
def rebuild(config: Config) -> None:
    """Make all sums anew from the entries. Exit code 1 when there were differences, which are mended."""
    done = perform(config, "rebuild", here={"tell": progress})
    if not done["differences"]:
        click.echo("equal: every sum is what the entries say")
        return
    for line in done["first"]:
        click.echo(line)
    raise Ended(f"{done['differences']} differences, mended")


@click.command()
@configured
def migrate(config: Config) -> None:
    """Create the database, or bring it to the schema of this program, with a copy taken before."""
    path = config.storage.path
    before = applied(path)
    asyncio.run(_open(path))
    click.echo(f"schema {before} -> {applied(path)}: {path}")


def applied(path: Path) -> int:
    """Return the number of the last migration that a file has behind it, 0 where there is no file."""
    if not path.exists():
        return 0
    with plain(path) as connection:
        return max((number for number, _ in schema.applied(connection)), default=0)


async def _open(path: Path) -> None:
    async with open_store(path, create=True):
        pass


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@configured
def backup(config: Config, file: Path) -> None:
    """Write a verified copy of the data to FILE, which must not exist yet."""
    write_backup(config, file)
    click.echo(f"backup written and verified: {file}")
