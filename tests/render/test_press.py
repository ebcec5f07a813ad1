"""The press: one process for each piece of work, and nothing left behind by any of them."""

import asyncio
from pathlib import Path

import pytest

from bot.render.files.press import Press, PressFailed
from tests.render import presswork


def lying_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def printed(press: Press[str, str], text: str) -> tuple[str, str]:
    path, said = await press.print(text)
    return path.read_text(encoding="utf-8"), said


async def test_the_press_does_one_thing_after_the_other_and_outlives_a_crash() -> None:
    broken: Press[str, str] = Press(presswork.die)
    with pytest.raises(PressFailed) as caught:
        await broken.print("x")
    assert caught.value.reason == "crashed"
    await broken.close()
    press: Press[str, str] = Press(presswork.echo)
    found = await asyncio.gather(*(printed(press, word) for word in ("một", "hai")))
    assert found == [("một", "MỘT"), ("hai", "HAI")]
    await press.close()


async def test_work_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    press: Press[str, str] = Press(presswork.dawdle, limit=0.2)
    with pytest.raises(PressFailed) as caught:
        await press.print(str(tmp_path / "begun"))
    assert caught.value.reason == "too_slow"
    await press.close()


async def test_work_that_nobody_waits_for_any_more_is_ended(tmp_path: Path) -> None:
    press: Press[str, str] = Press(presswork.dawdle)
    waiting = asyncio.create_task(press.print(str(tmp_path / "begun")))
    async with asyncio.timeout(20):
        while not (tmp_path / "begun").exists():  # noqa: ASYNC110  (another process makes it)
            await asyncio.sleep(0.02)
    waiting.cancel()
    await asyncio.wait((waiting,))
    assert waiting.cancelled()
    folder = press._folder
    assert folder is not None
    assert lying_in(Path(folder.name)) == []
    await press.close()
