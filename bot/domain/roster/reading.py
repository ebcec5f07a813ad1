"""Reading a roster: a table of text cells becomes units, or a list of everything that is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from bot.domain.campaign import Campaign
from bot.domain.roster import cells, families
from bot.domain.roster.cells import Cells
from bot.domain.roster.columns import BaselineColumn, Column, TargetColumn, read_header
from bot.domain.roster.problems import RowProblem, Trouble
from bot.domain.roster.rows import Roster, RosterRow
from bot.domain.text import clean


def read_roster(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], campaigns: Sequence[Campaign]
) -> Roster | list[RowProblem]:
    """Read a table of text cells; either all of it is well, or every problem is returned with its line.

    `rows` are pairs of line number and cells. Columns may stand in any order; blank rows are skipped.
    """
    columns, problems = read_header(header, campaigns)
    if problems:
        return problems
    read: list[RosterRow] = []
    for line, texts in rows:
        if any(clean(text) for text in texts):
            row, faults = _read_row(line, texts, columns)
            read.append(row)
            problems.extend(faults)
    problems.extend(families.family_problems(read))
    if not problems:
        read = families.downward(read)
        problems.extend(families.campaign_problems(read, campaigns))
    if problems:
        return sorted(problems, key=lambda problem: problem.line)
    return Roster(tuple(read), frozenset(columns.values()))


def _read_row(line: int, texts: Sequence[str], columns: Mapping[int, Column]) -> tuple[RosterRow, list[RowProblem]]:
    """Read one row; what is refused stays empty in it, so that the rows around it can still be judged."""
    found = Cells(line, texts, columns)
    row = RosterRow(
        code=found.take("code", cells.code, ""),
        name=found.take("name", cells.name, ""),
        level=found.take("level", cells.name, ""),
        parent=found.take("parent", cells.code, None),
        population=found.take("population", cells.number, None),
        aliases=found.take("aliases", cells.aliases, ()),
        targets={
            column: target
            for column in found.texts
            if isinstance(column, TargetColumn) and (target := found.take(column, cells.target, None)) is not None
        },
        baselines={
            column: total
            for column in found.texts
            if isinstance(column, BaselineColumn) and (total := found.take(column, cells.number, None)) is not None
        },
        closed=found.take("closed", cells.day, None),
        merged_into=found.take("merged_into", cells.code, None),
        line=line,
    )
    for column, target in row.targets.items():
        if isinstance(target, Decimal) and not found.texts.get("population"):
            found.refuse(column, found.texts[column], Trouble.NO_POPULATION)
    return row, found.problems
