"""People, their accounts, their roles, and the strangers who are not yet any of them."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from bot.domain.messages import Speaker
from bot.domain.units import UnitId
from storage import leaves
from storage.sqlite import Tx


class Role(StrEnum):
    """What a person is for a unit."""

    OFFICER = "officer"
    COMMANDER = "commander"


_ROLES = {str(role): role for role in Role}


class Post(NamedTuple):
    """A role held for a unit now."""

    role: Role
    unit: UnitId


class Person(NamedTuple):
    """Somebody who is known, with the posts held at this moment, and what is meant where nothing is named."""

    id: int
    name: str
    language: str
    posts: tuple[Post, ...]
    chosen_unit: UnitId | None = None
    chosen_campaign: str = ""


def find(tx: Tx, channel: str, external: int) -> Person | None:
    """Return the person behind an account, or None for a stranger."""
    rows = tx.all(
        "SELECT p.id, p.name, p.language, p.chosen_unit, p.chosen_campaign, r.role, r.unit"
        " FROM accounts a JOIN people p ON p.id = a.person"
        " LEFT JOIN roles r ON r.person = p.id AND r.until IS NULL"
        " WHERE a.channel = ? AND a.external = ? ORDER BY r.id",
        (channel, external),
    )
    return assembled(rows) if rows else None


def assembled(rows: Sequence[Any]) -> Person:
    """Return a person from rows that begin with the five columns of their own, each with a role and its unit."""
    person, name, language, chosen_unit, chosen_campaign, *_ = rows[0]
    posts = tuple([Post(_ROLES[role], unit) for *_, role, unit in rows if role])
    return Person(person, name, language, posts, chosen_unit, chosen_campaign)


def enrol(tx: Tx, channel: str, external: int, *, name: str, now: int) -> int:
    """Return the person of an account, made now if the account is new; the name is brought up to date."""
    person: int | None = tx.value("SELECT person FROM accounts WHERE channel = ? AND external = ?", (channel, external))
    if person is not None:
        tx.run("UPDATE people SET name = ? WHERE id = ?", (name, person))
        return person
    person = int(tx.value("INSERT INTO people (name, created) VALUES (?, ?) RETURNING id", (name, now)))
    tx.run("INSERT INTO accounts (channel, external, person) VALUES (?, ?, ?)", (channel, external, person))
    return person


def appoint(tx: Tx, person: int, role: Role, unit: UnitId, now: int) -> None:
    """Give a person a post; doing it again changes nothing."""
    tx.run(
        "INSERT INTO roles (person, unit, role, since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (person, unit, role, now),
    )
    leaves.note_hands(tx, unit)


def dismiss(tx: Tx, person: int, now: int) -> None:
    """End all posts of a person: the next message or press finds none."""
    for row in tx.all("SELECT DISTINCT unit FROM roles WHERE person = ? AND until IS NULL", (person,)):
        leaves.note_hands(tx, UnitId(row["unit"]))
    tx.run("UPDATE roles SET until = ? WHERE person = ? AND until IS NULL", (now, person))


def end_post(tx: Tx, person: int, post: Post, now: int) -> bool:
    """End one post of a person; False where it is not held."""
    leaves.note_hands(tx, post.unit)
    ended = tx.run(
        "UPDATE roles SET until = ? WHERE person = ? AND unit = ? AND role = ? AND until IS NULL",
        (now, person, post.unit, post.role),
    )
    return ended.rowcount > 0


def choose_unit(tx: Tx, person: int, unit: UnitId | None) -> None:
    """Remember which of several own units a person means where none is named; None for no one of them."""
    tx.run("UPDATE people SET chosen_unit = ? WHERE id = ?", (unit, person))


def choose_campaign(tx: Tx, person: int, campaign: str) -> None:
    """Remember which campaign a person means where none is named; empty for no one of them."""
    tx.run("UPDATE people SET chosen_campaign = ? WHERE id = ?", (campaign, person))


def set_language(tx: Tx, person: int, language: str) -> None:
    """Choose a person's language."""
    tx.run("UPDATE people SET language = ? WHERE id = ?", (language, person))


def accounts(tx: Tx, channel: str, person: int) -> list[int]:
    """Return the outside ids of a person on a channel."""
    rows = tx.all("SELECT external FROM accounts WHERE channel = ? AND person = ?", (channel, person))
    return [int(row[0]) for row in rows]


def commanders(tx: Tx, units: Iterable[UnitId]) -> list[int]:
    """Return the people who command any of the units."""
    found: dict[int, None] = {}
    for unit in units:
        rows = tx.all(
            "SELECT person FROM roles WHERE unit = ? AND role = 'commander' AND until IS NULL ORDER BY id",
            (unit,),
        )
        found.update(dict.fromkeys(int(row[0]) for row in rows))
    return list(found)


def officer_accounts(tx: Tx, channel: str, unit: UnitId) -> list[int]:
    """Return the outside ids of a unit's officers."""
    rows = tx.all(
        "SELECT a.external FROM roles r JOIN accounts a ON a.person = r.person AND a.channel = ?"
        " WHERE r.unit = ? AND r.role = 'officer' AND r.until IS NULL ORDER BY r.id",
        (channel, unit),
    )
    return [int(row[0]) for row in rows]


QUIET_SECONDS = 60
FAILURES_ALLOWED = 5
FAILURE_WINDOW = 3_600


def may_answer_stranger(tx: Tx, channel: str, external: int, now: int) -> bool:
    """Tell whether a stranger gets an answer now: at most one a minute. Notes that it was given."""
    answered = tx.value("SELECT answered FROM strangers WHERE channel = ? AND external = ?", (channel, external))
    if answered is not None and 0 <= now - answered < QUIET_SECONDS:
        return False
    tx.run(
        "INSERT INTO strangers (channel, external, answered) VALUES (?, ?, ?)"
        " ON CONFLICT (channel, external) DO UPDATE SET answered = excluded.answered",
        (channel, external, now),
    )
    return True


def may_try_code(tx: Tx, channel: str, external: int, now: int) -> bool:
    """Tell whether an account may try a code: not after five wrong ones within the hour."""
    row = tx.one("SELECT failures, failed FROM strangers WHERE channel = ? AND external = ?", (channel, external))
    return row is None or row["failures"] < FAILURES_ALLOWED or now - row["failed"] >= FAILURE_WINDOW


def note_wrong_code(tx: Tx, channel: str, external: int, now: int) -> None:
    """Count a wrong code; the count starts anew when the last one is an hour old."""
    tx.run(
        "INSERT INTO strangers (channel, external, failures, failed) VALUES (:channel, :external, 1, :now)"
        " ON CONFLICT (channel, external) DO UPDATE SET failed = :now,"
        " failures = CASE WHEN :now - failed >= :window THEN 1 ELSE failures + 1 END",
        {"channel": channel, "external": external, "now": now, "window": FAILURE_WINDOW},
    )


def forget_strangers(tx: Tx, before: int) -> int:
    """Forget accounts that have not written to us since an instant, and return how many that were."""
    return tx.run("DELETE FROM strangers WHERE answered < ? AND failed < ?", (before, before)).rowcount


def name(tx: Tx, person: int) -> str:
    """Return a person's name; empty where there is no such person."""
    found: str | None = tx.value("SELECT name FROM people WHERE id = ?", (person,))
    return found or ""


def speaker(tx: Tx, channel: str, person: int) -> Speaker | None:
    """Return a person as they speak on a channel; None where they have no account there."""
    row = tx.one(
        "SELECT a.external, p.name FROM accounts a JOIN people p ON p.id = a.person"
        " WHERE a.channel = ? AND a.person = ? ORDER BY a.external LIMIT 1",
        (channel, person),
    )
    return None if row is None else Speaker(row["external"], row["name"])
