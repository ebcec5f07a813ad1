"""Keyboards under messages, checked as Telegram checks them."""

from typing import Any

from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.entities import utf16_length
from bot.rehearsal.botapi.errors import bad_request

Json = dict[str, Any]

MOST_BUTTONS = 100
MOST_IN_ROW = 8
LONGEST_DATA = 64
_ACTIONS = ("callback_data", "url", "web_app", "login_url", "copy_text", "switch_inline_query", "pay")


def reply_markup(call: Call) -> Json | None:
    """Return the call's reply markup; raise ApiError where Telegram refuses it."""
    markup = call.json("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        _check_inline(markup["inline_keyboard"])
    return markup


def inline_only(markup: Json | None) -> Json | None:
    """Return the markup if it belongs to the message itself and has buttons."""
    return markup if markup and markup.get("inline_keyboard") else None


def _check_inline(rows: Any) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_ROW for row in rows):
        raise bad_request("reply markup is too long")
    for row in rows:
        for button in row:
            _check_button(button)


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not button["text"] or not utf16_length(button["text"].strip()):
        raise bad_request("inline keyboard button text must be non-empty")
    if not any(action in button for action in _ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= LONGEST_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
