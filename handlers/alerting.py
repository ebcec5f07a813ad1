"""Alerting: admins are told in their chats what the machine cannot mend by itself."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import structlog

from bot.domain.messages import Outgoing, Priority
from bot.domain.world import Setting
from bot.render.texts import Texts
from storage import outbox, troubles
from storage.errors import StoreFailed
from storage.sqlite import Tx

log = structlog.get_logger()


class Trouble(StrEnum):
    """The kinds; what each means and what is to be done about it stands in the texts `troubles`."""

    UPDATE = "update"  # something said could not be handled
    PUSH = "push"  # a push was skipped, or broke
    STORE = "store"  # the data could not be written, and now can be again
    BACKUP = "backup"  # no verified copy came of it
    DISK = "disk"  # little space is left
    LOOP = "loop"  # the event loop stood still
    WEBHOOK = "webhook"  # the messenger says that it cannot deliver
    CONTESTED = "contested"  # somebody else receives with the same token


@dataclass(frozen=True, slots=True)
class Alert:
    """One trouble. `code` stands in the log too; `detail` holds a type, a number, a job: nothing that anybody said."""

    trouble: Trouble
    code: str
    detail: str = ""


def new_code() -> str:
    """Return a word that finds one trouble again in the log."""
    return secrets.token_hex(3).upper()


def tell(tx: Tx, setting: Setting, channel: str, texts: Mapping[str, Texts], alert: Alert, now: int) -> bool:
    """Tell every admin who has a chat with the bot; False when it is too soon after the last time, or it broke."""
    try:
        with tx.attempt():
            return _tell(tx, setting, channel, texts, alert, now)
    except StoreFailed:
        raise
    except Exception as error:  # noqa: BLE001  (whoever met the trouble has enough of it already)
        log.error("trouble not told", trouble=alert.trouble.value, code=alert.code, error=type(error).__name__)
        return False


def _tell(tx: Tx, setting: Setting, channel: str, texts: Mapping[str, Texts], alert: Alert, now: int) -> bool:
    count = troubles.note(tx, alert.trouble, now)
    if not count:
        return False
    for chat, language in troubles.listeners(tx, channel, sorted(setting.admins)):
        words = texts[language or setting.language]
        html = words("troubles.told", kind=alert.trouble.value, code=alert.code, detail=alert.detail, count=count)
        outbox.put(tx, chat, Outgoing("send", html, priority=Priority.PUSH, subject=f"trouble:{alert.trouble}"), now)
    return True
