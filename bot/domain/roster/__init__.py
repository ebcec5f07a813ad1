"""The roster: units with their targets and baselines as a table, read, checked and compared."""

from bot.domain.roster.cells import LIMIT, NAME_LENGTH
from bot.domain.roster.columns import (
    BaselineColumn,
    Column,
    Percent,
    TargetColumn,
    Value,
    every_column,
)
from bot.domain.roster.diffing import Change, Kind, RosterDiff, diff, united
from bot.domain.roster.impact import Impact, Misfit, Whole, impact
from bot.domain.roster.problems import RowProblem, Trouble
from bot.domain.roster.reading import read_roster
from bot.domain.roster.rows import Roster, RosterRow

__all__ = [
    "LIMIT",
    "NAME_LENGTH",
    "BaselineColumn",
    "Change",
    "Column",
    "Impact",
    "Kind",
    "Misfit",
    "Percent",
    "Roster",
    "RosterDiff",
    "RosterRow",
    "RowProblem",
    "TargetColumn",
    "Trouble",
    "Value",
    "Whole",
    "diff",
    "every_column",
    "impact",
    "read_roster",
    "united",
]
