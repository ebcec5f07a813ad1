"""What a page weighs in the browser, once its rubbish has been taken out."""

from dataclasses import dataclass

from playwright.async_api import Page as Tab


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of the script's heap, nodes of all documents (also those that only the script holds), bubbles shown."""

    heap: int
    nodes: int
    bubbles: int


async def weigh(tab: Tab) -> Weight:
    """Return what the page weighs."""
    session = await tab.context.new_cdp_session(tab)
    await session.send("Performance.enable")
    for _ in range(2):  # what the first round lets go may hold what the second takes
        await session.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in (await session.send("Performance.getMetrics"))["metrics"]}
    await session.detach()
    return Weight(
        round(metrics["JSHeapUsedSize"]), round(metrics["Nodes"]), await tab.locator(".message, .service").count()
    )
