"""A real browser, without a window: the one that Debian packages."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-pings"]


def program() -> str | None:
    """Return where Chromium lies, None when there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run Chromium beside the block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def watched(browser: Browser, address: str) -> AsyncIterator[Page]:
    """Open a tab; an error of its script or a line on its console is an AssertionError at the end."""
    complaints: list[str] = []
    context = await browser.new_context(viewport={"width": 1440, "height": 860})
    tab = await context.new_page()
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda line: complaints.append(line.text))
    await tab.goto(address)
    try:
        yield tab
    finally:
        await context.close()
    assert complaints == []
