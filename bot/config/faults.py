"""Faults of the config: where, what stood there, and what was wanted instead."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a key; each value is the line that says so."""

    VALUE = "{key} = {value}: wanted {wanted}"
    MISSING = "{key} is missing: wanted {wanted}"
    UNKNOWN = "{key} is not a known key: wanted {wanted}"
    CONFLICT = "{key}: {wanted}"
    FILE = "{value}: wanted {wanted}"


@dataclass(eq=False)
class ConfigError(Exception):
    """One fault of the config: where it is, what stood there and what was wanted instead.

    `value` is the text to show, with tokens and passwords already taken out.
    """

    key: str
    value: str
    wanted: str
    fault: Fault = Fault.VALUE
    file: str = "config.toml"

    def __str__(self) -> str:
        return f"{self.file}: {self.fault.format(**vars(self))}"


@dataclass(eq=False)
class Problems(ConfigError):
    """Every fault of a config file at once: the first one, with all of them in `errors`."""

    errors: tuple[ConfigError, ...] = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self.errors))
