"""The table of files that are taken in: by what each was wanted for, how it is read and who takes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.domain.world import Setting
from handlers import importing
from handlers.turn import Turn
from storage.sqlite import Tx


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file, named by what stands before the colon of its subject (`import:17`).

    `read(data)` runs in a thread of its own, outside any unit, and returns what the file holds or what is
    wrong with it. `weigh(tx, setting, key, read, now)` gets that with what stands after the colon, on a snapshot,
    and returns what `take(turn, key, weighed)` gets in the transaction that ends the fetch; None where the file
    could not be had. The turn is in the chat that the file came from.
    """

    read: Callable[[bytes], Any]
    weigh: Callable[[Tx, Setting, str, Any, datetime], Any]
    take: Callable[[Turn, str, Any], None]


TABLE: Mapping[str, Kind] = MappingProxyType({"import": Kind(importing.read, importing.weigh, importing.take)})
