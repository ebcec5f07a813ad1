"""Claims about the logs."""

import io
import json
import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import structlog

from bot import logs
from bot.courier import Courier
from tests import cast

CODE = "Osv7uYqEtZoFkUFtcH5DgA"


class Log(io.StringIO):
    """A stream that can be read as events."""

    def last(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.getvalue().splitlines()[-1])
        return event


class Screen(Log):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def log() -> Iterator[Log]:
    yield from configured(Log())


@pytest.fixture
def screen() -> Iterator[Log]:
    yield from configured(Screen())


def configured(stream: Log, secrets: Sequence[str] = ("secret-word",)) -> Iterator[Log]:
    """Configure the logs, and leave everything as it was."""
    root, own = logging.getLogger(), [logging.getLogger(name) for name in logs.OWN]
    before = (root.level, list(root.handlers), [logger.level for logger in own])
    for handler in before[1]:
        root.removeHandler(handler)  # so that pytest's own are not closed
    logs.configure("debug", stream, secrets=secrets)
    yield stream
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.level, root.handlers[:] = before[0], before[1]
    for logger, level in zip(own, before[2], strict=True):
        logger.setLevel(level)


def ours() -> Any:
    return structlog.get_logger("bot.test")


@pytest.mark.parametrize(
    "secret",
    [cast.TOKEN, CODE, f"/start {CODE}", f"https://t.me/tiendo_bot?start={CODE}", "secret-word", "-" + CODE[1:]],
)
def test_V1_neither_token_nor_code_comes_out_of_any_field(log: Log, secret: str) -> None:
    ours().info(f"said {secret}", text=f"«{secret}»", thing=[secret], error=ValueError(secret))
    assert re.split("[ =]", secret)[-1] not in log.getvalue()
    assert log.getvalue().count(logs.HIDDEN) == 3
    assert log.last()["error"] == "ValueError"


def test_V1_a_token_in_an_address_is_hidden(log: Log) -> None:
    logging.getLogger("aiohttp.client").warning("GET https://api.telegram.org/bot%s/getMe", cast.TOKEN)
    assert log.last()["event"] == f"GET https://api.telegram.org/bot{logs.HIDDEN}/getMe"


@pytest.mark.parametrize("name", ["telegram.Bot", "httpx", "httpcore.http11", "aiohttp.access", "aiosqlite", "asyncio"])
def test_V1_libraries_are_heard_from_warnings_on(log: Log, name: str) -> None:
    logging.getLogger(name).info("a message in full")
    assert log.getvalue() == ""
    logging.getLogger(name).warning("trouble")
    assert log.last()["logger"] == name


def test_V2_an_exception_is_told_by_type_and_place_and_never_by_its_text(log: Log) -> None:
    try:
        int("Nguyễn Văn An 45 30")
    except ValueError:
        ours().exception("failed")
    assert "Nguyễn" not in log.getvalue()
    assert log.last()["error"] == "ValueError"
    assert "test_logs.py:" in log.last()["place"]


def test_H12_a_line_break_in_a_text_does_not_make_a_line(log: Log) -> None:
    ours().info("said", text='x\n{"event": "forged"}\r\u2028\x1b[31m')
    assert len(log.getvalue().splitlines()) == 1
    assert log.last()["text"] == 'x\\n{"event": "forged"}\\r\\u2028\\x1b[31m'


def test_H12_nor_on_a_screen(screen: Log) -> None:
    ours().info("said\nforged", text="x\nforged \x1b[31m")
    assert len(screen.getvalue().splitlines()) == 1
    assert "\\x1b[31m" in screen.getvalue()


@pytest.mark.parametrize("word", ["ConnectionTimeoutError", "a_snake_case_name_of22", "P. An Hội 45 30"])
def test_names_as_long_as_a_code_are_left_alone(log: Log, word: str) -> None:
    ours().info("failed", error=word)
    assert log.last()["error"] == word


def test_the_level_holds_for_our_own_loggers(log: Log) -> None:
    logs.configure("error", log)
    structlog.get_logger(Courier.__module__).warning("hidden")
    assert log.getvalue() == ""
