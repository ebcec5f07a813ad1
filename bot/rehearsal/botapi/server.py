"""A Telegram Bot API server on this machine, for rehearsals and tests."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self

from aiohttp import web

from bot.domain.clock import Clock
from bot.rehearsal.botapi.answers import answered, refused
from bot.rehearsal.botapi.api import Accepted, Api
from bot.rehearsal.botapi.bots import BotAccount
from bot.rehearsal.botapi.breaking import break_answer, drop
from bot.rehearsal.botapi.calls import Call, read_call
from bot.rehearsal.botapi.errors import ApiError
from bot.rehearsal.botapi.faults import Faults
from bot.rehearsal.botapi.limits import AS_TELEGRAM_STATES, Limits, Refusal
from bot.rehearsal.botapi.methods import METHODS
from bot.rehearsal.botapi.updates import DAY_S
from bot.rehearsal.botapi.world import World

HOST = "127.0.0.1"
_LARGEST_REQUEST = 64 * 1024 * 1024
_UNKNOWN = ApiError(404, "Not Found: method not found")


class BotApiServer:
    """Serve a world of chats over HTTP on loopback: `<base_url>/bot<token>/<method>`.

    `accepted` lists what was shown to people, `calls` counts calls by method, failed ones too,
    `refusals` lists the sends that the flood limits refused; `limits = None` takes the limits away.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        port: int = 0,
        world: World | None = None,
        limits: Limits | None = AS_TELEGRAM_STATES,
        routes: Iterable[web.AbstractRouteDef] = (),
    ) -> None:
        self.world = world or World(clock)
        self.api = Api(self.world, limits)
        self.faults = Faults(self.world.stage.changed)
        self.calls: Counter[str] = Counter()
        self.port = port
        self._app = web.Application(client_max_size=_LARGEST_REQUEST)
        self._app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._app.add_routes(routes)
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    @property
    def base_url(self) -> str:
        """Return what replaces `https://api.telegram.org`."""
        return f"http://{HOST}:{self.port}"

    @property
    def bot(self) -> BotAccount:
        """Return the world's first bot."""
        return self.world.bot

    @property
    def token(self) -> str:
        """Return the first bot's token."""
        return self.world.bot.token

    @property
    def accepted(self) -> list[Accepted]:
        """Return the record of what was shown to people."""
        return self.api.accepted

    @property
    def refusals(self) -> list[Refusal]:
        """Return the record of sends that the flood limits refused."""
        return self.api.refusals

    @property
    def limits(self) -> Limits | None:
        """Return the flood limits."""
        return self.api.limits

    @limits.setter
    def limits(self, limits: Limits | None) -> None:
        """Change the flood limits; None takes them away."""
        self.api.limits = limits

    @property
    def pending_updates(self) -> int:
        """Return how many updates the first bot has not confirmed."""
        return len(self.bot.queue)

    @property
    def polling(self) -> bool:
        """Return whether the first bot waits in a long poll: it has nothing left to fetch."""
        return self.api.poller(self.bot).waiting

    @property
    def next_update_id(self) -> int:
        """Return the id of the first bot's next update."""
        return self.bot.queue.next_id

    @next_update_id.setter
    def next_update_id(self, number: int) -> None:
        """Let ids go on from `number`, backwards too."""
        self.bot.queue.next_id = number

    @property
    def slows_repolls(self) -> bool:
        """Return whether polls that repeat an offset are slowed as Telegram slows them."""
        return self.api.poller(self.bot).slows_repolls

    @slows_repolls.setter
    def slows_repolls(self, slows: bool) -> None:
        """Switch that brake."""
        self.api.poller(self.bot).slows_repolls = slows

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Listen; a port of 0 is replaced by a free one."""
        self._runner = web.AppRunner(self._app, access_log=None, handler_cancellation=True, shutdown_timeout=0.01)
        await self._runner.setup()
        await self.listen()

    async def listen(self) -> None:
        """Accept connections again after `go_dark`, on the same port."""
        if self._runner is None:
            raise RuntimeError("start the server first")
        self._site = web.TCPSite(self._runner, HOST, self.port)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def go_dark(self) -> None:
        """Cut all connections and refuse new ones, as a machine does that is down."""
        if self._site is not None:
            await self._site.stop()
        if self._runner is not None and self._runner.server is not None:
            for connection in self._runner.server.connections:
                connection.force_close()

    async def close(self) -> None:
        """Drop every connection and stop."""
        self.faults.release()
        for webhook in self.api.webhooks.values():
            await webhook.close()
        self.api.webhooks.clear()
        if self._runner is not None:
            await self._runner.cleanup()

    async def drained(self, within: float = 10.0) -> None:
        """Wait until every update queued so far is confirmed; TimeoutError after `within` seconds."""
        queue = self.bot.queue
        mark = queue.pushed
        await self.until(lambda: queue.confirmed_up_to(mark), within)

    async def until(self, true: Callable[[], bool], within: float = 10.0) -> None:
        """Wait until `true()` holds, looking whenever the world changes; TimeoutError otherwise.

        `within` is in real seconds, so that a lost message ends a test under any clock.
        """
        await self.world.stage.changed.until(true, within)

    def send_raw(self, update: Any, *, verbatim: bool = False) -> None:
        """Queue any JSON value as an update; unless `verbatim`, a dict without an id gets the next one."""
        queue = self.bot.queue
        if not verbatim and isinstance(update, dict) and "update_id" not in update:
            update = {"update_id": queue.next_id, **update}
        elif isinstance(update, dict) and isinstance(update.get("update_id"), int):
            queue.next_id = update["update_id"]
        queue.push_raw(json.dumps(update).encode(), expires=self.world.stage.seconds() + DAY_S)

    def repeat_batch(self, times: int = 1) -> None:
        """Serve the last batch again at the next `times` polls, as if it had not been confirmed."""
        self.bot.queue.replays += times

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, or break as the script says."""
        asked = request.match_info["method"].lower()
        name, _ = METHODS.get(asked, (asked, None))
        self.calls[name] += 1
        self.world.stage.changed.fire()
        if self.faults.armed and self.faults.pick_unread(asked):
            return drop(request)
        try:
            bot = self.world.authorised(request.match_info["token"])
            call = await read_call(request, name, bot)
        except ApiError as refusal:
            return refused(refusal)
        if self.faults.armed:
            fault = self.faults.pick(asked, call.chat_number())
            if fault is not None:
                return await break_answer(fault, request, self.faults, lambda: self._answer(asked, call))
        return await self._answer(asked, call)

    async def _answer(self, asked: str, call: Call) -> web.Response:
        """Carry out a call."""
        try:
            if asked not in METHODS:
                raise _UNKNOWN
            result = METHODS[asked][1](self.api, call)
            if isinstance(result, Awaitable):
                result = await result
        except ApiError as refusal:
            return refused(refusal)
        return answered(result)

    async def _download(self, request: web.Request) -> web.Response:
        """Serve a file that getFile has named."""
        try:
            self.world.authorised(request.match_info["token"])
        except ApiError as refusal:
            return refused(refusal)
        file = self.world.stage.files.by_path.get(request.match_info["path"])
        if file is None:
            return refused(ApiError(404, "Not Found"))
        return web.Response(body=file.data, content_type="application/octet-stream")
