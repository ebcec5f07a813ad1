"""Take the pictures of the docs: `python -m tests.rehearsal.page.screenshots docs/img`."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Locator, expect
from playwright.async_api import Page as Tab

from bot import config as configs
from bot.app import running, setting_of
from bot.domain.roster import Roster, read_roster
from bot.rehearsal.page import Page, opened
from bot.rehearsal.page.hours import Goal
from bot.roster_files import rows_of
from tests.rehearsal.page.chromium import chromium

EXAMPLE = Path(__file__).parents[3] / "examples" / "ben-tre"
DESKTOP, POCKET = (1440, 900), (390, 780)
PATIENCE_MS = 60_000
OFFICERS = 49


async def main(folder: Path) -> None:
    """Play the first minutes of a rehearsal, and take a picture of each step."""
    config = configs.load(EXAMPLE / "config.toml")
    sheet = rows_of(EXAMPLE / "roster.csv")
    roster = read_roster(sheet.header, sheet.rows, config.campaigns)
    if not isinstance(roster, Roster):
        raise TypeError(roster)
    async with opened(config, setting_of(config), roster, running) as page, chromium() as browser:
        tab = await browser.new_page()
        await _size(tab, DESKTOP)
        await tab.goto(page.url)
        await _desktop(tab, page, folder)
        await _recovery(tab, page, folder)
        await _size(tab, POCKET)
        await _pocket(tab, folder)


async def _desktop(tab: Tab, page: Page, folder: Path) -> None:
    officer, group = tab.locator(".phone").first, tab.locator(".phone").last
    await expect(officer.locator(".message").last).to_contain_text("Chào mừng")
    await _take(tab, folder, "opening")
    await page.rehearsal.hours.settle()
    await _write(officer, "45 30", "Đã ghi nhận #")
    await _write(group, "/status@tiendo_bot", "1/157")
    await _take(tab, folder, "report")
    await tab.get_by_role("button", name="Gửi báo cáo").click()
    await expect(tab.locator("#toasts")).to_contain_text("vừa báo cáo", timeout=PATIENCE_MS)
    await tab.get_by_role("button", name="17:30").click()
    await expect(tab.locator("#clock .time")).to_contain_text("17:30", timeout=PATIENCE_MS)
    await expect(tab.locator("#toasts")).to_be_empty(timeout=PATIENCE_MS)
    await _take(tab, folder, "evening")


async def _recovery(tab: Tab, page: Page, folder: Path) -> None:
    """Kill the bot while an officer and a crowd of others report, and start it again."""
    await page.rehearsal.hours.leap(Goal.TOMORROW)
    await tab.get_by_role("button", name="Dừng đột ngột bot").click()
    others = [player.user for player in page.rehearsal.cast.players.values() if player.extra]
    for officer in others[:OFFICERS]:
        officer.private.send("12 9")
    await tab.locator(".phone").first.locator("textarea").fill("52 40")
    await tab.locator(".phone").first.locator("textarea").press("Enter")
    await expect(tab.locator(".standing")).to_contain_text(str(OFFICERS + 1))
    await tab.get_by_role("button", name="Chạy lại bot").click()
    await expect(tab.locator(".account")).to_contain_text("0 mất, 0 trùng", timeout=PATIENCE_MS)
    await tab.locator(".account").scroll_into_view_if_needed()
    await _take(tab, folder, "recovered")


async def _pocket(tab: Tab, folder: Path) -> None:
    await tab.get_by_role("button", name="Danh sách").click()
    await tab.locator(".item", has_text="Cán bộ").first.click()
    await _take(tab, folder, "pocket")


async def _size(tab: Tab, size: tuple[int, int]) -> None:
    await tab.set_viewport_size({"width": size[0], "height": size[1]})


async def _write(phone: Locator, text: str, answer: str) -> None:
    await phone.locator("textarea").fill(text)
    await phone.locator("textarea").press("Enter")
    await expect(phone.locator(".message").last).to_contain_text(answer)


async def _take(tab: Tab, folder: Path, name: str) -> None:
    await tab.screenshot(path=folder / f"rehearsal-{name}.png", animations="disabled")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(target))
