"""What all commands share: failures as one line with an exit code."""

import os
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from bot.cli.codes import FAILED, TOKEN_REFUSED, USAGE

CONFIG = "--config"
HELP = "The config file; else what TIENDO_CONFIG names, else config.toml."
SAID_EVERY = 100


class Ended(click.ClickException):
    """The end of a command that did not do what was asked."""


class EndedByUsage(Ended):
    """The command line or the config is wrong."""

    exit_code = USAGE


class EndedByToken(Ended):
    """Telegram refuses the token."""

    exit_code = TOKEN_REFUSED


ENDS: Mapping[int, type[Ended]] = {FAILED: Ended, USAGE: EndedByUsage, TOKEN_REFUSED: EndedByToken}


class Program(click.Group):
    """A group whose commands end, whatever happens, with a clear line on stderr and the agreed exit code."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the program's own options."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            _end(error)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, Ended):
            raise
        except BrokenPipeError:  # whoever read our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(FAILED)
        except Exception as error:  # noqa: BLE001  (the edge: what nobody foresaw ends as a line too)
            _end(error)


def _end(error: Exception) -> NoReturn:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        raise error
    if isinstance(error, click.UsageError):
        raise EndedByUsage(f"{error.format_message()} (see {_path(error)} --help)") from None
    from bot.cli.failures import explain  # noqa: PLC0415  (it knows all errors, and with them the whole program)

    text, code = explain(error)
    raise ENDS.get(code, Ended)(text) from error


def _path(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "tiendo"


def progress(done: int, of: int) -> None:
    """Say on a terminal how far long work is, over what was said before; in the end nothing of it stays."""
    if sys.stderr.isatty() and (done == of or done % SAID_EVERY == 0):
        click.echo(f"\r{done} of {of} units" if done < of else "\r\033[K", nl=False, err=True)


def note(text: str) -> None:
    """Say something beside the result, on stderr."""
    click.echo(text, err=True)
