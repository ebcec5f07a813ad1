"""`tiendo run`: the real bot, until a signal or a fault."""

import asyncio
import gc
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from functools import partial

import click
import structlog

from bot import logs
from bot.app import SystemClock, TaskEnded, running, setting_of
from bot.channels import Channel
from bot.channels.telegram import TelegramChannel
from bot.check.start import make_fit
from bot.cli.codes import FAILED
from bot.cli.configuring import configured
from bot.cli.failures import explain, leaves
from bot.cli.work import must_be_writable
from bot.config import Config
from bot.control import Control, Declined, Failure, NoAnswer, Nobody, ask, socket_path
from bot.domain.clock import Clock
from bot.domain.fingerprint import fingerprint
from bot.operations import ACTOR
from bot.service import Serving
from bot.systemd import Notifier
from storage import audit, meta
from storage.errors import InstanceRunning
from storage.sqlite import Tx

STOP_S = 7.5
FAULT_S = 4.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)
GARBAGE = 10_000  # objects more than there were, at which the youngest are looked through
LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("auto", "json", "console")

log = structlog.get_logger()


@click.command()
@click.option("--log-level", type=click.Choice(LEVELS), default="info", show_default=True)
@click.option(
    "--log-format", type=click.Choice(FORMATS), envvar="TIENDO_LOG_FORMAT", help="Else as [logs] format says."
)
@configured
def run(config: Config, log_level: str, log_format: str | None) -> None:
    """Run the bot until SIGTERM or SIGINT. A second signal ends it at once."""
    must_be_writable(config.storage.path)
    os.umask(0o077)
    token = config.token(os.environ)
    secret = config.webhook_secret(os.environ) if config.telegram.mode == "webhook" else None
    hidden = [each.get_secret_value() for each in (token, secret) if each is not None]
    logs.configure(log_level, secrets=hidden, form=log_format or config.logs.format)
    for warning in config.warnings():
        log.warning("unwise config", problem=str(warning))
    log.info("starting", sqlite=sqlite3.sqlite_version, pid=os.getpid())
    clock = SystemClock()
    serving = Serving(secret, Notifier.of(os.environ))
    code = _process(config, TelegramChannel(token, config.telegram.base_url, clock), clock, serving)
    click.get_current_context().exit(code)


class Patience:
    """Ends the process by itself where stopping in good order takes too long."""

    def __init__(self) -> None:
        self.code = FAILED
        self._timer: threading.Timer | None = None

    def start(self, seconds: float) -> None:
        """Allow so many seconds from now; only the first call counts."""
        if self._timer is None:
            # A thread's timer, because the event loop may be what does not move. It is never cancelled: a
            # look-up of a name that hangs would keep the interpreter from ending even after all is closed.
            self._timer = threading.Timer(seconds, lambda: os._exit(self.code))
            self._timer.daemon = True
            self._timer.start()


def _process(config: Config, channel: Channel, clock: Clock, serving: Serving) -> int:
    """Run the bot as this process, with its signals; return the exit code."""
    patience = Patience()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        stop = asyncio.Event()

        def on_signal(number: int) -> None:
            if stop.is_set():
                os._exit(128 + number)
            log.info("stopping", signal=signal.Signals(number).name)
            serving.notifier.stopping()
            patience.start(STOP_S)
            stop.set()

        for number in SIGNALS:
            runner.get_loop().add_signal_handler(number, on_signal, number)
        try:
            for line in make_fit(config):
                log.warning("unwise ground", subject=line.subject, problem=line.text)
            runner.run(work(config, channel, clock, stop, lambda: patience.start(FAULT_S), serving))
        except Exception as error:  # noqa: BLE001  (whatever ends the bot is named in the log and by the exit code)
            patience.code = _report(error, config)
        else:
            patience.code = 0
            log.info("stopped")
    return patience.code


async def work(
    config: Config,
    channel: Channel,
    clock: Clock,
    stop: asyncio.Event,
    at_fault: Callable[[], None],
    serving: Serving = Serving(),  # noqa: B008  (frozen)
) -> None:
    """Run the bot until `stop` is set. Raises what ended it before; `at_fault` is called as soon as that is known."""
    path = socket_path(config.storage.path)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        async with (
            running(config, channel, clock, serving=serving) as (app, task),
            Control(app.store, setting_of(config), path, clock, explain) as control,
        ):
            control.done = app.wake
            if app.service is not None:
                app.service.watch.guard("control", lambda: control.lives)
            await app.store.write(partial(note_start, config=config, clock=clock))
            ready = asyncio.ensure_future(app.ready.wait())
            await asyncio.wait((task, stopping, ready), return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            spare_what_stays()
            await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
            if app.service is not None:
                app.service.watch.release()  # the socket is closed before the bot has stopped
            if task.done():
                at_fault()
                raise (None if task.cancelled() else task.exception()) or TaskEnded("app")
    finally:
        stopping.cancel()


def spare_what_stays() -> None:
    """Look for garbage among what is made from now on, and less often than Python does by itself.

    The roster stays, and to look through a nation's takes 60 ms each time. What a batch of reports makes is gone with
    it, without any search.
    """
    gc.freeze()
    gc.set_threshold(GARBAGE)


def note_start(tx: Tx, config: Config, clock: Clock) -> None:
    """Note since when the bot runs, and what of its config is another than at its last start."""
    now = int(clock.now().timestamp())
    meta.put(tx, "started", str(now))
    audit.note_config(tx, now, ACTOR, fingerprint(config.model_dump(mode="json")))


def _report(error: Exception, config: Config) -> int:
    """Write the one line that says why the bot ended, and return the exit code."""
    failure = _other_instance(error, config) if isinstance(error, InstanceRunning) else explain(error)
    cause = next(leaves(error))
    log.error(failure.text, exit=failure.code, error=type(cause).__name__, place=logs.place(cause))
    return failure.code


def _other_instance(error: InstanceRunning, config: Config) -> Failure:
    try:
        who = ask(socket_path(config.storage.path), "who")
    except (Nobody, NoAnswer, Declined):
        return explain(error)
    return Failure(f"the bot runs already on this database: process {who['pid']}, since {who['since']}", FAILED)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's, where there is one: about twice as fast."""
    try:
        import uvloop  # noqa: PLC0415  (optional)
    except ImportError:
        return None
    return uvloop.new_event_loop
