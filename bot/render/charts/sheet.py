"""A sheet of paper to draw on: pixels from the top left corner, the bundled font, one palette."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.patches import Circle, FancyBboxPatch, Polygon
from matplotlib.textpath import text_to_path
from PIL import Image

from bot.domain.figures import UNKNOWN
from bot.domain.text import clean

WIDTH = 1080
MARGIN = 56
RIGHT = WIDTH - MARGIN
SMALL, NORMAL, LARGE = 26, 29, 46  # heights of type in pixels: 26 of 1080 is still read on a phone

# Okabe and Ito's colours, told apart with every common kind of colour blindness.
BLUE, SKY, ORANGE, RED, GREEN, PURPLE = "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#009E73", "#A6508A"
PAPER, INK, MUTED, GREY, FAINT, TINT = "#FFFFFF", "#1B2733", "#55626E", "#A9B3BC", "#E4E8EC", "#EAF3FA"

Align = Literal["left", "center", "right"]
Point = tuple[float, float]

_DPI = 100
_FONTS = Path(__file__).parents[1] / "fonts"
_FILES = {False: _FONTS / "BeVietnamPro-Regular.ttf", True: _FONTS / "BeVietnamPro-Bold.ttf"}


@cache
def _drawable() -> frozenset[int]:
    """Return the code points of the font, the same ones in both weights."""
    return frozenset(get_font(str(_FILES[False])).get_charmap())


def legible(text: str) -> str:
    """Return outside text as one line in NFC, without signs that the font lacks, such as emoji."""
    return clean("".join(sign for sign in clean(text) if ord(sign) in _drawable())) or UNKNOWN


def _font(size: float, *, bold: bool) -> FontProperties:
    return FontProperties(fname=_FILES[bold], size=size * 72 / _DPI)


class Sheet:
    """A figure of 1080 × `height` pixels; every mark on it is placed by hand."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=PAPER)
        self._axes = self.figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        self._axes.set_axis_off()

    def words(
        self,
        at: Point,
        text: str,
        size: float = NORMAL,
        colour: str = INK,
        *,
        bold: bool = False,
        align: Align = "left",
        room: float = WIDTH,
    ) -> float:
        """Write one line with its baseline at `at`, shortened to `room` pixels; return its width."""
        text = self.shortened(text, size, room, bold=bold)
        written = self._axes.text(*at, text, color=colour, ha=align, va="baseline", zorder=5, parse_math=False)
        written.set_fontproperties(_font(size, bold=bold))
        return self.width(text, size, bold=bold)

    def width(self, text: str, size: float = NORMAL, *, bold: bool = False) -> float:
        """Return how many pixels wide a line is."""
        # Outlines scale with the type, so a size in pixels gives a width in pixels.
        font = FontProperties(fname=_FILES[bold], size=size)
        width: float = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
        return width

    def shortened(self, text: str, size: float, room: float, *, bold: bool = False) -> str:
        """Return outside text as one line that fits into `room` pixels, an ellipsis for what is cut off."""
        line = legible(text)
        if self.width(line, size, bold=bold) <= room:
            return line
        fits, too_long = 0, len(line)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self.width(line[:middle].rstrip() + "…", size, bold=bold) <= room:
                fits = middle
            else:
                too_long = middle
        return line[:fits].rstrip() + "…"

    def box(
        self,
        at: Point,
        size: Point,
        fill: str = "none",
        edge: str = "none",
        *,
        hatch: str | None = None,
        corner: float = 4,
        depth: float = 2,
    ) -> None:
        """Draw a rectangle with round corners from its upper left corner; a hatch takes the edge's colour."""
        corner = min(corner, size[0] / 2, size[1] / 2)
        style = f"round,pad=0,rounding_size={corner}" if corner else "square,pad=0"
        self._axes.add_patch(
            FancyBboxPatch(at, *size, boxstyle=style, fc=fill, ec=edge, lw=1.4, hatch=hatch, zorder=depth)
        )

    def line(
        self, points: Sequence[Point], colour: str, width: float = 2, *, dashes: Point | None = None, depth: float = 3
    ) -> None:
        """Draw a line through the points, `width` in pixels; `dashes` are the lengths of dash and gap in widths."""
        self._axes.plot(
            *zip(*points, strict=True),
            color=colour,
            lw=width * 72 / _DPI,
            ls=(0, dashes) if dashes else "-",
            solid_capstyle="round",
            solid_joinstyle="round",
            scalex=False,
            scaley=False,
            zorder=depth,
        )

    def area(self, points: Sequence[Point], fill: str, *, alpha: float = 1, depth: float = 2) -> None:
        """Fill the polygon of the points."""
        self._axes.add_patch(Polygon(points, closed=True, fc=fill, ec="none", alpha=alpha, zorder=depth))

    def dot(self, at: Point, radius: float, fill: str, edge: str = "none", width: float = 2) -> None:
        """Draw a circle."""
        self._axes.add_patch(Circle(at, radius, fc=fill, ec=edge, lw=width * 72 / _DPI, zorder=4))

    def png(self) -> bytes:
        """Return the sheet as the bytes of a PNG; the same sheet gives the same bytes."""
        pixels = BytesIO()
        self.figure.savefig(pixels, format="rgba", dpi=_DPI)
        picture = Image.frombytes("RGBA", (WIDTH, self.height), pixels.getvalue()).convert("RGB")
        file = BytesIO()
        # Flat colours: a palette is a third of the bytes and looks the same.
        picture.quantize(dither=Image.Dither.NONE).save(file, format="png", optimize=True)
        return file.getvalue()
