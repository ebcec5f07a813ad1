"""Answering the press of a button."""

from bot.rehearsal.botapi.api import Accepted, Api
from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.entities import utf16_length
from bot.rehearsal.botapi.errors import bad_request

LONGEST_ANSWER = 200


def answer_callback_query(api: Api, call: Call) -> bool:
    """Answer a press, with a toast or an alert if a text is given."""
    stage, text = api.world.stage, call.text("text")
    press = stage.presses.get(call.text("callback_query_id"))
    now = stage.clock.monotonic()
    if press is None or press.message.sender is not call.bot or now - press.pressed_at > stage.answer_within:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if utf16_length(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answered, press.text, press.alert = True, text, call.flag("show_alert")
    if text:
        chat_id = press.message.chat.id
        api.accepted.append(Accepted(call.method, chat_id, None, text, None, 0, stage.clock.now()))
    stage.changed.fire()
    return True
