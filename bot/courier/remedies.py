"""What is done about every outcome: the row's next state, and what else follows from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels import (
    BadToken,
    Call,
    Contested,
    Moved,
    Muted,
    Outcome,
    Refused,
    Retry,
    Sent,
    Stale,
    TargetGone,
    ThreadGone,
    Unchanged,
    Unknown,
    Unparsable,
    Unreachable,
    Upload,
    Wait,
)
from storage.outbox import WITH_CAPTION, Parcel, State

REPEATS = 20
"""How often an answer may be sent again. A receipt twice is harmless, a missing one means «not recorded»; the
number only keeps a messenger that never says anything from being asked for ever."""

LONGEST_REST_S = 30.0


@dataclass(frozen=True, slots=True)
class Remedy:
    """The row's next state. `wait` is how long its chat then rests, in seconds; `count` what it counts as."""

    state: State
    count: str
    message: int | None = None
    wait: float = 0.0
    unsure: bool = False
    error: str = ""


def _sent(parcel: Parcel, outcome: Sent) -> Remedy:
    return Remedy(State.SENT, "repeated" if parcel.unsure else "sent", outcome.message or None)


def _unchanged(parcel: Parcel, _: Unchanged) -> Remedy:
    return Remedy(State.SENT, "sent", parcel.message)


def _stale(_: Parcel, __: Stale) -> Remedy:
    return Remedy(State.SENT, "sent", error="too old")


def _target_gone(_: Parcel, outcome: TargetGone) -> Remedy:
    """Nothing is left to rewrite. What must be seen again (a board) has been sent anew before this."""
    return Remedy(State.SENT, "sent", error=outcome.reason)


def _wait(_: Parcel, outcome: Wait) -> Remedy:
    return Remedy(State.WAITING, "waits", wait=outcome.seconds, error="too many")


def _moved(parcel: Parcel, outcome: Moved) -> Remedy:
    if outcome.new_id == parcel.external:
        return Remedy(State.FAILED, "failed", error="moved to itself")
    return Remedy(State.WAITING, "moved")


def _retry(_: Parcel, outcome: Retry | BadToken) -> Remedy:
    return Remedy(State.WAITING, "retried", error=outcome.reason)


def _unknown(parcel: Parcel, outcome: Unknown) -> Remedy:
    if parcel.repeatable and parcel.unsure < REPEATS:
        return Remedy(
            State.WAITING, "retried", wait=min(LONGEST_REST_S, 2.0**parcel.unsure), unsure=True, error=outcome.reason
        )
    return Remedy(State.UNKNOWN, "unknown", unsure=True, error=outcome.reason)


def _muted(_: Parcel, outcome: Muted) -> Remedy:
    return Remedy(State.FAILED, "muted", error=outcome.reason)


def _failed(_: Parcel, outcome: Unreachable | Unparsable | ThreadGone | Refused | Contested) -> Remedy:
    return Remedy(State.FAILED, "failed", error=outcome.reason)


REMEDIES: Mapping[type[Outcome], Callable[[Parcel, Any], Remedy]] = {
    Sent: _sent,
    Unchanged: _unchanged,
    Stale: _stale,
    TargetGone: _target_gone,
    Wait: _wait,
    Moved: _moved,
    Retry: _retry,
    BadToken: _retry,
    Unknown: _unknown,
    Muted: _muted,
    Unreachable: _failed,
    Unparsable: _failed,
    ThreadGone: _failed,
    Refused: _failed,
    Contested: _failed,
}


def remedy(parcel: Parcel, outcome: Outcome) -> Remedy:
    """Return what is done about the outcome. A toast is never tried again: its moment is over."""
    found = REMEDIES[type(outcome)](parcel, outcome)
    if parcel.verb == "toast" and found.state is State.WAITING:
        return Remedy(State.FAILED, "failed", error=found.error)
    return found


def call_for(parcel: Parcel, picture: bytes = b"", document: Upload | None = None, *, bulky: bool = False) -> Call:
    """Return the call that delivers the row.

    A photo or document that could not be made is its caption, and says so; `bulky` says that it is too large.
    """
    call = Call(
        verb=parcel.verb,
        chat=parcel.external,
        html=parcel.html,
        keyboard=parcel.keyboard,
        thread=parcel.thread,
        reply_to=parcel.reply_to,
        message=parcel.message,
        query=parcel.query,
        photo=picture,
        document=document,
    )
    if call.verb not in WITH_CAPTION or picture or document is not None:
        return call
    return _spared(parcel, call, parcel.bulky if bulky else parcel.spare)


def _spared(parcel: Parcel, call: Call, line: str) -> Call:
    return call._replace(verb="send", photo=b"", document=None, html=f"{parcel.html}\n\n{line}".strip())


def _as_plain_text(_: Parcel, call: Call) -> Call | None:
    return None if call.plain else call._replace(plain=True)


def _without_topic(_: Parcel, call: Call) -> Call | None:
    return None if call.thread is None else call._replace(thread=None)


def _as_new_message(parcel: Parcel, call: Call) -> Call | None:
    return call._replace(verb="send", message=None) if parcel.coalesce and call.verb == "edit" else None


def _as_words(parcel: Parcel, call: Call) -> Call | None:
    return _spared(parcel, call, parcel.spare) if call.verb in WITH_CAPTION else None


# Refusals that a lesser form of the same message gets past; each is tried once, at once.
LESSER: Mapping[type[Outcome], Callable[[Parcel, Call], Call | None]] = {
    Unparsable: _as_plain_text,
    ThreadGone: _without_topic,
    TargetGone: _as_new_message,
    Muted: _as_words,  # a group may allow texts only
    Refused: _as_words,
}


def lesser(parcel: Parcel, call: Call, outcome: Outcome) -> Call | None:
    """Return the call to try instead after this refusal, None when there is none."""
    form = LESSER.get(type(outcome))
    return None if form is None else form(parcel, call)
