"""`tiendo invite` and `tiendo bind-code`: codes that let people and groups in."""

import asyncio
import os
from pathlib import Path

import click

from bot.channels import BadToken, CallFailed
from bot.check.messenger import ask_me
from bot.cli.command import Ended, note
from bot.cli.configuring import configured
from bot.cli.looking import look
from bot.cli.work import perform
from bot.config import Config
from bot.config.clock import SystemClock
from bot.operations import Result
from storage import meta

DAYS = 14

days_option = click.option(
    "--days", type=click.IntRange(1, 366), default=DAYS, show_default=True, help="Valid for so many days."
)


@click.command()
@click.option("--role", type=click.Choice(["officer", "commander"]), help="What the one who opens it becomes.")
@click.option("--unit", metavar="CODE", help="The unit to report or answer for.")
@click.option("--all", "everybody", is_flag=True, help="An officer's invite for every reporting unit.")
@click.option("--uses", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Valid for so many people.")
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="With --all: also a file to print.")
@days_option
@configured
def invite(
    config: Config, role: str | None, unit: str | None, uses: int, days: int, xlsx: Path | None, *, everybody: bool
) -> None:
    """Issue an invite: its link, then its code on a line by itself.

    With --all one line per reporting unit: unit code, tab, code, tab, link.
    """
    if everybody and not role and not unit:
        _invite_all(config, uses, days, xlsx)
    elif role and unit and not everybody and xlsx is None:
        name = bot_name(config)
        done = perform(config, "invite", role=role, unit=unit, uses=uses, days=days)
        if done["closed"]:
            onward = f": {done['successor']} goes on for it" if done["successor"] else ""
            note(f"note: {done['unit']} {done['name']} reports no more from {done['closed']} on{onward}")
        elif role == "officer" and not done["reports"]:
            note(f"note: {done['unit']} {done['name']} does not report by itself in any campaign")
        click.echo(link(name, done["code"]))
        click.echo(done["code"])
    else:
        raise click.UsageError("wanted --role and --unit, or --all [--xlsx FILE]")


def _invite_all(config: Config, uses: int, days: int, xlsx: Path | None) -> None:
    if xlsx is not None and xlsx.exists():
        raise FileExistsError(xlsx)
    name = bot_name(config)
    invites: list[Result] = perform(config, "invite_all", uses=uses, days=days)["invites"]
    for each in invites:
        each["link"] = link(name, each["code"])
        click.echo(f"{each['unit']}\t{each['code']}\t{each['link']}")
    if xlsx is not None:
        from bot.cli.sheets import write_invites  # noqa: PLC0415  (every start would spend a tenth of a second)

        write_invites(xlsx, invites)


@click.command("bind-code")
@click.option("--unit", metavar="CODE", required=True, help="The unit that the group will belong to.")
@days_option
@configured
def bind_code(config: Config, unit: str, days: int) -> None:
    """Issue the code for /gan in a group: the whole command, then the code on a line by itself."""
    code = perform(config, "bind_code", unit=unit, days=days)["code"]
    click.echo(f"/gan {code}")
    click.echo(code)


def link(bot: str, code: str) -> str:
    """Return the link that opens the bot with a code."""
    return f"https://t.me/{bot}?start={code}"


def bot_name(config: Config) -> str:
    """Return the bot's username, from the data or else from Telegram, before any code is issued."""
    known = look(config, lambda tx: meta.get(tx, "bot_name"))
    return known or asyncio.run(_asked_name(config))


async def _asked_name(config: Config) -> str:
    try:
        return (await ask_me(config, os.environ, SystemClock())).username
    except CallFailed as error:
        if isinstance(error.outcome, BadToken):
            raise
        raise Ended(
            f"the bot's name is not known yet and Telegram could not be asked ({type(error.outcome).__name__}):"
            " start `tiendo run` once, or check token and network; no code was issued"
        ) from None
