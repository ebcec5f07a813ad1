"""/nhatky: any figure is opened down to the message that produced it."""

import re
from datetime import date
from pathlib import Path

from bot.domain.campaign import Key
from bot.rehearsal.botapi.people import User
from storage.statuses import unit_status
from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage, stage


async def lan_reports(bot: Stage, *lines: str) -> User:
    lan = await bot.join(AN_HOI, "Lan")
    for line in lines:
        await bot.say(lan, line)
    return lan


def ref(answer: str) -> str:
    found = re.search(r"#(\w+)", answer)
    assert found, answer
    return found[1]


async def test_a_total_is_the_baseline_and_its_days(bot: Stage) -> None:
    await lan_reports(bot, "hq 5 4", "45 30")
    commander = await bot.commander("BT")
    shown = await bot.say(commander, "/nhatky")
    assert shown.splitlines()[:8] == [
        "🔎 Nhật ký · Bến Tre",
        "Đến thứ Sáu 01-12-2023",
        "Thu nhận: lũy kế 3.439 = đầu kỳ 3.389 + 50 trong đợt",
        "Kích hoạt: lũy kế 2.484 = đầu kỳ 2.450 + 34 trong đợt",
        "",
        "Từng ngày (Thu nhận · Kích hoạt)",
        "Thứ Sáu 01-12-2023: +45 · +30",
        "Thứ Năm 30-11-2023: +5 · +4",
    ]


async def test_what_is_listed_adds_up_to_what_the_status_says(bot: Stage) -> None:
    lan = await bot.join(AN_HOI, "Lan")
    for day in range(1, 12):
        bot.clock.set(at(day, 9))
        await bot.say(lan, f"{day} 1")
    commander = await bot.commander("BT")
    shown = await bot.say(commander, "/nhatky an hội")
    world, campaign = await bot.world(), bot.setting.campaigns[0]
    unit = world.tree.find(AN_HOI)
    assert unit is not None
    status = await bot.store.read(lambda tx: unit_status(tx, world, campaign, unit, date(2023, 12, 11)))
    days = [int(each) for each in re.findall(r": \+(\d+) · \+", shown)]
    assert len(days) == 8  # a week, and one line for the other four days
    assert status.metric("tn").baseline + sum(days) == status.metric("tn").total
    assert "4 ngày khác: +10 · +4" in shown


async def test_a_total_opens_to_its_units_their_days_and_their_entries(bot: Stage) -> None:
    await lan_reports(bot, "hq 5 4", "45 30 # đội lưu động")
    town = await bot.join("CT-01", "Tú")
    await bot.say(town, "7 6")
    commander = await bot.commander("BT")
    assert "Thành phố Bến Tre: +50 · +34\nHuyện Châu Thành: +7 · +6\n" in await bot.say(commander, "/nhatky")
    city = await bot.press(commander, commander.private.last(), "Thành phố Bến Tre")
    assert "Phường An Hội: +50 · +34\nPhường Phú Khương: +0 · +0" in city
    ward = await bot.press(commander, commander.private.last(), "Phường An Hội")
    assert "Thứ Sáu 01-12-2023: +45 · +30\n↳ ✅ #" in ward
    day = await bot.press(commander, commander.private.last(), "01-12")
    assert re.sub(r"#\w+|số \d+", "…", day) == (
        "🔎 Nhật ký · Phường An Hội · thứ Sáu 01-12-2023\n"
        "Thu nhận +45 · Kích hoạt +30\n"
        "\n"
        "✅ … · đang tính\n"
        "Lan (cán bộ) · gõ một dòng · đúng giờ\n"
        "Thu nhận: 45\n"
        "Kích hoạt: 30\n"
        "Ghi chú: đội lưu động\n"
        "Gửi 08:00 01-12-2023 · ghi 08:00 01-12-2023\n"
        "Tin: chat riêng, tin …"
    )


async def test_a_day_of_a_unit_with_units_below_shows_what_each_adds_and_who_is_missing(bot: Stage) -> None:
    await lan_reports(bot, "45 30")
    shown = await bot.say(await bot.commander("BT"), "/nhatky bến tre hôm nay")
    assert "Thu nhận +45 · Kích hoạt +30" in shown
    assert "Thành phố Bến Tre: +45 · +30 · 1/3 đơn vị đã báo\nHuyện Châu Thành: +0 · +0 · 0/2 đơn vị đã báo" in shown


async def test_every_version_says_what_became_of_it(bot: Stage) -> None:
    lan = await bot.join(AN_HOI, "Lan")
    first = ref(await bot.say(lan, "45 30"))
    second = ref(await bot.say(lan, "kh 31"))
    asked = ref(await bot.say(lan, "tn 501"))
    await bot.say(lan, "sai")
    commander = await bot.commander("TP")
    shown = await bot.say(commander, "/nhatky an hội hôm nay")
    assert f"▫️ #{first} · đã thay bằng #{second}" in shown
    assert f"✅ #{second} · đang tính" in shown
    assert "Kích hoạt: 30 → 31" in shown
    assert f"🗑 #{asked} · không tính, bỏ bằng #" in shown
    assert f"bỏ số chờ xác nhận #{asked}" in shown


async def test_an_open_question_is_shown_beside_what_counts(bot: Stage) -> None:
    commander = await bot.commander("TP")
    lan = await lan_reports(bot, "45 30")
    asked = ref(await bot.say(lan, "tn 501"))
    shown = await bot.say(commander, "/nhatky an hội hôm nay")
    assert "Thu nhận +45 · Kích hoạt +30" in shown
    assert f"❓ #{asked} · chờ xác nhận, chưa tính" in shown
    assert "Thu nhận: 45 → 501" in shown


async def test_one_entry_is_opened_by_its_reference_within_the_own_scope(bot: Stage) -> None:
    number = ref(await bot.say(await bot.join(AN_HOI, "Lan"), "45 30"))
    commander, other = await bot.commander("TP"), await bot.commander("CT", "Khác")
    assert f"✅ #{number} · đang tính" in await bot.say(commander, f"/nhatky #{number.lower()}")
    assert await bot.say(other, f"/nhatky #{number}") == f"Không thấy phiếu #{number} trong phạm vi của bạn."


async def test_AC2_a_foreign_unit_is_not_opened_by_name_nor_by_an_old_button(bot: Stage) -> None:
    commander = await bot.commander("TP")
    assert "Không thấy đơn vị «Giao Long»" in await bot.say(commander, "/nhatky Giao Long")
    await bot.say(commander, "/nhatky")
    button = commander.private.last()
    await bot.store.write(
        lambda tx: tx.run("UPDATE roles SET unit = (SELECT id FROM units WHERE code = 'CT')").rowcount
    )
    assert await bot.press(commander, button, "Phường An Hội") == "Đơn vị này không thuộc phạm vi của bạn."


async def test_long_days_and_many_units_are_shown_page_by_page(tmp_path: Path) -> None:
    many = "".join(f"TP-{n},Phường số {n},xa,TP,,,,,,\n" for n in range(10, 20))
    async with stage(tmp_path, roster=cast.ROSTER + many) as bot:
        await lan_reports(bot, *(f"{n} 1" for n in range(1, 7)))
        commander = await bot.commander("TP")
        first = await bot.say(commander, "/nhatky")
        assert "5 đơn vị khác: +0 · +0" in first
        second = await bot.press(commander, commander.private.last(), "Đơn vị tiếp theo")
        assert "8 đơn vị khác: +6 · +1" in second
        assert "Lần nhập 1–4 trong 6." in await bot.say(commander, "/nhatky an hội hôm nay")
        last = await bot.press(commander, commander.private.last(), "Lần nhập tiếp theo")
        assert last.count("đã thay bằng") == 1
        assert last.count("đang tính") == 1


async def test_an_entry_from_a_supergroup_links_to_its_message(bot: Stage) -> None:
    lan, commander = await bot.join(AN_HOI, "Lan"), await bot.commander("TP")
    group = await bot.group("TP", commander, lan, title="Công an TP")
    message = group.say(lan, "/bc@tiendo_bot 45 30")
    await bot.settle()
    await bot.say(commander, "/nhatky an hội hôm nay")
    shown = commander.private.last()
    assert f"Tin: Công an TP, tin số {message.message_id}" in shown.text
    links = [each["url"] for each in shown.entities or [] if each["type"] == "text_link"]
    assert links == [f"https://t.me/c/{str(group.id).removeprefix('-100')}/{message.message_id}"]


async def test_V4_names_and_notes_are_not_shown_in_a_group(bot: Stage) -> None:
    lan = await lan_reports(bot, "45 30 # ghi chú kín")
    commander = await bot.commander("TP")
    group = await bot.group("TP", commander, lan)
    group.say(commander, "/nhatky@tiendo_bot an hội")
    await bot.settle()
    assert "ghi chú kín" not in "".join(each.text for each in group.from_bots())
    assert "chat riêng" in group.from_bots()[-1].text


async def test_a_parted_metric_and_a_running_total_are_traced_as_typed(tmp_path: Path) -> None:
    parts = [{"code": "m1", "name": "Mức 1"}, {"code": "m2", "name": "Mức 2"}]
    metrics = [
        {"code": "dd", "name": "Định danh", "parts": parts},
        {"code": "hs", "name": "Hồ sơ", "entry": "cumulative"},
    ]
    roster = "code,name,level,parent,baseline.hs\nBT,Bến Tre,tinh,,\nTP-01,Phường An Hội,xa,BT,100\n"
    async with stage(tmp_path, roster=roster, campaigns=[cast.campaign(metrics=metrics)]) as bot:
        await lan_reports(bot, "dd 5+40 hs 130")
        commander = await bot.commander("BT")
        shown = await bot.say(commander, "/nhatky an hội hôm nay")
        assert "Định danh +45 · Hồ sơ +30" in shown
        assert "Định danh · Mức 1: 5\nĐịnh danh · Mức 2: 40\nHồ sơ: 130" in shown
        assert "Hồ sơ: lũy kế 130 = đầu kỳ 100 + 30 trong đợt" in await bot.say(commander, "/nhatky an hội")
        assert (await bot.store.read(lambda tx: tx.value("SELECT given FROM entries"))).count(str(Key("dd", "m1"))) == 1


async def test_the_trace_speaks_english_too(bot: Stage) -> None:
    await lan_reports(bot, "45 30")
    commander = await bot.commander("BT")
    await bot.say(commander, "/lang en")
    assert "Thu nhận: total 3,434 = baseline 3,389 + 45 in the campaign" in await bot.say(commander, "/log")
    assert "counts\nLan (officer) · one line · on time" in await bot.say(commander, "/log an hội 1/12")
    assert "To: 1 person of Bến Tre" in await bot.say(commander, "/announce Meeting at 8.")
