"""`tiendo rehearse`: the real bot on this machine alone, without a token and without the network."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path

import click

import bot
from bot import logs
from bot.app import running, setting_of
from bot.cli.command import CONFIG, Ended
from bot.config import Config, load
from bot.domain.roster import Roster, read_roster
from bot.operations import BadRoster
from bot.roster_files import rows_of

EXAMPLE = Path("examples", "ben-tre", "config.toml")
ROSTERS = ("roster.csv", "roster.xlsx")


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=8765, show_default=True, help="Of the page; 0: any.")
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
@click.option("--tour", is_flag=True, help="Play an example day, print the chats and end.")
@click.option(CONFIG, "given", metavar="PATH", help="A config file with its roster beside it; else Bến Tre's.")
@click.pass_context
def rehearse(ctx: click.Context, port: int, given: str | None, *, no_browser: bool, tour: bool) -> None:
    """Rehearse a campaign with an embedded Telegram: on a page, or as a tour that plays by itself."""
    named = given or ctx.find_root().params.get("config")
    file = Path(named) if named else Path(bot.__file__).parent.parent / EXAMPLE
    config = load(file)
    roster = _roster_beside(file, config)
    logs.configure("warning")
    if tour:
        _play(config, roster)
    else:
        _serve(config, roster, port, open_browser=not no_browser)


def _roster_beside(file: Path, config: Config) -> Roster:
    """Read the roster in the folder of a config file."""
    for path in map(file.with_name, ROSTERS):
        if path.is_file():
            header, rows = rows_of(path)
            roster = read_roster(header, rows, config.campaigns)
            if not isinstance(roster, Roster):
                raise BadRoster(roster)
            return roster
    raise Ended(f"{file.parent}: no roster there: wanted {' or '.join(ROSTERS)}")


def _play(config: Config, roster: Roster) -> None:
    from bot.rehearsal.tour import play  # noqa: PLC0415  (other commands need not spend its time)

    if not asyncio.run(play(config, setting_of(config), roster, click.echo, running)):
        raise Ended("the tour did not go as expected")


def _serve(config: Config, roster: Roster, port: int, *, open_browser: bool) -> None:
    from bot.rehearsal.page import serve  # noqa: PLC0415  (same)
    from bot.rehearsal.page.cast import NobodyReports  # noqa: PLC0415  (same)
    from bot.rehearsal.process import Fallen  # noqa: PLC0415  (same)

    page = serve(config, setting_of(config), roster, click.echo, running, port=port, open_browser=open_browser)
    try:
        with suppress(KeyboardInterrupt):  # the ordinary way to close it
            asyncio.run(_until_terminated(page))
    except NobodyReports as error:
        raise Ended(f"campaign {error}: no unit of the roster is to report") from None
    except Fallen as error:
        raise Ended("\n".join(("the bot did not start", *error.health.tail))) from None


async def _until_terminated(page: Coroutine[None, None, None]) -> None:
    """Serve until it ends; other signals close it as Ctrl-C does, and take away what was laid down for it."""
    serving = asyncio.ensure_future(page)
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving
