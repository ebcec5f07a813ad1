"""The desk: takes one incoming thing in one transaction, and lets the right handler answer it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.masking import codes
from bot.domain.messages import Incoming, Place, Said, Speaker
from bot.domain.units import UnitId
from bot.domain.world import Setting
from bot.render.texts import LANGUAGES, Texts
from handlers import (
    alerting,
    buttons,
    commands,
    drafts,
    editing,
    guided,
    hearing,
    importing,
    joining,
    policy,
    receiving,
    reporting,
)
from handlers.alerting import Alert
from handlers.pacing import Tempo
from handlers.policy import Verdict, Where, Who
from handlers.turn import Turn
from storage import audit, chats, dialogues, invites, meeting, nonces, outbox, people
from storage.nonces import NoPress
from storage.sqlite import Tx
from storage.worlds import Worlds

_COMMAND = re.compile(r"/([a-z_]{1,32})(?:@([a-z0-9_]+))?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)

LONGEST = 4_096  # what Telegram lets people write
PACED = frozenset({Said.TEXT, Said.EDIT, Said.BUTTON, Said.MEDIA})


class Desk:
    """Everything that handlers need and that outlives a turn; `bot_name` is the username without @."""

    def __init__(self, setting: Setting, channel: str, bot_name: str, worlds: Worlds | None = None) -> None:
        self.setting = setting
        self.channel = channel
        self.bot_name = bot_name
        self._worlds = worlds or Worlds(setting)
        self._texts: Mapping[str, Texts] = {language: Texts(language, setting.zone) for language in LANGUAGES}
        self._commands = commands.by_name()
        self._tempo = Tempo()

    def receive(self, tx: Tx, incoming: Incoming, now: datetime) -> None:
        """Handle one incoming thing: facts, sums and answers are all written through `tx`."""
        if incoming.said is Said.MIGRATED:
            chats.migrate(tx, self.channel, incoming.place.id, incoming.new_id)
            return
        if len(incoming.text) > LONGEST:
            incoming = incoming._replace(text=incoming.text[:LONGEST])
        if codes(incoming.text) and not self._redeems(incoming):
            incoming = incoming._replace(text=invites.masked(tx, incoming.text))
        turn = self._turn(tx, incoming, now)
        if incoming.said is Said.MEMBERSHIP:
            chats.set_reachable(tx, turn.chat.id, incoming.present)
        elif incoming.said is Said.BUTTON:
            self._press(turn)
        elif turn.private:
            self._hear_private(turn)
        else:
            self._hear_group(turn)

    def delay(self, tx: Tx, incoming: Incoming, now: datetime, *, waits: bool) -> float | None:
        """Return for how many seconds something said must wait, since its speaker writes too fast.

        None where it is let go: those who are nobody here have nothing to lose. Whoever begins to wait is told so,
        unless something of theirs `waits` already.
        """
        speaker = incoming.speaker
        account = speaker.id if speaker else incoming.place.id
        wait = (
            self._tempo.wait(account, incoming.update, incoming.moment.timestamp()) if incoming.said in PACED else 0.0
        )
        if not wait:
            return 0.0
        turn = self._turn(tx, incoming, now)
        if speaker is None or not policy.is_bound(turn):
            return None
        if turn.private and not waits:
            turn.say_once("pacing.waits")
        return wait

    def apologise(self, tx: Tx, incoming: Incoming, now: datetime, code: str) -> None:
        """Tell whoever said something that it failed for good and was not recorded."""
        turn = self._turn(tx, incoming, now)
        if policy.is_bound(turn):
            turn.say("report.failed", code=code)

    def alert(self, tx: Tx, alert: Alert, now: datetime) -> None:
        """Tell the admins of a trouble, if it is time to."""
        alerting.tell(tx, self.setting, self.channel, self._texts, alert, int(now.timestamp()))

    def prepare(self, tx: Tx, now: datetime) -> None:
        """Read the roster and the texts of receipts, so that the first message need not wait for them."""
        world = self._worlds.of(tx, now.astimezone(self.setting.zone).date())
        world.duties(UnitId(0))  # whichever unit is asked for first: those of all are looked up then
        for message in ("report.receipt", "labels.undo"):
            self._texts[self.setting.language].prepare(message)

    def offer_drafts(self, tx: Tx, now: datetime) -> None:
        """Put the open questions of half-done reports once more, after a restart."""
        for dialogue in dialogues.unoffered(tx, int(now.timestamp())):
            chat = chats.get(tx, dialogue.chat)
            place = Place(chat.external, chat.private, thread=chat.thread)
            speaker = people.speaker(tx, self.channel, dialogue.person)
            incoming = Incoming(0, Said.TEXT, place, speaker, at=now, moment=now)
            turn = self._turn(tx, incoming, now)
            if policy.is_bound(turn) and dialogue.kind == drafts.OPEN:
                guided.offer_again(turn, dialogue.data)

    def read_file(self, subject: str, data: bytes) -> Any:
        """Return what a fetched file holds, or what is wrong with it; its subject says what it was wanted for."""
        return receiving.TABLE[subject.partition(":")[0]].read(data)

    def weigh_file(self, tx: Tx, subject: str, read: Any, now: datetime) -> Any:
        """Return what was read of a file with what it would come to, as a snapshot has it."""
        kind, _, key = subject.partition(":")
        return receiving.TABLE[kind].weigh(tx, self.setting, key, read, now)

    def take_file(self, tx: Tx, subject: str, read: Any, now: datetime) -> None:
        """Take in what was read and weighed of a file, None where there is none; answers go where it came from."""
        kind, _, key = subject.partition(":")
        asked = outbox.find(tx, subject)
        if asked is None:
            raise LookupError(subject)
        chat = chats.get(tx, asked.chat)
        # Files are taken in private chats only, and there the chat has the number of its account.
        speaker = Speaker(chat.external, "") if chat.private else None
        place = Place(chat.external, chat.private, thread=chat.thread)
        turn = self._turn(tx, Incoming(0, Said.MEDIA, place, speaker, at=now, moment=now), now)
        receiving.TABLE[kind].take(turn, key, read)

    def _turn(self, tx: Tx, incoming: Incoming, now: datetime) -> Turn:
        account = incoming.speaker.id if incoming.speaker else None
        chat, person, asked = meeting.meet(tx, self.channel, incoming.place, account)
        world = self._worlds.of(tx, now.astimezone(self.setting.zone).date())
        posts = tuple([post for post in person.posts if post.unit in world.tree.units]) if person else ()
        return Turn(
            tx,
            world,
            self.channel,
            self.bot_name,
            self._texts,
            incoming,
            chat,
            person,
            posts,
            int(now.timestamp()),
            asked,
        )

    def _hear_private(self, turn: Turn) -> None:
        incoming = turn.incoming
        if not turn.chat.reachable:
            chats.set_reachable(turn.tx, turn.chat.id, reachable=True)  # who writes to us can be written to
        if self._command(turn):
            return
        verdict = policy.judge(turn, Who.BOUND, Where.PRIVATE)
        if verdict is not Verdict.ALLOWED:
            _refuse(turn, verdict)
        elif importing.heard(turn):
            return
        elif incoming.forwarded:
            turn.say_once("report.forwarded", example=reporting.own_example(turn))
        elif incoming.said is Said.MEDIA:
            turn.say_once("report.not_text", example=reporting.own_example(turn))
        elif incoming.said is Said.EDIT:
            editing.edited(turn, incoming.text)
        elif not hearing.heard(turn, incoming.text):
            turn.say("refusals.not_understood", example=reporting.own_example(turn))

    def _hear_group(self, turn: Turn) -> None:
        """In groups the bot speaks only when spoken to: a command, or an answer or a report in reply to it."""
        incoming = turn.incoming
        if self._command(turn) or not incoming.reply_to_bot or incoming.said is Said.MEDIA or incoming.forwarded:
            return
        if policy.judge(turn, Who.OFFICER, Where.BOTH) is not Verdict.ALLOWED:
            return
        if incoming.said is Said.EDIT:
            editing.edited(turn, incoming.text)
        else:
            hearing.heard(turn, incoming.text)

    def _redeems(self, incoming: Incoming) -> bool:
        """Tell whether something said is a command that takes a code; whatever else holds one might keep it."""
        found = _COMMAND.fullmatch(incoming.text.strip())
        command = self._commands.get(found.group(1).lower()) if found else None
        return incoming.said is Said.TEXT and command is not None and command.redeems

    def _command(self, turn: Turn) -> bool:
        """Run a command that is meant for this bot; False for everything else, also for other bots' commands."""
        incoming = turn.incoming
        found = _COMMAND.fullmatch(incoming.text.strip())
        if found is None or incoming.said is Said.MEDIA:
            return False
        name, addressee, text = found.group(1).lower(), found.group(2), found.group(3) or ""
        if addressee and addressee.lower() != self.bot_name.lower():
            return True
        command = self._commands.get(name)
        if command is None:
            return not turn.private
        verdict = policy.judge(turn, command.who, command.where, binds=command.binds)
        if verdict is not Verdict.ALLOWED:
            _refuse(turn, verdict)
        elif incoming.forwarded:
            turn.say_once("report.forwarded", example=reporting.own_example(turn))
        elif incoming.said is not Said.EDIT:
            command.run(turn, text)
        elif command.edited is not None:
            command.edited(turn, text)
        return True

    def _press(self, turn: Turn) -> None:
        """Do what a button says, once, for the one it was made for, under the same policy as commands."""
        press = nonces.redeem(turn.tx, turn.incoming.data, turn.chat.id, turn.account, turn.now)
        action = None if isinstance(press, NoPress) else buttons.TABLE.get(press.action)
        if isinstance(press, NoPress) or action is None:
            why = press if isinstance(press, NoPress) else NoPress.UNKNOWN
            turn.toast(f"refusals.press_{why.value}")
            if why in (NoPress.FOREIGN, NoPress.UNKNOWN):
                audit.note(turn.tx, turn.now, turn.actor, "press refused", why=why.value, chat=turn.chat.id)
            return
        verdict = policy.judge(turn, action.who, Where.BOTH)
        turn.toast()
        if verdict is Verdict.ALLOWED:
            action.run(turn, **press.args)
        else:
            _refuse(turn, verdict)


def _refuse(turn: Turn, verdict: Verdict) -> None:
    """Answer a refusal; those who are nobody here get the same neutral sentence whatever they asked."""
    if verdict is Verdict.STRANGER:
        joining.neutral(turn)
    elif verdict is Verdict.ANONYMOUS:
        if people.may_answer_stranger(turn.tx, turn.channel, turn.chat.external, turn.now):
            turn.say("refusals.anonymous")
    else:
        turn.say(f"refusals.{verdict.value}")
