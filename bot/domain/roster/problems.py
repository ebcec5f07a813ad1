"""What can be wrong with a roster, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

HEADER = 1  # the line that problems of the header are reported for
EXCERPT = 60  # characters of a bad cell that are repeated


class Trouble(StrEnum):
    """Why a row or the header cannot be taken in."""

    UNKNOWN_COLUMN = "unknown_column"  # facts: nearest (a known name, or empty)
    AMBIGUOUS_COLUMN = "ambiguous_column"  # facts: wanted (names with the campaign's code in front)
    DOUBLE_COLUMN = "double_column"
    MISSING_COLUMN = "missing_column"
    OUTSIDE_COLUMNS = "outside_columns"  # a cell without a column above it
    EMPTY = "empty"
    BAD_CODE = "bad_code"  # 1 to 32 characters of A-Z a-z 0-9 . _ -
    DOUBLE_CODE = "double_code"  # facts: first (the line that has it already)
    TOO_LONG = "too_long"  # above NAME_LENGTH
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    FRACTION = "fraction"
    TOO_BIG = "too_big"  # above LIMIT
    BAD_PERCENT = "bad_percent"
    NO_POPULATION = "no_population"  # a percentage needs something to be a percentage of
    BAD_DAY = "bad_day"  # 2023-12-05, or 05-12-2023
    UNKNOWN_PARENT = "unknown_parent"  # also of the unit that one is merged into
    CIRCLE = "circle"  # the parents lead back to the unit
    NO_ROOT = "no_root"  # facts: campaign (whose root is not in the roster)
    CLOSED_ROOT = "closed_root"  # a campaign's root cannot be closed
    MERGED_OPEN = "merged_open"  # merged into another, and no day on which it is closed
    MERGED_AHEAD = "merged_ahead"  # facts: last (the latest day on which a merger can be taken in now)
    REPORTED_SINCE = "reported_since"  # closed from a day for which reports have come; facts: last (their newest day)
    OUTSIDE_CAMPAIGNS = "outside_campaigns"  # a topmost unit that is no campaign's root
    NO_SUCH_LEVEL = "no_such_level"  # facts: campaign (whose reports_from is none of them), levels


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong, where it stands and what is known about it."""

    line: int
    column: str
    value: str
    problem: Trouble
    facts: Mapping[str, str | int] = field(default_factory=dict)
