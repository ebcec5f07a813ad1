"""The table of files that are taken in: by what each was wanted for, how it is read and who takes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from handlers import importing
from handlers.turn import Turn


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file, named by what stands before the colon of its subject (`import:17`).

    `read(data)` runs in a thread of its own, outside any unit, and returns what the file holds or what is
    wrong with it. `take(turn, key, read)` gets that with what stands after the colon, in the transaction that
    ends the fetch; None where the file could not be had. The turn is in the chat that the file came from.
    """

    read: Callable[[bytes], Any]
    take: Callable[[Turn, str, Any], None]


TABLE: Mapping[str, Kind] = MappingProxyType({"import": Kind(importing.read, importing.take)})
