"""A soak in small: the whole machinery at work, and nothing lost; `make soak` is the long form."""

from pathlib import Path

import pytest

from tests.crash.checker import judge
from tests.soak.suite import Plan, play


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_L6_a_province_at_work_under_a_nemesis_loses_nothing(tmp_path: Path) -> None:
    lines: list[str] = []
    outcome = await play(Plan(kills=5, updates=150, seed=11, calm=2), tmp_path, lines.append)
    verdict = await judge(outcome.evidence, alone=False)
    assert (verdict.findings, outcome.nemesis.failures) == ([], [])
    assert outcome.nemesis.kills >= 5
    assert len(outcome.nemesis.tried) > 1
    assert lines
