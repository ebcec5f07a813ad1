"""Charts: pictures of series, legible on a phone, drawn in a worker process.

Only the worker imports matplotlib: the rest of the bot stays small and starts fast.
"""

from bot.render.charts.painter import Painter, PaintingError

__all__ = ["Painter", "PaintingError"]
