"""Commands that are imported when they are called: the program starts at once, however much one of them needs."""

import gc
import importlib
from functools import cached_property
from typing import Any

import click


class Later(click.Command):
    """Stands for the command at `place`, `module:name`, in the list of commands; `summary` is its first sentence."""

    def __init__(self, name: str, place: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self._place = place

    @cached_property
    def command(self) -> click.Command:
        """Return the command itself."""
        module, _, name = self._place.partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        if not gc.isenabled():  # `main` has turned it off; what is imported by now stays for good
            gc.freeze()
            gc.enable()
        return found

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the command's own options."""
        return self.command.make_context(info_name, args, parent, **extra)
