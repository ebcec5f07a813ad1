"""Photos over Telegram: uploaded as they are, with caption, keyboard, topic and reply."""

from bot.channels import Call, Sent
from bot.channels.telegram import TelegramChannel
from bot.rehearsal.botapi import BotApiServer, User

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


async def test_a_photo_arrives_byte_for_byte_with_its_caption(channel: TelegramChannel, an: User) -> None:
    outcome = await channel.deliver(Call("photo", an.id, "<b>Tổng hợp</b> &amp; biểu đồ", photo=PNG))
    message = an.private.last()
    assert outcome == Sent(message.message_id)
    assert message.text == "Tổng hợp & biểu đồ"
    assert message.file is not None
    assert (message.file.name, message.file.mime_type, message.file.data) == ("chart.png", "image/png", PNG)


async def test_a_photo_needs_no_caption(channel: TelegramChannel, an: User) -> None:
    await channel.deliver(Call("photo", an.id, photo=PNG))
    assert (an.private.last().media, an.private.last().text) == ("photo", "")


async def test_a_plain_caption_is_shown_without_markup(channel: TelegramChannel, an: User) -> None:
    await channel.deliver(Call("photo", an.id, "<b>45</i> &lt; 50", photo=PNG, plain=True))
    assert (an.private.last().text, an.private.last().entities) == ("45 < 50", [])


async def test_a_photo_replies_and_carries_buttons(channel: TelegramChannel, server: BotApiServer, an: User) -> None:
    asked = an.private.send("/bieudo")
    keyboard = [[{"text": "Sửa", "callback_data": "x.0"}]]
    await channel.deliver(Call("photo", an.id, photo=PNG, reply_to=asked.message_id, keyboard=keyboard))
    assert an.private.last().reply_to is asked
    assert an.private.last().buttons == [["Sửa"]]
    assert server.calls["sendPhoto"] == 1
