"""Files: a dossier as a workbook, a Word report or a plain table.

Only whoever prints imports the modules that write them: the rest of the bot stays small and starts fast.
"""

from pathlib import Path


class BrokenTemplate(Exception):
    """A template that cannot be filled: `path`, and what is wrong with it."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why
