"""The long run: `python -m tests.soak --kills 1000 --updates 50000 --seed 7`, or `--minutes 60`."""

import asyncio
import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from tests.crash.checker import judge
from tests.soak.history import Finding, copies, doubts
from tests.soak.suite import DAY, Outcome, Plan, play

SHOWN = 40
GROWN_KB = 30_000
GROWN_FILES = 10
GROWN_THREADS = 4


async def _run(plan: Plan, folder: Path) -> tuple[Outcome, list[Finding], dict[str, int | float]]:
    outcome = await play(plan, folder, click.echo)
    verdict = await judge(outcome.evidence, alone=False)
    return outcome, [*verdict.findings, *_own(outcome)], dict(verdict.figures)


def _own(outcome: Outcome) -> Iterator[Finding]:
    """Yield what the run itself has noticed."""
    for what, found in outcome.nemesis.failures:
        yield Finding("not borne", what, found, "as agreed")
    before, after = outcome.before, outcome.after
    for name, grown, most in (
        ("memory, kB", after.memory - before.memory, GROWN_KB),
        ("open files", after.files - before.files, GROWN_FILES),
        ("threads", after.threads - before.threads, GROWN_THREADS),
    ):
        if grown > most:
            yield Finding("growth", name, grown, most)


def _tables(outcome: Outcome, figures: dict[str, int | float]) -> Iterator[str]:
    """Yield the lines of what was tried, and of what came of it."""
    tried = outcome.nemesis.tried
    yield "\ntried"
    width = max(map(len, tried))
    yield from (f"  {name:<{width}}  {number:>8,}" for name, number in tried.most_common())
    yield "\nfound"
    before, after = outcome.before, outcome.after
    log = {
        "largest log kB": outcome.nemesis.largest_log // 1024,
        "days": outcome.days,
        "seconds": int(outcome.seconds),
        "presses forgotten by the messenger": len(outcome.evidence.forgotten),
    }
    held = {
        "memory kB, before and after a calm": f"{before.memory:,} {after.memory:,}",
        "open files": f"{before.files} {after.files}",
        "threads": f"{before.threads} {after.threads}",
    }
    seen = {f"ambiguous, {name}": number for name, number in copies(outcome.evidence.traces).items()}
    shown = {**figures, **seen, **log}
    width = max(map(len, (*shown, *held)))
    yield from (f"  {name:<{width}}  {number:>10,}" for name, number in shown.items())
    yield from (f"  {name:<{width}}  {number:>10}" for name, number in held.items())


def _list_doubts(outcome: Outcome, path: Path) -> None:
    """Write every row of the outbox whose outcome was unknown at least once, with how often people saw it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("row", "verb", "state", "doubts", "seen"))
        table.writerows(
            (row.id, row.verb, row.state, row.unsure, len(row.seen)) for row in doubts(outcome.evidence.traces)
        )


@click.command()
@click.option("--kills", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--updates", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--minutes", default=0.0, show_default=True, type=click.FloatRange(min=0))
@click.option("--seed", default=7, show_default=True)
@click.option("--doubts", "listed", type=click.Path(path_type=Path, dir_okay=False), help="List ambiguous sends here.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep data and log here.")
def main(kills: int, updates: int, minutes: float, seed: int, listed: Path | None, keep: Path | None) -> None:
    """Let a province work for days while everything goes wrong; exit 1 when anything was lost or doubled."""
    if keep is not None:
        keep.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="tiendo-soak-") as temporary:
        folder = keep.absolute() if keep else Path(temporary)
        if not (kills or updates or minutes):
            kills = DAY.kills
        plan = Plan(kills, updates, minutes * 60, seed)
        outcome, findings, figures = asyncio.run(_run(plan, folder))
        for line in _tables(outcome, figures):
            click.echo(line)
        if listed is not None:
            _list_doubts(outcome, listed)
    for finding in findings[:SHOWN]:
        click.echo(f"{finding.kind}: {finding.where}: {finding.found}, wanted {finding.wanted}")
    click.echo("nothing was lost" if not findings else f"{len(findings)} findings")
    raise SystemExit(bool(findings))


if __name__ == "__main__":
    main()
