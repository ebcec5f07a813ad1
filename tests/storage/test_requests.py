"""Requests wait for one decision; the audit keeps who did what."""

import json
import sqlite3

import pytest

from storage import audit, requests
from storage.people import Role
from storage.sqlite import Tx
from tests.storage.ground import NOW, Pen


def test_asking_again_while_a_request_is_open_returns_that_one(tx: Tx, pen: Pen) -> None:
    first = requests.ask(tx, 1, pen.unit("TP"), Role.COMMANDER, NOW)
    assert requests.ask(tx, 1, pen.unit("TP"), Role.COMMANDER, NOW + 1) == first
    assert requests.ask(tx, 2, pen.unit("TP"), Role.COMMANDER, NOW) != first
    assert requests.find(tx, first.ref) == first
    assert requests.find(tx, "D????") is None


def test_the_first_decision_stands(tx: Tx, pen: Pen) -> None:
    request = requests.ask(tx, 1, pen.unit("TP"), Role.COMMANDER, NOW)
    assert requests.waiting(tx) == [request]
    assert requests.decide(tx, request, "approved", "account:7", NOW)
    assert not requests.decide(tx, request, "rejected", "account:8", NOW)
    found = requests.find(tx, request.ref)
    assert found is not None
    assert found.state == "approved"
    assert requests.waiting(tx) == []


def test_a_rejected_person_may_ask_again(tx: Tx, pen: Pen) -> None:
    request = requests.ask(tx, 1, pen.unit("TP"), Role.COMMANDER, NOW)
    requests.decide(tx, request, "rejected", "account:7", NOW)
    assert requests.ask(tx, 1, pen.unit("TP"), Role.COMMANDER, NOW).ref != request.ref


@pytest.mark.parametrize(
    "sql", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "REPLACE INTO audit SELECT * FROM audit"]
)
def test_V9_the_audit_can_neither_be_changed_nor_deleted(tx: Tx, sql: str) -> None:
    audit.note(tx, NOW, "person:1", "invite redeemed", unit="TP-01", ghi="chú")
    with pytest.raises(sqlite3.IntegrityError, match="audit is never"):
        tx.run(sql)
    row = tx.one("SELECT at, actor, what, facts FROM audit")
    assert (row["at"], row["actor"], json.loads(row["facts"])) == (NOW, "person:1", {"unit": "TP-01", "ghi": "chú"})
