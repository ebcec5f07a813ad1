"""Requests wait for one decision; the audit keeps who did what."""

import json
import sqlite3

import pytest

from storage import audit, requests
from storage.people import Role
from storage.requests import Amendment, Correction, Request, RequestState
from storage.sqlite import Tx
from tests.storage.ground import KH, NOW, TN, YESTERDAY, Pen


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
    assert isinstance(found, Request)
    assert (found.state, found.decided_by) == (RequestState.APPROVED, "account:7")
    assert requests.waiting(tx) == []


def test_a_rejected_person_may_ask_again(tx: Tx, pen: Pen) -> None:
    request = requests.ask(tx, 1, pen.unit("TP"), Role.COMMANDER, NOW)
    requests.decide(tx, request, "rejected", "account:7", NOW)
    assert requests.ask(tx, 1, pen.unit("TP"), Role.COMMANDER, NOW).ref != request.ref


def amendment(pen: Pen) -> Amendment:
    return Amendment(pen.slot(day=YESTERDAY), {TN: 45, KH: 30}, "báo bù", None, 7, 1, 9, NOW - 60)


def test_a_correction_comes_back_as_it_was_asked_for(tx: Tx, pen: Pen) -> None:
    asked = requests.ask_correction(tx, 1, amendment(pen), NOW)
    assert asked.amendment == amendment(pen)
    assert requests.find(tx, asked.request.ref) == asked
    assert requests.waiting(tx) == [asked]
    assert requests.newest_correction(tx, 1) == asked
    assert requests.newest_correction(tx, 2) is None


def test_only_open_corrections_of_the_very_slot_are_found(tx: Tx, pen: Pen) -> None:
    first, second = (requests.ask_correction(tx, 1, amendment(pen), NOW) for _ in range(2))
    requests.decide(tx, first.request, RequestState.WITHDRAWN, "person:1", NOW, "nhầm")
    assert list(requests.corrections(tx, amendment(pen).slot)) == [second]
    assert list(requests.corrections(tx, pen.slot())) == []
    found = requests.find(tx, first.request.ref)
    assert isinstance(found, Correction)
    assert (found.request.state, found.request.reason) == (RequestState.WITHDRAWN, "nhầm")


@pytest.mark.parametrize(
    "sql", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "REPLACE INTO audit SELECT * FROM audit"]
)
def test_V9_the_audit_can_neither_be_changed_nor_deleted(tx: Tx, sql: str) -> None:
    audit.note(tx, NOW, "person:1", "invite redeemed", unit="TP-01", ghi="chú")
    with pytest.raises(sqlite3.IntegrityError, match="audit is never"):
        tx.run(sql)
    row = tx.one("SELECT at, actor, what, facts FROM audit")
    assert (row["at"], row["actor"], json.loads(row["facts"])) == (NOW, "person:1", {"unit": "TP-01", "ghi": "chú"})
