"""`tiendo restore`: a backup becomes the data, and what it still wanted to send is not sent again."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.app import SystemClock
from bot.check import plain
from bot.cli.command import configured
from bot.config import Config
from bot.operations import ACTOR
from storage import audit, meta, outbox, schema
from storage.errors import Damaged
from storage.outbox import Settlement, State
from storage.sqlite import InstanceLock, Tx, open_store

PAGE = 1_000
REASON = "restored"
LEFT_BEHIND = ("-wal", "-shm", ".lock")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@configured
def restore(config: Config, file: Path) -> None:
    """Put the backup FILE in the place of the data, which is kept aside. Refuses while the bot runs."""
    path, now = config.storage.path, SystemClock().now()
    with InstanceLock(path):
        fresh = _copy(file, path)
        asyncio.run(_mark(fresh, now))
        aside = _set_aside(path, now) if path.exists() else None
        fresh.replace(path)
        _sync(path.parent)
    click.echo(f"restored from {file}" + (f"; the data before are in {aside}" if aside else ""))


def _copy(file: Path, path: Path) -> Path:
    """Write a verified copy of the backup beside the data. SchemaError or Damaged when it is not fit."""
    fresh = path.with_name(f"{path.name}.restoring")
    for left in (fresh, *_companions(fresh)):
        left.unlink(missing_ok=True)
    with plain(file) as backup:
        if not schema.applied(backup):
            raise Damaged(["it holds no data of this program"])
        schema.pending(backup)
        schema.verify(backup)
        schema.copy_into(backup, fresh)
    return fresh


async def _mark(fresh: Path, now: datetime) -> None:
    """Bring the copy to this program's schema, note when it was restored, and give up what waits in it."""
    try:
        async with open_store(fresh) as store:
            await store.write(lambda tx: _note(tx, int(now.timestamp())))
    finally:
        for left in _companions(fresh):
            left.unlink(missing_ok=True)


def _note(tx: Tx, now: int) -> None:
    meta.put(tx, REASON, str(now))
    audit.note(tx, now, ACTOR, REASON)
    outbox.requeue_after_crash(tx, now)
    last = 0
    while rows := outbox.waiting_after(tx, last, PAGE):
        outbox.settle(tx, [Settlement(row.id, State.EXPIRED, error=REASON) for row in rows], now)
        last = rows[-1].id


def _set_aside(path: Path, now: datetime) -> Path:
    """Keep the present data whole under another name; `path` itself stays until it is replaced.

    The log moves before the new file comes: SQLite would replay an old log into it.
    """
    aside = path.with_name(f"{path.name}.before-restore-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    os.link(path, aside)
    for ending in ("-wal", "-shm"):
        companion = path.with_name(path.name + ending)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + ending))
    return aside


def _companions(path: Path) -> list[Path]:
    """Return what SQLite, the lock and migrations leave beside a file."""
    return [
        *(path.with_name(path.name + ending) for ending in LEFT_BEHIND),
        *path.parent.glob(f"{path.name}.before-*"),
    ]


def _sync(folder: Path) -> None:
    """Bring the new names to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
