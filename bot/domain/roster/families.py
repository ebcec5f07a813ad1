"""Families: whether the units of a roster stand under each other as they must."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.domain.campaign import Campaign
from bot.domain.roster.problems import HEADER, RowProblem, Trouble
from bot.domain.roster.rows import RosterRow


def family_problems(rows: Sequence[RosterRow]) -> Iterator[RowProblem]:
    """Yield codes that two rows have, units that no row has, circles, and mergers without a day."""
    first: dict[str, RosterRow] = {}
    for row in rows:
        known = first.setdefault(row.code.casefold(), row)
        if row.code and known is not row:
            yield RowProblem(row.line, "code", row.code, Trouble.DOUBLE_CODE, {"first": known.line})
    for row in rows:
        for column, other in (("parent", row.parent), ("merged_into", row.merged_into)):
            if other and other.casefold() not in first:
                yield RowProblem(row.line, column, other, Trouble.UNKNOWN_PARENT)
        if row.merged_into and row.closed is None:
            yield RowProblem(row.line, "merged_into", row.merged_into, Trouble.MERGED_OPEN)
    parents = {code: row.parent.casefold() for code, row in first.items() if row.parent}
    circling = _circling(parents)
    for code in circling:
        yield RowProblem(first[code].line, "parent", first[code].parent or "", Trouble.CIRCLE)
    # What a merged unit counted goes up through its successor, and that way must not lead back either.
    onward = parents | {code: row.merged_into.casefold() for code, row in first.items() if row.merged_into}
    for code in _circling(onward):
        if first[code].merged_into and not circling:
            yield RowProblem(first[code].line, "merged_into", first[code].merged_into or "", Trouble.CIRCLE)


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


def downward(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Return parents before children, siblings as in the file, and other units spelt as in their own rows."""
    spelt = {row.code.casefold(): row.code for row in rows}
    children: dict[str | None, list[RosterRow]] = defaultdict(list)
    for row in rows:
        parent = spelt[row.parent.casefold()] if row.parent else None
        successor = spelt[row.merged_into.casefold()] if row.merged_into else None
        same = (row.parent, row.merged_into) == (parent, successor)
        children[parent].append(row if same else replace(row, parent=parent, merged_into=successor))
    ordered = children[None]
    for row in ordered:  # grows while it is walked: children queue up behind their parents
        ordered.extend(children.get(row.code, ()))
    return ordered


def campaign_problems(rows: Sequence[RosterRow], campaigns: Sequence[Campaign]) -> Iterator[RowProblem]:
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
        elif below[0].closed is not None:
            yield RowProblem(below[0].line, "closed", below[0].closed.isoformat(), Trouble.CLOSED_ROOT, facts)
        elif campaign.reports_from not in {"leaf", *levels}:
            yield RowProblem(below[0].line, "level", campaign.reports_from, Trouble.NO_SUCH_LEVEL, facts)


def _below(root: str, rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Return the root's row and all rows under it; `rows` has parents before children."""
    below: dict[str | None, RosterRow] = {}
    for row in rows:
        if row.parent in below or row.code.casefold() == root.casefold():
            below[row.code] = row
    return list(below.values())
