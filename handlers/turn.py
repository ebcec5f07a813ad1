"""One turn: something was said, in a chat, by somebody, in one transaction."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.domain.masking import codes
from bot.domain.messages import Button, Incoming, Keyboard, Outgoing, Said
from bot.domain.units import UnitId
from bot.domain.world import World
from bot.render.texts import Texts
from storage import chats, outbox
from storage.chats import Chat
from storage.people import Person, Post, Role
from storage.sqlite import Tx


class Choice(NamedTuple):
    """A button: `key` names its label among the texts, `label` is one that is not translated."""

    key: str
    action: str
    args: dict[str, Any]
    label: str = ""


Choices = tuple[tuple[Choice, ...], ...]


def choice(key: str, action: str, /, **args: Any) -> Choice:
    """Offer `labels.KEY`, which does `action`."""
    return Choice(f"labels.{key}", action, args)


def named(label: str, action: str, /, **args: Any) -> Choice:
    """Offer something under its own name, such as a unit's."""
    return Choice("", action, args, label)


class Turn(NamedTuple):
    """What a handler works with. `now` is when the turn is taken, in seconds; days come from the message itself.

    `posts` are those that the speaker holds of units in the roster. `asked`: a dialogue is kept with them here.
    """

    tx: Tx
    world: World
    channel: str
    bot_name: str
    texts: Mapping[str, Texts]
    incoming: Incoming
    chat: Chat
    person: Person | None
    posts: tuple[Post, ...]
    now: int
    asked: bool = False

    @property
    def account(self) -> int:
        """Return the outside id of the speaker; 0 where nobody may act."""
        return self.incoming.speaker.id if self.incoming.speaker else 0

    @property
    def actor(self) -> str:
        """Return the speaker as the audit names them."""
        return f"person:{self.person.id}" if self.person else f"account:{self.account}"

    @property
    def is_admin(self) -> bool:
        """Tell whether the config names the speaker as an admin."""
        return self.account in self.world.setting.admins

    @property
    def private(self) -> bool:
        """Tell whether this is a chat with one person."""
        return self.chat.private

    @property
    def pressed(self) -> bool:
        """Tell whether a button brought this turn about."""
        return self.incoming.said is Said.BUTTON

    @property
    def known(self) -> Person:
        """Return the speaker, who must be a known person here; LookupError otherwise."""
        if self.person is None:
            raise LookupError("the policy let a stranger in")
        return self.person

    @property
    def language(self) -> str:
        """Return the language to answer in: the person's or the group's, else the config's."""
        chosen = self.person.language if self.private and self.person else self.chat.language
        return chosen or self.world.setting.language

    def units(self, role: Role) -> tuple[UnitId, ...]:
        """Return the units that the speaker holds this role for."""
        return tuple([post.unit for post in self.posts if post.role is role])

    def text(self, message: str, /, **facts: Any) -> str:
        """Render a message in the language of this turn."""
        return self.texts[self.language](message, **facts)

    def say(self, message: str, /, choices: Choices = (), subject: str = "", **facts: Any) -> None:
        """Answer here; in a group as a reply, so that it is seen whom it answers."""
        self._put(message, choices, subject, facts)

    def say_once(self, message: str, /, **facts: Any) -> None:
        """Answer here; one answer is enough for all that came at once, such as the pictures of an album."""
        self._put(message, (), "", facts, coalesce=message)

    def say_secret(self, message: str, /, choices: Choices = (), **facts: Any) -> None:
        """Answer here with something that is not kept once it has left, such as a code or a list of people."""
        self._put(message, choices, "", facts, secret=True)

    def _put(
        self,
        message: str,
        choices: Choices,
        subject: str,
        facts: Mapping[str, Any],
        *,
        coalesce: str = "",
        secret: bool = False,
    ) -> None:
        texts = self.texts[self.language]
        html = texts(message, **facts)
        outgoing = Outgoing(
            "send",
            html,
            _keyboard(texts, choices),
            account=self.account,
            thread=self.incoming.place.thread,
            reply_to=None if self.private else self.incoming.message or None,
            subject=subject,
            coalesce=coalesce,
            secret=secret or _quotes(html, self.incoming.text),
        )
        outbox.put(self.tx, self.chat.id, outgoing, self.now)

    def tell(self, account: int, message: str, /, choices: Choices = (), subject: str = "", **facts: Any) -> None:
        """Say something to another account, in its own chat and language."""
        chat = chats.meet(self.tx, self.channel, account, private=True)
        texts = self._texts_of(chat)
        outgoing = Outgoing(
            "send", texts(message, **facts), _keyboard(texts, choices), account=account, subject=subject
        )
        outbox.put(self.tx, chat.id, outgoing, self.now)

    def rewrite(self, subject: str, message: str, /, choices: Choices = (), **facts: Any) -> None:
        """Rewrite our newest message on a subject, wherever it stands; buttons that are not among `choices` go."""
        posted = outbox.find(self.tx, subject)
        if posted is not None:
            texts = self._texts_of(self.chat if posted.chat == self.chat.id else chats.get(self.tx, posted.chat))
            html, keyboard = texts(message, **facts), _keyboard(texts, choices)
            outgoing = Outgoing("edit", html, keyboard, account=self.account, edits=posted.id)
            outbox.put(self.tx, posted.chat, outgoing, self.now)

    def toast(self, message: str = "", /, **facts: Any) -> None:
        """Answer a press; its effect never depends on whether this arrives."""
        if self.incoming.query:
            html = self.text(message, **facts) if message else ""
            outbox.put(self.tx, self.chat.id, Outgoing("toast", html, query=self.incoming.query), self.now)

    def _texts_of(self, chat: Chat) -> Texts:
        """Return the texts of a chat; choosing a language in private sets the chat's along with the person's."""
        return self.texts[chat.language or self.world.setting.language]


def _quotes(html: str, said: str) -> bool:
    """Tell whether an answer holds what may be the code of an invite in somebody's words."""
    found = codes(said)
    return bool(found) and any(code in html for code in found)


def _keyboard(texts: Texts, choices: Choices) -> Keyboard:
    return tuple(
        [tuple([Button(label or texts(key), action, args) for key, action, args, label in row]) for row in choices]
    )
