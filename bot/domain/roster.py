"""The roster: units with their targets and baselines as a table, read, checked and compared."""

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, NewType, TypeVar

from bot.domain.campaign import Campaign, Key
from bot.domain.text import clean, fold

T = TypeVar("T")
Percent = NewType("Percent", Decimal)  # of the unit's population: above 0, at most 1000, two decimals

NAME_LENGTH = 120
LIMIT = 999_999_999_999  # the greatest number of a roster; sums over a nation's units still fit 64 bits
HEADER = 1  # the line that problems of the header are reported for

_REQUIRED = ("code", "name", "level", "parent")
_BASIC = (*_REQUIRED, "population", "aliases")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,32}")
_EXCERPT = 60
_PLAIN = re.compile(r"([0-9]+)(?:\.0)?")  # some programs write whole numbers as 1250.0
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([., ])[0-9]{3})(?:\1[0-9]{3})*")
_PERCENT = re.compile(r"([0-9]{1,4}(?:[.,][0-9]{1,2})?) ?%")


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
    UNKNOWN_PARENT = "unknown_parent"
    CIRCLE = "circle"  # the parents lead back to the unit
    NO_ROOT = "no_root"  # facts: campaign (whose root is not in the roster)
    OUTSIDE_CAMPAIGNS = "outside_campaigns"  # a topmost unit that is no campaign's root
    NO_SUCH_LEVEL = "no_such_level"  # facts: campaign (whose reports_from is none of them), levels


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
Value = str | int | Percent | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One unit as the roster has it. `parent` is the parent's code as its own row spells it; `row[column]` a cell."""

    code: str
    name: str
    level: str
    parent: str | None = None
    population: int | None = None
    aliases: tuple[str, ...] = ()
    targets: Mapping[TargetColumn, int | Percent] = field(default_factory=dict)
    baselines: Mapping[BaselineColumn, int] = field(default_factory=dict)
    line: int = field(default=0, compare=False)

    def __getitem__(self, column: Column) -> Value:
        if isinstance(column, str):
            value: Value = getattr(self, column)
            return value
        return self.targets.get(column) if isinstance(column, TargetColumn) else self.baselines.get(column)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong, where it stands and what is known about it."""

    line: int
    column: str
    value: str
    problem: Trouble
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Roster:
    """Units, parents before their children, and the columns that are spoken of: a file may leave some out."""

    rows: tuple[RosterRow, ...]
    columns: frozenset[Column]

    def by_code(self) -> dict[str, RosterRow]:
        """Return the rows by their casefolded codes."""
        return {row.code.casefold(): row for row in self.rows}


def every_column(campaigns: Iterable[Campaign]) -> tuple[Column, ...]:
    """Return all columns that a roster for these campaigns can have, in the order of a full table."""
    columns: list[Column] = list(_BASIC)
    for campaign in campaigns:
        for metric in campaign.counted:
            columns += [TargetColumn(campaign.code, metric.code, n) for n in range(len(campaign.phases) + 1)]
            columns += [BaselineColumn(campaign.code, key) for key in dict.fromkeys((Key(metric.code), *metric.keys))]
    return tuple(columns)


def read_roster(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], campaigns: Sequence[Campaign]
) -> Roster | list[RowProblem]:
    """Read a table of text cells; either all of it is well, or every problem is returned with its line.

    `rows` are pairs of line number and cells. Columns may stand in any order; blank rows are skipped.
    """
    columns, problems = _read_header(header, campaigns)
    if problems:
        return problems
    read: list[RosterRow] = []
    for line, cells in rows:
        if any(clean(cell) for cell in cells):
            row, faults = _read_row(line, cells, columns)
            read.append(row)
            problems.extend(faults)
    problems.extend(_family_problems(read))
    if not problems:
        read = _downward(read)
        problems.extend(_campaign_problems(read, campaigns))
    if problems:
        return sorted(problems, key=lambda problem: problem.line)
    return Roster(tuple(read), frozenset(columns.values()))


def _read_header(header: Sequence[str], campaigns: Sequence[Campaign]) -> tuple[dict[int, Column], list[RowProblem]]:
    """Return what stands in which position, and what is wrong with the names."""
    names = [re.sub(r"\s", "", clean(cell)).casefold() for cell in header]
    known = _known_names(campaigns)
    columns: dict[int, Column] = {}
    problems = [RowProblem(HEADER, name, "", Trouble.MISSING_COLUMN) for name in _REQUIRED if name not in names]
    for position, name in enumerate(names):
        meant = known.get(name, ())
        if len(meant) == 1 and meant[0] not in columns.values():
            columns[position] = meant[0]
        elif name:
            problems.append(_misnamed(clean(name, _EXCERPT), meant, known))
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


class _Cells:
    """The cells of one row by column, and the problems met while reading them."""

    def __init__(self, line: int, cells: Sequence[str], columns: Mapping[int, Column]) -> None:
        self.line = line
        self.problems: list[RowProblem] = []
        self.texts = {column: clean(cells[n]) for n, column in columns.items() if n < len(cells)}
        for position, cell in enumerate(cells):
            if position not in columns and clean(cell):
                self.refuse(str(position + 1), cell, Trouble.OUTSIDE_COLUMNS)

    def refuse(self, column: Column, value: str, trouble: Trouble) -> None:
        """Note a problem."""
        self.problems.append(RowProblem(self.line, str(column), clean(value, _EXCERPT), trouble))

    def take(self, column: Column, read: Callable[[str], T | Trouble], default: T) -> T:
        """Return what `read` makes of a cell; the default where it is empty or refused."""
        text = self.texts.get(column, "")
        if not text:
            if column in {"code", "name", "level"}:
                self.refuse(column, "", Trouble.EMPTY)
            return default
        value = read(text)
        if isinstance(value, Trouble):
            self.refuse(column, text, value)
            return default
        return value


def _code(text: str) -> str | Trouble:
    return text if _CODE.fullmatch(text) else Trouble.BAD_CODE


def _name(text: str) -> str | Trouble:
    return text if len(text) <= NAME_LENGTH else Trouble.TOO_LONG


def _aliases(text: str) -> tuple[str, ...] | Trouble:
    """Read alternatives separated by `|`; those that sound alike are one."""
    heard = {fold(alias): alias for alias in map(clean, reversed(text.split("|"))) if alias}
    if any(len(alias) > NAME_LENGTH for alias in heard.values()):
        return Trouble.TOO_LONG
    return tuple(reversed(heard.values()))


def _number(text: str) -> int | Trouble:
    """Read digits, or correct groups of three with one separator."""
    if plain := _PLAIN.fullmatch(text):
        digits = plain[1].lstrip("0") or "0"
    elif _GROUPED.fullmatch(text):
        digits = re.sub("[., ]", "", text)
    elif re.match(r"[-−–(] ?[0-9]", text):
        return Trouble.NEGATIVE
    else:
        return Trouble.FRACTION if re.fullmatch(r"[0-9]+[.,][0-9]+", text) else Trouble.NOT_A_NUMBER
    return int(digits) if len(digits) <= len(str(LIMIT)) else Trouble.TOO_BIG


def _target(text: str) -> int | Percent | Trouble:
    """Read a total, or a percentage of the unit's population such as 80% or 80,5%."""
    if "%" not in text:
        return _number(text)
    share = _PERCENT.fullmatch(text)
    percent = Decimal(share[1].replace(",", ".")) if share else Decimal(0)
    return Percent(percent) if 0 < percent <= 1000 else Trouble.BAD_PERCENT  # noqa: PLR2004  (as campaign.Share)


def _read_row(line: int, texts: Sequence[str], columns: Mapping[int, Column]) -> tuple[RosterRow, list[RowProblem]]:
    """Read one row; what is refused stays empty in it, so that the rows around it can still be judged."""
    cells = _Cells(line, texts, columns)
    row = RosterRow(
        code=cells.take("code", _code, ""),
        name=cells.take("name", _name, ""),
        level=cells.take("level", _name, ""),
        parent=cells.take("parent", _code, None),
        population=cells.take("population", _number, None),
        aliases=cells.take("aliases", _aliases, ()),
        targets={
            column: target
            for column in cells.texts
            if isinstance(column, TargetColumn) and (target := cells.take(column, _target, None)) is not None
        },
        baselines={
            column: total
            for column in cells.texts
            if isinstance(column, BaselineColumn) and (total := cells.take(column, _number, None)) is not None
        },
        line=line,
    )
    for column, target in row.targets.items():
        if isinstance(target, Decimal) and not cells.texts.get("population"):
            cells.refuse(column, cells.texts[column], Trouble.NO_POPULATION)
    return row, cells.problems


def _family_problems(rows: Sequence[RosterRow]) -> Iterator[RowProblem]:
    """Yield codes that two rows have, parents that no row has, and circles."""
    first: dict[str, RosterRow] = {}
    for row in rows:
        known = first.setdefault(row.code.casefold(), row)
        if row.code and known is not row:
            yield RowProblem(row.line, "code", row.code, Trouble.DOUBLE_CODE, {"first": known.line})
    parents = {code: row.parent.casefold() for code, row in first.items() if row.parent}
    for row in rows:
        if row.parent and row.parent.casefold() not in first:
            yield RowProblem(row.line, "parent", row.parent, Trouble.UNKNOWN_PARENT)
    for code in _circling(parents):
        yield RowProblem(first[code].line, "parent", first[code].parent or "", Trouble.CIRCLE)


def _circling(parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes that lie on circles: those left when units without children are taken away in turn."""
    left = dict(parents)
    children = Counter(left.values())
    todo = [code for code in left if not children[code]]
    while todo:
        above = left.pop(todo.pop(), "")
        children[above] -= 1
        if not children[above]:
            todo.append(above)
    return tuple(left)


def _downward(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Return parents before children, siblings as in the file, and parents spelt as in their own rows."""
    spelt = {row.code.casefold(): row.code for row in rows}
    children: dict[str | None, list[RosterRow]] = defaultdict(list)
    for row in rows:
        parent = spelt[row.parent.casefold()] if row.parent else None
        children[parent].append(replace(row, parent=parent))
    ordered = children[None]
    for row in ordered:  # grows while it is walked: children queue up behind their parents
        ordered.extend(children.get(row.code, ()))
    return ordered


def _campaign_problems(rows: Sequence[RosterRow], campaigns: Sequence[Campaign]) -> Iterator[RowProblem]:
    """Yield roots that are missing, trees that belong to no campaign, and levels that do not exist."""
    roots = {campaign.root.casefold() for campaign in campaigns}
    for row in rows:
        if row.parent is None and row.code.casefold() not in roots:
            yield RowProblem(row.line, "parent", row.code, Trouble.OUTSIDE_CAMPAIGNS)
    for campaign in campaigns:
        below = _below(campaign.root, rows)
        levels = sorted({row.level for row in below})
        facts = {"campaign": campaign.code, "levels": ", ".join(levels)}
        if not below:
            yield RowProblem(HEADER, "code", campaign.root, Trouble.NO_ROOT, {"campaign": campaign.code})
        elif campaign.reports_from not in {"leaf", *levels}:
            yield RowProblem(below[0].line, "level", campaign.reports_from, Trouble.NO_SUCH_LEVEL, facts)


def _below(root: str, rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Return the root's row and all rows under it; `rows` has parents before children."""
    below: dict[str | None, RosterRow] = {}
    for row in rows:
        if row.parent in below or row.code.casefold() == root.casefold():
            below[row.code] = row
    return list(below.values())


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that differs. None where one side has nothing there."""

    code: str
    column: Column
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class RosterDiff:
    """What an import would do: `moved` are changes of parents; units not in the file are `kept`, never deleted."""

    added: tuple[RosterRow, ...] = ()
    changed: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    kept: tuple[RosterRow, ...] = ()


def diff(old: Roster, new: Roster) -> RosterDiff:
    """Compare two rosters by code, whatever its case, in the columns that `new` speaks of."""
    before, after = old.by_code(), new.by_code()
    columns = sorted(new.columns, key=str)
    changes = [
        Change(row.code, column, before[code][column], row[column])
        for code, row in after.items()
        if code in before
        for column in columns
        if not _same(column, before[code][column], row[column])
    ]
    return RosterDiff(
        added=tuple(row for code, row in after.items() if code not in before),
        changed=tuple(change for change in changes if change.column != "parent"),
        moved=tuple(change for change in changes if change.column == "parent"),
        kept=tuple(row for code, row in before.items() if code not in after),
    )


def _same(column: Column, one: Value, other: Value) -> bool:
    """Compare two cells; parents are the same unit however their codes are spelt, 80 is not 80 %."""
    if column == "parent":
        return str(one or "").casefold() == str(other or "").casefold()
    return type(one) is type(other) and one == other
