"""The table of buttons: what each one does, and for whom."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers import approving, charting, confirming, guided, hearing, leave, mending, personal, showing
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
    "cancel": Action(Who.OFFICER, hearing.cancel),
    "show": Action(Who.BOUND, showing.show_unit),
    "chart": Action(Who.BOUND, charting.chart_unit),
    "approve": Action(Who.COMMANDER, approving.approve),
    "reject": Action(Who.COMMANDER, approving.reject),
    "leave": Action(Who.COMMANDER, leave.of_unit),
    "language": Action(Who.BOUND, personal.set_language),
}
