"""The table of buttons: what each one does, and for whom."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers import (
    announcing,
    campaigning,
    charting,
    confirming,
    correcting,
    deciding,
    exporting,
    guided,
    handing,
    hearing,
    importing,
    inviting,
    leave,
    mending,
    overriding,
    owndata,
    personal,
    reporting,
    revoking,
    roll,
    showing,
    tracing,
    unlocking,
)
from handlers.policy import Who


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does; `run(turn, **args)` gets what the button was made with."""

    who: Who
    run: Callable[..., None]


TABLE: dict[str, Action] = {
    "undo": Action(Who.OFFICER, mending.undo),
    "fix": Action(Who.OFFICER, mending.fix_entry),
    "confirm": Action(Who.OFFICER, confirming.confirm),
    "drop": Action(Who.OFFICER, confirming.drop),
    "guide": Action(Who.OFFICER, guided.guide),
    "answer": Action(Who.OFFICER, guided.press),
    "zero_day": Action(Who.OFFICER, guided.zero_day),
    "settle": Action(Who.OFFICER, reporting.settle),
    "choose_campaign": Action(Who.OFFICER, campaigning.choose),
    "choose_unit": Action(Who.OFFICER, personal.choose_unit),
    "cancel": Action(Who.OFFICER, hearing.cancel),
    "announce_send": Action(Who.COMMANDER, announcing.send),
    "announce_now": Action(Who.COMMANDER, announcing.send_now),
    "announce_cancel": Action(Who.COMMANDER, announcing.cancel),
    "announce_groups": Action(Who.COMMANDER, announcing.set_groups),
    "announce_unit": Action(Who.COMMANDER, announcing.set_unit),
    "trace": Action(Who.COMMANDER, tracing.open_unit),
    "show": Action(Who.BOUND, showing.show_unit),
    "export": Action(Who.COMMANDER, exporting.export_unit),
    "chart": Action(Who.BOUND, charting.chart_unit),
    "approve": Action(Who.COMMANDER, deciding.approve),
    "reject": Action(Who.COMMANDER, deciding.reject),
    "reject_plain": Action(Who.COMMANDER, deciding.reject_plain),
    "queue": Action(Who.COMMANDER, deciding.more),
    "withdraw": Action(Who.OFFICER, correcting.withdraw),
    "override": Action(Who.COMMANDER, overriding.press),
    "unlock": Action(Who.COMMANDER, unlocking.press),
    "lock": Action(Who.COMMANDER, unlocking.close),
    "leave": Action(Who.COMMANDER, leave.of_unit),
    "invite": Action(Who.COMMANDER, inviting.invite_to),
    "people": Action(Who.COMMANDER, roll.press),
    "hand_over": Action(Who.BOUND, handing.press),
    "revoke": Action(Who.COMMANDER, revoking.press),
    "expel": Action(Who.COMMANDER, revoking.expel),
    "my_data": Action(Who.BOUND, owndata.press),
    "apply_import": Action(Who.ADMIN, importing.apply),
    "drop_import": Action(Who.ADMIN, importing.drop),
    "language": Action(Who.BOUND, personal.set_language),
}
