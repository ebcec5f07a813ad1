"""Measure the rehearsal page in Chromium: how soon it is there, how soon a receipt is, and whether it stays fluid.

`python -m benchmarks.page` (or `make bench-page`). All times are the browser's own, in milliseconds. The exit
code is 1 where a target is missed.
"""

import asyncio
import statistics
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Browser
from playwright.async_api import Page as Tab

from bot import config as configs
from bot.app import running, setting_of
from bot.domain.roster import Roster, read_roster
from bot.rehearsal.page import opened
from bot.roster_files import rows_of
from tests.rehearsal.page.chromium import chromium

EXAMPLE = Path(__file__).parents[1] / "examples" / "ben-tre"
ROUNDS = 20
REST_MS = 2_600  # a chat takes one message a second, and a receipt is followed by an edit of the one before
SIZE = (1440, 900)

# When the phones of the opening first showed a message, counted from the navigation.
LOADING = """
new MutationObserver((_, watcher) => {
  const phones = [...document.querySelectorAll(".phone")];
  if (phones.length < 2 || !phones.every((phone) => phone.querySelector(".message"))) return;
  watcher.disconnect();
  requestAnimationFrame(() => { window.loaded = performance.now(); });
}).observe(document, { childList: true, subtree: true });
"""

# From the key that sends a line to the frame after its receipt stands in the chat.
SENDING = """(line) => new Promise((done) => {
  const box = document.querySelector(".phone textarea"), log = document.querySelector(".phone .log");
  const receipts = () => [...log.querySelectorAll(".message[data-mine=no]")].length;
  const before = receipts();
  box.value = line;
  box.dispatchEvent(new Event("input"));
  const pressed = performance.now();
  new MutationObserver((_, watcher) => {
    if (receipts() <= before) return;
    watcher.disconnect();
    requestAnimationFrame(() => done(performance.now() - pressed));
  }).observe(log, { childList: true, subtree: true });
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
})"""

# The time between frames while everybody else reports.
FRAMES = """() => new Promise((done) => {
  const gaps = [], go = document.querySelector("#desk button.primary");
  let last = performance.now();
  document.querySelector("#desk select").value = "100";
  go.click();
  const frame = (now) => {
    gaps.push(now - last);
    last = now;
    if (go.disabled || gaps.length < 60) requestAnimationFrame(frame);
    else done(gaps);
  };
  requestAnimationFrame(frame);
})"""


class Row(NamedTuple):
    """One line of the table; `target` is for the median, None where there is none."""

    what: str
    times: Sequence[float]
    target: float | None = None

    @property
    def median(self) -> float:
        """Return the middle."""
        return statistics.median(self.times)

    @property
    def holds(self) -> bool:
        """Return whether the target is met."""
        return self.target is None or self.median < self.target

    def __str__(self) -> str:
        high = statistics.quantiles(self.times, n=20)[-1]
        target = f"< {self.target:.0f}" if self.target else ""
        mark = "" if self.holds else "  missed"
        figures = f"{len(self.times):>6} {self.median:>8.0f} {high:>8.0f} {max(self.times):>8.0f}"
        return f"{self.what:<44}{figures} {target:>8}{mark}"


async def main() -> int:
    """Play a rehearsal of the example, print the table, and return the exit code."""
    config = configs.load(EXAMPLE / "config.toml")
    sheet = rows_of(EXAMPLE / "roster.csv")
    roster = read_roster(sheet.header, sheet.rows, config.campaigns)
    if not isinstance(roster, Roster):
        raise TypeError(roster)
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(opened(config, setting_of(config), roster, running))
        browser = await stack.enter_async_context(chromium())
        tab = await _tab(browser)
        rows = [
            Row("page is there (ms)", [await _load(browser, page.url) for _ in range(ROUNDS)], 1_000),
            Row("line sent to receipt seen (ms)", await _receipts(tab, page.url), 300),
            Row("between frames, 156 others reporting (ms)", await tab.evaluate(FRAMES)),
        ]
    head = f"{'':<44}{'n':>6} {'median':>8} {'95 %':>8} {'max':>8} {'target':>8}"
    sys.stdout.write("\n".join((head, *map(str, rows))) + "\n")
    return int(not all(row.holds for row in rows))


async def _tab(browser: Browser) -> Tab:
    context = await browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
    return await context.new_page()


async def _load(browser: Browser, address: str) -> float:
    """Return when the page was there, for a browser that has never seen it."""
    tab = await _tab(browser)
    await tab.add_init_script(LOADING)
    await tab.goto(address)
    await tab.wait_for_function("() => window.loaded")
    loaded = float(await tab.evaluate("() => window.loaded"))
    await tab.context.close()
    return loaded


async def _receipts(tab: Tab, address: str) -> list[float]:
    await tab.goto(address)
    await tab.wait_for_selector(".phone .message")
    times = []
    for number in range(ROUNDS):
        await tab.wait_for_timeout(REST_MS)
        times.append(float(await tab.evaluate(SENDING, f"{45 + number} 30")))
    return times


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
