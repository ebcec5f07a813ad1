"""Words to the supervisor, as systemd's sd_notify(3) defines them: datagrams to the socket in NOTIFY_SOCKET."""

import os
import socket
from collections.abc import Mapping
from typing import Self

import structlog

SOCKET = "NOTIFY_SOCKET"
WATCHDOG = "WATCHDOG_USEC"
WATCHDOG_PID = "WATCHDOG_PID"
MICRO = 1_000_000

log = structlog.get_logger()


class Notifier:
    """Tells the supervisor how the process stands; without an `address` nobody listens and nothing is said.

    `watchdog` is within how many seconds a sign of life is wanted, None where none is.
    """

    def __init__(self, address: str = "", watchdog: float | None = None) -> None:
        self.watchdog = watchdog
        # A leading @ stands for the zero byte of an address that is no file.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._status = ""

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Self:
        """Return what the environment names."""
        return cls(env.get(SOCKET, ""), _watchdog(env))

    def ready(self) -> None:
        """Say that the start is over."""
        self._say("READY=1")

    def alive(self) -> None:
        """Give the sign of life that the watchdog waits for."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the process is leaving."""
        self._say("STOPPING=1")

    def status(self, text: str) -> None:
        """Show one line in `systemctl status`, where it is another than before."""
        if text != self._status:
            self._status = text
            self._say(f"STATUS={text}")

    def _say(self, line: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
                connection.settimeout(0)  # a supervisor that does not listen must not hold the bot
                connection.sendto(line.encode(), self._address)
        except OSError as error:
            log.warning("the supervisor does not listen", error=type(error).__name__)


def _watchdog(env: Mapping[str, str]) -> float | None:
    """Return the watchdog's time, where it is this process that is meant."""
    micros, meant = env.get(WATCHDOG, ""), env.get(WATCHDOG_PID, "")
    if not micros.isdecimal() or (meant and meant != str(os.getpid())):
        return None
    return int(micros) / MICRO
