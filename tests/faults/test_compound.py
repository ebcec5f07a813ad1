"""C16: a crash while the bot still recovers from a crash; whatever comes of the first, the second is borne too."""

from pathlib import Path

import pytest

from tests.faults.crash_points import nursery, play

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def test_C16_a_crash_during_recovery_converges(tmp_path: Path) -> None:
    async with nursery() as bots:
        for number, steps in enumerate(((23, 2), (41, 7), (52, 19), (35, 5, 5))):
            played = await play(bots, tmp_path / str(number), steps)
            assert (len(played.crashes), played.findings) == (len(steps), [])
