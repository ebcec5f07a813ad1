"""The long run: `python -m tests.crash --kills 100 --seed 7`."""

import asyncio
import tempfile
from pathlib import Path

import click

from tests.crash.checker import Verdict, judge
from tests.crash.suite import Plan, play

SHOWN = 40


async def _run(plan: Plan, folder: Path) -> Verdict:
    return await judge(await play(plan, folder))


@click.command()
@click.option("--kills", default=100, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=7, show_default=True)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep data and log in this directory, which is made.",
)
def main(kills: int, seed: int, keep: Path | None) -> None:
    """Kill the bot under load, print what became of the reports; exit 1 when anything is wrong."""
    if keep is not None:
        keep.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="tiendo-crash-") as temporary:
        folder = keep.absolute() if keep else Path(temporary)
        verdict = asyncio.run(_run(Plan(kills, seed), folder))
    click.echo(verdict.table())
    for finding in verdict.findings[:SHOWN]:
        click.echo(f"{finding.kind}: {finding.where}: {finding.found}, wanted {finding.wanted}")
    raise SystemExit(bool(verdict.findings))


if __name__ == "__main__":
    main()
