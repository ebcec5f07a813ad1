"""A Telegram Bot API server in this process: what tests and rehearsals talk to."""

from bot.rehearsal.botapi.api import Accepted
from bot.rehearsal.botapi.chats import PrivateChat
from bot.rehearsal.botapi.faults import Fault
from bot.rehearsal.botapi.groups import Topic
from bot.rehearsal.botapi.limits import Limits, Refusal
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.people import User
from bot.rehearsal.botapi.server import BotApiServer
from bot.rehearsal.botapi.stage import Press
from bot.rehearsal.botapi.world import GroupChat, World

__all__ = [
    "Accepted",
    "BotApiServer",
    "Fault",
    "GroupChat",
    "Limits",
    "Message",
    "Press",
    "PrivateChat",
    "Refusal",
    "Topic",
    "User",
    "World",
]
