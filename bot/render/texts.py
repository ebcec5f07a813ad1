"""Shape in, text out: every word the bot says stands in a template of its language.

A message is a macro, named `file.macro`; both languages have the same ones with the same arguments.
Everything put into a template is escaped, so that no outside text can break a message.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import Any, get_args
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator

from bot.domain import figures
from bot.domain.figures import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)


FIGURES = frozenset({"number", "signed", "progress", "percent", "points", "day", "long_day", "clock"})
"""Filters whose words have no mark in them that HTML knows."""


class _Generator(CodeGenerator):
    """Compiles templates. Figures are put in as they are: receipts are full of them."""

    def _output_child_pre(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        if isinstance(node, nodes.Filter) and node.name in FIGURES and finalize.src is None:
            self.write("str(")
        else:
            super()._output_child_pre(node, frame, finalize)


class Texts:
    """The messages of one language."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self.language = language
        self._zone = zone
        self._macros: dict[str, Callable[..., str]] = {}
        self._fixed: dict[str, str] = {}  # texts without facts, such as labels

    def __call__(self, message: str, /, **facts: Any) -> str:
        """Render `file.macro` to the HTML that messengers share. LookupError when there is none."""
        if not facts and message in self._fixed:
            return self._fixed[message]
        macro = self._macros.get(message) or self.prepare(message)
        text = str(macro(**facts)).strip()
        if not facts:
            self._fixed[message] = text
        return text

    def prepare(self, message: str) -> Callable[..., str]:
        """Compile the file of a message and return its macro. LookupError when there is none."""
        file, _, name = message.partition(".")
        macro = getattr(_environment(self.language, self._zone).get_template(f"{file}.j2").module, name, None)
        if macro is None:
            raise LookupError(message)
        found: Callable[..., str] = macro
        self._macros[message] = found
        return found


@cache
def _environment(language: Language, zone: ZoneInfo) -> Environment:
    """Return what templates of a language need. Compiling takes them long, so whoever has texts shares them."""
    environment = Environment(
        loader=PackageLoader("bot.render", language),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.code_generator_class = _Generator
    environment.filters |= {
        "number": partial(figures.number, language=language),
        "signed": partial(figures.signed, language=language),
        "progress": partial(figures.progress, language=language),
        "percent": partial(figures.percent, language=language),
        "points": partial(figures.points, language=language),
        "day": figures.day,
        "long_day": partial(figures.long_day, language=language),
        "clock": figures.clock_time,
        "local": partial(datetime.fromtimestamp, tz=zone),
        "sentence": _sentence,
    }
    return environment


def _sentence(text: str) -> str:
    """Return text that begins with a capital letter; the rest stays as it is."""
    return text[:1].upper() + text[1:]
