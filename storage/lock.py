"""The instance lock: one process writes."""

import fcntl
import os
from pathlib import Path
from typing import Self

from storage.errors import InstanceRunning


class InstanceLock:
    """Held by the one process that may write; the operating system frees it however that process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._file = -1

    def __enter__(self) -> Self:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise InstanceRunning(self._path) from None
        except OSError:
            os.close(self._file)
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._file)
