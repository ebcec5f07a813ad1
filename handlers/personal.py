"""What concerns the speaker alone: who they are, the language, help."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.text import fold
from bot.render.texts import LANGUAGES
from handlers import reporting
from handlers.answering import example
from handlers.turn import Turn, choice
from storage import chats, people, tallies
from storage.people import Role

_SPOKEN = {"vi": "vi", "tieng viet": "vi", "vietnamese": "vi", "en": "en", "english": "en", "tieng anh": "en"}


def me(turn: Turn, _: str = "") -> None:
    """Answer `/toi`: posts, today's reports, settings."""
    unit = reporting.own_unit(turn)
    reports = []
    for campaign in reporting.duties(turn, unit) if unit else ():
        day = turn.world.today(campaign, turn.incoming.at)
        turnout = tallies.turnout(turn.tx, campaign.code, unit.id, day) if unit else None
        away = unit is not None and turn.world.absences.is_on_leave(campaign.code, unit.id, day)
        reports.append((campaign, day, bool(turnout and turnout.reported), away))
    turn.say(
        "personal.me",
        name=turn.person.name if turn.person else "",
        officer=[turn.world.tree[each] for each in turn.units(Role.OFFICER)],
        commander=[turn.world.tree[each] for each in turn.units(Role.COMMANDER)],
        admin=turn.is_admin,
        reports=reports,
        language=turn.language,
    )


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
        turn = replace(turn, person=replace(turn.person, language=to))
    chats.set_language(turn.tx, turn.chat.id, to)
    replace(turn, chat=replace(turn.chat, language=to)).say("personal.language_set")


def manual(turn: Turn, usable: Sequence[tuple[str, str]]) -> None:
    """Answer `/trogiup`: how to report, and the commands that the speaker can use here: (shown, name)."""
    unit = reporting.own_unit(turn)
    campaigns = reporting.duties(turn, unit) if unit and turn.private else ()
    campaign = campaigns[0] if campaigns else None
    turn.say(
        "personal.manual",
        commands=[(shown, turn.text(f"commands.{name}")) for shown, name in usable],
        campaign=campaign,
        example=example(campaign) if campaign else "",
        eve=turn.world.today(campaign, turn.incoming.at) - timedelta(days=1) if campaign else None,
    )
