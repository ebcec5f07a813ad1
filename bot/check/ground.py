"""The ground that the data stand on: the disk, the kind of file system, who may read the files, SQLite itself."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.check.lines import Level, Line

LITTLE_SPACE = 200 * 1024 * 1024  # bytes
MOUNTS = Path("/proc/self/mountinfo")
ENDINGS = ("", "-wal", "-shm", ".lock", ".seq", ".erased")

# https://sqlite.org/wal.html#walresetbug: two connections that write or checkpoint at once.
WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))
OLDEST = (3, 38, 0)  # STRICT tables, RETURNING, ->>

# Shares of other machines: the log needs memory that all its readers share, and locks that hold
# (https://sqlite.org/wal.html, https://sqlite.org/howtocorrupt.html#_file_locking_problems).
REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "glusterfs", "ncpfs", "gfs2"})
# Folders handed through by a host or a program: most keep their promises, and nobody knows which.
HANDED_THROUGH = frozenset({"9p", "virtiofs", "vboxsf", "vmhgfs", "drvfs"})


def look(path: Path) -> Iterator[Line]:
    """Yield what is to be said about the place of a database, whether it exists yet or not."""
    yield from modes(path)
    yield file_system(path.parent)
    yield disk(path.parent)
    yield sqlite()


def modes(path: Path) -> Iterator[Line]:
    """Yield a line for every file that others may read, and for a folder in which others may write."""
    open_to_all = {file: file.stat().st_mode & 0o777 for file in files(path) if file.stat().st_mode & 0o077}
    for file, mode in open_to_all.items():
        yield Line(Level.WARN, "modes", f"{file} (mode {mode:04o}): wanted mode 0600")
    folder = path.parent.stat().st_mode & 0o777 if path.parent.exists() else 0o700
    if folder & 0o022:
        yield Line(Level.WARN, "modes", f"{path.parent} (mode {folder:04o}): others may put files there; wanted 0700")
    elif not open_to_all:
        yield Line(Level.OK, "modes", "the files are their owner's alone")


def close_to_others(path: Path) -> None:
    """Take from others what they may do with the files, as far as the files are ours."""
    for file in files(path):
        if file.stat().st_mode & 0o077:
            try:
                file.chmod(0o600)
            except PermissionError:
                continue  # somebody else's file: the line about it stays


def files(path: Path) -> list[Path]:
    """Return the database and what lies beside it, as far as it exists."""
    beside = (path.with_name(path.name + ending) for ending in ENDINGS)
    return [file for file in beside if file.exists()]


def file_system(folder: Path) -> Line:
    """Say on what kind of file system a folder lies; one of another machine fails."""
    kind = kind_of(folder, mounted())
    if kind in REMOTE:
        return Line(
            Level.FAIL, "place", f"{folder} lies on {kind}: wanted a disk of this machine, or data will be lost"
        )
    if kind in HANDED_THROUGH or kind.startswith("fuse"):
        return Line(Level.WARN, "place", f"{folder} lies on {kind}: a disk of this machine is safer")
    return Line(
        Level.OK, "place", f"{folder} lies on {kind}" if kind else f"{folder}: the system does not tell on what"
    )


def mounted() -> Mapping[Path, str]:
    """Return the kind of file system at each mount point; nothing where the system does not list them."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return {}
    parts = (line.partition(" - ") for line in lines)  # man 5 proc: the fifth field, and the first one behind the dash
    return {Path(_plain(head.split()[4])): tail.split()[0] for head, _, tail in parts if tail}


def kind_of(folder: Path, mounts: Mapping[Path, str]) -> str:
    """Return the kind of the innermost mount that holds a folder; empty where that is not known."""
    whole = folder.resolve()
    return next((mounts[each] for each in (whole, *whole.parents) if each in mounts), "")


def _plain(field: str) -> str:
    """Undo the octal that stands for blanks in a mount point."""
    for code, char in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        field = field.replace(code, char)
    return field


def disk(folder: Path) -> Line:
    """Say how much space is left."""
    free = shutil.disk_usage(folder).free
    level = Level.OK if free >= LITTLE_SPACE else Level.WARN
    return Line(level, "disk", f"{free // 1024**2} MB free")


def sqlite() -> Line:
    """Say which SQLite this is, and what of its faults concerns us."""
    first, last = WAL_RESET_BUG
    found = sqlite3.sqlite_version_info
    if found < OLDEST:
        return Line(Level.FAIL, "sqlite", f"{sqlite3.sqlite_version}: wanted {'.'.join(map(str, OLDEST))} or later")
    note = ", has the WAL reset bug: ok, one writing connection only" if first <= found <= last else ""
    return Line(Level.OK, "sqlite", f"{sqlite3.sqlite_version}{note}")
