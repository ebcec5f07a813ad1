"""Write the specimens into a folder, from the repository's root: `python -m bot.render.charts docs/img`."""

import asyncio
import sys
from pathlib import Path

from bot.render.charts.painter import Painter
from bot.render.charts.specimens import specimens


async def write(folder: Path, roster: Path) -> None:
    """Paint every specimen as a PNG in `folder`."""
    painter = Painter()
    try:
        for name, chart in specimens(roster):
            picture = await painter.paint(chart)
            await asyncio.to_thread((folder / f"{name}.png").write_bytes, picture)
    finally:
        await painter.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(write(target, Path("examples/ben-tre/roster.csv")))
