"""Operations: what an admin changes from the terminal, each one a unit of work.

They run on the store of whoever holds it: of the command itself while nothing runs, else of the running
bot, which is asked over its socket. Arguments and results are therefore plain JSON.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.roster import RowProblem
from bot.domain.units import Unit, UnitId
from bot.domain.world import Setting, World
from bot.render.texts import LANGUAGES, Texts
from handlers import closing
from storage import audit, held, invites, personal, rebuilding, taking, worlds
from storage.invites import InviteKind
from storage.rebuilding import Tell, untold
from storage.sqlite import Tx
from storage.taking import Taken

ACTOR = "cli"

Result = dict[str, Any]
Operation = Callable[..., Result]


class UnknownUnit(Exception):
    """No unit has this code; `nearest` is one that looks like it, or empty."""

    def __init__(self, code: str, nearest: str) -> None:
        super().__init__(code, nearest)
        self.code, self.nearest = code, nearest


class UnknownPerson(Exception):
    """No person has this number, or none the account."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


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
    """Issue an invite; `role` is officer or commander.

    Returns `unit`, `name`, `code`, `reports`, `closed`, `successor`: `closed` is the day from which the
    unit reports no more, `successor` the code of the one that goes on for it.
    """
    world = world_of(tx, setting, now)
    found = find_unit(world, unit)
    code = _issue(tx, now, InviteKind(role), found, uses=uses, days=days)
    closed, successor = world.tree.closings.get(found.id), world.tree.successor(found.id)
    return {
        "unit": found.code,
        "name": found.name,
        "code": code,
        "reports": any(found.id in reporting for reporting in world.reporting.values()),
        "closed": closed and closed.isoformat(),
        "successor": successor and successor.code,
    }


def invite_all(tx: Tx, setting: Setting, now: datetime, *, uses: int, days: int) -> Result:
    """Issue an officer's invite for every unit that reports: `invites`, with `unit`, `name`, `parent`, `code` each."""
    tree = (world := world_of(tx, setting, now)).tree
    reporting: set[UnitId] = set().union(*world.reporting.values()) - tree.closings.keys()
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


def roster_apply(
    tx: Tx,
    setting: Setting,
    now: datetime,
    *,
    header: Sequence[str],
    rows: Sequence[tuple[int, Sequence[str]]],
    since: str = "",
) -> Result:
    """Take a table in, with everything derived rebuilt; its figures hold from the day `since` on, else from today.

    Officers of units that are closed by it are told. Returns counts; BadRoster when it is not all well.
    """
    taken = taking.take(tx, setting, (header, rows), now, ACTOR, date.fromisoformat(since) if since else None)
    if not isinstance(taken, Taken):
        raise BadRoster(taken)
    texts: Mapping[str, Texts] = {language: Texts(language, setting.zone) for language in LANGUAGES}
    closing.tell(tx, setting, texts, taken.diff, now)
    return {**taken.diff.counts, "rebuilt": taken.rebuilt}


def rebuild(tx: Tx, setting: Setting, now: datetime, *, tell: Tell = untold) -> Result:
    """Make everything derived anew. Returns how many `differences` there were, and the `first` of them as text."""
    found = rebuilding.rebuild(tx, world_of(tx, setting, now), tell)
    audit.note(tx, int(now.timestamp()), ACTOR, "rebuilt", differences=found.count)
    first = [f"{each.table} {each.key}: {each.kept} instead of {each.right}" for each in found.first]
    return {"differences": found.count, "first": first}


def release(tx: Tx, setting: Setting, now: datetime, *, drop: bool) -> Result:  # noqa: ARG001  (as all)
    """Let go of what a restored database holds, or give it up. Returns how many `messages`, None when it holds none."""
    messages = held.release(tx, int(now.timestamp()), drop=drop)
    if messages is not None:
        audit.note(tx, int(now.timestamp()), ACTOR, "released", drop=drop, messages=messages)
    return {"messages": messages}


def people_export(tx: Tx, setting: Setting, now: datetime, *, person: int, account: int) -> Result:  # noqa: ARG001  (as all)
    """Return all that is kept of a person (0: of whoever has the account). UnknownPerson when there is none."""
    found = _find_person(tx, person, account)
    audit.note(tx, int(now.timestamp()), ACTOR, "data exported", person=found)
    return personal.export(tx, found)


def people_erase(tx: Tx, setting: Setting, now: datetime, *, person: int, account: int) -> Result:  # noqa: ARG001  (as all)
    """Take the data of a person out for good. Returns `person` and the `name` that stands instead."""
    found = _find_person(tx, person, account)
    audit.note(tx, int(now.timestamp()), ACTOR, "person erased", person=found)
    return {"person": found, "name": personal.erase_for_good(tx, found, int(now.timestamp()))}


def _find_person(tx: Tx, person: int, account: int) -> int:
    found = person or personal.find(tx, account)
    if found is None or not personal.exists(tx, found):
        raise UnknownPerson(person or account)
    return found


OPERATIONS: Mapping[str, Operation] = {
    "invite": invite,
    "invite_all": invite_all,
    "bind_code": bind_code,
    "roster_apply": roster_apply,
    "rebuild": rebuild,
    "release": release,
    "people_export": people_export,
    "people_erase": people_erase,
}
