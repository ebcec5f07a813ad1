"""The config of a command: which file it is, and what that says."""

import os
from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click

from bot.cli.command import CONFIG, HELP
from bot.config import find, load


def config_path(ctx: click.Context, given: str | None) -> Path:
    """Return the config file that the command, the program or the environment names."""
    return find(given or ctx.find_root().params.get("config"), os.environ)


def configured(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--config` and, as its first argument, what that file says."""

    @click.option(CONFIG, metavar="PATH", help=HELP)
    @click.pass_context
    def loaded(ctx: click.Context, /, config: str | None, **options: Any) -> Any:
        return command(load(config_path(ctx, config)), **options)

    return update_wrapper(loaded, command)
