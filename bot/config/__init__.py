"""The config file: frozen models that mirror it one to one, and faults that say what was wanted."""

import difflib
import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import time
from itertools import permutations
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, model_validator

from bot.config.faults import ConfigError, Fault, Problems
from bot.config.misfits import CREDENTIALS, misfits, translated
from bot.domain.campaign import Campaign, Frozen
from bot.domain.days import Calendar

__all__ = ["Config", "ConfigError", "Problems", "check", "find", "load", "read"]

TELEGRAM = "https://api.telegram.org"
TOKEN_VARIABLE = "TIENDO_TELEGRAM_TOKEN"  # noqa: S105  (the variable's name, not a token)
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"  # set by systemd for LoadCredential=
CREDENTIAL = "telegram.token"
SECRET_VARIABLE = "TIENDO_WEBHOOK_SECRET"  # noqa: S105  (as above)
SECRET_CREDENTIAL = "webhook.secret"  # noqa: S105  (as above)
PAGES = ("/", "/healthz", "/readyz", "/metrics")

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what Telegram takes as the secret_token of a webhook
_SQLITE = "sqlite:///"
_PORT = "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{1,4})"


def _beside(path: Path, info: ValidationInfo) -> Path:
    """Read a relative path from the folder of the config file; refuse a token pasted instead of its file's path."""
    if CREDENTIALS.search(str(path)):
        raise ValueError("the path of a file")
    return Path((info.context or {}).get("folder", ""), path)


def _anchored(url: str, info: ValidationInfo) -> str:
    return f"{_SQLITE}{_beside(Path(url.removeprefix(_SQLITE)), info)}"


def _shaped(pattern: str, wanted: str) -> AfterValidator:
    """Return a check that refuses text of another form, saying what was wanted."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(wanted)
        return text

    return AfterValidator(check)


_FILE = '"sqlite:///" and the path of a file, such as "sqlite:///tiendo.db"'
_WEB = r"https?://(?!.*/bot[0-9]+:)[^/?#@\s]+(/[^?#\s]*[^?#\s/])?"
Beside = Annotated[Path, AfterValidator(_beside)]
Database = Annotated[str, _shaped(rf"{_SQLITE}[^:?#][^?#]*", _FILE), AfterValidator(_anchored)]
Address = Annotated[str, _shaped(_WEB, f'a web address such as "{TELEGRAM}"')]
Listen = Annotated[str, _shaped(rf"|([\w.-]+|\[[0-9a-fA-F:.]+\]):{_PORT}", '"host:port", such as "127.0.0.1:8080"')]


class Storage(Frozen):
    """Where the data lies."""

    url: Database = Field(f"{_SQLITE}tiendo.db", validate_default=True)

    @property
    def path(self) -> Path:
        """Return the database file; a relative one lies in the folder of the config file."""
        return Path(self.url.removeprefix(_SQLITE))


class Backup(Frozen):
    """When verified copies are made, where they lie, and how many stay: the newest of so many days and weeks."""

    at: time = time(2, 30)
    keep: Annotated[int, Field(ge=0, le=366)] = 14
    keep_weeks: Annotated[int, Field(ge=0, le=520)] = 8
    folder: Beside | None = None

    @property
    def enabled(self) -> bool:
        """Tell whether any are to be kept, and so to be made."""
        return self.keep + self.keep_weeks > 0

    def folder_of(self, database: Path) -> Path:
        """Return the folder: the one named, or `backups` beside the database."""
        return self.folder or database.parent / "backups"


class Webhook(Frozen):
    """Where Telegram delivers, and the file with the secret that it shows with every delivery."""

    url: Address
    secret_file: Beside

    @property
    def path(self) -> str:
        """Return what of the address is asked of our own server."""
        return urlsplit(self.url).path or "/"


class Telegram(Frozen):
    """How Telegram is reached."""

    token_file: Beside | None = None
    token: SecretStr | None = None
    base_url: Address = TELEGRAM
    mode: Literal["polling", "webhook"] = "polling"
    webhook: Webhook | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.token and self.token_file:
            raise ValueError("token and token_file exclude each other")
        if self.mode == "webhook" and not self.webhook:
            raise ValueError('mode = "webhook" needs [telegram.webhook] with url and secret_file')
        if self.webhook and self.base_url == TELEGRAM and not self.webhook.url.startswith("https:"):
            raise ValueError(f"{TELEGRAM} delivers only to https; webhook.url begins otherwise")
        if self.webhook and self.webhook.path in PAGES:
            raise ValueError(f'webhook.url needs a path of its own, such as "{self.webhook.url.rstrip("/")}/telegram"')
        return self


class Files(Frozen):
    """The files that `/xuat` and `tiendo export` make: the office's own template of the Word report, if any."""

    report_template: Beside | None = None


class Web(Frozen):
    """Where health, metrics and the webhook are served; nowhere if that is empty."""

    listen: Listen = "127.0.0.1:8080"

    @property
    def address(self) -> tuple[str, int] | None:
        """Return the host without brackets, and the port; 0 means any free one. None where nobody listens."""
        if not self.listen:
            return None
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def is_private(self) -> bool:
        """Tell whether nobody but this machine can ask."""
        host = self.address[0] if self.address else "localhost"
        return host in {"localhost", "::1"} or host.startswith("127.")


class Logs(Frozen):
    """How the log is written: as JSON, one line each, or for people; `auto` looks whether somebody watches."""

    format: Literal["auto", "json", "console"] = "auto"


def _zone(name: str) -> str:
    """Refuse a time zone that does not load, saying whether its name or the machine's data is at fault."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        if not known:
            raise ValueError("time zone data: install the Python package tzdata") from None
        near = difflib.get_close_matches(name, known, 1) or ["Asia/Ho_Chi_Minh"]
        raise ValueError(f'a time zone such as "{near[0]}"') from None
    return name


class Config(Frozen):
    """The whole config file."""

    language: Literal["vi", "en"] = "vi"
    timezone: Annotated[str, AfterValidator(_zone)] = Field("Asia/Ho_Chi_Minh", validate_default=True)
    # Telegram's ids of people are positive and have at most 52 significant bits.
    admins: tuple[Annotated[int, Field(gt=0, lt=1 << 52)], ...] = ()
    storage: Storage = Storage()
    backup: Backup = Backup()
    telegram: Telegram = Telegram()
    web: Web = Web()
    logs: Logs = Logs()
    files: Files = Files()
    calendar: Calendar = Calendar()
    campaigns: Annotated[tuple[Campaign, ...], Field(min_length=1)]
    _file: Path = Path("config.toml")

    def model_post_init(self, context: Any, /) -> None:
        """Remember the file that this was read from."""
        self._file = (context or {}).get("file", self._file)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for one, other in permutations(self.campaigns, 2):
            if one.code == other.code:
                raise ValueError(f'two campaigns have the code "{one.code}"')
            if any(one.code in metric.spoken for metric in other.metrics):
                raise ValueError(f'"{one.code}" is a campaign and a metric of campaign "{other.code}"')
        if self.telegram.mode == "webhook" and not self.web.listen:
            raise ValueError('mode = "webhook" needs [web] listen')
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone that days and schedules are reckoned in."""
        return ZoneInfo(self.timezone)

    def token(self, env: Mapping[str, str]) -> SecretStr:
        """Return the bot token: from the environment, a credential of systemd, the file or the config itself."""
        wanted = f"a bot token from @BotFather, in {TOKEN_VARIABLE} or in the file that token_file names"
        telegram, held = self.telegram, env.get(TOKEN_VARIABLE, "")
        if held:
            return self._secret(held, TOKEN_VARIABLE, _TOKEN, wanted)
        credential = Path(env.get(CREDENTIALS_VARIABLE, ""), CREDENTIAL)
        if env.get(CREDENTIALS_VARIABLE) and credential.is_file():
            return self._secret(credential, CREDENTIAL, _TOKEN, wanted)
        if telegram.token_file:
            return self._secret(telegram.token_file, "telegram.token_file", _TOKEN, wanted)
        held = telegram.token.get_secret_value() if telegram.token else ""
        return self._secret(held, "telegram.token", _TOKEN, wanted)

    def webhook_secret(self, env: Mapping[str, str]) -> SecretStr:
        """Return the secret that Telegram shows with every delivery, as `token` does; only in mode webhook."""
        wanted, key = "a file with 1 to 256 characters of A-Z a-z 0-9 _ -", "telegram.webhook.secret_file"
        if env.get(SECRET_VARIABLE):
            return self._secret(env[SECRET_VARIABLE], SECRET_VARIABLE, _SECRET, wanted)
        credential = Path(env.get(CREDENTIALS_VARIABLE, ""), SECRET_CREDENTIAL)
        if env.get(CREDENTIALS_VARIABLE) and credential.is_file():
            return self._secret(credential, SECRET_CREDENTIAL, _SECRET, wanted)
        held = self.telegram.webhook.secret_file if self.telegram.webhook else ""
        return self._secret(held, key, _SECRET, wanted)

    def warnings(self) -> tuple[ConfigError, ...]:
        """Return what is not wrong but unwise: secrets that other accounts can read, pages that other machines can."""
        telegram = self.telegram
        holders = {
            "telegram.token_file": telegram.token_file,
            "telegram.token": self._file if telegram.token else None,
            "telegram.webhook.secret_file": telegram.webhook and telegram.webhook.secret_file,
        }
        readable = tuple(
            ConfigError(key, f"{path} (mode {mode:04o})", "mode 0600", file=self._file.name)
            for key, path in holders.items()
            if path and os.name == "posix" and path.exists() and (mode := path.stat().st_mode & 0o777) & 0o077
        )
        if self.web.is_private:
            return readable
        wanted = "127.0.0.1, or a firewall before it: health and metrics are for this machine alone"
        return (*readable, ConfigError("web.listen", f'"{self.web.listen}"', wanted, file=self._file.name))

    def _secret(self, held: str | Path, key: str, shape: re.Pattern[str], wanted: str) -> SecretStr:
        try:
            text = held if isinstance(held, str) else held.read_text(encoding="utf-8-sig", errors="replace")
        except OSError as error:
            raise ConfigError(key, f"{held} ({error.strerror})", wanted, file=self._file.name) from None
        if shape.fullmatch(text.strip()):
            return SecretStr(text.strip())
        fault = Fault.VALUE if held else Fault.MISSING
        raise ConfigError(key, "(not shown)", wanted, fault, self._file.name)


def find(option: str | None, env: Mapping[str, str]) -> Path:
    """Return the config file to read: the option, else what the environment names, else config.toml."""
    return Path(option or env.get("TIENDO_CONFIG") or "config.toml")


def load(path: Path) -> Config:
    """Read and check a config file; Problems with every fault where it does not hold."""
    return check(read(path), path)


def check(data: Mapping[str, Any], path: Path) -> Config:
    """Check what a config file holds, or is to hold; Problems with every fault where it does not hold."""
    # Without the empty table a defaulted storage would not learn which folder the config lies in.
    data = {"storage": {}, **data}
    faults = {error.key: error for error in misfits((Config,), data, ())}
    config: Config | None = None
    try:
        config = Config.model_validate(data, context={"folder": path.absolute().parent, "file": path})
    except ValidationError as refused:
        for detail in refused.errors(include_url=False):
            error = translated(detail, data, Config)
            # A list whose items are refused counts as empty, which would be said on top of it.
            if not any(key.startswith((f"{error.key}[", f"{error.key}.")) for key in faults):
                faults.setdefault(error.key, error)
    # Raised outside of the handler: pydantic's error holds the input, and with it the token.
    if config is None or faults:
        for error in faults.values():
            error.file = path.name
        first, *_ = found = tuple(faults.values())
        raise Problems(first.key, first.value, first.wanted, first.fault, first.file, found)
    return config


def read(path: Path) -> dict[str, Any]:
    """Parse the TOML of a file that editors may have given a byte order mark or decomposed accents."""
    wanted, found = "a config file in TOML, such as a copy of config.example.toml", ""
    try:
        return tomllib.loads(unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        found = error.strerror or type(error).__name__
    except ValueError as error:  # from the decoder or from the parser, which names the line
        wanted, found = "TOML in UTF-8", str(error)
    raise ConfigError(str(path), found, wanted, Fault.FILE, path.name)
