"""The commands of `tiendo`, one module per subject."""

import click

from bot.cli.campaign import campaign
from bot.cli.check import check
from bot.cli.command import CONFIG, HELP, Program
from bot.cli.data import backup, migrate, rebuild
from bot.cli.export import export, template
from bot.cli.invites import bind_code, invite
from bot.cli.log import log
from bot.cli.people import people
from bot.cli.rehearse import rehearse
from bot.cli.restore import release, restore
from bot.cli.roster import roster
from bot.cli.run import run
from bot.cli.schedule import schedule
from bot.cli.status import status


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(CONFIG, metavar="PATH", help=HELP)
def program(config: str | None) -> None:
    """Tiến Độ: a chat bot for field teams that work against a number and a date."""


for command in (
    rehearse,
    run,
    check,
    roster,
    campaign,
    invite,
    bind_code,
    people,
    status,
    log,
    schedule,
    export,
    template,
    backup,
    restore,
    release,
    rebuild,
    migrate,
):
    program.add_command(command)
