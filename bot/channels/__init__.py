"""One module per messenger: raw update in, call out, errors as outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from bot.domain.messages import Incoming, Verb

TELEGRAM = "telegram"
"""The name of the one messenger that there is so far."""

Row = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on this machine's disk, and the name under which it is shown."""

    path: Path
    name: str


class Call(NamedTuple):
    """One thing to ask of a messenger. Ids are the messenger's own.

    `keyboard` holds rows of `{"text", "callback_data" | "url"}`; `message` is the one to edit; `query`
    the press to answer. With `plain` the text is shown as it is, without any markup. `photo` is a PNG,
    `document` is read from disk while it is sent; the text is then their caption.
    """

    verb: Verb
    chat: int
    html: str = ""
    keyboard: Sequence[Row] = ()
    thread: int | None = None
    reply_to: int | None = None
    message: int | None = None
    query: str = ""
    plain: bool = False
    photo: bytes = b""
    document: Upload | None = None


@dataclass(frozen=True, slots=True)
class Me:
    """Who the bot is to the messenger, and whether it hears everything that groups say."""

    id: int
    username: str
    can_read_all: bool


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the messenger delivers by itself ('' means nowhere), and how many updates wait there.

    `failed` is when it last could not deliver, in seconds (0: never), and `why` what it says of that.
    """

    url: str
    pending: int
    failed: int = 0
    why: str = ""


# What became of a call. Reasons are the messenger's words: they name no person and hold no text.


@dataclass(frozen=True, slots=True)
class Sent:
    """Done; `message` is the id of what is now shown, 0 where the verb shows nothing."""

    message: int = 0


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The message already reads like this."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The press is too old to be answered."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many at once, nothing was done: come again after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nobody can be reached there: blocked, left, deleted, never met."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group lives on under `new_id`."""

    new_id: int


@dataclass(frozen=True, slots=True)
class Muted:
    """The bot is in the chat but has no right to speak."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unparsable:
    """The markup is broken; nothing was shown."""

    reason: str


@dataclass(frozen=True, slots=True)
class TargetGone:
    """The message to edit does not exist any more, or cannot be edited."""

    reason: str


@dataclass(frozen=True, slots=True)
class ThreadGone:
    """The topic was deleted or closed, or never was one."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused for good; the same call will be refused again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Provably nothing was done: the call never left this machine."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been done or not, and nobody can be asked."""

    reason: str


@dataclass(frozen=True, slots=True)
class BadToken:
    """The messenger does not know the bot."""

    reason: str


@dataclass(frozen=True, slots=True)
class Contested:
    """Somebody else receives with the same token, or a webhook is set."""

    reason: str


Outcome = (
    Sent
    | Unchanged
    | Stale
    | Wait
    | Unreachable
    | Moved
    | Muted
    | Unparsable
    | TargetGone
    | ThreadGone
    | Refused
    | Retry
    | Unknown
    | BadToken
    | Contested
)


class CallFailed(Exception):
    """A call that had to return something did not; `outcome` says what became of it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class TokenRefused(Exception):
    """The messenger has refused the token for so long that it will not take it again."""


class BadUpdate(Exception):
    """An update that cannot be what the messenger means to send; `reason` names the field, never its content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Channel(Protocol):
    """What the rest of the bot asks of a messenger."""

    name: str
    largest_upload: int  # bytes

    async def open(self) -> None:
        """Make ready to call. Nothing is sent yet."""
        ...

    async def close(self) -> None:
        """Drop the connections."""
        ...

    async def me(self) -> Me:
        """Ask who the bot is. CallFailed when that cannot be learnt."""
        ...

    async def poll(self, offset: int | None, timeout: float) -> list[Any]:  # noqa: ASYNC109  (asked of the server)
        """Confirm everything before `offset` and return what comes next, raw; wait up to `timeout` seconds.

        CallFailed when the poll failed. Items may be anything: `read` judges them.
        """
        ...

    async def deliver(self, call: Call) -> Outcome:
        """Make one call. Never raises for what the messenger or the network does."""
        ...

    async def fetch_file(self, file: str, limit: int) -> bytes:
        """Return what somebody sent under an outside id. CallFailed otherwise, `Refused` above `limit` bytes."""
        ...

    async def show_busy(self, chat: int, thread: int | None) -> None:
        """Show in a chat for some seconds that a file is being made, where the messenger can. Never raises for it."""
        ...

    def read(self, raw: Any) -> Incoming | None:
        """Return what an update says, None when it is nothing for us. BadUpdate when it makes no sense."""
        ...

    def update_key(self, raw: Any) -> int | None:
        """Return the number that tells a raw update from all others, None where it has none."""
        ...

    async def set_commands(self, scope: str | int, language: str, commands: Sequence[tuple[str, str]]) -> None:
        """Set the menu of (command, description) for a scope or one chat, in a language ('' = all others)."""
        ...

    async def get_webhook(self) -> Webhook:
        """Ask where updates are delivered to."""
        ...

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates delivered to an address, each with the secret. What is waiting is delivered there."""
        ...

    async def delete_webhook(self) -> None:
        """Stop that delivery. What is waiting stays waiting."""
        ...
