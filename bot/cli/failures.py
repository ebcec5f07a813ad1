"""Failures: what went wrong, as the one line that a command ends with, and its exit code."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.app import OtherBot, TaskEnded
from bot.channels import BadToken, CallFailed, TokenRefused
from bot.check.start import Broken, Unfit
from bot.cli.codes import FAILED, TOKEN_REFUSED, USAGE
from bot.config import ConfigError
from bot.control import Declined, Failure, NoAnswer
from bot.domain.roster import RowProblem, Trouble
from bot.logs import place
from bot.operations import BadRoster, OutsideCampaigns, UnknownPerson, UnknownUnit
from bot.render.files import BrokenTemplate
from bot.roster_files import RosterFileError, Unreadable
from bot.web.server import PortTaken
from storage.errors import Behind, Damaged, InstanceRunning, NoDatabase, SchemaError, StoreFailed

# `{fact}` are the facts of the problem, beside its value.
TROUBLES: Mapping[Trouble, str] = {
    Trouble.UNKNOWN_COLUMN: "is not a known column{nearest}",
    Trouble.AMBIGUOUS_COLUMN: "could mean several campaigns: write {wanted}",
    Trouble.DOUBLE_COLUMN: "stands twice: wanted one column of this name",
    Trouble.MISSING_COLUMN: "is missing: wanted code, name, level and parent at least",
    Trouble.OUTSIDE_COLUMNS: "has no column name above it",
    Trouble.EMPTY: "is empty: wanted a value in every row",
    Trouble.BAD_CODE: "wanted 1 to 32 characters of A-Z a-z 0-9 . _ -",
    Trouble.DOUBLE_CODE: "stands already on line {first}: wanted a code of its own",
    Trouble.TOO_LONG: "is too long: wanted 120 characters at most",
    Trouble.NOT_A_NUMBER: "is not a number: wanted one such as 1250 or 1.250",
    Trouble.NEGATIVE: "is negative: wanted 0 or more",
    Trouble.FRACTION: "is a fraction: wanted a whole number",
    Trouble.TOO_BIG: "is too big: wanted 999999999999 at most",
    Trouble.BAD_PERCENT: "is no percentage: wanted one such as 80% or 80,5%, at most 1000%",
    Trouble.NO_POPULATION: "is a percentage of nothing: wanted the unit's population beside it",
    Trouble.UNKNOWN_PARENT: "is no unit of this file: wanted the code of another row, or nothing for the topmost",
    Trouble.BAD_DAY: "is no day: wanted one such as 2023-12-05 or 05-12-2023",
    Trouble.CLOSED_ROOT: "is the root of campaign {campaign}, which cannot be closed",
    Trouble.MERGED_OPEN: "needs the day of the merger in the column closed",
    Trouble.MERGED_AHEAD: "is too far ahead for a merger, which joins the sums at once: wanted {last} at the latest",
    Trouble.REPORTED_SINCE: "has reports up to {last}: wanted a later day",
    Trouble.CIRCLE: "leads back to the unit itself: wanted a unit above it",
    Trouble.NO_ROOT: "is the root of campaign {campaign}: wanted a row with this code",
    Trouble.OUTSIDE_CAMPAIGNS: "is topmost but the root of no campaign: wanted a parent",
    Trouble.NO_SUCH_LEVEL: "is what reports_from of campaign {campaign} names: wanted one of {levels}",
}

UNREADABLE: Mapping[Unreadable, str] = {
    Unreadable.NO_FILE: "there is no such file",
    Unreadable.OTHER_KIND: "wanted a .csv or .xlsx file",
    Unreadable.TOO_BIG: "is too big: wanted at most 20 MB, 200,000 rows, 100 columns and 3,000,000 cells",
    Unreadable.UTF_16: 'is in UTF-16: save it as "CSV UTF-8"',
    Unreadable.NOT_UTF_8: 'is not in UTF-8: save it as "CSV UTF-8"',
    Unreadable.BROKEN: "cannot be read: an unclosed quote, or no workbook inside",
    Unreadable.FORMULA: "holds a formula without a result, or an error: open and save it in a spreadsheet program",
    Unreadable.EMPTY: "is empty: wanted a header and rows",
}

_SCHEMAS: Mapping[str, str] = {
    "newer": "the database has schema {found}, this program knows {known}: install the newer program",
    "altered": "migration {found} of the database is not the one that this program knows: restore a backup",
    "older": "the database has schema {found}, this program needs {known}: run `tiendo migrate`",
}


def row_problem(problem: RowProblem) -> str:
    """Write `line N: column value: what is wrong and what was wanted`."""
    facts: dict[str, Any] = dict(problem.facts)
    if "nearest" in facts:
        facts["nearest"] = f': perhaps "{facts["nearest"]}"' if facts["nearest"] else ""
    shown = f'{problem.column} "{problem.value}"' if problem.value else problem.column
    return f"line {problem.line}: {shown}: {TROUBLES[problem.problem].format(**facts)}"


def _roster_file(error: RosterFileError) -> str:
    """Write which file, where in it, and what is wrong."""
    line = f", line {error.line}" if error.line else ""
    return f"{error.path}{line}: {UNREADABLE[error.reason]}"


def _unknown_unit(error: UnknownUnit) -> str:
    return f'no unit has the code "{error.code}"' + (f': perhaps "{error.nearest}"' if error.nearest else "")


def _outside_campaigns(error: OutsideCampaigns) -> str:
    if error.code:
        return f"no campaign that was asked for covers {error.code}"
    return "the roster holds no campaign's root yet: run `tiendo roster import FILE --apply`"


def _os_error(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _broken(error: Broken) -> str:
    """Write what is wrong with the file, and the way back."""
    way = f"`tiendo restore {error.copy}`" if error.copy else "`tiendo restore FILE` with your newest copy"
    return f"{error.path} is damaged ({'; '.join(error.complaints[:3])}); it was left as it is. The way back: {way}"


def _behind(error: Behind) -> str:
    """Write what is missing of the data, and the two ways on."""
    if error.found is None:
        return (
            f"{error.path} is gone, although {error.known.commits} commits are known of: put it back, or run"
            f" `tiendo restore FILE`; to begin anew, remove {error.path}.seq"
        )
    commits, entries = (known - found for known, found in zip(error.known, error.found, strict=True))
    return (
        f"{error.path} lacks its last {commits} commits ({max(0, entries)} entries): was its -wal file removed, or an"
        " older copy put in its place? Put back what is missing, or run `tiendo restore FILE`, or go on without:"
        " `tiendo restore --accept-loss`"
    )


def _text(words: str) -> Callable[[Any], str]:
    return lambda _: words


# The first line that fits holds.
FAILURES: tuple[tuple[type[Exception], int, Callable[[Any], str]], ...] = (
    (ConfigError, USAGE, str),
    (TokenRefused, TOKEN_REFUSED, _text("Telegram refuses the token: get a new one from @BotFather; the data is safe")),
    (OtherBot, FAILED, lambda e: f"the token is that of bot {e.found}, the data are those of bot {e.expected}"),
    (
        PortTaken,
        FAILED,
        lambda e: f'[web] nobody can listen at {e.host}:{e.port} ({e.why}): set another listen, or "" for none',
    ),
    (TaskEnded, FAILED, lambda e: f"an internal task ended by itself: {e}"),
    (
        NoDatabase,
        FAILED,
        lambda e: f"{e.path}: no database yet: run `tiendo roster import FILE --apply` or `tiendo migrate`",
    ),
    (Behind, FAILED, _behind),
    (InstanceRunning, FAILED, lambda e: f"another process writes this database (it holds {e.lock})"),
    (NoAnswer, FAILED, _text("the running bot did not answer: look whether it was done before trying again")),
    (SchemaError, FAILED, lambda e: _SCHEMAS[e.problem].format(found=e.found, known=e.known)),
    (Broken, FAILED, _broken),
    (Unfit, FAILED, lambda e: "\n".join(line.text for line in e.lines)),
    (Damaged, FAILED, lambda e: f"the file of data is damaged: {'; '.join(e.complaints[:3])}"),
    (StoreFailed, FAILED, lambda e: f"the database could not be written: {e}"),
    (sqlite3.Error, FAILED, lambda e: f"the database could not be opened: {e}"),
    (RosterFileError, FAILED, _roster_file),
    (BadRoster, FAILED, lambda e: "\n".join(map(row_problem, e.problems))),
    (UnknownUnit, FAILED, _unknown_unit),
    (UnknownPerson, FAILED, lambda e: f"nobody is known by the number {e.number}"),
    (OutsideCampaigns, FAILED, _outside_campaigns),
    (CallFailed, FAILED, lambda e: f"Telegram could not be asked: {type(e.outcome).__name__}"),
    (BrokenTemplate, FAILED, lambda e: f"{e.path}: cannot be used as the report's template: {e.why}"),
    (FileExistsError, FAILED, lambda e: f"{e.filename or e}: is there already"),
    (OSError, FAILED, _os_error),
)


def explain(error: Exception) -> Failure:
    """Return what a command ends with; what nobody foresaw is named by its type alone, for its text may hold data."""
    for each in leaves(error):
        if isinstance(each, Declined):
            return each.failure
        if isinstance(each, CallFailed) and isinstance(each.outcome, BadToken):
            return explain(TokenRefused())
        for kind, code, words in FAILURES:
            if isinstance(each, kind):
                return Failure(words(each), code)
    fault = next(leaves(error))
    return Failure(f"an internal fault: {type(fault).__name__} in {place(fault)}", FAILED)


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield what task groups have wrapped."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from leaves(each)
    else:
        yield error
