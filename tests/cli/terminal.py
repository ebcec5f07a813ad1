"""A terminal in a folder with a config and a roster: in this process, or as a process of its own."""

import asyncio
import os
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from bot.cli import program
from bot.config import Config, load
from tests import cast

CONFIG = """
timezone = "Asia/Ho_Chi_Minh"
admins = [1000001]

[telegram]
token = "{token}"
base_url = "{base_url}"

[web]
listen = "127.0.0.1:0"

[calendar]
working_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

[[campaigns]]
code = "vneid"
name = "Cao điểm"
root = "BT"
starts = 2020-01-01
deadline = 2099-12-31
  [[campaigns.metrics]]
  code = "tn"
  name = "Thu nhận"
  [[campaigns.metrics]]
  code = "kh"
  name = "Kích hoạt"
  at_most = "tn"
  main = true
"""
NOBODY = "http://127.0.0.1:9"  # no server listens there
ROOT = Path(__file__).parent.parent.parent
ENDS_WITHIN_S = 30


class Terminal:
    """Types commands; `folder` holds config.toml, roster.csv and the data."""

    def __init__(self, folder: Path, token: str = cast.TOKEN, base_url: str = NOBODY) -> None:
        self.folder = folder
        self.file = folder / "config.toml"
        self.roster = folder / "roster.csv"
        self.data = folder / "tiendo.db"
        self.write_config(CONFIG.format(token=token, base_url=base_url))
        self.roster.write_text(cast.ROSTER, encoding="utf-8")

    def write_config(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.file.chmod(0o600)

    @property
    def config(self) -> Config:
        return load(self.file)

    def type(self, *words: object) -> Result:
        """Run a command in this process."""
        return CliRunner().invoke(program, [*map(str, words), "--config", str(self.file)], prog_name="tiendo")

    def fill(self) -> None:
        """Import the roster."""
        result = self.type("roster", "import", self.roster, "--apply")
        assert result.exit_code == 0, result.output

    def query(self, sql: str) -> list[Any]:
        """Look into the file beside everybody."""
        with closing(sqlite3.connect(self.data)) as connection:
            return connection.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Change the file behind everybody's back."""
        with closing(sqlite3.connect(self.data)) as connection, connection:
            connection.execute(sql)

    async def start(self, *words: str, code: str = "from bot.__main__ import main; main()") -> Process:
        """Start a command as a process of its own; `code` may break something before it calls main."""
        command = (sys.executable, "-c", code, *words, "--config", str(self.file))
        # PYTHONUNBUFFERED only so that a failing test shows how far the process came.
        env = {**os.environ, "PYTHONUNBUFFERED": "1"}
        return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=env, stdout=PIPE, stderr=PIPE)


async def end(process: Process) -> tuple[int, str]:
    """Wait for a process and return its exit code and what it wrote to stderr."""
    async with asyncio.timeout(ENDS_WITHIN_S):
        _, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, errors.decode()
