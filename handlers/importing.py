"""Importing: an admin sends a roster as a file, sees what it would change, and lets it count or drops it."""

import re
from datetime import UTC, date, datetime
from typing import NamedTuple

from bot.domain.messages import LARGEST_FETCH, Outgoing, Said
from bot.domain.roster import Impact, RowProblem
from bot.domain.roster.cells import day as day_of
from bot.domain.roster.problems import Trouble
from bot.domain.roster.telling import metric_label, sections
from bot.domain.text import clean, fold
from bot.domain.world import Setting
from bot.roster_files import RosterFileError, Sheet, rows_in
from handlers import closing
from handlers.turn import Choices, Turn, choice
from storage import imports, meta, outbox, taking
from storage.imports import Import, State
from storage.sqlite import Tx
from storage.taking import Table, Taken

LONGEST_NAME = 60
LINES = 8  # of one kind of change
PROBLEMS = 20
MISFITS = 5

_TABLES = (".csv", ".xlsx")
_TYPED = re.compile(r"(?P<word>ap dung|apply|bo|drop) #?(?P<ref>n[a-z0-9]{4,12})")


def heard(turn: Turn) -> bool:
    """Take an admin's file, or the typed word about one; False leaves everything else to others."""
    if not (turn.is_admin and turn.private) or turn.incoming.forwarded:
        return False
    if turn.incoming.said is Said.MEDIA:
        return _received(turn)
    typed = _TYPED.fullmatch(fold(turn.incoming.text[:LONGEST_NAME]))
    found = imports.find(turn.tx, typed["ref"].upper()) if typed else None
    if typed is None or found is None:
        return False
    (apply if typed["word"] in {"ap dung", "apply"} else drop)(turn, found.id)
    return True


def _received(turn: Turn) -> bool:
    """Let a table be fetched; what it is called decides no more than whether it is looked at."""
    file = turn.incoming.file
    if file is None or not file.name.lower().endswith(_TABLES):
        return False
    name, since = clean(file.name, LONGEST_NAME), _since(turn.incoming.text)
    if isinstance(since, Trouble):
        turn.say("importing.bad_day", text=clean(turn.incoming.text, LONGEST_NAME))
    elif file.size > LARGEST_FETCH:
        turn.say("importing.too_big", name=name, megabytes=LARGEST_FETCH // 1024**2)
    else:
        found = imports.begin(turn.tx, turn.account, turn.chat.id, name, since, turn.now)
        turn.say("importing.reading", name=name)
        outbox.put(turn.tx, turn.chat.id, Outgoing("fetch", file=file.id, subject=f"import:{found.id}"), turn.now)
    return True


def _since(caption: str) -> date | Trouble | None:
    """Return the day that a caption names (`từ 05-12-2023`); None where there is no caption."""
    words = re.sub(r"^(?:tu|from)(?: ngay)? ", "", fold(clean(caption)))
    return day_of(words) if words else None


def read(data: bytes) -> Sheet | RosterFileError:
    """Return the table that a file holds, or why it holds none."""
    try:
        return rows_in(data)
    except RosterFileError as error:
        return error


class Weighed(NamedTuple):
    """A table, what it would change or what is wrong with it, and the mark of the roster that it was compared with."""

    table: Table
    found: Impact | list[RowProblem]
    seen: str


def weigh(
    tx: Tx, setting: Setting, key: str, found: Sheet | RosterFileError, now: datetime
) -> Weighed | RosterFileError:
    """Compare a table with the roster as it stands.

    Should the roster change before the table is taken in, its mark shows that once the table is to count.
    """
    return _weighed(tx, setting, imports.get(tx, int(key)), found, now) if isinstance(found, Sheet) else found


def _weighed(tx: Tx, setting: Setting, wanted: Import, table: Table, now: datetime) -> Weighed:
    return Weighed(table, taking.weigh(tx, setting, table, now, wanted.since), meta.get(tx, "roster") or "")


def take(turn: Turn, key: str, found: Weighed | RosterFileError | None) -> None:
    """Show what a file that was fetched would change, or what is wrong with it."""
    wanted = imports.get(turn.tx, int(key))
    if wanted.state is not State.WAITING:
        return
    if isinstance(found, Weighed):
        _offer(turn, wanted, found)
        return
    imports.end(turn.tx, wanted.id, State.DROPPED)
    if found is None:
        turn.say("importing.not_fetched", name=wanted.name)
    else:
        turn.say("importing.unreadable", name=wanted.name, reason=found.reason, line=found.line)


def _offer(turn: Turn, wanted: Import, weighed: Weighed, *, again: bool = False) -> None:
    """Keep a table until somebody says that it is to count; one that is not well, or changes nothing, is dropped."""
    found = weighed.found
    if not isinstance(found, Impact):
        _refuse(turn, wanted, found)
    elif not found.diff:
        imports.end(turn.tx, wanted.id, State.DROPPED)
        turn.say("importing.nothing", name=wanted.name, kept=len(found.diff.kept))
    else:
        imports.hold(turn.tx, wanted.id, weighed.table, found.since, weighed.seen)
        _show(turn, wanted, found, again=again)


def _refuse(turn: Turn, wanted: Import, problems: list[RowProblem]) -> None:
    imports.end(turn.tx, wanted.id, State.DROPPED)
    more = max(0, len(problems) - PROBLEMS)
    turn.say("importing.bad_rows", name=wanted.name, problems=problems[:PROBLEMS], more=more)


def _show(turn: Turn, wanted: Import, found: Impact, *, again: bool) -> None:
    campaigns = turn.world.setting.campaigns
    names = {code: turn.world.tree[unit].name for code, unit in turn.world.tree.by_code.items()}
    names |= {row.code.casefold(): row.name for row in found.diff.added}
    turn.say(
        "importing.shown",
        _decide(wanted),
        f"import-shown:{wanted.id}",
        name=wanted.name,
        ref=wanted.ref,
        since=found.since,
        sections=list(sections(found, campaigns, names, LINES)),
        wholes=[
            (names.get(each.root.casefold(), each.root), metric_label(campaigns, each.campaign, each.metric), each)
            for each in found.wholes
        ],
        misfits=[
            (each, metric_label(campaigns, each.campaign, each.mismatch.metric)) for each in found.misfits[:MISFITS]
        ],
        more_misfits=max(0, len(found.misfits) - MISFITS),
        kept=len(found.diff.kept),
        again=again,
    )


def _decide(wanted: Import) -> Choices:
    return (
        (
            choice("apply_import", "apply_import", number=wanted.id),
            choice("drop_import", "drop_import", number=wanted.id),
        ),
    )


def apply(turn: Turn, number: int) -> None:
    """Let an import count, if the roster is still the one that it was compared with; else show what it means now."""
    wanted = imports.get(turn.tx, number)
    if wanted.state is not State.READ:
        turn.say("importing.over", ref=wanted.ref, state=wanted.state)
        return
    table = imports.held(turn.tx, number)
    if wanted.seen != (meta.get(turn.tx, "roster") or ""):
        _offer(turn, wanted, _weighed(turn.tx, turn.world.setting, wanted, table, _now(turn)), again=True)
        return
    taken = taking.take(turn.tx, turn.world.setting, table, _now(turn), turn.actor, wanted.since)
    if not isinstance(taken, Taken):
        _refuse(turn, wanted, taken)
        return
    imports.end(turn.tx, number, State.APPLIED)
    closing.tell(turn.tx, turn.world.setting, turn.texts, taken.diff, _now(turn))
    turn.say("importing.applied", name=wanted.name, ref=wanted.ref, counts=taken.diff.counts)


def drop(turn: Turn, number: int) -> None:
    """Forget an import."""
    wanted = imports.get(turn.tx, number)
    if wanted.state in {State.READ, State.WAITING}:
        imports.end(turn.tx, number, State.DROPPED)
        turn.say("importing.dropped", name=wanted.name, ref=wanted.ref)
    else:
        turn.say("importing.over", ref=wanted.ref, state=wanted.state)


def _now(turn: Turn) -> datetime:
    return datetime.fromtimestamp(turn.now, UTC)
