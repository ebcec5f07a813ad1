"""Vietnamese by default, English by choice: per person in private, per group in groups."""

from tests.cast import ADMIN, AN_HOI
from tests.stage import Stage

RECEIPT = """\
✅ Recorded #5XG8 · Phường An Hội · Friday 01-12-2023
Thu nhận +45 → 1,234/2,000 (61.7%)
Kích hoạt +30 → 980/2,000 (49.0%) · 546 behind plan
14 days left, 73 a day needed · place 2/3"""


async def test_a_person_who_chose_english_gets_an_english_receipt(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.say(officer, "/ngonngu en") == "The bot speaks English from now on."
    assert await bot.say(officer, "45 30") == RECEIPT
    assert officer.private.last().buttons == [["Mend", "Undo"]]


async def test_the_language_is_chosen_by_button_too(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/lang fr")
    assert await bot.press(officer, officer.private.last(), "English") == "The bot speaks English from now on."
    assert await bot.say(officer, "/lang vi") == "Từ giờ bot nói tiếng Việt."


async def test_a_groups_language_is_its_own(bot: Stage) -> None:
    commander = await bot.commander("TP")
    group = await bot.group("TP", commander)
    group.say(commander, "/lang@tiendo_bot en")
    await bot.settle()
    assert group.last().text == "The bot speaks English from now on."
    assert "Thứ Sáu" in await bot.say(commander, "/status")
    group.say(commander, "/status@tiendo_bot")
    await bot.settle()
    assert "Friday 01-12-2023 · 14 days left until 15-12-2023" in group.last().text


async def test_somebody_elses_message_is_rewritten_in_their_language(bot: Stage) -> None:
    first, second = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
    await bot.say(first, "/lang en")
    await bot.say(first, "45 30")
    receipt = first.private.last()
    await bot.say(second, "50 30")
    assert receipt.text == "Receipt #5XG8 no longer holds, see receipt #LVVR."
    assert first.private.last().text.startswith("ℹ️ Your report #5XG8 (Phường An Hội, Friday 01-12-2023)")


async def test_the_english_help_names_english_commands(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/lang en")
    assert "/report · Report the day's numbers" in await bot.say(officer, "/help")


async def test_the_menus_are_set_for_each_place_and_language(bot: Stage) -> None:
    menus = {key: [each["command"] for each in menu] for key, menu in bot.server.bot.commands.items()}
    assert sorted(language for _, language in menus) == ["", "", "", "en", "en", "en"]
    assert all("start" not in menu for menu in menus.values())
    assert {scope for (scope, _), menu in menus.items() if "ops" in menu} == {f'{{"chat_id": {ADMIN}, "type": "chat"}}'}
