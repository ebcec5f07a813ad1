"""`tiendo roster import`: what a file would change, and its change."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

import click

from bot.cli.configuring import configured
from bot.cli.looking import look
from bot.cli.work import perform
from bot.config import Config
from bot.config.clock import SystemClock
from bot.config.setting import setting_of
from bot.domain import figures
from bot.domain.roster import Change, Impact, Kind, Misfit, Value
from bot.domain.roster.diffing import kind
from bot.operations import BadRoster
from bot.roster_files import rows_of
from storage import taking
from storage.errors import NoDatabase
from storage.taking import Table

NOTHING = "–"
MISFITS = 20  # that are listed; `tiendo check` and /status name them too


@click.group()
def roster() -> None:
    """Units, targets and baselines."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "applies", is_flag=True, help="Commit it; without this only the difference is shown.")
@click.option(
    "--from",
    "since",
    type=click.DateTime(["%Y-%m-%d", "%d-%m-%Y"]),
    help="The day from which changed targets and baselines hold; today unless given.",
)
@configured
def import_(config: Config, file: Path, *, applies: bool, since: datetime | None) -> None:
    """Take units, targets and baselines from a CSV or XLSX FILE."""
    table, first = rows_of(file), since.date() if since else None
    found = _weigh(config, table, first)
    for line in impact_lines(found):
        click.echo(line)
    if not applies:
        click.echo("nothing was applied; add --apply to commit it")
        return
    header, rows = table
    wanted = first.isoformat() if first else ""
    done = perform(config, "roster_apply", create=True, header=header, rows=rows, since=wanted)
    click.echo(
        f"applied: {done['added']} added, {done['changed']} changed, {done['moved']} moved, {done['kept']} kept;"
        f" {done['rebuilt']} derived rows renewed"
    )


def _weigh(config: Config, table: Table, since: date | None) -> Impact:
    setting, now = setting_of(config), SystemClock().now()
    try:
        found = look(config, lambda tx: taking.weigh(tx, setting, table, now, since))
    except NoDatabase:
        found = taking.weigh(None, setting, table, now, since)
    if not isinstance(found, Impact):
        raise BadRoster(found)
    return found


def impact_lines(found: Impact) -> Iterator[str]:
    """Write what an import comes to: one line for each unit or cell, by kind, then the wholes and the counts."""
    diff = found.diff
    yield from _columns(
        ("added", row.code, row.name, row.level, f"under {row.parent or NOTHING}") for row in diff.added
    )
    for each in Kind:
        yield from _columns(_change(change, found.since) for change in diff.of(each))
    yield from _columns(("moved", change.code, "parent", _sides(change)) for change in diff.moved)
    yield from _columns(("kept", row.code, row.name, "not in the file") for row in diff.kept)
    yield from _columns(
        ("total", f"{each.root} {each.campaign}.{each.metric}", name, f"{value(old)} -> {value(new)}")
        for each in found.wholes
        for name, (old, new) in (("target", each.targets), ("baseline", each.baselines))
        if old != new
    )
    yield from map(_misfit, found.misfits[:MISFITS])
    if len(found.misfits) > MISFITS:
        yield f"and {len(found.misfits) - MISFITS} more that do not add up"
    yield "{added} added, {changed} changed, {moved} moved, {kept} kept though not in the file".format(
        **found.diff.counts
    )


def _change(change: Change, since: date) -> tuple[str, ...]:
    what = kind(change.column)
    dated = f"from {since}" if what in {Kind.TARGET, Kind.BASELINE} else ""
    return what.value, change.code, str(change.column), _sides(change), dated


def _sides(change: Change) -> str:
    return f"{value(change.old)} -> {value(change.new)}"


def _misfit(misfit: Misfit) -> str:
    """Write a target that its children do not add up to, in the words of those who assign targets."""
    found, lacking = misfit.mismatch, misfit.lacking
    words = f"giao {'thiếu' if lacking > 0 else 'thừa'} {figures.number(abs(lacking), 'vi')}"
    return (
        f"mismatch  {misfit.code} {misfit.campaign}.{found.metric} until {found.until}:"
        f" given {found.given}, children {found.sum_of_children}: {words}"
    )


def value(cell: Value) -> str:
    """Write a cell as one would type it: 1250, 80%, 2023-12-05, An Hội|P. An Hội."""
    if cell is None or cell in ("", ()):
        return NOTHING
    if isinstance(cell, tuple):
        return "|".join(cell)
    return str(cell) if isinstance(cell, (str, int, date)) else f"{cell}%"


def _columns(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Write rows with their columns under each other; the last one is not padded."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)] if table else []
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
