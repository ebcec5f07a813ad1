"""Leaves, and the world that knows of them."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.domain.absence import Leave
from bot.domain.units import UnitId
from bot.domain.world import World
from storage import leaves, people
from storage.leaves import Whose
from storage.people import Role
from storage.sqlite import Tx
from storage.worlds import Worlds
from tests.cast import AN_HOI
from tests.storage.ground import DAY, NOW, in_memory, setting, transaction

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with in_memory() as ready:
        yield ready


def unit_of(world: World, code: str) -> UnitId:
    found = world.tree.find(code)
    assert found is not None
    return found.id


def give(tx: Tx, whose: Whose) -> None:
    leaves.give(tx, whose, Leave(DAY, NEXT), "person:1", NOW)


def test_the_world_keeps_what_it_worked_out_of_the_roster_when_leave_changes(connection: sqlite3.Connection) -> None:
    worlds = Worlds(setting())
    with transaction(connection, keep=True) as tx:
        before = worlds.of(tx, DAY)
        names, unit = before.names, unit_of(before, AN_HOI)
        assert worlds.of(tx, DAY) is before
        give(tx, Whose(unit=unit))
        after = worlds.of(tx, DAY)
    assert after.names is names
    assert (before.expected_on("vneid", unit, DAY), after.expected_on("vneid", unit, DAY)) == (1, 0)


def test_leave_that_is_rolled_back_leaves_no_trace_in_the_world(connection: sqlite3.Connection) -> None:
    worlds = Worlds(setting())
    with transaction(connection, keep=False) as tx:
        unit = unit_of(worlds.of(tx, DAY), AN_HOI)
        give(tx, Whose(unit=unit))
        assert worlds.of(tx, DAY).on_leave("vneid", unit, DAY) == 1
    with transaction(connection, keep=False) as tx:
        assert worlds.of(tx, DAY).on_leave("vneid", unit, DAY) == 0


def test_a_unit_whose_officer_is_dismissed_is_on_leave_no_longer(connection: sqlite3.Connection) -> None:
    worlds = Worlds(setting())
    with transaction(connection, keep=True) as tx:
        unit = unit_of(worlds.of(tx, DAY), AN_HOI)
        people.appoint(tx, 1, Role.OFFICER, unit, NOW)
        give(tx, Whose(person=1))
        assert worlds.of(tx, DAY).on_leave("vneid", unit, NEXT) == 1
        people.dismiss(tx, 1, NOW + 86_400)
        assert [worlds.of(tx, DAY).on_leave("vneid", unit, day) for day in (DAY, NEXT)] == [1, 0]


def test_ending_leave_twice_ends_it_once(connection: sqlite3.Connection) -> None:
    with transaction(connection, keep=True) as tx:
        give(tx, Whose(person=1))
        assert [leaves.end(tx, Whose(person=1), NEXT, NOW) for _ in range(2)] == [True, False]
        assert leaves.people_away(tx, DAY) == {1}
        assert leaves.people_away(tx, NEXT) == frozenset()


def test_leave_of_another_is_not_ended_along(connection: sqlite3.Connection) -> None:
    with transaction(connection, keep=True) as tx:
        give(tx, Whose(person=1))
        give(tx, Whose(person=2))
        leaves.end(tx, Whose(person=1), DAY, NOW)
        assert leaves.people_away(tx, DAY) == {2}
