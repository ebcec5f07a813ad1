"""`tiendo roster import`: what a file would change, and its change."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from bot.app import SystemClock, setting_of
from bot.cli.command import configured
from bot.cli.work import look, perform
from bot.config import Config
from bot.domain.roster import Change, Roster, RosterDiff, Value, diff, every_column, read_roster
from bot.operations import BadRoster, stored_roster
from bot.roster_files import rows_of
from storage.errors import NoDatabase

NOTHING = "–"


@click.group()
def roster() -> None:
    """Units, targets and baselines."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "applies", is_flag=True, help="Commit it; without this only the difference is shown.")
@configured
def import_(config: Config, file: Path, *, applies: bool) -> None:
    """Take units, targets and baselines from a CSV or XLSX FILE."""
    header, rows = rows_of(file)
    read = read_roster(header, rows, config.campaigns)
    if not isinstance(read, Roster):
        raise BadRoster(read)
    found = diff(_stored(config), read)
    for line in difference_lines(found):
        click.echo(line)
    if not applies:
        click.echo("nothing was applied; add --apply to commit it")
        return
    done = perform(config, "roster_apply", create=True, header=header, rows=rows)
    click.echo(
        f"applied: {done['added']} added, {done['changed']} changed, {done['moved']} moved, {done['kept']} kept;"
        f" {done['rebuilt']} derived rows renewed"
    )


def _stored(config: Config) -> Roster:
    """Return the roster as it stands, an empty one where there is no database yet."""
    try:
        return look(config, lambda tx: stored_roster(tx, setting_of(config), SystemClock().now()))
    except NoDatabase:
        return Roster((), frozenset(every_column(config.campaigns)))


def difference_lines(found: RosterDiff) -> Iterator[str]:
    """Write a difference: `added CODE name`, `changed CODE column old -> new`, and the counts."""
    yield from _columns(
        ("added", row.code, row.name, row.level, f"under {row.parent or NOTHING}") for row in found.added
    )
    yield from _columns(_change("changed", change) for change in found.changed)
    yield from _columns(_change("moved", change) for change in found.moved)
    yield from _columns(("kept", row.code, row.name, "not in the file") for row in found.kept)
    counts = (len(found.added), len(found.changed), len(found.moved), len(found.kept))
    yield "{} added, {} changed, {} moved, {} kept though not in the file".format(*counts)


def _change(what: str, change: Change) -> tuple[str, ...]:
    return what, change.code, str(change.column), f"{value(change.old)} -> {value(change.new)}"


def value(cell: Value) -> str:
    """Write a cell as one would type it: 1250, 80%, An Hội|P. An Hội."""
    if cell is None or cell in ("", ()):
        return NOTHING
    if isinstance(cell, tuple):
        return "|".join(cell)
    return str(cell) if isinstance(cell, (str, int)) else f"{cell}%"


def _columns(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Write rows with their columns under each other; the last one is not padded."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)] if table else []
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
