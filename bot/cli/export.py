"""`tiendo export` and `tiendo template`: the files of a unit, and the report's template to be edited."""

import os
from datetime import datetime
from pathlib import Path

import click

from bot.cli.command import note
from bot.cli.configuring import configured
from bot.cli.looking import look
from bot.commissions import Commission, make
from bot.config import Config
from bot.config.clock import SystemClock
from bot.config.setting import setting_of
from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.days import Stage
from bot.domain.papers import Format, Order
from bot.domain.units import UnitId
from bot.domain.world import World
from bot.operations import OutsideCampaigns, find_unit, world_of
from storage.sqlite import Tx

DAY = click.DateTime(["%Y-%m-%d", "%d-%m-%Y"])


@click.command()
@click.argument("form", metavar="xlsx|docx|csv", type=click.Choice([each.value for each in Format]))
@click.option("--unit", required=True, metavar="CODE", help="The unit, with everything below it.")
@click.option("--out", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--campaign", metavar="CODE", help="The campaign; else the first one under way that covers the unit.")
@click.option(
    "--until",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d", "%d-%m-%Y"]),
    help="The last day that counts; else today.",
)
@configured
def export(config: Config, form: str, unit: str, out: Path, campaign: str | None, until: datetime | None) -> None:
    """Write the workbook, the Word report or the plain table of a unit to FILE, over what was there."""
    setting, now = setting_of(config), SystemClock().now()
    if campaign and setting.campaign(campaign) is None:
        raise click.UsageError(f'no campaign "{campaign}": wanted {" or ".join(c.code for c in config.campaigns)}')

    def find(tx: Tx) -> Order:
        world = world_of(tx, setting, now)
        found = find_unit(world, unit)
        chosen = choose(world, found.id, campaign, now)
        day = until.date() if until else world.today(chosen, now)
        return Order(Format(form), chosen.code, found.id, day, config.language)

    commission = Commission(config.storage.path, setting, now, look(config, find), config.files.report_template)
    write(commission, out)
    note(f"{out}: {out.stat().st_size:,} bytes")


def choose(world: World, unit: UnitId, code: str | None, now: datetime) -> Campaign:
    """Return the campaign that is asked for, else the first one under way that covers the unit, else the last."""
    covering = [
        each
        for each in world.setting.campaigns
        if code in (None, each.code) and (root := world.root(each)) and world.tree.covers(root.id, unit)
    ]
    if not covering:
        raise OutsideCampaigns(world.tree[unit].code)
    under_way = (each for each in covering if _is_under_way(world, each, now))
    return next(under_way, covering[-1])


def _is_under_way(world: World, campaign: Campaign, now: datetime) -> bool:
    return days.stage(world.today(campaign, now), campaign) in (Stage.RUNNING, Stage.LAST_DAY)


def write(commission: Commission, out: Path) -> None:
    """Print beside the file and put it in its place when it is whole: nobody ever reads half of it."""
    # Made here with mode 0600, which those that write it keep: the journal holds people's names.
    partial = out.with_name(f".{out.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        make(commission, partial)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


@click.command()
@click.argument("file", metavar="FILE.docx", type=click.Path(dir_okay=False, path_type=Path))
@configured
def template(config: Config, file: Path) -> None:
    """Write the packaged template of the Word report to FILE.docx, to be edited; never over another file."""
    from bot.render.files.document import packaged  # noqa: PLC0415  (other commands need not spend its time)

    with file.open("xb") as copy:
        copy.write(packaged(config.language).read_bytes())
    note(f'{file}: edit it, and name it in the config: [files] report_template = "{file.name}"')
