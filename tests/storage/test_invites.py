"""Invites: codes that work once, of which only a hash is kept."""

import asyncio
import re
import sqlite3
from typing import Any

import pytest

from bot.domain.units import UnitId
from storage import invites, updates
from storage.invites import Invite, InviteKind, NoInvite
from storage.sqlite import Store, Tx
from storage.updates import Row
from tests.storage.ground import NOW, settle_in

DAY_S = 86_400


def issue(tx: Tx, *, uses: int = 1, **fields: Any) -> str:
    made: dict[str, Any] = {"kind": InviteKind.OFFICER, "unit": UnitId(4), "expires": NOW + DAY_S, "now": NOW}
    return invites.issue(tx, uses=uses, **(made | fields))


def redeem(tx: Tx, code: str) -> bool:
    found = invites.look(tx, code, NOW)
    if isinstance(found, NoInvite):
        return False
    invites.spend(tx, code)
    return True


def test_a_code_opens_what_it_was_made_for_and_looking_does_not_use_it(tx: Tx) -> None:
    code = issue(tx, kind=InviteKind.GROUP)
    for _ in range(2):
        assert invites.look(tx, code, NOW) == Invite(InviteKind.GROUP, UnitId(4))


def test_a_code_fits_a_deep_link_and_has_128_bits(tx: Tx) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", issue(tx))


def test_AC4_a_code_is_used_up_after_its_last_use(tx: Tx) -> None:
    code = issue(tx, uses=2)
    assert [redeem(tx, code) for _ in range(3)] == [True, True, False]
    assert invites.look(tx, code, NOW) is NoInvite.USED


def test_AC4_a_used_up_code_cannot_be_spent_further(tx: Tx) -> None:
    code = issue(tx)
    invites.spend(tx, code)
    with pytest.raises(sqlite3.IntegrityError):
        invites.spend(tx, code)


@pytest.mark.parametrize("uses", [1, 7])
async def test_AC4_fifty_redemptions_at_once_open_a_code_as_often_as_it_has_uses(store: Store, uses: int) -> None:
    await store.write(settle_in)
    code = await store.write(lambda tx: issue(tx, uses=uses))
    opened = await asyncio.gather(*(store.write(lambda tx: redeem(tx, code)) for _ in range(50)))
    assert sum(opened) == uses


def test_AC5_a_code_is_refused_after_its_last_second(tx: Tx) -> None:
    code = issue(tx)
    assert isinstance(invites.look(tx, code, NOW + DAY_S), Invite)
    assert invites.look(tx, code, NOW + DAY_S + 1) is NoInvite.EXPIRED


def test_AC5_a_clock_stepped_back_does_not_revive_an_expired_code(tx: Tx) -> None:
    code = issue(tx)
    updates.take(tx, [Row(1, 5, NOW + DAY_S + 1, "{}")])
    assert invites.look(tx, code, NOW) is NoInvite.EXPIRED


@pytest.mark.parametrize("code", ["", "x", "A" * 64, "'; --", "ă" * 22])
def test_a_code_that_was_never_made_is_unknown(tx: Tx, code: str) -> None:
    issue(tx)
    assert invites.look(tx, code, NOW) is NoInvite.UNKNOWN


def test_AC7_the_file_holds_no_code(tx: Tx) -> None:
    codes = [issue(tx) for _ in range(20)]
    stored = repr([tuple(row) for row in tx.all("SELECT * FROM invites")])
    assert not [code for code in codes if code in stored]
    assert len(set(codes)) == 20


def test_a_code_remembers_who_issued_it_and_whose_post_it_takes_over(tx: Tx) -> None:
    code = issue(tx, issued_by="person:2", replaces=1)
    assert invites.look(tx, code, NOW) == Invite(InviteKind.OFFICER, UnitId(4), "person:2", 1)


def test_a_newer_handover_ends_the_older_one_of_the_same_post_alone(tx: Tx) -> None:
    codes = [issue(tx, replaces=1), issue(tx, replaces=2), issue(tx, unit=UnitId(5), replaces=1), issue(tx)]
    invites.revoke_handovers(tx, InviteKind.OFFICER, UnitId(4), 1)
    found = [invites.look(tx, code, NOW) for code in codes]
    assert [each is NoInvite.EXPIRED for each in found] == [True, False, False, False]
