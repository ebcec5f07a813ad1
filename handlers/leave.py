"""Leave: days on which a person, or a unit below a commander, is not expected to report."""

from dataclasses import replace
from datetime import date, timedelta

from bot.domain import aheadword
from bot.domain.absence import Absences, Leave
from bot.domain.aheadword import NoSpan, Off
from bot.domain.units import Unit, UnitId
from handlers import choosing, policy, reporting
from handlers.turn import Turn
from storage import audit, leaves, people, worlds
from storage.leaves import Whose
from storage.people import Role


def leave(turn: Turn, text: str) -> None:
    """Answer `/nghi [unit] [span]`: give leave, end it, or say which leave stands."""
    name, span = aheadword.split(text, _today(turn))
    if isinstance(span, NoSpan):
        turn.say("leave.no_span", why=span, farthest=aheadword.FARTHEST)
    elif name and not turn.units(Role.COMMANDER) and not turn.is_admin:
        turn.say("leave.usage", commander=False)
    elif name:
        shown = {} if span is None else _packed(span)
        unit = choosing.unit_called(turn, name, lambda each: policy.commands(turn, each), "leave", **shown)
        if unit is not None:
            _unit(turn, unit, span)
    elif turn.person is None:
        turn.say("leave.usage", commander=True)
    else:
        _own(turn, turn.person.id, span)


def of_unit(turn: Turn, unit: int, first: str = "", last: str = "") -> None:
    """Give leave to a unit that a button named, or say which stands (without days), or end it (`first` is `off`)."""
    if unit not in turn.world.tree.units or not policy.commands(turn, UnitId(unit)):
        turn.say("refusals.out_of_scope")
    else:
        span = _unpacked(first, last)
        if isinstance(span, Leave):  # an old button excuses no day that has passed
            span = replace(span, first=max(span.first, _today(turn)))
        _unit(turn, turn.world.tree[UnitId(unit)], span)


def _packed(span: Leave | Off) -> dict[str, str]:
    if isinstance(span, Off):
        return {"first": "off"}
    return {"first": span.first.isoformat(), "last": span.last.isoformat()}


def _unpacked(first: str, last: str) -> Leave | Off | None:
    if first and last:
        return Leave(date.fromisoformat(first), date.fromisoformat(last))
    return Off() if first else None


def _own(turn: Turn, person: int, span: Leave | Off | None) -> None:
    whose = Whose(person=person)
    if span is None:
        standing = leaves.standing(turn.tx, whose, _today(turn))
        turn.say("leave.standing", unit=None, leaves=standing, commander=bool(turn.units(Role.COMMANDER)))
    elif isinstance(span, Off):
        _end(turn, whose, None)
    else:
        _give(turn, whose, span)
        absent = worlds.absences(turn.tx, turn.world.setting, turn.world.tree)
        units = [(unit, not _is_away(absent, unit, span)) for unit in reporting.own_units(turn)]
        turn.say("leave.given", leave=span, units=units)


def _unit(turn: Turn, unit: Unit, span: Leave | Off | None) -> None:
    whose = Whose(unit=unit.id)
    if span is None:
        turn.say("leave.standing", unit=unit, leaves=leaves.standing(turn.tx, whose, _today(turn)), commander=True)
    elif isinstance(span, Off):
        _end(turn, whose, unit)
    elif span.last < span.first:
        turn.say("leave.no_span", why=NoSpan.PAST, farthest=aheadword.FARTHEST)
    else:
        _give(turn, whose, span)
        turn.say("leave.unit_given", leave=span, unit=unit)
        _tell_officers(turn, unit, span)


def _end(turn: Turn, whose: Whose, unit: Unit | None) -> None:
    ended = leaves.end(turn.tx, whose, _today(turn), turn.now)
    if ended:
        audit.note(turn.tx, turn.now, turn.actor, "leave ended", **_named(whose))
    turn.say("leave.ended" if ended else "leave.none_to_end", unit=unit)


def _give(turn: Turn, whose: Whose, span: Leave) -> None:
    leaves.give(turn.tx, whose, span, turn.actor, turn.now)
    days = {"first": span.first.isoformat(), "last": span.last.isoformat()}
    audit.note(turn.tx, turn.now, turn.actor, "leave given", **_named(whose), **days)


def _named(whose: Whose) -> dict[str, int]:
    return {name: value for name, value in whose._asdict().items() if value is not None}


def _is_away(absent: Absences, unit: Unit, span: Leave) -> bool:
    """Tell whether the unit itself is on leave on all those days, as it is once nobody stands in."""
    away = absent.away.get(unit.id, frozenset())
    return all(span.first + timedelta(days=number) in away for number in range((span.last - span.first).days + 1))


def _tell_officers(turn: Turn, unit: Unit, span: Leave) -> None:
    for account in people.officer_accounts(turn.tx, turn.channel, unit.id):
        if account != turn.account:
            turn.tell(account, "leave.told", leave=span, unit=unit)


def _today(turn: Turn) -> date:
    return turn.world.today(turn.world.setting.first, turn.incoming.at)
