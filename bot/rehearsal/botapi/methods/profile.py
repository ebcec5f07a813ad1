"""What a bot says about itself."""

import json
import re
from typing import Any

from bot.rehearsal.botapi.api import Api
from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.errors import bad_request

Json = dict[str, Any]

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_MOST_COMMANDS = 100
_LONGEST_COMMAND_TEXT = 256
_LONGEST_DESCRIPTION = 512
_LONGEST_SHORT_DESCRIPTION = 120


def get_me(api: Api, call: Call) -> Json:
    """Tell who the bot is."""
    del api
    return call.bot.me()


def set_my_commands(api: Api, call: Call) -> bool:
    """Set the menu of one scope and language."""
    del api
    commands = call.json("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > _MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        if not _COMMAND.fullmatch(each.get("command", "").removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(each.get("description", "")) <= _LONGEST_COMMAND_TEXT:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[_menu(call)] = commands
    return True


def get_my_commands(api: Api, call: Call) -> list[Json]:
    """Return the menu of one scope and language."""
    del api
    return call.bot.commands.get(_menu(call), [])


def delete_my_commands(api: Api, call: Call) -> bool:
    """Forget the menu of one scope and language."""
    del api
    call.bot.commands.pop(_menu(call), None)
    return True


def _menu(call: Call) -> tuple[str, str]:
    scope = call.json("scope", "BotCommandScope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), call.text("language_code")


def set_my_description(api: Api, call: Call) -> bool:
    """Set what an empty chat with the bot shows."""
    del api
    return _describe(call, call.bot.descriptions, "description", _LONGEST_DESCRIPTION)


def set_my_short_description(api: Api, call: Call) -> bool:
    """Set what the bot's profile shows."""
    del api
    return _describe(call, call.bot.short_descriptions, "short_description", _LONGEST_SHORT_DESCRIPTION)


def _describe(call: Call, where: dict[str, str], key: str, longest: int) -> bool:
    text = call.text(key)
    if len(text) > longest:
        raise bad_request("bot description is too long")
    where[call.text("language_code")] = text
    return True
