"""Columns of a roster: which there are, and what their names mean."""

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, NewType

from bot.domain.campaign import Campaign, Key
from bot.domain.roster.problems import EXCERPT, HEADER, RowProblem, Trouble
from bot.domain.text import clean

Percent = NewType("Percent", Decimal)  # of the unit's population: above 0, at most 1000, two decimals

REQUIRED = ("code", "name", "level", "parent")
BASIC = (*REQUIRED, "population", "aliases", "closed", "merged_into")


class TargetColumn(NamedTuple):
    """What a target cell speaks of; phase 0 is the campaign's end. Its text is the column's full name."""

    campaign: str
    metric: str
    phase: int = 0

    def __str__(self) -> str:
        return f"target.{self.campaign}.{self.metric}" + (f".{self.phase}" if self.phase else "")


class BaselineColumn(NamedTuple):
    """What a baseline cell speaks of: a metric or one of its parts. Its text is the column's full name."""

    campaign: str
    key: Key

    def __str__(self) -> str:
        return f"baseline.{self.campaign}.{self.key}"


Column = str | TargetColumn | BaselineColumn
Value = str | int | date | Percent | tuple[str, ...] | None


def every_column(campaigns: Iterable[Campaign]) -> tuple[Column, ...]:
    """Return all columns that a roster for these campaigns can have, in the order of a full table."""
    columns: list[Column] = list(BASIC)
    for campaign in campaigns:
        for metric in campaign.counted:
            columns += [TargetColumn(campaign.code, metric.code, n) for n in range(len(campaign.phases) + 1)]
            columns += [BaselineColumn(campaign.code, key) for key in dict.fromkeys((Key(metric.code), *metric.keys))]
    return tuple(columns)


def read_header(header: Sequence[str], campaigns: Sequence[Campaign]) -> tuple[dict[int, Column], list[RowProblem]]:
    """Return what stands in which position, and what is wrong with the names."""
    names = [re.sub(r"\s", "", clean(cell)).casefold() for cell in header]
    known = _known_names(campaigns)
    columns: dict[int, Column] = {}
    problems = [RowProblem(HEADER, name, "", Trouble.MISSING_COLUMN) for name in REQUIRED if name not in names]
    for position, name in enumerate(names):
        meant = known.get(name, ())
        if len(meant) == 1 and meant[0] not in columns.values():
            columns[position] = meant[0]
        elif name:
            problems.append(_misnamed(clean(name, EXCERPT), meant, known))
    return columns, problems


def _misnamed(name: str, meant: Sequence[Column], known: Iterable[str]) -> RowProblem:
    if len(meant) == 1:
        return RowProblem(HEADER, name, "", Trouble.DOUBLE_COLUMN)
    if meant:
        return RowProblem(HEADER, name, "", Trouble.AMBIGUOUS_COLUMN, {"wanted": ", ".join(map(str, meant))})
    nearest = "".join(difflib.get_close_matches(name, known, 1))
    return RowProblem(HEADER, name, "", Trouble.UNKNOWN_COLUMN, {"nearest": nearest})


def _known_names(campaigns: Sequence[Campaign]) -> dict[str, tuple[Column, ...]]:
    """Return what each name may mean. Full names mean one column; short ones as many as campaigns have them."""
    columns = every_column(campaigns)
    short: dict[str, tuple[Column, ...]] = {}
    for column in columns:
        if not isinstance(column, str):
            name = str(column).replace(f".{column.campaign}.", ".", 1)
            short[name] = (*short.get(name, ()), column)
    return short | {str(column): (column,) for column in columns}
