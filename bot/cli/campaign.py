"""`tiendo campaign clone`: the table of a campaign for another year, to be pasted into the config."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import click

from bot.cli.command import CONFIG, HELP
from bot.cli.configuring import config_path
from bot.config import Config, check, read
from bot.domain.campaign import Campaign

Table = Mapping[str, Any]

TABLES = ("metrics", "phases", "schedule")
"""Keys of a campaign that are written as tables of their own."""

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def campaign() -> None:
    """Do something about the campaigns of the config."""


@campaign.command()
@click.argument("code")
@click.argument("newcode")
@click.option("--starts", type=_DAY, required=True, help="The new first day, such as 2024-11-15.")
@click.option("--deadline", type=_DAY, required=True, help="The new last day.")
@click.option(CONFIG, metavar="PATH", help=HELP)
@click.pass_context
def clone(
    ctx: click.Context, code: str, newcode: str, starts: datetime, deadline: datetime, config: str | None
) -> None:
    """Print the campaign CODE once more as NEWCODE, with all its dates moved; the config is not changed."""
    path = config_path(ctx, config)
    data = read(path)
    known = check(data, path)
    number = _number(known, code)
    table = moved(data["campaigns"][number], known.campaigns[number], newcode, starts.date(), deadline.date())
    check({**data, "campaigns": [*data["campaigns"], table]}, path)
    by = (starts.date() - known.campaigns[number].starts).days
    click.echo(f"# {newcode}: {code}, {by} days later. Look through name, targets and days_left; roster columns are")
    click.echo(f"# target.{newcode}.<metric> and baseline.{newcode}.<metric>.")
    click.echo("\n".join(lines(table)))


def _number(config: Config, code: str) -> int:
    codes = [each.code for each in config.campaigns]
    if code not in codes:
        raise click.UsageError(f'no campaign "{code}": wanted {" or ".join(codes)}')
    return codes.index(code)


def moved(table: Table, known: Campaign, code: str, starts: date, deadline: date) -> dict[str, Any]:
    """Return a campaign's table as written, under another code: phases as far from the start as before.

    The last phase ends on the deadline, `report_due` stays as far behind it, and a countdown names no more days
    than the campaign has.
    """
    found = {key: value for key, value in table.items() if key != "archived"}
    found |= {"code": code, "starts": starts, "deadline": deadline}
    if known.report_due:
        found["report_due"] = deadline + (known.report_due - known.deadline)
    if known.phases:
        ends = [each.ends + (starts - known.starts) for each in known.phases[:-1]] + [deadline]
        found["phases"] = [{**phase, "ends": end} for phase, end in zip(table["phases"], ends, strict=True)]
    if known.schedule:
        found["schedule"] = [_row(row, deadline - starts) for row in table["schedule"]]
    return found


def _row(row: Table, length: timedelta) -> dict[str, Any]:
    if "days_left" not in row:
        return dict(row)
    return {**row, "days_left": [left for left in row["days_left"] if left <= length.days]}


def lines(table: Table) -> Iterator[str]:
    """Yield a campaign's table as TOML."""
    yield "[[campaigns]]"
    yield from (f"{key} = {value(held)}" for key, held in table.items() if key not in TABLES)
    for name in TABLES:
        for row in table.get(name, ()):
            yield ""
            yield f"  [[campaigns.{name}]]"
            yield from (f"  {key} = {value(held)}" for key, held in row.items())


def value(held: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(held, Mapping):
        return "{ " + ", ".join(f"{key} = {value(each)}" for key, each in held.items()) + " }" if held else "{}"
    if isinstance(held, (list, tuple)):
        return f"[{', '.join(map(value, held))}]"
    if isinstance(held, date):
        return held.isoformat()
    return json.dumps(held, ensure_ascii=False)  # what JSON escapes in text, TOML escapes in the same way
