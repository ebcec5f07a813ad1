"""What a browser may send, each order a shape; anything more is refused."""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bot.rehearsal.page.hours import Goal

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024


class Asked(BaseModel):
    """What a browser may send; anything more is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class Say(Asked):
    """Somebody writes."""

    person: int
    text: Text
    reply_to: int | None = None
    topic: int | None = None


class Edit(Asked):
    """Somebody edits an own message."""

    person: int
    message: int
    text: Text


class Push(Asked):
    """Somebody pushes a button under a message; rows and columns count from 0."""

    person: int
    message: int
    row: Annotated[int, Field(ge=0)]
    column: Annotated[int, Field(ge=0)]


class Join(Asked):
    """Somebody new opens an invite link."""

    unit: str
    role: Literal["officer", "commander"]
    approve: bool = True


class Gather(Asked):
    """A new group is made and bound."""

    unit: str


class Everybody(Asked):
    """A share of all others reports."""

    share: Annotated[float, Field(gt=0, le=1, strict=False)]
    seed: int = 1


class Speed(Asked):
    """The clock's speed."""

    speed: int


class Leap(Asked):
    """Where the clock is to go."""

    goal: Annotated[Goal, Field(strict=False)]


class Cut(Asked):
    """For how many minutes the network goes; 0 brings it back."""

    minutes: Annotated[int, Field(ge=0, le=1440)]


class Bot(Asked):
    """What is done to the bot's process."""

    do: Literal["kill", "start", "restart"]


class Where(Asked):
    """A chat."""

    chat: int


class Block(Where):
    """A person blocks the bot, or unblocks it."""

    blocked: bool


class Sent(BaseModel):
    """What comes with a file; it stands in the address, the file is the body."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: int
    kind: Literal["photo", "document"]
    name: Annotated[str, Field(min_length=1, max_length=255)]
    caption: Annotated[str, Field(max_length=LONGEST_CAPTION)] = ""
    topic: int | None = None


Wanted = TypeVar("Wanted", bound=Asked)
