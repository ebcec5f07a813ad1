"""`tiendo people`: who holds which post, and what is kept of a person, handed out or taken out."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.channels import TELEGRAM
from bot.cli.configuring import configured
from bot.cli.looking import look
from bot.cli.work import perform
from bot.config import Config
from bot.config.clock import SystemClock
from bot.config.setting import setting_of
from bot.operations import find_unit, world_of
from storage import rolls
from storage.sqlite import Tx


@click.group()
def people() -> None:
    """People: their posts, and what is kept of them."""


@people.command("list")
@click.option("--unit", metavar="CODE", help="Only those at this unit and below it.")
@configured
def list_(config: Config, unit: str | None) -> None:
    """Print who holds which post, a line each: unit, role, the person's number, name, since when, in reach or not."""
    for line in look(config, lambda tx: _lines(tx, config, unit)):
        click.echo(line)


def _lines(tx: Tx, config: Config, code: str | None) -> list[str]:
    setting = setting_of(config)
    world = world_of(tx, setting, SystemClock().now())
    wanted = set(world.tree.units if code is None else world.tree.below(find_unit(world, code).id))
    return [
        "\t".join(
            (
                world.tree[each.post.unit].code,
                each.post.role,
                str(each.person),
                each.name,
                datetime.fromtimestamp(each.since, UTC).astimezone(config.zone).date().isoformat(),
                "reachable" if each.reachable else "unreachable",
            )
        )
        for each in rolls.below(tx, TELEGRAM, wanted.__contains__)
    ]


person_option = click.option("--person", type=click.IntRange(1), help="Their number, as `people list` shows it.")
account_option = click.option("--account", type=click.IntRange(1), help="The number of their Telegram account.")


def _must_name_one(person: int | None, account: int | None) -> None:
    """Raise UsageError unless exactly one of the two names somebody."""
    if (person is None) == (account is None):
        raise click.UsageError("wanted either --person or --account")


@people.command()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A JSON file, which must not exist."
)
@person_option
@account_option
@configured
def export(config: Config, person: int | None, account: int | None, out: Path) -> None:
    """Write all that is kept of a person into a file that only its owner can read."""
    _must_name_one(person, account)
    if out.exists():
        raise FileExistsError(out)
    kept = perform(config, "people_export", person=person or 0, account=account or 0)
    with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False, indent=2)
    click.echo(f"written: {out}")


@people.command()
@click.option("--yes", is_flag=True, help="Do it without asking.")
@person_option
@account_option
@configured
def erase(config: Config, person: int | None, account: int | None, *, yes: bool) -> None:
    """Take name, account, messages and posts of a person out for good; what they reported stays with the unit."""
    _must_name_one(person, account)
    if not yes:
        click.confirm("This cannot be undone. Erase?", abort=True)
    done = perform(config, "people_erase", person=person or 0, account=account or 0)
    click.echo(f"erased: person {done['person']} is now {done['name']}")
