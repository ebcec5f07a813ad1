"""Claims about the words to systemd."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.systemd import Notifier


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(1)
        yield listening


def test_what_is_said_arrives_and_a_status_is_said_once(supervisor: socket.socket, tmp_path: Path) -> None:
    notifier = Notifier.of({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    notifier.ready()
    notifier.status("works")
    notifier.status("works")
    notifier.alive()
    notifier.stopping()
    said = [supervisor.recv(100) for _ in range(4)]
    assert said == [b"READY=1", b"STATUS=works", b"WATCHDOG=1", b"STOPPING=1"]


def test_an_address_that_is_no_file_is_spoken_to() -> None:
    name = f"tiendo-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        Notifier(f"@{name}").ready()
        assert listening.recv(100) == b"READY=1"


def test_nobody_is_spoken_to_where_nobody_listens(tmp_path: Path) -> None:
    Notifier().ready()
    Notifier(str(tmp_path / "gone")).ready()


@pytest.mark.parametrize(
    ("env", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_for_the_process_that_is_meant(env: dict[str, str], seconds: float | None) -> None:
    assert Notifier.of(env).watchdog == seconds
