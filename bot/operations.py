"""Operations: what an admin changes from the terminal, each one a unit of work.

They run on the store of whoever holds it: of the command itself while nothing runs, else of the running
bot, which is asked over its socket. Arguments and results are therefore plain JSON.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain import days
from bot.domain.roster import Roster, RowProblem, diff, read_roster
from bot.domain.units import Unit, UnitId
from bot.domain.world import Setting, World
from storage import audit, invites, rebuilding, rosters, worlds
from storage.invites import InviteKind
from storage.sqlite import Tx

ACTOR = "cli"
SHOWN_DIFFERENCES = 20

Result = dict[str, Any]
Operation = Callable[..., Result]


class UnknownUnit(Exception):
    """No unit has this code; `nearest` is one that looks like it, or empty."""

    def __init__(self, code: str, nearest: str) -> None:
        super().__init__(code, nearest)
        self.code, self.nearest = code, nearest


class OutsideCampaigns(Exception):
    """No campaign that was asked for covers the unit; `code` is empty where none has its root in the roster."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadRoster(Exception):
    """The table is not all well; nothing of it was taken in."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(len(problems))
        self.problems = tuple(problems)


def today(setting: Setting, now: datetime) -> date:
    """Return the earliest reporting day that is open now, so that a figure of today holds for all campaigns."""
    return min(days.reporting_day(now, setting.zone, campaign) for campaign in setting.campaigns)


def world_of(tx: Tx, setting: Setting, now: datetime) -> World:
    """Return the world as it stands now."""
    return worlds.load(tx, setting, now.astimezone(setting.zone).date())


def find_unit(world: World, code: str) -> Unit:
    """Return the unit with this code, whatever its case; UnknownUnit when there is none."""
    unit = world.tree.find(code)
    if unit is None:
        near = difflib.get_close_matches(code.casefold(), world.tree.by_code, 1)
        raise UnknownUnit(code, world.tree[world.tree.by_code[near[0]]].code if near else "")
    return unit


def invite(tx: Tx, setting: Setting, now: datetime, *, role: str, unit: str, uses: int, days: int) -> Result:
    """Issue an invite; `role` is officer or commander. Returns `unit`, `name`, `code`, `reports`."""
    world = world_of(tx, setting, now)
    found = find_unit(world, unit)
    code = _issue(tx, now, InviteKind(role), found, uses=uses, days=days)
    reports = any(found.id in reporting for reporting in world.reporting.values())
    return {"unit": found.code, "name": found.name, "code": code, "reports": reports}


def invite_all(tx: Tx, setting: Setting, now: datetime, *, uses: int, days: int) -> Result:
    """Issue an officer's invite for every reporting unit: `invites`, with `unit`, `name`, `parent`, `code` each."""
    tree = (world := world_of(tx, setting, now)).tree
    reporting: set[UnitId] = set().union(*world.reporting.values())
    issued = [
        {
            "unit": tree[unit].code,
            "name": tree[unit].name,
            "parent": "" if (parent := tree[unit].parent) is None else tree[parent].name,
            "code": _issue(tx, now, InviteKind.OFFICER, tree[unit], uses=uses, days=days),
        }
        for unit in tree.units
        if unit in reporting
    ]
    return {"invites": issued}


def bind_code(tx: Tx, setting: Setting, now: datetime, *, unit: str, days: int) -> Result:
    """Issue the code that binds a group to a unit. Returns `unit`, `name`, `code`."""
    found = find_unit(world_of(tx, setting, now), unit)
    code = _issue(tx, now, InviteKind.GROUP, found, uses=1, days=days)
    return {"unit": found.code, "name": found.name, "code": code}


def _issue(tx: Tx, now: datetime, kind: InviteKind, unit: Unit, *, uses: int, days: int) -> str:
    moment, expires = int(now.timestamp()), int((now + timedelta(days=days)).timestamp())
    code = invites.issue(tx, kind, unit.id, uses=uses, expires=expires, now=moment)
    audit.note(tx, moment, ACTOR, "invite issued", kind=kind, unit=unit.code, uses=uses, expires=expires)
    return code


def stored_roster(tx: Tx, setting: Setting, now: datetime) -> Roster:
    """Return the roster as it stands now."""
    return rosters.stored(tx, setting.campaigns, today(setting, now))


def roster_apply(
    tx: Tx, setting: Setting, now: datetime, *, header: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]
) -> Result:
    """Take a table in, with everything derived rebuilt. Returns counts; BadRoster when it is not all well.

    The first roster holds from the first day of its campaigns, so that days before the import have their
    targets too; later changes hold from today.
    """
    read = read_roster(header, rows, setting.campaigns)
    if not isinstance(read, Roster):
        raise BadRoster(read)
    before = stored_roster(tx, setting, now)
    change, day = diff(before, read), today(setting, now)
    if not before.rows:
        day = min(day, *(campaign.starts for campaign in setting.campaigns))
    counts = {name: len(getattr(change, name)) for name in ("added", "changed", "moved", "kept")}
    moment = int(now.timestamp())
    rosters.apply(tx, change, day, moment)
    rebuilt = rebuilding.rebuild(tx, world_of(tx, setting, now))
    audit.note(tx, moment, ACTOR, "roster applied", **counts, rebuilt=len(rebuilt))
    return {**counts, "rebuilt": len(rebuilt)}


def rebuild(tx: Tx, setting: Setting, now: datetime) -> Result:
    """Make everything derived anew. Returns how many `differences` there were, and the `first` of them as text."""
    found = rebuilding.rebuild(tx, world_of(tx, setting, now))
    audit.note(tx, int(now.timestamp()), ACTOR, "rebuilt", differences=len(found))
    first = [f"{each.table} {each.key}: {each.kept} instead of {each.right}" for each in found[:SHOWN_DIFFERENCES]]
    return {"differences": len(found), "first": first}


OPERATIONS: Mapping[str, Operation] = {
    "invite": invite,
    "invite_all": invite_all,
    "bind_code": bind_code,
    "roster_apply": roster_apply,
    "rebuild": rebuild,
}
