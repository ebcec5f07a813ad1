"""The config file: frozen models that mirror it one to one, and faults that say what was wanted."""

import difflib
import json
import os
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from itertools import permutations
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, Self, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError, ValidationInfo, model_validator
from pydantic_core import ErrorDetails

from bot.domain.campaign import Campaign, Frozen, Share
from bot.domain.days import Calendar
from bot.domain.text import clean

TELEGRAM = "https://api.telegram.org"
TOKEN_VARIABLE = "TIENDO_TELEGRAM_TOKEN"  # noqa: S105  (the variable's name, not a token)
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"  # set by systemd for LoadCredential=
CREDENTIAL = "telegram.token"

Loc = tuple[int | str, ...]

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what Telegram takes as the secret_token of a webhook
_CREDENTIALS = re.compile(r"[0-9]{3,}(?::|%3[Aa])[A-Za-z0-9_-]{8,}|(?<=://)[^/@\s]+(?=@)")
_PYDANTIC = re.compile(r"^[A-Z]\w+ should (?:be |have )?")
_SQLITE = "sqlite:///"
_PORT = "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{1,4})"
_SHOWN = 80


class Fault(StrEnum):
    """What is wrong with a key; each value is the line that says so."""

    VALUE = "{key} = {value}: wanted {wanted}"
    MISSING = "{key} is missing: wanted {wanted}"
    UNKNOWN = "{key} is not a known key: wanted {wanted}"
    CONFLICT = "{key}: {wanted}"
    FILE = "{value}: wanted {wanted}"


@dataclass(eq=False)
class ConfigError(Exception):
    """One fault of the config: where it is, what stood there and what was wanted instead.

    `value` is the text to show, with tokens and passwords already taken out.
    """

    key: str
    value: str
    wanted: str
    fault: Fault = Fault.VALUE
    file: str = "config.toml"

    def __str__(self) -> str:
        return f"{self.file}: {self.fault.format(**vars(self))}"


@dataclass(eq=False)
class Problems(ConfigError):
    """Every fault of a config file at once: the first one, with all of them in `errors`."""

    errors: tuple[ConfigError, ...] = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self.errors))


def _beside(path: Path, info: ValidationInfo) -> Path:
    """Read a relative path from the folder of the config file; refuse a token pasted instead of its file's path."""
    if _CREDENTIALS.search(str(path)):
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
Listen = Annotated[str, _shaped(rf"([\w.-]+|\[[0-9a-fA-F:.]+\]):{_PORT}", '"host:port", such as "127.0.0.1:8080"')]


class Storage(Frozen):
    """Where the data lies."""

    url: Database = Field(f"{_SQLITE}tiendo.db", validate_default=True)

    @property
    def path(self) -> Path:
        """Return the database file; a relative one lies in the folder of the config file."""
        return Path(self.url.removeprefix(_SQLITE))


class Webhook(Frozen):
    """Where Telegram delivers, and the file with the secret that it shows with every delivery."""

    url: Address
    secret_file: Beside


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
        return self


class Web(Frozen):
    """Where health, metrics and the webhook are served."""

    listen: Listen = "127.0.0.1:8080"

    @property
    def address(self) -> tuple[str, int]:
        """Return the host without brackets, and the port; 0 means any free one."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


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
    telegram: Telegram = Telegram()
    web: Web = Web()
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

    def webhook_secret(self) -> SecretStr:
        """Return the secret that Telegram shows with every delivery; only in mode webhook."""
        wanted, key = "a file with 1 to 256 characters of A-Z a-z 0-9 _ -", "telegram.webhook.secret_file"
        held = self.telegram.webhook.secret_file if self.telegram.webhook else ""
        return self._secret(held, key, _SECRET, wanted)

    def warnings(self) -> tuple[ConfigError, ...]:
        """Return what is not wrong but unwise: secrets in files that other accounts can read."""
        telegram = self.telegram
        holders = {
            "telegram.token_file": telegram.token_file,
            "telegram.token": self._file if telegram.token else None,
            "telegram.webhook.secret_file": telegram.webhook and telegram.webhook.secret_file,
        }
        return tuple(
            ConfigError(key, f"{path} (mode {mode:04o})", "mode 0600", file=self._file.name)
            for key, path in holders.items()
            if path and os.name == "posix" and path.exists() and (mode := path.stat().st_mode & 0o777) & 0o077
        )

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
    # Without the empty table a defaulted storage would not learn which folder the config lies in.
    data = {"storage": {}, **_read(path)}
    faults = {error.key: error for error in _misfits((Config,), data, ())}
    config: Config | None = None
    try:
        config = Config.model_validate(data, context={"folder": path.absolute().parent, "file": path})
    except ValidationError as refused:
        for detail in refused.errors(include_url=False):
            error = _translated(detail, data)
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


def _read(path: Path) -> dict[str, Any]:
    """Parse the TOML of a file that editors may have given a byte order mark or decomposed accents."""
    wanted, found = "a config file in TOML, such as a copy of config.example.toml", ""
    try:
        return tomllib.loads(unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        found = error.strerror or type(error).__name__
    except ValueError as error:  # from the decoder or from the parser, which names the line
        wanted, found = "TOML in UTF-8", str(error)
    raise ConfigError(str(path), found, wanted, Fault.FILE, path.name)


# What TOML may hold for each type, and its name. Pydantic alone would read "500" and true as numbers.
_KINDS: dict[type, tuple[frozenset[type], str, str]] = {
    bool: (frozenset({bool}), "true or false", ""),
    int: (frozenset({int}), "a whole number", ""),
    float: (frozenset({int, float}), "a number", ""),
    str: (frozenset({str}), "text in quotes", ".*"),
    SecretStr: (frozenset({str}), "text in quotes", ".*"),
    Path: (frozenset({str}), "a path in quotes", ".+"),
    date: (frozenset({date, str}), "a date such as 2023-12-15", "[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    time: (frozenset({str}), 'a time such as "17:00"', "([01][0-9]|2[0-3]):[0-5][0-9]"),
    Share: (frozenset({str}), '"80% population"', "[0-9]{1,4}([.,][0-9]+)? ?% ?population"),
}


def _leaves(annotation: Any) -> tuple[type, ...]:
    """Return the types that a field's annotation is made of: tuple[date, ...] | None gives date."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return (str,)
    if origin is Annotated or origin is dict:
        return _leaves(args[0] if origin is Annotated else args[1])
    if args:
        return tuple(leaf for arg in args for leaf in _leaves(arg) if leaf is not NoneType)
    if annotation is Ellipsis:
        return ()
    return (str,) if issubclass(annotation, StrEnum) else (annotation,)


def _table(leaves: tuple[type, ...]) -> type[BaseModel] | None:
    return next((leaf for leaf in leaves if leaf not in _KINDS and issubclass(leaf, BaseModel)), None)


def _wanted(leaves: tuple[type, ...]) -> str:
    return " or ".join(dict.fromkeys(_KINDS[leaf][1] if leaf in _KINDS else "a table" for leaf in leaves))


def _misfits(leaves: tuple[type, ...], value: object, loc: Loc) -> Iterator[ConfigError]:
    """Yield unknown keys and values of another type than the models', which pydantic would bend to fit."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _misfits(leaves, item, (*loc, number))
    elif isinstance(value, dict):
        table = _table(leaves)
        for name, item in value.items():
            if table is None:
                yield from _misfits(leaves, item, (*loc, name))
            elif name in table.model_fields:
                yield from _misfits(_leaves(table.model_fields[name].annotation), item, (*loc, name))
            else:
                yield _unknown(name, table, loc)
    elif not any(_fits(leaf, value) for leaf in leaves):
        yield _bad(loc, value, _wanted(leaves))
    elif isinstance(value, str) and re.sub(" +", " ", value).strip(" ") != clean(value, len(value) + 1):
        yield _bad(loc, value, "text without control and invisible characters")


def _fits(leaf: type, value: object) -> bool:
    """Tell whether a plain value may stand for this type. Types are compared exactly: true is no number."""
    types, _, form = _KINDS.get(leaf, (frozenset(), "", ""))
    return type(value) in types and (not isinstance(value, str) or bool(re.fullmatch(form, value, re.DOTALL)))


def _unknown(name: str, table: type[BaseModel], loc: Loc) -> ConfigError:
    known = list(table.model_fields)
    near = difflib.get_close_matches(name, known, 1)
    wanted = f'"{near[0]}"' if near else f"one of {', '.join(known)}"
    return ConfigError(_key((*loc, name)), "", wanted, Fault.UNKNOWN)


def _bad(loc: Loc, value: object, wanted: str) -> ConfigError:
    return ConfigError(_key(loc), _shown(loc, value), wanted)


def _translated(detail: ErrorDetails, data: Mapping[str, Any]) -> ConfigError:
    """Turn one of pydantic's complaints into a fault of the file."""
    loc, value, leaves = _traced(detail["loc"], data)
    if detail["type"] == "missing":
        return ConfigError(_key(loc), "", _wanted(leaves), Fault.MISSING)
    context, value = detail.get("ctx", {}), detail["input"] if value is None else value
    if detail["type"] == "value_error":
        if isinstance(value, dict):
            return ConfigError(_key(loc), "", str(context["error"]), Fault.CONFLICT)
        return _bad(loc, value, str(context["error"]))
    if detail["type"].endswith(("_type", "_parsing")):
        return _bad(loc, value, "a list in [ ]" if detail["type"] == "tuple_type" else _wanted(leaves))
    return _bad(loc, value, _PYDANTIC.sub("", detail["msg"]).replace("match pattern", "the form").replace("'", '"'))


def _traced(loc: Loc, data: Mapping[str, Any]) -> tuple[Loc, object, tuple[type, ...]]:
    """Return as much of pydantic's path as the file has (unions add steps), and the value and types there."""
    value: Any = data
    leaves: tuple[type, ...] = (Config,)
    for depth, step in enumerate(loc):
        table = _table(leaves)
        if isinstance(value, dict) and table and step in table.model_fields:
            leaves = _leaves(table.model_fields[str(step)].annotation)
        elif not isinstance(value, (dict, list)):
            return loc[:depth], value, leaves
        found = value if isinstance(value, dict) else dict(enumerate(value))
        value = found.get(step)
    return loc, value, leaves


def _key(loc: Loc) -> str:
    """Return a path as people write it: campaigns[0].metrics[1].entry."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{clean(step, _SHOWN)}" for step in loc)
    return "".join(steps).removeprefix(".") or "the file"


def _shown(loc: Loc, value: object) -> str:
    """Return a value as it stands in the file, shortened, with tokens and passwords taken out."""
    if loc and loc[-1] in {"token", "tokens"}:
        return "(not shown)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    shown = clean(_CREDENTIALS.sub("(not shown)", text))
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return f'"{shown}"' if isinstance(value, str) else shown
