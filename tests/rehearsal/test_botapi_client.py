"""The real client library against the server."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import telegram

from bot.rehearsal.botapi import BotApiServer, User

KEYS = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Hoàn tác", callback_data="undo")]])


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[telegram.Bot]:
    base = server.base_url
    async with telegram.Bot(server.token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot") as bot:
        yield bot


async def test_the_library_knows_itself(bot: telegram.Bot) -> None:
    assert bot.username == "tiendo_bot"
    assert bot.can_read_all_group_messages is False


async def test_the_library_reads_updates(bot: telegram.Bot, an: User) -> None:
    an.private.send("/bc 45 30")
    (update,) = await bot.get_updates(timeout=1)
    message = update.message
    assert message is not None
    assert (message.text, list(message.parse_entities().values())) == ("/bc 45 30", ["/bc"])


async def test_the_library_sends_edits_and_deletes(bot: telegram.Bot, an: User) -> None:
    sent = await bot.send_message(an.id, "<b>Đã</b> ghi", parse_mode="HTML", reply_markup=KEYS)
    assert list(sent.parse_entities().values()) == ["Đã"]
    edited = await sent.edit_text("Đã bỏ")
    assert isinstance(edited, telegram.Message)
    assert edited.edit_date is not None
    assert await sent.delete()
    assert an.private.from_bots() == []


async def test_the_library_answers_a_press(bot: telegram.Bot, an: User) -> None:
    await bot.send_message(an.id, "?", reply_markup=KEYS)
    press = an.press(an.private.last(), "Hoàn tác")
    (update,) = await bot.get_updates(timeout=1)
    assert update.callback_query is not None
    assert await update.callback_query.answer("Đã bỏ")
    assert await press.answer() == "Đã bỏ"


async def test_the_library_sends_a_picture_and_fetches_it(bot: telegram.Bot, an: User) -> None:
    sent = await bot.send_photo(an.id, b"\x89PNG picture", caption="Tiến độ")
    file = await bot.get_file(sent.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == b"\x89PNG picture"
    assert (an.private.last().media, an.private.last().text) == ("photo", "Tiến độ")


async def test_the_library_sends_a_file_with_its_name(bot: telegram.Bot, an: User) -> None:
    await bot.send_document(an.id, b"a,b", filename="báo cáo.csv")
    file = an.private.last().file
    assert file is not None
    assert (file.name, file.data) == ("báo cáo.csv", b"a,b")


async def test_the_library_replaces_a_picture(bot: telegram.Bot, an: User) -> None:
    sent = await bot.send_photo(an.id, b"old")
    await bot.edit_message_media(telegram.InputMediaPhoto(b"new", caption="mới"), an.id, sent.message_id)
    file = an.private.last().file
    assert file is not None
    assert (file.data, an.private.last().text) == (b"new", "mới")


async def test_the_library_raises_what_telegram_refuses(bot: telegram.Bot, an: User) -> None:
    an.block_bot()
    with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
        await bot.send_message(an.id, "x")


async def test_the_library_reads_chats_and_members(bot: telegram.Bot, an: User, server: BotApiServer) -> None:
    group = server.world.add_group("Tổ 1", [an])
    group.promote_bot()
    assert (await bot.get_chat(group.id)).title == "Tổ 1"
    assert (await bot.get_chat_member(group.id, an.id)).status == "member"
    assert [each.status for each in await bot.get_chat_administrators(group.id)] == ["administrator"]


async def test_the_library_sets_menus_and_reads_the_webhook(bot: telegram.Bot) -> None:
    await bot.set_my_commands([telegram.BotCommand("bc", "Báo cáo")])
    assert [each.command for each in await bot.get_my_commands()] == ["bc"]
    assert (await bot.get_webhook_info()).url == ""


async def test_T20_a_picture_over_ten_mebibytes_is_refused(bot: telegram.Bot, an: User) -> None:
    with pytest.raises(telegram.error.BadRequest, match="is too big for a photo"):
        await bot.send_photo(an.id, b"x" * (10 * 1024 * 1024 + 1))


async def test_files_need_the_token(server: BotApiServer) -> None:
    url = f"{server.base_url}/file/bot{server.token}x/photos/file_1.jpg"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 401
