"""The commands of `tiendo`, one module per subject; each is imported when it is called."""

import click

from bot.cli.command import CONFIG, HELP, Program
from bot.cli.later import Later

COMMANDS = (
    Later("backup", "bot.cli.data:backup", "Write a verified copy of the data to FILE, which must not exist yet."),
    Later(
        "bind-code",
        "bot.cli.invites:bind_code",
        "Issue the code for /gan in a group: the whole command, then the code on a line by itself.",
    ),
    Later("campaign", "bot.cli.campaign:campaign", "Do something about the campaigns of the config."),
    Later("check", "bot.cli.check:check", "Check config, data, roster, token, clock, disk and SQLite."),
    Later(
        "export",
        "bot.cli.export:export",
        "Write the workbook, the Word report or the plain table of a unit to FILE, over what was there.",
    ),
    Later("invite", "bot.cli.invites:invite", "Issue an invite: its link, then its code on a line by itself."),
    Later("log", "bot.cli.log:log", "Show what a unit's figures are made of: days, units below, entries."),
    Later(
        "migrate",
        "bot.cli.data:migrate",
        "Create the database, or bring it to the schema of this program, with a copy taken before.",
    ),
    Later("people", "bot.cli.people:people", "People: their posts, and what is kept of them."),
    Later("rebuild", "bot.cli.data:rebuild", "Make all sums anew from the entries."),
    Later(
        "rehearse",
        "bot.cli.rehearse:rehearse",
        "Rehearse a campaign with an embedded Telegram: on a page, or as a tour that plays by itself.",
    ),
    Later(
        "release",
        "bot.cli.restore:release",
        "Let a restored database speak by itself again, and send what it has held since.",
    ),
    Later("restore", "bot.cli.restore:restore", "Put the backup FILE in the place of the data, which is kept aside."),
    Later("roster", "bot.cli.roster:roster", "Units, targets and baselines."),
    Later("run", "bot.cli.run:run", "Run the bot until SIGTERM or SIGINT."),
    Later("schedule", "bot.cli.schedule:schedule", "List the next sends: time, job, campaign and who gets them."),
    Later("status", "bot.cli.status:status", "Show totals, percentages, pace and turnout of this moment."),
    Later(
        "template",
        "bot.cli.export:template",
        "Write the packaged template of the Word report to FILE.docx, to be edited; never over another file.",
    ),
)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(CONFIG, metavar="PATH", help=HELP)
def program(config: str | None) -> None:
    """Tiến Độ: a chat bot for field teams that work against a number and a date."""


for command in COMMANDS:
    program.add_command(command)
