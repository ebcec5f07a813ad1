"""Logs: one line per event to stderr, from which no token, no code and no foreign line break comes out.

Our own loggers speak at the chosen level, everybody else's at WARNING: libraries write URLs with the
token, and whole messages, into their debug logs. Stack traces are never written, because they can hold
what somebody wrote; the type of an error and the place where it was raised are enough to find the fault.
"""

import logging
import re
import sys
from collections.abc import Sequence
from traceback import walk_tb
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

OWN = ("bot", "handlers", "storage")
HIDDEN = "(hidden)"

_TOKEN = re.compile(r"[0-9]{6,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}")
# 128 random bits as in `storage.invites`: 22 characters with capitals and small letters. One code in
# 50,000 has no capital or no small letter, and names of exceptions can be as long.
_CODE = re.compile(
    r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?!\w*(?:Error|Exception|Warning)(?![\w-]))[\w-]{22}(?![\w-])", re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def configure(
    level: str = "INFO", stream: TextIO | None = None, secrets: Sequence[str] = (), form: str = "auto"
) -> None:
    """Send all logs to `stream` (stderr): as `json` lines, for people (`console`), or by whether it is a terminal.

    `secrets` are hidden wherever they turn up, and so is everything that looks like a token or a code.
    """
    stream = stream or sys.stderr
    first: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_error,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=first,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            one_line,
            _renderer(stream.isatty() if form == "auto" else form == "console"),
            Redactor(secrets),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    for name in OWN:
        logging.getLogger(name).setLevel(level.upper())


def _renderer(for_people: bool) -> Processor:  # noqa: FBT001  (private)
    if for_people:
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)


def name_error(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put the type and the place of an exception where its trace would stand."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if found:
        error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
        if isinstance(error, BaseException):
            event.setdefault("error", type(error).__name__)
            event.setdefault("place", place(error))
    return event


def place(error: BaseException) -> str:
    """Return file and line where an exception was raised, empty where it never was."""
    frames = [f"{frame.f_code.co_filename}:{line}" for frame, line in walk_tb(error.__traceback__)]
    return frames[-1] if frames else ""


def one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Write control characters as escapes, so that no text looks like a line of its own, and errors as their types."""
    return {key: _told(value) for key, value in event.items()}


def _told(value: Any) -> Any:
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, str):
        return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), value)
    return value


class Redactor:
    """Takes secrets out of the finished line, whatever they came in: a text, a `repr`, an address."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        known = [re.escape(secret) for secret in secrets if secret]
        self._patterns = (*([re.compile("|".join(known))] if known else []), _TOKEN, _CODE)

    def __repr__(self) -> str:
        return "Redactor()"

    def __call__(self, _: WrappedLogger, __: str, line: Any) -> str:
        """Return the line without secrets."""
        text = str(line)
        for pattern in self._patterns:
            text = pattern.sub(HIDDEN, text)
        return text
