"""A roster sent in chat: shown first, applied by a word; and what becomes of units that are closed or merged."""

import asyncio
import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from bot.rehearsal.botapi.people import User
from handlers.desk import Desk
from storage import meta
from storage.sqlite import Tx
from tests import cast
from tests.cast import AN_HOI, PHU_KHUONG, SON_DONG
from tests.conversations.moments import at
from tests.stage import Stage

PHU_KHUONG_ROW = "TP-02,Phường Phú Khương,xa,TP,1200,,1000,600,1000,500"
RAISED = cast.ROSTER.replace(PHU_KHUONG_ROW, PHU_KHUONG_ROW.replace(",1000,600,", ",1200,600,"))


def closing(row: str, given: str, text: str = cast.ROSTER) -> str:
    """Return the roster with the two columns of closings; `given` stands in the row of one unit."""
    header, *rows = text.splitlines()
    return "\n".join(
        [f"{header},closed,merged_into", *(f"{each},{given if each.startswith(row) else ','}" for each in rows)]
    )


BOTH = cast.ROSTER.replace(PHU_KHUONG_ROW, PHU_KHUONG_ROW.replace(",1000,600,1000,500", ",1800,600,1800,500"))
MERGED = closing(SON_DONG, "05-12-2023,TP-02", BOTH)


async def send(bot: Stage, user: User, data: str | bytes, name: str = "ds.csv", caption: str = "") -> str:
    user.private.send_document(name, data if isinstance(data, bytes) else data.encode(), caption=caption)
    await bot.settle()
    return user.private.last().text


async def applied(bot: Stage, data: str, caption: str = "") -> User:
    admin = bot.server.world.users.get(cast.ADMIN) or await bot.admin()
    await send(bot, admin, data, caption=caption)
    assert (await bot.press(admin, admin.private.last(), "Áp dụng")).startswith("✅ Đã áp dụng")
    return admin


SHOWN = """\
📄 ds.csv · #N5XG8
Chỉ tiêu và số đầu kỳ mới tính từ 05-12-2023. Chưa áp dụng.

Chỉ tiêu được giao (1)
• Phường Phú Khương (TP-02) · Thu nhận: 1.000 → 1.200

Toàn địa bàn
• Bến Tre · Thu nhận: chỉ tiêu 6.000 → 6.200

Bấm nút hoặc gõ áp dụng N5XG8, bỏ N5XG8."""


async def test_a_file_is_shown_first_and_counts_once_the_button_is_pressed(bot: Stage) -> None:
    admin = await bot.admin()
    assert await send(bot, admin, RAISED, caption="từ 05-12-2023") == SHOWN
    assert admin.private.from_bots()[-2].text == "⏳ Đang đọc tệp ds.csv …"
    assert await bot.press(admin, admin.private.last(), "Áp dụng") == (
        "✅ Đã áp dụng ds.csv (#N5XG8): 0 đơn vị mới, 1 ô thay đổi, 0 đơn vị chuyển cấp trên, 0 đơn vị giữ nguyên."
    )
    assert await bot.store.read(lambda tx: tx.value("SELECT actor FROM audit WHERE what = 'target changed'"))


async def test_the_same_can_be_typed(bot: Stage) -> None:
    admin = await bot.admin()
    await send(bot, admin, RAISED)
    assert (await bot.say(admin, "bỏ n5xg8")).startswith("Đã bỏ tệp ds.csv")
    assert await bot.say(admin, "Áp dụng #N5XG8") == "Tệp #N5XG8 đã bỏ."
    await send(bot, admin, RAISED)
    again = admin.private.last().text.split("#")[1].split()[0]
    assert (await bot.say(admin, f"áp dụng {again}")).startswith("✅ Đã áp dụng")


async def test_a_workbook_is_read_whatever_it_is_called(bot: Stage) -> None:
    book, data = Workbook(), io.BytesIO()
    for line in RAISED.splitlines():
        book.worksheets[0].append(line.split(","))
    book.save(data)
    answer = await send(bot, await bot.admin(), data.getvalue(), "<b>x</b>\u202e.csv")
    assert "Thu nhận: 1.000 → 1.200" in answer
    assert answer.startswith("📄 <b>x</b>.csv · #")


async def test_every_bad_row_is_named_with_its_line_and_nothing_is_kept(bot: Stage) -> None:
    admin = await bot.admin()
    answer = await send(bot, admin, RAISED.replace("TP-03,Xã Sơn Đông,xa,TP,1200", "TP-03,Xã Sơn Đông,xa,XX,-5"))
    assert answer == (
        "❌ Tệp ds.csv có 2 chỗ chưa đúng. Chưa có gì thay đổi.\n"
        "• Dòng 7, cột population «-5»: số âm\n"
        "• Dòng 7, cột parent «XX»: không có đơn vị mang mã này trong tệp"
    )
    assert await bot.say(admin, "áp dụng N5XG8") == "Tệp #N5XG8 đã bỏ."


async def test_of_many_bad_rows_the_first_are_shown(bot: Stage) -> None:
    rows = "".join(f"X{n},Xã {n},xa,TP,x,,,,,\n" for n in range(25))
    answer = await send(bot, await bot.admin(), cast.ROSTER + rows)
    assert answer.count("•") == 20
    assert answer.endswith("… và 5 chỗ khác")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "tệp trống"),
        (b"PK\x03\x04 but nothing else", "tệp bị hỏng"),
        ("code,name".encode("utf-16"), "sai bảng mã, hãy lưu lại dạng «CSV UTF-8»"),
        (b"%PDF-1.7", "cần tệp .csv hoặc .xlsx"),
    ],
)
async def test_S14_a_file_that_is_no_table_is_refused_with_the_reason(bot: Stage, data: bytes, said: str) -> None:
    answer = await send(bot, await bot.admin(), data)
    assert answer == f"❌ Không đọc được tệp ds.csv: {said}. Chưa có gì thay đổi."


async def test_S14_a_file_above_the_limit_is_not_fetched(bot: Stage) -> None:
    answer = await send(bot, await bot.admin(), bytes(5 * 1024**2 + 1))
    assert answer.startswith("Tệp ds.csv lớn hơn 5 MB")


async def test_S14_a_bomb_in_a_workbook_is_refused(bot: Stage) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(210_000_000))
    assert "bảng quá lớn" in await send(bot, await bot.admin(), data.getvalue(), "ds.xlsx")


async def test_a_caption_that_is_no_day_is_told_and_the_file_not_taken(bot: Stage) -> None:
    answer = await send(bot, await bot.admin(), RAISED, caption="tuần sau")
    assert answer.startswith("Không đọc được ngày «tuần sau».")


async def test_whoever_is_no_admin_is_answered_as_to_any_picture(bot: Stage) -> None:
    commander = await bot.commander("BT")
    assert "ds.csv" not in await send(bot, commander, RAISED)
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM imports")) == 0


async def test_what_holds_already_is_told_so(bot: Stage) -> None:
    answer = await send(bot, await bot.admin(), cast.ROSTER)
    assert answer == "Tệp ds.csv giống hệt danh sách đang dùng, không có gì thay đổi."


async def test_a_roster_that_changed_meanwhile_is_shown_anew_before_it_counts(bot: Stage) -> None:
    admin = await bot.admin()
    await send(bot, admin, RAISED)
    shown = admin.private.last()
    await bot.store.write(lambda tx: tx.run("UPDATE meta SET value = 'other' WHERE key = 'roster'").rowcount)
    answer = await bot.press(admin, shown, "Áp dụng")
    assert answer.startswith("⚠️ Danh sách đã thay đổi sau lần xem trước. Mời xem lại:\n📄 ds.csv")
    assert (await bot.press(admin, admin.private.last(), "Áp dụng")).startswith("✅ Đã áp dụng")


async def test_a_roster_that_changes_while_a_file_is_weighed_is_noticed_when_it_is_to_count(
    bot: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, weigh, loop = await bot.admin(), Desk.weigh_file, asyncio.get_running_loop()

    def meanwhile(desk: Desk, tx: Tx, **named: Any) -> Any:
        weighed = weigh(desk, tx, **named)
        change = bot.store.write(lambda tx: meta.put(tx, "roster", "other"))
        asyncio.run_coroutine_threadsafe(change, loop).result(10)
        return weighed

    monkeypatch.setattr(Desk, "weigh_file", meanwhile)
    assert "Thu nhận: 1.000 → 1.200" in await send(bot, admin, RAISED)
    assert (await bot.press(admin, admin.private.last(), "Áp dụng")).startswith("⚠️ Danh sách đã thay đổi")
    assert (await bot.press(admin, admin.private.last(), "Áp dụng")).startswith("✅ Đã áp dụng")


async def test_a_new_target_holds_from_its_day_and_is_told_for_a_week(bot: Stage) -> None:
    admin = await applied(bot, RAISED, "từ 05-12-2023")
    assert "Thu nhận: 600/1.000" in await bot.say(admin, "/status Phú Khương")
    bot.clock.set(at(11, 8))
    changed = "↳ chỉ tiêu được giao thay đổi từ 05-12-2023: 1.000 → 1.200"
    assert changed in await bot.say(admin, "/status Phú Khương")
    assert "Thu nhận: 600/1.000" in await bot.say(admin, "/status Phú Khương 04-12")
    bot.clock.set(at(12, 8))
    later = await bot.say(admin, "/status Phú Khương")
    assert "Thu nhận: 600/1.200" in later
    assert changed not in later


async def test_a_target_that_the_units_below_do_not_add_up_to_is_shown_where_it_is_read(bot: Stage) -> None:
    given = cast.ROSTER.replace("TP,Thành phố Bến Tre,huyen,BT,,,,", "TP,Thành phố Bến Tre,huyen,BT,,,5200,")
    admin = await bot.admin()
    shown = await send(bot, admin, given)
    assert (
        "• Thành phố Bến Tre · Thu nhận, đến 15-12-2023: được giao 5.200, các đơn vị trực thuộc 4.000, giao thiếu 1.200"
    ) in shown
    await bot.press(admin, admin.private.last(), "Áp dụng")
    assert "↳ giao thiếu 1.200: các đơn vị trực thuộc mới được giao 4.000" in await bot.say(admin, "/status TP")


async def test_a_merged_unit_takes_no_reports_from_its_day_on_and_counts_for_the_one_that_goes_on(bot: Stage) -> None:
    officer, stays = await bot.join(SON_DONG), await bot.join(PHU_KHUONG)
    await bot.say(officer, "10 5")
    await bot.say(stays, "20 15")
    bot.clock.set(at(4, 8))
    admin = await applied(bot, MERGED, "từ 05-12-2023")
    assert officer.private.last().text.startswith("ℹ️ Xã Sơn Đông nhập vào Phường Phú Khương từ 05-12-2023.")
    assert (await bot.say(officer, "1 1")).startswith("✅ Đã ghi nhận")
    bot.clock.set(at(5, 8))
    assert await bot.say(officer, "7 7") == (
        "⛔ Chưa ghi nhận. Xã Sơn Đông đã nhập vào Phường Phú Khương từ 05-12-2023, nên không nhận số liệu ngày"
        " 05-12-2023. Số liệu từ ngày đó do Phường Phú Khương báo."
    )
    assert (await bot.say(officer, "hôm qua 2 2")).startswith("✅ Đã ghi nhận")
    status = await bot.say(admin, "/status Phú Khương")
    assert f"Thu nhận: {600 + 600 + 10 + 20 + 2:,}/1,800".replace(",", ".") in status
    assert status.endswith("Báo cáo hôm nay: chưa có")
    assert (await bot.say(admin, "/status TP-03")).endswith("⛔ nhập vào Phường Phú Khương từ 05-12-2023")
    await bot.check_sums()


async def test_nobody_is_invited_to_a_unit_that_reports_no_more(bot: Stage) -> None:
    bot.clock.set(at(4, 8))
    admin = await applied(bot, MERGED, "từ 05-12-2023")
    bot.clock.set(at(5, 8))
    assert await bot.say(admin, "/moi Sơn Đông") == (
        "Xã Sơn Đông đã nhập vào Phường Phú Khương từ 05-12-2023 nên không mời thêm người."
        " Mời vào Phường Phú Khương: gõ /moi TP-02"
    )


async def test_before_a_merger_both_units_are_counted_and_missed_each_for_itself(bot: Stage) -> None:
    stays, commander = await bot.join(PHU_KHUONG), await bot.commander("TP")
    await bot.say(stays, "20 15")
    bot.clock.set(at(4, 8))
    await applied(bot, MERGED, "từ 05-12-2023")
    bot.clock.set(at(5, 8))
    assert "Thu nhận: 1.220/2.000" in await bot.say(commander, "/status Phú Khương 01-12")
    assert (await bot.say(commander, "/thieu 01-12")).endswith(
        "đã có 1/3 đơn vị\nPhường An Hội\nPhường Phú Khương (1): Xã Sơn Đông"
    )
    assert (await bot.say(commander, "/thieu")).endswith("đã có 0/2 đơn vị\nPhường An Hội, Phường Phú Khương")


async def test_a_closed_unit_is_neither_reminded_nor_missed_and_its_total_stays_above(bot: Stage) -> None:
    officer, commander = await bot.join(SON_DONG), await bot.commander("TP")
    await bot.say(officer, "10 5")
    before = await bot.say(commander, "/status")
    await applied(bot, closing(SON_DONG, "02-12-2023,"))
    bot.clock.set(at(2, 8))
    assert (await bot.say(officer, "7 7")).startswith("⛔ Chưa ghi nhận. Xã Sơn Đông không còn báo cáo từ 02-12-2023")
    assert (await bot.say(commander, "/sua TP-03 7 7 # theo sổ")).startswith("Đơn vị này không còn báo cáo")
    assert "Xã Sơn Đông" not in await bot.say(commander, "/thieu")
    after = await bot.say(commander, "/status")
    assert [line.split(" · ")[0] for line in before.splitlines() if line.startswith("Thu nhận")] == [
        line.split(" · ")[0] for line in after.splitlines() if line.startswith("Thu nhận")
    ]
    assert after.endswith("Báo cáo hôm nay: 0/2 đơn vị")


async def test_a_unit_that_has_reported_since_cannot_be_closed_from_that_day(bot: Stage) -> None:
    officer, admin = await bot.join(AN_HOI), await bot.admin()
    await bot.say(officer, "10 5")
    answer = await send(bot, admin, closing(AN_HOI, "01-12-2023,"))
    assert "• Dòng 5, cột closed «2023-12-01»: đơn vị đã có báo cáo đến 2023-12-01, hãy ghi ngày sau đó" in answer


async def test_a_moved_unit_takes_its_history_along(bot: Stage) -> None:
    officer, commander = await bot.join(SON_DONG), await bot.commander("CT")
    await bot.say(officer, "10 5")
    await applied(bot, cast.ROSTER.replace("Xã Sơn Đông,xa,TP", "Xã Sơn Đông,xa,CT"))
    assert "Thu nhận: 1.610/3.000" in await bot.say(commander, "/status")
    await bot.check_sums()
