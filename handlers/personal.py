"""What concerns the speaker alone: who they are, the language, help."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain import days, unitword
from bot.domain.campaign import Campaign
from bot.domain.text import clean, fold
from bot.domain.units import Unit
from bot.render.texts import LANGUAGES
from handlers import meaning, owndata, reporting
from handlers.answering import example
from handlers.turn import Choices, Turn, choice, named
from storage import boards, chats, people, reminders, tallies
from storage.people import Role

LONGEST_WORD = 60
SHOWN = 20  # units that are offered as buttons; every one can be typed
NONE = frozenset({"tat ca", "hoi moi lan", "all", "ask every time"})

_SPOKEN = {"vi": "vi", "tieng viet": "vi", "vietnamese": "vi", "en": "en", "english": "en", "tieng anh": "en"}


@dataclass(frozen=True, slots=True)
class Today:
    """How an own unit stands today in a campaign; `streak` in working days."""

    unit: Unit
    campaign: Campaign
    day: date
    reported: bool
    away: bool
    streak: int


def me(turn: Turn, text: str = "") -> None:
    """Answer `/toi`: posts, today's reports, settings; `/toi An Hội` chooses among several own units."""
    if owndata.heard(turn, text):
        return
    word = clean(text, LONGEST_WORD)
    if word:
        _choose_by_name(turn, word)
        return
    units = reporting.own_units(turn)
    turn.say(
        "personal.me",
        (*_unit_choices(units), (choice("my_data", "my_data"),)),
        name=turn.person.name if turn.person else "",
        officer=units,
        chosen=meaning.chosen_unit(turn, units) if len(units) > 1 else None,
        commander=[turn.world.tree[each] for each in turn.units(Role.COMMANDER)],
        admin=turn.is_admin,
        reports=[_today(turn, unit, campaign) for unit in units for campaign in reporting.duties(turn, unit)],
        wish=reminders.wish(turn.tx, turn.person.id) if turn.person and units else None,
        campaign=_chosen_campaign(turn, units),
        language=turn.language,
    )


def _today(turn: Turn, unit: Unit, campaign: Campaign) -> Today:
    day = turn.world.today(campaign, turn.incoming.at)
    reported = tallies.turnout(turn.tx, campaign.code, unit.id, day).reported > 0
    away = turn.world.absences.is_on_leave(campaign.code, unit.id, day)
    over = turn.incoming.at > days.cut_off(day, turn.world.setting.zone, campaign)
    streak = boards.streak_of(turn.tx, turn.world, campaign, unit.id, min(day, campaign.deadline), over=over)
    return Today(unit, campaign, day, reported, away, streak)


def _chosen_campaign(turn: Turn, units: Sequence[Unit]) -> Campaign | None:
    code = turn.person.chosen_campaign if turn.person else ""
    return next((each for each in meaning.all_duties(turn, units) if each.code == code), None)


def _unit_choices(units: Sequence[Unit]) -> Choices:
    """Offer the own units, where there are several."""
    if len(units) < 2:  # noqa: PLR2004  (one is no choice)
        return ()
    rows = tuple((named(each.name, "choose_unit", unit=each.id),) for each in units[:SHOWN])
    return (*rows, (choice("no_unit", "choose_unit", unit=0),))


def _choose_by_name(turn: Turn, word: str) -> None:
    units = reporting.own_units(turn)
    coded = tuple(unit for unit in units if unit.code.casefold() == word.casefold())
    found = coded or unitword.called(word, units)
    if fold(word) in NONE and turn.person is not None:
        choose_unit(turn, 0)
    elif len(found) == 1:
        choose_unit(turn, found[0].id)
    else:
        turn.say("personal.unknown_unit", word=word, units=found or units)


def choose_unit(turn: Turn, unit: int) -> None:
    """Mean this own unit from now on where a line names none; 0 for no one of them."""
    found = next((each for each in reporting.own_units(turn) if each.id == unit), None)
    if unit and found is None:
        turn.say("refusals.out_of_scope")
        return
    people.choose_unit(turn.tx, turn.known.id, found.id if found else None)
    turn.say("personal.unit_chosen", unit=found)


def language(turn: Turn, text: str) -> None:
    """Answer `/ngonngu`: offer the languages, or take the one that was named."""
    chosen = _SPOKEN.get(fold(text), "")
    if chosen:
        set_language(turn, chosen)
    else:
        turn.say("personal.which_language", (tuple(choice(each, "language", to=each) for each in LANGUAGES),))


def set_language(turn: Turn, to: str) -> None:
    """Speak this language from now on: to the person in private, to the group in a group."""
    if turn.private and turn.person is not None:
        people.set_language(turn.tx, turn.person.id, to)
        turn = turn._replace(person=turn.person._replace(language=to))
    chats.set_language(turn.tx, turn.chat.id, to)
    turn._replace(chat=turn.chat._replace(language=to)).say("personal.language_set")


def manual(turn: Turn, usable: Sequence[tuple[str, str]]) -> None:
    """Answer `/trogiup`: how to report, and the commands that the speaker can use here: (shown, name)."""
    unit = reporting.own_unit(turn)
    campaigns = reporting.duties(turn, unit) if unit and turn.private else ()
    campaign = campaigns[0] if campaigns else None
    units = reporting.own_units(turn)
    line = example(campaign) if campaign else ""
    turn.say(
        "personal.manual",
        commands=[(shown, turn.text(f"commands.{name}")) for shown, name in usable],
        campaign=campaign,
        example=line,
        named=f"{unitword.call(unit, units, line) or unit.code} {line}" if unit and len(units) > 1 else "",
        several=len(campaigns) > 1,
        eve=turn.world.today(campaign, turn.incoming.at) - timedelta(days=1) if campaign else None,
    )
