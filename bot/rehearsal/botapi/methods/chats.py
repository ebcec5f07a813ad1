"""Methods that tell about chats and files, and leave chats."""

from typing import Any

from bot.rehearsal.botapi.api import Api
from bot.rehearsal.botapi.bots import member_card
from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.errors import bad_request
from bot.rehearsal.botapi.groups import Group

Json = dict[str, Any]

LARGEST_DOWNLOAD = 20 * 1024 * 1024
_FULL = {"accent_color_id": 0, "max_reaction_count": 11}
_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def get_chat(api: Api, call: Call) -> Json:
    """Tell about a chat."""
    chat = api.chat(call)
    if isinstance(chat, Group) and chat.status(call.bot) in ("left", "kicked"):
        chat.check_sending(call.bot, "text messages")
    card = chat.card() | _FULL | {"accepted_gift_types": dict.fromkeys(_GIFTS, False)}
    if chat.pinned:
        card["pinned_message"] = chat.pinned[-1].json(with_reply=False)
    return card


def get_chat_member(api: Api, call: Call) -> Json:
    """Tell somebody's standing in a chat."""
    chat, number = api.chat(call), call.number("user_id")
    if isinstance(chat, Group):
        chat.check_sending(call.bot, "text messages")
        account = chat.people.get(number) or api.world.users.get(number)
        if account is not None:
            return member_card(account, chat.status(account))
    else:
        user = api.world.users.get(number)
        if user is not None and number == chat.id:
            return member_card(user, "member")
    raise bad_request("member not found")


def get_chat_administrators(api: Api, call: Call) -> list[Json]:
    """List the people who run a group."""
    chat = api.chat(call)
    if not isinstance(chat, Group):
        raise bad_request("there are no administrators in the private chat")
    chat.check_sending(call.bot, "text messages")
    admins = (account for account in chat.people.values() if chat.is_admin(account))
    return [member_card(each, chat.status(each)) for each in admins if not each.is_bot or each is call.bot]


def leave_chat(api: Api, call: Call) -> bool:
    """Leave a group."""
    chat = api.chat(call)
    if not isinstance(chat, Group):
        raise bad_request("chat member status can't be changed in private chats")
    chat.check_sending(call.bot, "text messages")
    chat.set_status(call.bot, "left")
    return True


def get_file(api: Api, call: Call) -> Json:
    """Tell where a file can be downloaded."""
    given = call.text("file_id")
    if not given:
        raise bad_request("file_id not specified")
    file = api.world.stage.files.by_id.get(given)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.data) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return {**file.card(), "file_path": file.path}
