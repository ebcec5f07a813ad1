"""An officer's line becomes a committed tally."""

from tests.cast import AN_HOI
from tests.stage import Stage


async def test_a_line_is_recorded_with_a_receipt(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    print(officer.private.last().text)
    text = await bot.say(officer, "45 30")
    print(text)
    print(await bot.say(officer, "/status"))
    print(await bot.say(officer, "/toi"))
    print(await bot.say(officer, "/trogiup"))
    print(await bot.say(officer, "45 31"))
    print(await bot.say(officer, "kh +3"))
    print(await bot.say(officer, "kh 900"))
    print(await bot.say(officer, "đúng"))
    print(await bot.say(officer, "/baocao"))
    print(officer.private.last().buttons)
    await bot.check_sums()
    for m in officer.private.transcript(): print(m.who, m.text)
    assert 0
