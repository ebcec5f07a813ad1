"""Kills under load lose nothing and count nothing twice, and the checker would notice if they did."""

import random
from pathlib import Path

import pytest

from tests import cast
from tests.crash.checker import Evidence, judge
from tests.crash.officers import How, Officer, Statement, standing
from tests.crash.suite import Plan, calendar, play
from tests.soak.history import DOUBLED, LOST, MISSING, OTHER, WRONG
from tests.stage import stage

THINGS_SAID = 30
TODAY = cast.TODAY.isoformat()


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_C1_to_C16_twelve_kills_under_load_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    verdict = await judge(await play(Plan(kills=12, seed=7), tmp_path))
    assert verdict.findings == []
    assert verdict.figures["reports"] > 50


@pytest.fixture
async def quiet(tmp_path: Path) -> Evidence:
    """Return what is left of a talk with one officer while nothing is killed."""
    async with stage(tmp_path) as bot:
        first = bot.server.next_update_id
        chance = random.Random(7)  # noqa: S311  (a repeatable talk, not a secret)
        officer = Officer("TP-01", await bot.join("TP-01"), bot.server, chance, calendar(bot.server, bot.config))
        for _ in range(THINGS_SAID):
            officer.speak()
            await bot.settle()
        now = bot.clock.now()
    log = tmp_path / "stderr.log"
    log.touch()
    return Evidence(bot.config, bot.server, [officer], log, 0, 0, first, [0.0], now)


async def test_a_talk_that_nothing_disturbs_leaves_nothing_to_find(quiet: Evidence) -> None:
    assert (await judge(quiet)).findings == []


async def test_a_report_that_was_not_counted_is_found(quiet: Evidence) -> None:
    quiet.officers[0].said.append(Statement(quiet.updates[0], TODAY, How.ADD, {"kh": 1}))
    assert await _kinds(quiet) == {LOST, WRONG}


async def test_a_report_that_was_counted_twice_is_found(quiet: Evidence) -> None:
    quiet.officers[0].said[:] = quiet.officers[0].said[:-1]
    assert await _kinds(quiet) == {DOUBLED, WRONG}


async def test_an_update_that_was_never_taken_in_is_found(quiet: Evidence) -> None:
    quiet.server.next_update_id += 1
    assert await _kinds(quiet) == {LOST}


async def test_a_receipt_that_nobody_saw_is_found(quiet: Evidence) -> None:
    receipt = next(each for each in quiet.server.accepted if "Đã ghi nhận" in each.text)
    quiet.server.accepted.remove(receipt)
    assert MISSING in await _kinds(quiet)


async def test_a_repeat_is_counted_and_refused_where_no_send_was_unsure(quiet: Evidence) -> None:
    sent = [place for place, each in enumerate(quiet.server.accepted) if each.text.startswith("✅")]
    quiet.server.accepted.insert(sent[-1], quiet.server.accepted[sent[-1]])
    verdict = await judge(quiet)
    assert verdict.figures["receipts repeated"] == 1
    assert {finding.kind for finding in verdict.findings} == {OTHER}


async def test_V1_a_token_in_the_log_is_found(quiet: Evidence) -> None:
    quiet.log.write_text(f"GET /bot{quiet.server.token}/getMe", encoding="utf-8")
    assert await _kinds(quiet) == {OTHER}


async def _kinds(evidence: Evidence) -> set[str]:
    return {finding.kind for finding in (await judge(evidence)).findings}


def test_an_edited_adjustment_adds_its_new_number_only() -> None:
    said = [_said(How.SET, kh=30), _said(How.ADD, kh=3), _said(How.MEND, kh=5)]
    assert standing(said) == {"kh": 35}


def test_what_is_undone_twice_stands_again() -> None:
    said = [_said(How.SET, kh=30), _said(How.ADD, kh=3), _said(How.UNDO)]
    assert standing(said) == {"kh": 30}
    assert standing([*said, _said(How.UNDO)]) == {"kh": 33}


def _said(how: How, **given: int) -> Statement:
    return Statement(1, TODAY, how, given)
