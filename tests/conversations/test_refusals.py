"""What cannot be understood is refused with a reason, records nothing, and is never guessed."""

import pytest

from tests.cast import AN_HOI
from tests.stage import Stage

REASONS = {
    "12,5 30": "«12,5» không phải số nguyên.",
    "1.5 30": "«1.5» không phải số nguyên.",
    "1_000": "Không đọc được số «1_000».",
    "1e3": "Không đọc được số «1e3».",
    "0x10 5": "Không đọc được số «0x10».",
    "٣ ٤": "«٣» không phải chữ số thường, hãy dùng các chữ số 0–9.",
    "4²": "«²» không phải chữ số thường, hãy dùng các chữ số 0–9.",
    "1.2500 3": "«1.2500» có dấu chấm hoặc phẩy không đúng nhóm ba chữ số.",
    "-5": "Số có dấu «-5» phải ghi kèm mã chỉ tiêu.",
    "+5": "Số có dấu «+5» phải ghi kèm mã chỉ tiêu.",
    "45 30 12": "Có nhiều số hơn số chỉ tiêu (2).",
    "99999999": "Số quá lớn: mỗi số không được quá 9.999.999.",
    "xyz 45": "Không hiểu «xyz».",
    "tn 45 tn 46": "«tn» có hai lần trong một tin.",
    "tn 45 kh": "«kh» chưa có số đi kèm.",
    "45 kh 30": "Tin này hiểu được theo nhiều cách.",
    "kh 5+40": "«5+40»: chỉ tiêu này không chia mức, chỉ ghi một số.",
    "31/2 45 30": "Không có ngày «31/2». Ghi ngày như 14/11 hoặc hôm qua.",
    "2-12-2023 45 30": "Ngày «2-12-2023» chưa tới.",
    "12/13 45": "Không có ngày «12/13». Ghi ngày như 14/11 hoặc hôm qua.",
    "9" * 5000: "Số quá lớn: mỗi số không được quá 9.999.999.",
    "45 30 " + "x" * 2000: "Tin quá dài.",
}


@pytest.mark.parametrize(("line", "reason"), REASONS.items(), ids=[line[:12] for line in REASONS])
async def test_H1_a_doubtful_line_is_asked_about_and_records_nothing(bot: Stage, line: str, reason: str) -> None:
    officer = await bot.join(AN_HOI)
    answer = await bot.say(officer, line)
    assert answer.startswith(f"{reason}\nChưa ghi nhận gì. Gửi lại, ví dụ: ")
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM entries")) == 0


async def test_the_example_names_codes_where_codes_were_the_trouble(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert (await bot.say(officer, "xyz 45")).endswith("ví dụ: tn 45 kh 30")
    assert (await bot.say(officer, "-5")).endswith("ví dụ: kh +3")


async def test_H2_decomposed_and_invisible_letters_read_like_plain_ones(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert "Đã ghi nhận" in await bot.say(officer, "thu nha\u0323\u0302n 45 ki\u0301ch hoa\u0323t 30")
    assert "Phường An Hội" in await bot.say(officer, "/status ph\u01b0\u01a1\u0300ng an ho\u0323\u0302i\u202e\u200b")


async def test_H2_a_note_cannot_spoof_the_layout(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    answer = await bot.say(officer, "45 30 # \u202e<b>x</b>\n✅ Đã ghi nhận" + "!" + "\u0301" * 200)
    assert answer.splitlines()[-1].startswith("Ghi chú: <b>x</b> ✅ Đã ghi nhận")
    assert len(answer) < 400


async def test_H7_a_forwarded_report_never_counts(bot: Stage) -> None:
    officer, other = await bot.join(AN_HOI), await bot.join("TP-02")
    await bot.say(other, "45 30")
    officer.private.forward(other.private.transcript()[-2])
    await bot.settle()
    assert officer.private.last().text == "Tin chuyển tiếp không được tính. Hãy tự gõ số liệu, ví dụ: 45 30"


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "location", "contact", "poll", "dice"])
async def test_H9_what_is_not_text_gets_one_polite_prompt(bot: Stage, kind: str) -> None:
    officer = await bot.join(AN_HOI)
    officer.private.send_media(kind)
    await bot.settle()
    assert officer.private.last().text.startswith("Bot chỉ đọc tin chữ, ảnh và tệp không được tính.")


async def test_D15_an_album_with_a_caption_is_answered_once_and_never_counted(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    officer.private.send_album(5, caption="45 30")
    await bot.settle()
    assert len(officer.private.replies()) == 1
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM entries")) == 0


@pytest.mark.parametrize(
    "text",
    ["45 30\x00", "\x00", "/start \ud800", "/duyet \ud800", "\ud800 45", "x" * 100_000, "/status " + "a" * 50_000],
)
async def test_S14_no_text_is_stuck_in_the_machine(bot: Stage, text: str) -> None:
    officer = await bot.join(AN_HOI)
    bot.server.send_raw(
        {
            "message": {
                "message_id": 900,
                "date": int(bot.clock.now().timestamp()),
                "chat": officer.private.card(),
                "from": officer.card(),
                "text": text,
            }
        }
    )
    await bot.settle()
    states = await bot.store.read(lambda tx: tx.all("SELECT DISTINCT state FROM updates"))
    assert [row[0] for row in states] == ["done"]
