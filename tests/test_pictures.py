"""Pictures: recipes of the outbox become charts, whatever goes wrong on the way."""

from datetime import date
from pathlib import Path

import pytest

from bot.domain.recipes import Kind, Recipe
from bot.domain.units import UnitId
from bot.pictures import Pictures
from bot.rehearsal.botapi.files import picture_size
from bot.render.charts.painter import Painter
from storage.worlds import Worlds
from tests import cast
from tests.conversations.moments import at
from tests.stage import QuickPainter, Stage, stage

BEN_TRE = Recipe(Kind.LINE, "vneid", UnitId(1), cast.TODAY, "vi", over=True)


def studio(bot: Stage, painter: QuickPainter) -> Pictures:
    return Pictures(bot.store, Worlds(bot.setting), painter)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_recipe_is_read_as_it_was_stored(kind: Kind) -> None:
    recipe = Recipe(kind, "vneid", UnitId(4), date(2023, 12, 1), "en", over=False)
    assert Recipe.read(recipe.dump()) == recipe


async def test_the_same_figures_are_painted_once_and_other_figures_anew(bot: Stage) -> None:
    painter = QuickPainter()
    pictures, officer = studio(bot, painter), await bot.join(cast.AN_HOI)
    for _ in range(3):
        assert await pictures.paint(BEN_TRE.dump()) == QuickPainter.PNG
    await bot.say(officer, "45 30")
    await pictures.paint(BEN_TRE.dump())
    assert len(painter.asked) == 2


@pytest.mark.parametrize(
    "changes", [{"campaign": "gone"}, {"unit": 404}, {"kind": "pie"}, {"day": "yesterday"}, {"language": None}]
)
async def test_a_recipe_that_fits_nothing_gives_no_picture(bot: Stage, changes: dict[str, object]) -> None:
    stored = {name: value for name, value in {**BEN_TRE.dump(), **changes}.items() if value is not None}
    assert await studio(bot, QuickPainter()).paint(stored) is None


async def test_the_real_painter_puts_a_chart_on_the_summary(tmp_path: Path) -> None:
    schedule = [{"job": "summary", "at": "17:30"}]
    painter = Painter()
    async with stage(tmp_path, painter=painter, campaigns=[cast.campaign(schedule=schedule)]) as bot:
        commander = await bot.commander("BT")
        await bot.say(await bot.join(cast.AN_HOI), "45 30")
        await bot.pass_to(at(1, 17, 30))
        photo = commander.private.last()
    assert photo.media == "photo"
    assert photo.file is not None
    assert photo.file.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert min(picture_size(photo.file.data)) > 1000
    assert painter.worker is None
