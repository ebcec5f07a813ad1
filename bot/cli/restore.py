"""`tiendo restore`: a backup becomes the data, and holds what it still wanted to send; `tiendo release` lets it go."""

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from bot.channels import TELEGRAM
from bot.check.data import plain
from bot.cli.command import Ended, note
from bot.cli.configuring import configured
from bot.cli.work import perform
from bot.config import Config
from bot.config.clock import SystemClock
from bot.domain.messages import Outgoing
from bot.operations import ACTOR
from bot.render.texts import Texts
from storage import audit, chats, dialogues, erasures, held, meta, outbox, personal, schema, sidecar
from storage.errors import Damaged
from storage.sqlite import InstanceLock, Tx, open_store

REASON = "restored"
LEFT_BEHIND = ("-wal", "-shm", ".lock", sidecar.ENDING)

HELD = (
    "what waited in them is held, and the bot says nothing by itself: see /ops or `tiendo check`,"
    " then `tiendo release` or `tiendo release --drop`"
)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--accept-loss", is_flag=True, help="Go on with the data as they are, although commits are missing.")
@configured
def restore(config: Config, file: Path | None, accept_loss: bool) -> None:  # noqa: FBT001  (click passes by name)
    """Put the backup FILE in the place of the data, which is kept aside. Refuses while the bot runs."""
    if (file is None) is not accept_loss:
        raise click.UsageError("wanted either a FILE or --accept-loss")
    now = SystemClock().now()
    if file is None:
        asyncio.run(_accept(config, now))
        note("going on with the data as they are")
    else:
        put_back(config, file, now)
    note(HELD)


def put_back(config: Config, file: Path, now: datetime) -> None:
    """Put the backup in the place of the data. Raises what `open_store` does; then nothing has changed."""
    path = config.storage.path
    with InstanceLock(path):
        fresh = _copy(file, path)
        erased = asyncio.run(_mark(fresh, config, erasures.read(path), now))
        aside = _set_aside(path, now) if path.exists() else None
        fresh.replace(path)
        sidecar.beside(path).unlink(missing_ok=True)  # the next start writes it anew
        _sync(path.parent)
    click.echo(f"restored from {file}" + (f"; the data before are in {aside}" if aside else ""))
    if erased:
        click.echo(f"erased anew, as they had been since this backup: {erased}")


async def _accept(config: Config, now: datetime) -> None:
    """Take the data for what they are: as old as a backup, and treated like one."""
    erased = erasures.read(config.storage.path)
    async with open_store(config.storage.path, accept_loss=True) as store:
        await store.write(partial(_note, config=config, erased=erased, now=int(now.timestamp())))


@click.command()
@click.option("--drop", is_flag=True, help="Give up what is held instead of sending it.")
@configured
def release(config: Config, drop: bool) -> None:  # noqa: FBT001  (click passes by name)
    """Let a restored database speak by itself again, and send what it has held since."""
    messages = perform(config, "release", drop=drop)["messages"]
    if messages is None:
        raise Ended("nothing is held")
    click.echo(f"{'given up' if drop else 'released'}: {messages} messages; the bot speaks by itself again")


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


async def _mark(fresh: Path, config: Config, erased: Mapping[str, int], now: datetime) -> int:
    """Bring the copy to this program's schema, note when it was restored, and hold what waits in it.

    Whoever was erased since is erased again; returns how many that were.
    """
    try:
        async with open_store(fresh) as store:
            return await store.write(partial(_note, config=config, erased=erased, now=int(now.timestamp())))
    finally:
        for left in _companions(fresh):
            left.unlink(missing_ok=True)


def _note(tx: Tx, config: Config, erased: Mapping[str, int], now: int) -> int:
    meta.put(tx, REASON, str(now))
    audit.note(tx, now, ACTOR, REASON)
    outbox.requeue_after_crash(tx, now)
    dialogues.unoffered(tx, now)  # what was half done then is not offered again
    held.begin(tx, now)
    again = personal.reapply(tx, erased, now)
    _ask_admins(tx, config, now)
    return again


def _ask_admins(tx: Tx, config: Config, now: int) -> None:
    """Put what is held before the admins, as soon as the bot runs: their word is waited for."""
    html = Texts(config.language, config.zone)("ops.restored", hold=held.look(tx))
    for admin in config.admins:
        chat = chats.meet(tx, TELEGRAM, admin, private=True)
        outbox.put(tx, chat.id, Outgoing("send", html, account=admin, coalesce=held.REASON), now)


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
