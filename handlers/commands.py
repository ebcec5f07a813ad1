"""The table of commands: names, who may use them, where, and what they do."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers import (
    announcing,
    campaigning,
    charting,
    deciding,
    editing,
    exporting,
    groups,
    guided,
    handing,
    hearing,
    inviting,
    joining,
    leave,
    mending,
    missing,
    operating,
    personal,
    planning,
    policy,
    ranking,
    reminding,
    revoking,
    roll,
    showing,
    tracing,
    unlocking,
    upcoming,
)
from handlers.policy import Verdict, Where, Who
from handlers.turn import Turn


@dataclass(frozen=True, slots=True)
class Command:
    """One command. The first name is the Vietnamese one of the menu, `english` that of the English menu.

    `run(turn, text)` gets what stands after the command, and so does `edited` when such a message is edited;
    without it an edit does nothing. `binds`: works in a group that has no unit yet. `redeems`: takes the code of
    an invite; all others are handed words without codes.
    """

    names: tuple[str, ...]
    english: str
    who: Who
    where: Where
    run: Callable[[Turn, str], None]
    edited: Callable[[Turn, str], None] | None = None
    binds: bool = False
    redeems: bool = False

    @property
    def name(self) -> str:
        """Return the Vietnamese name, which also names the description among the texts."""
        return self.names[0]


def _manual(turn: Turn, _: str) -> None:
    usable = [
        (command.english if turn.language == "en" else command.name, command.name)
        for command in TABLE
        if command.who is not Who.ANYBODY
        and policy.judge(turn, command.who, command.where, binds=command.binds) is Verdict.ALLOWED
    ]
    personal.manual(turn, usable)


TABLE: tuple[Command, ...] = (
    Command(("baocao", "bc"), "report", Who.OFFICER, Where.BOTH, guided.begin, editing.edited),
    Command(("sua",), "fix", Who.BOUND, Where.PRIVATE, mending.fix, mending.edited),
    Command(("status", "tinhhinh"), "status", Who.BOUND, Where.BOTH, showing.show),
    Command(("bxh",), "board", Who.BOUND, Where.BOTH, ranking.show),
    Command(("thieu",), "missing", Who.BOUND, Where.BOTH, missing.show),
    Command(("kehoach",), "plan", Who.BOUND, Where.BOTH, planning.plan),
    Command(("demnguoc",), "countdown", Who.BOUND, Where.BOTH, planning.countdown),
    Command(("bieudo",), "chart", Who.BOUND, Where.BOTH, charting.chart),
    Command(("xuat",), "export", Who.COMMANDER, Where.PRIVATE, exporting.export),
    Command(("nhatky",), "log", Who.COMMANDER, Where.PRIVATE, tracing.show),
    Command(("lich",), "schedule", Who.COMMANDER, Where.PRIVATE, upcoming.show),
    Command(("toi",), "me", Who.BOUND, Where.PRIVATE, personal.me),
    Command(("chiendich",), "campaign", Who.BOUND, Where.BOTH, campaigning.show),
    Command(("nhac",), "remind", Who.OFFICER, Where.PRIVATE, reminding.remind),
    Command(("nghi",), "leave", Who.BOUND, Where.PRIVATE, leave.leave),
    Command(("moi",), "invite", Who.COMMANDER, Where.PRIVATE, inviting.invite),
    Command(("nguoi",), "people", Who.COMMANDER, Where.PRIVATE, roll.show),
    Command(("thay",), "handover", Who.BOUND, Where.PRIVATE, handing.hand_over),
    Command(("thuhoi",), "revoke", Who.COMMANDER, Where.PRIVATE, revoking.revoke),
    Command(("thongbao",), "announce", Who.COMMANDER, Where.PRIVATE, announcing.announce, announcing.edited),
    Command(("duyet",), "approve", Who.COMMANDER, Where.PRIVATE, deciding.decision),
    Command(("mokhoa",), "unlock", Who.COMMANDER, Where.PRIVATE, unlocking.unlock),
    Command(("gan",), "bind", Who.COMMANDER, Where.GROUP, groups.bind, binds=True, redeems=True),
    Command(("bo",), "unbind", Who.COMMANDER, Where.GROUP, groups.unbind),
    Command(("ngonngu",), "lang", Who.BOUND, Where.BOTH, personal.language),
    Command(("huy",), "cancel", Who.BOUND, Where.BOTH, hearing.cancel),
    Command(("trogiup",), "help", Who.BOUND, Where.BOTH, _manual),
    Command(("ops",), "ops", Who.ADMIN, Where.PRIVATE, operating.show),
    Command(("start",), "start", Who.ANYBODY, Where.PRIVATE, joining.start, redeems=True),
)


def by_name() -> dict[str, Command]:
    """Return every command under each of its names."""
    return {name: command for command in TABLE for name in (*command.names, command.english)}
