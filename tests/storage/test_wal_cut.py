"""S7: the log cut anywhere, as a power cut may leave it."""

from functools import partial
from pathlib import Path

import pytest

from storage import meta
from storage.errors import Behind
from storage.sqlite import Tx, open_reader, open_store

HEADER, FRAME = 32, 24 + 4_096
UNITS = 12


def unit(tx: Tx, number: int) -> None:
    """Write two rows that belong together, one of them longer than a page."""
    meta.put(tx, f"{number}.a", "x" * 6_000)
    meta.put(tx, f"{number}.b", "x")


def numbers(tx: Tx) -> list[int]:
    rows = [str(row[0]).partition(".") for row in tx.all("SELECT key FROM meta")]
    found = sorted({int(number) for number, _, _ in rows})
    assert len(rows) == 2 * len(found)
    assert tx.all("PRAGMA quick_check")[0][0] == "ok"
    return found


class Files:
    """The file and its log, as a crash leaves them: copied while the store is open, and put back cut."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path.with_name(path.name + "-wal")
        self.index = path.with_name(path.name + "-shm")

    def length(self) -> int:
        return self.log.stat().st_size

    def keep(self) -> None:
        self.file, self.whole = self.path.read_bytes(), self.log.read_bytes()

    def cut(self, length: int) -> None:
        self.path.write_bytes(self.file)
        self.log.write_bytes(self.whole[:length])
        self.index.unlink(missing_ok=True)


async def crashed(path: Path) -> tuple[Files, list[int]]:
    """Write the units; return the files, and how long the log was when each unit was acknowledged."""
    files, sizes = Files(path), []
    async with open_store(path, create=True):
        pass
    async with open_store(path) as store:
        for number in range(UNITS):
            await store.write(partial(unit, number=number))
            sizes.append(files.length())
        files.keep()
    return files, sizes


async def test_S7_a_log_cut_anywhere_opens_on_a_prefix_that_holds_all_that_was_acknowledged(path: Path) -> None:
    files, sizes = await crashed(path)
    frames = range(HEADER, sizes[-1] + 1, FRAME)
    assert len(files.whole) == sizes[-1] == frames[-1]
    bytes_between = (frame + offset for frame in frames for offset in (-1, 1, 12, 24, 2_000))
    for cut in sorted({0, 1, *frames, *range(700, sizes[-1], 9_973), *bytes_between} & set(range(sizes[-1] + 1))):
        files.cut(cut)
        async with open_reader(path) as reader:
            found = await reader.read(numbers)
        assert found == list(range(sum(size <= cut for size in sizes))), cut


async def test_S7_a_log_cut_in_the_middle_is_refused_until_the_loss_is_accepted(path: Path) -> None:
    files, sizes = await crashed(path)
    files.cut(sizes[5] + FRAME)
    with pytest.raises(Behind) as refused:
        async with open_store(path):
            pass
    assert refused.value.found is not None
    assert refused.value.known.commits - refused.value.found.commits == UNITS - 6
    async with open_store(path, accept_loss=True) as store:
        await store.write(partial(unit, number=100))
    async with open_store(path) as store:
        assert await store.read(numbers) == [*range(6), 100]
