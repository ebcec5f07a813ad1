"""Failures on demand, per method and chat."""

import asyncio
import random
from dataclasses import dataclass
from enum import Enum, auto

from bot.rehearsal.botapi.errors import ApiError, bad_request, forbidden, too_many_requests
from bot.rehearsal.botapi.signal import Signal

_PAGE = b"<html><head><title>%s</title></head><body><center><h1>%s</h1></center></body></html>"


class Breakage(Enum):
    """Name where the exchange breaks."""

    REFUSE = auto()
    HANG_BEFORE = auto()
    ACCEPT_THEN_HANG = auto()
    ACCEPT_THEN_RESET = auto()
    SHORT_BODY = auto()
    CUT_JSON = auto()
    PAGE = auto()
    ERROR = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """Describe one failure; `accepted` says whether the call takes effect all the same."""

    breakage: Breakage
    accepted: bool = False
    status: int = 200
    page: bytes = b""
    retry_after: int = 0
    refusal: ApiError | None = None

    @classmethod
    def refuse(cls) -> "Fault":
        """Close the connection before the request is read."""
        return cls(Breakage.REFUSE)

    @classmethod
    def hang_before(cls) -> "Fault":
        """Do nothing and never answer."""
        return cls(Breakage.HANG_BEFORE)

    @classmethod
    def accept_then_hang(cls) -> "Fault":
        """Do it, and never answer."""
        return cls(Breakage.ACCEPT_THEN_HANG, accepted=True)

    @classmethod
    def accept_then_reset(cls) -> "Fault":
        """Do it, and drop the connection without an answer."""
        return cls(Breakage.ACCEPT_THEN_RESET, accepted=True)

    @classmethod
    def truncate(cls, *, length_lies: bool = True) -> "Fault":
        """Do it, and send half of the answer, with the length of the whole or of the half."""
        return cls(Breakage.SHORT_BODY if length_lies else Breakage.CUT_JSON, accepted=True)

    @classmethod
    def html_502(cls, *, accepted: bool = False) -> "Fault":
        """Answer as a proxy does whose upstream is gone."""
        return cls.html(502, b"502 Bad Gateway", accepted=accepted)

    @classmethod
    def html_504(cls, *, accepted: bool = False) -> "Fault":
        """Answer as a proxy does whose upstream is slow."""
        return cls.html(504, b"504 Gateway Time-out", accepted=accepted)

    @classmethod
    def captive_200(cls) -> "Fault":
        """Answer as a captive portal does: 200 with a page."""
        return cls.html(200, b"Welcome! Please log in")

    @classmethod
    def html(cls, status: int, title: bytes, *, accepted: bool = False, retry_after: int = 0) -> "Fault":
        """Answer with a page instead of JSON."""
        page = _PAGE % (title, title)
        return cls(Breakage.PAGE, status=status, page=page, accepted=accepted, retry_after=retry_after)

    @classmethod
    def too_many(cls, retry_after: int, *, html: bool = False) -> "Fault":
        """Answer 429, in JSON or as a proxy's page with a Retry-After header."""
        if html:
            return cls.html(429, b"429 Too Many Requests", retry_after=retry_after)
        return cls._refusal(too_many_requests(retry_after))

    @classmethod
    def forbidden(cls, description: str) -> "Fault":
        """Answer 403 with the words that follow `Forbidden: `."""
        return cls._refusal(forbidden(description))

    @classmethod
    def migrate(cls, new_chat_id: int) -> "Fault":
        """Answer that the group now has another id."""
        moved = "group chat was upgraded to a supergroup chat"
        return cls._refusal(bad_request(moved, migrate_to_chat_id=new_chat_id))

    @classmethod
    def unauthorized(cls) -> "Fault":
        """Answer that the token is wrong."""
        return cls.error(401, "Unauthorized")

    @classmethod
    def not_found(cls) -> "Fault":
        """Answer 404."""
        return cls.error(404, "Not Found")

    @classmethod
    def error(cls, code: int, description: str) -> "Fault":
        """Answer with any code and the whole description."""
        return cls._refusal(ApiError(code, description))

    @classmethod
    def _refusal(cls, refusal: ApiError) -> "Fault":
        return cls(Breakage.ERROR, refusal=refusal)


@dataclass(slots=True)
class _Rule:
    """Hold one script line: a fault for some calls, a number of times or by chance."""

    method: str
    fault: Fault
    chat: int | None
    times: float
    chance: random.Random | None
    probability: float

    def fires(self, method: str, chat: int | None) -> bool:
        """Tell whether this call is hit, and use up one of the times."""
        if self.method not in ("*", method) or self.chat not in (None, chat) or self.times < 1:
            return False
        if self.chance is not None and self.chance.random() >= self.probability:
            return False
        self.times -= 1
        return True


class Faults:
    """Hold the script; method names are matched without regard to case, `*` is every method.

    `hanging` counts the calls that hang now.
    """

    def __init__(self, changed: Signal) -> None:
        self.hanging = 0
        self._changed = changed
        self._rules: list[_Rule] = []
        self._released = asyncio.Event()

    @property
    def armed(self) -> bool:
        """Return whether there is any script."""
        return bool(self._rules)

    def next(self, method: str, fault: Fault, *, times: int = 1, chat: int | None = None) -> None:
        """Let the next `times` calls fail, of one chat only if `chat` is given."""
        self._rules.append(_Rule(method.lower(), fault, chat, times, None, 1.0))

    def always(self, method: str, fault: Fault, *, chat: int | None = None) -> None:
        """Let every call fail until `clear`."""
        self._rules.append(_Rule(method.lower(), fault, chat, float("inf"), None, 1.0))

    def rate(self, method: str, fault: Fault, *, probability: float, seed: int, chat: int | None = None) -> None:
        """Let calls fail by chance, the same ones for the same seed."""
        chance = random.Random(seed)  # noqa: S311 - a repeatable script, not a secret
        self._rules.append(_Rule(method.lower(), fault, chat, float("inf"), chance, probability))

    def clear(self) -> None:
        """Forget the script."""
        self._rules.clear()

    def release(self) -> None:
        """Drop the connections of all calls that hang now."""
        self._released.set()
        self._released = asyncio.Event()

    async def hang(self) -> None:
        """Wait for `release`."""
        released = self._released
        self.hanging += 1
        self._changed.fire()
        try:
            await released.wait()
        finally:
            self.hanging -= 1
            self._changed.fire()

    def pick_unread(self, method: str) -> bool:
        """Tell whether this call is refused before its body is read."""
        rules = (r for r in self._rules if r.fault.breakage is Breakage.REFUSE and r.chat is None)
        return any(rule.fires(method, None) for rule in rules)

    def pick(self, method: str, chat: int | None) -> Fault | None:
        """Return the first fault in the script that hits this call."""
        for rule in self._rules:
            unread = rule.fault.breakage is Breakage.REFUSE and rule.chat is None
            if not unread and rule.fires(method, chat):
                return rule.fault
        return None
