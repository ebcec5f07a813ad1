"""The page as people see it: in a real browser, from the first line to the group's status."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

pytest.importorskip("playwright", reason="the Python package playwright is not installed")

from playwright.async_api import Browser, Locator, expect
from playwright.async_api import Page as Tab

from bot.rehearsal.botapi import GroupChat
from bot.rehearsal.page import Page
from tests.rehearsal.page.chromium import chromium, program, watched
from tests.rehearsal.page.conftest import a_page

# One Chromium serves the whole file, so that all of it runs in one event loop.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),  # a browser starts slowly on a machine that is busy
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(program() is None, reason="no Chromium here: apt-get install chromium"),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with a_page(tmp_path) as page:
        page.rehearsal.hours.speed = 1
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def tab(browser: Browser, page: Page) -> AsyncIterator[Tab]:
    async with watched(browser, page.url) as tab:
        await expect(phone(tab, 0)).to_be_visible()
        yield tab


PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def phone(tab: Tab, number: int) -> Locator:
    return tab.locator(".phone").nth(number)


def newest(tab: Tab, number: int) -> Locator:
    return phone(tab, number).locator(".message").last


async def type_in(tab: Tab, number: int, text: str) -> None:
    box = phone(tab, number).locator("textarea")
    await box.fill(text)
    await box.press("Enter")


async def test_an_officer_reports_and_the_groups_status_moves(tab: Tab) -> None:
    await phone(tab, 0).get_by_role("button", name="45 30").click()
    await phone(tab, 0).locator("textarea").press("Enter")
    await expect(newest(tab, 0)).to_contain_text("Đã ghi nhận #")
    await type_in(tab, 1, "/status@tiendo_bot")
    await expect(newest(tab, 1)).to_contain_text("1/5 đơn vị")


async def test_the_arrow_up_edits_the_last_line_and_the_receipt_follows(tab: Tab) -> None:
    await type_in(tab, 0, "45 30")
    await expect(newest(tab, 0)).to_contain_text("Đã ghi nhận #")
    await phone(tab, 0).locator("textarea").press("ArrowUp")
    await expect(phone(tab, 0).locator("textarea")).to_have_value("45 30")
    await type_in(tab, 0, "46 31")
    await expect(newest(tab, 0)).to_contain_text("+46")
    await expect(phone(tab, 0).locator(".message", has_text="46 31").first).to_contain_text("đã sửa")


async def test_a_button_under_the_receipt_takes_the_report_back(tab: Tab) -> None:
    await type_in(tab, 0, "45 30")
    await newest(tab, 0).get_by_role("button", name="Hoàn tác").click()
    await expect(newest(tab, 0)).to_contain_text("Đã rút báo cáo")


async def test_the_slash_opens_the_bots_menu_and_the_keyboard_chooses(tab: Tab) -> None:
    box = phone(tab, 0).locator("textarea")
    await box.fill("/st")
    await expect(phone(tab, 0).get_by_role("option")).to_have_count(1)
    await box.press("Enter")
    await expect(box).to_have_value("/status ")


async def test_what_comes_in_meanwhile_does_not_take_the_focus_away(tab: Tab, page: Page) -> None:
    await type_in(tab, 0, "45 30")
    await newest(tab, 0).get_by_role("button", name="Hoàn tác").focus()
    officer = (await page.rehearsal.setting())["phones"][0]["chat"]
    page.rehearsal.world.users[officer].private.send("/status")
    await expect(newest(tab, 0)).to_contain_text("Báo cáo hôm nay")
    await expect(phone(tab, 0).get_by_role("button", name="Hoàn tác")).to_be_focused()


async def test_alt_and_a_digit_go_to_that_phone(tab: Tab) -> None:
    await tab.keyboard.press("Alt+Digit2")
    await expect(phone(tab, 1).locator("textarea")).to_be_focused()
    await tab.keyboard.press("Alt+Digit1")
    await expect(phone(tab, 0).locator("textarea")).to_be_focused()


async def test_what_people_write_is_never_taken_for_html(tab: Tab) -> None:
    await type_in(tab, 0, "<img src=x onerror=alert(1)> & <b>45</b>")
    await expect(phone(tab, 0).get_by_text("<img src=x onerror=alert(1)> & <b>45</b>").first).to_be_visible()
    assert await phone(tab, 0).locator(".text img").count() == 0


async def test_everybody_else_reports_at_one_click(tab: Tab) -> None:
    await tab.get_by_role("button", name="Gửi báo cáo").click()
    await expect(tab.locator("#toasts")).to_contain_text("3 đơn vị vừa báo cáo")
    await expect(tab.locator("#chats summary")).to_contain_text("Mọi người khác (3)")


async def test_a_newcomers_phone_opens_by_itself(tab: Tab) -> None:
    await tab.get_by_label("Tên hoặc mã đơn vị").fill("CT-02")
    await tab.get_by_role("button", name="Thêm", exact=True).click()
    await expect(tab.locator(".phone.active")).to_contain_text("Điện thoại của Cán bộ Xã Giao Long")
    await expect(tab.locator(".phone.active .message").last).to_contain_text("Chào mừng")


async def test_somebody_who_is_not_here_yet_is_found_and_joins_at_one_click(tab: Tab) -> None:
    await tab.get_by_label("Tìm người hoặc nhóm").fill("son dong")
    await tab.get_by_role("button", name="Xã Sơn Đông").click()
    await expect(tab.locator(".phone.active")).to_contain_text("Điện thoại của Cán bộ Xã Sơn Đông")


async def test_open_phones_are_still_open_after_a_reload(tab: Tab) -> None:
    await phone(tab, 0).get_by_label("Đóng điện thoại này").click()
    await expect(tab.locator(".phone")).to_have_count(1)
    await tab.reload()
    await expect(tab.locator(".phone")).to_have_count(1)
    await expect(phone(tab, 0)).to_contain_text("Tiến độ Bến Tre")


async def test_a_leap_brings_the_next_push_into_the_group(tab: Tab) -> None:
    await tab.get_by_role("button", name="Tin hẹn kế tiếp").click()
    await expect(newest(tab, 1)).to_contain_text("29 ngày")
    await expect(tab.locator("#clock .day-name")).to_contain_text("thứ Năm 16-11-2023")


async def test_an_upgraded_group_takes_the_place_of_the_old_one(tab: Tab) -> None:
    await phone(tab, 1).locator("textarea").focus()
    await tab.get_by_role("button", name="Nâng nhóm thành siêu nhóm").click()
    await expect(phone(tab, 1)).to_contain_text("Siêu nhóm được nâng cấp")
    await type_in(tab, 1, "/status@tiendo_bot")
    await expect(newest(tab, 1)).to_contain_text("0/5 đơn vị")


async def test_beyond_two_hundred_bubbles_older_ones_come_when_one_scrolls_up_and_newer_ones_go(
    tab: Tab, page: Page
) -> None:
    officer = (await page.rehearsal.setting())["phones"][0]["chat"]
    chat = page.rehearsal.world.users[officer].private
    for number in range(350):
        chat.post(chat.person, {"text": f"tin {number}"})
    page.rehearsal.feed.look()
    log, bubbles = phone(tab, 0).locator(".log"), phone(tab, 0).locator(".message")
    await expect(newest(tab, 0)).to_contain_text("tin 349")
    await expect(bubbles).to_have_count(200)
    await log.evaluate("log => { log.scrollTop = 0 }")
    await expect(bubbles.first).to_contain_text("tin 50")
    await log.evaluate("log => { log.scrollTop = 0 }")
    await expect(bubbles.first).to_contain_text("/start")
    await expect(bubbles).to_have_count(200)
    await log.evaluate("log => { log.scrollTop = log.scrollHeight }")
    await expect(newest(tab, 0)).to_contain_text("tin 297")
    await phone(tab, 0).get_by_title("Tin mới").click()
    await expect(newest(tab, 0)).to_contain_text("tin 349")


async def test_what_one_reads_stays_where_it_is_when_older_bubbles_come(tab: Tab, page: Page) -> None:
    officer = (await page.rehearsal.setting())["phones"][0]["chat"]
    chat = page.rehearsal.world.users[officer].private
    for number in range(350):
        chat.post(chat.person, {"text": f"tin {number}"})
    page.rehearsal.feed.look()
    await expect(newest(tab, 0)).to_contain_text("tin 349")
    read = phone(tab, 0).locator(".message", has_text="tin 150")
    await phone(tab, 0).locator(".log").evaluate("log => { log.scrollTop = 40 }")
    before = await read.bounding_box()
    await expect(phone(tab, 0).locator(".message", has_text="tin 100")).to_be_attached()
    after = await read.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2


async def test_a_photo_and_a_file_are_sent_with_the_clip(tab: Tab, tmp_path: Path) -> None:
    picture, sheet = tmp_path / "anh.png", tmp_path / "danh sách.csv"
    picture.write_bytes(PICTURE)
    sheet.write_bytes(b"code,name")
    chooser = phone(tab, 0).locator("input[type=file]")
    await phone(tab, 0).locator("textarea").fill("Ảnh chụp")
    await chooser.set_input_files(picture)
    sent = phone(tab, 0).locator('.message[data-mine="yes"]')
    await expect(sent.last).to_contain_text("Ảnh chụp")
    await expect(sent.last.locator("img")).to_have_js_property("naturalWidth", 1)
    await chooser.set_input_files(sheet)
    await expect(sent.last).to_contain_text("danh sách.csv")
    async with tab.expect_download() as coming:
        await sent.last.get_by_role("link").click()
    assert (await asyncio.to_thread((await (await coming.value).path()).read_bytes)) == b"code,name"


async def test_the_page_speaks_english_too(tab: Tab) -> None:
    await tab.locator("#clock").get_by_role("button", name="English").click()
    await expect(tab.locator("#desk")).to_contain_text("Everyone else reports")
    await expect(phone(tab, 0)).to_contain_text("Phone of Cán bộ Phường An Hội")


async def test_both_languages_have_the_same_words(tab: Tab) -> None:
    differing = await tab.evaluate(
        """async () => { const { TABLES } = await import("/static/words.js");
        const [vi, en] = Object.values(TABLES).map((table) => Object.keys(table).sort());
        return [vi.filter((key) => !en.includes(key)), en.filter((key) => !vi.includes(key)), vi.length] }"""
    )
    assert differing[:2] == [[], []]
    assert differing[2] > 100


async def test_on_a_phones_width_one_part_is_shown_at_a_time(tab: Tab) -> None:
    await tab.set_viewport_size({"width": 390, "height": 780})
    await expect(tab.locator("#desk")).to_be_hidden()
    await tab.get_by_role("button", name="Điều khiển").click()
    await expect(tab.locator("#desk")).to_be_visible()
    await tab.get_by_role("button", name="Danh sách").click()
    await tab.locator(".item", has_text="Tiến độ Bến Tre").click()
    await expect(tab.locator(".phone.active")).to_be_visible()
    assert await tab.evaluate("document.documentElement.scrollWidth") == 390


async def test_a_topic_has_its_own_tab_and_answers_stay_in_it(tab: Tab, page: Page) -> None:
    its = page.rehearsal
    (old,) = its.world.groups.values()
    assert isinstance(old, GroupChat)
    new = its.trouble.upgrade(old)
    new.add_topic(next(iter(its.world.users.values())), "Xếp hạng")
    await phone(tab, 1).get_by_role("button", name="Mở nhóm mới").click()
    await phone(tab, 1).get_by_role("tab", name="Xếp hạng").click()
    await type_in(tab, 1, "/status@tiendo_bot")
    await expect(newest(tab, 1)).to_contain_text("0/5 đơn vị")
    await phone(tab, 1).get_by_role("tab", name="Chung").click()
    await expect(phone(tab, 1)).not_to_contain_text("0/5 đơn vị")


async def test_a_pinned_document_is_named_above_and_can_be_downloaded(tab: Tab, page: Page) -> None:
    officer = page.rehearsal.world.users[(await page.rehearsal.setting())["phones"][0]["person"]]
    sent = officer.private.send_media("document", b"PK", name="báo cáo.xlsx", caption="Báo cáo tuần")
    officer.private.pinned.append(sent)
    await expect(phone(tab, 0).locator(".pinned")).to_contain_text("Báo cáo tuần")
    link = phone(tab, 0).get_by_role("link", name="báo cáo.xlsx")
    await expect(link).to_have_attribute("download", "báo cáo.xlsx")
    # Fetched by its address: a click may fall on a bubble that is just being drawn anew, and people click again.
    answer = await tab.request.get(await link.evaluate("link => link.href"))
    assert (answer.status, await answer.body()) == (200, b"PK")
