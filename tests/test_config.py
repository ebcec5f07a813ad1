"""Claims about the config file."""

import os
import re
import tomllib
import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.config import Config, ConfigError, Problems, find, load
from bot.config.misfits import leaves_of

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
TOKEN = "123456789:AAE-made_up_token_of_35_characters0"
CAMPAIGN = """
[[campaigns]]
code = "vneid"
name = "Cao điểm"
root = "BT"
starts = 2023-11-15
deadline = 2023-12-15
  [[campaigns.metrics]]
  code = "tn"
  name = "Thu nhận"
"""


def write(folder: Path, top: str = "", campaign: str = CAMPAIGN, rest: str = "") -> Path:
    file = folder / "config.toml"
    file.write_text(f"{top}\n{campaign}\n{rest}", encoding="utf-8")
    return file


def complaint(folder: Path, top: str = "", campaign: str = CAMPAIGN, rest: str = "") -> str:
    with pytest.raises(ConfigError) as refused:
        load(write(folder, top, campaign, rest))
    return str(refused.value)


def test_a_campaign_is_all_that_a_config_needs(tmp_path: Path) -> None:
    config = load(write(tmp_path))
    assert (config.language, config.zone.key, config.admins) == ("vi", "Asia/Ho_Chi_Minh", ())
    assert config.telegram.base_url == "https://api.telegram.org"
    assert config.web.address == ("127.0.0.1", 8080)
    assert config.storage.path == tmp_path / "tiendo.db"


@pytest.mark.parametrize(
    ("top", "line"),
    [
        ('language = "fr"', 'language = "fr": wanted "vi" or "en"'),
        ('admins = ["1"]', 'admins[0] = "1": wanted a whole number'),
        ("admins = [true]", "admins[0] = true: wanted a whole number"),
        ("admins = [1.0]", "admins[0] = 1.0: wanted a whole number"),
        ("admins = [-100123]", "admins[0] = -100123: wanted greater than 0"),
        ("admins = [99999999999999999999]", "admins[0] = 99999999999999999999: wanted less than 4503599627370496"),
        ("admins = 5", "admins = 5: wanted a list in [ ]"),
        ("web = 5", "web = 5: wanted a table"),
        ("lenguage = 'vi'", 'lenguage is not a known key: wanted "language"'),
        ("[web]\nlisten = '8080'", 'web.listen = "8080": wanted "host:port", such as "127.0.0.1:8080"'),
        ("[web]\nlisten = 'a:65536'", 'web.listen = "a:65536": wanted "host:port", such as "127.0.0.1:8080"'),
        ("[calendar]\nholiday = []", 'calendar.holiday is not a known key: wanted "holidays"'),
        ("[calendar]\nquiet = ['9:00', '10:00']", 'calendar.quiet[0] = "9:00": wanted a time such as "17:00"'),
        ("[calendar]\nquiet = ['21:00']", 'calendar.quiet[1] is missing: wanted a time such as "17:00"'),
        ("[calendar]\nholidays = ['2/9/2023']", 'calendar.holidays[0] = "2/9/2023": wanted a date such as 2023-12-15'),
        ("[calendar]\nholidays = [1693612800]", "calendar.holidays[0] = 1693612800: wanted a date such as 2023-12-15"),
        ("[calendar]\nholidays = [2023-02-30]", "wanted TOML in UTF-8"),
        ("[telegram]\nmode = 'push'", 'telegram.mode = "push": wanted "polling" or "webhook"'),
        (
            "[telegram]\nmode = 'webhook'",
            'telegram: mode = "webhook" needs [telegram.webhook] with url and secret_file',
        ),
        ("[telegram]\nbase_url = 'ftp://x'", 'telegram.base_url = "ftp://x": wanted a web address'),
        ("[telegram.webhook]\nurl = 'https://x.vn'", "telegram.webhook.secret_file is missing: wanted a path"),
        (
            "[telegram]\nmode = 'webhook'\nwebhook = {url = 'http://x.vn', secret_file = 's'}",
            "telegram: https://api.telegram.org delivers only to https",
        ),
        ("[storage]\nurl = 'sqlite://x.db'", 'storage.url = "sqlite://x.db": wanted "sqlite:///" and the path'),
        ("[storage]\nurl = 'sqlite:///:memory:'", 'storage.url = "sqlite:///:memory:": wanted "sqlite:///"'),
    ],
)
def test_a_bad_value_is_named_with_what_was_wanted(tmp_path: Path, top: str, line: str) -> None:
    said = complaint(tmp_path, top)
    assert said.startswith("config.toml: ")
    assert line in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('code = "tn"', 'code = "tn"\nentry = "dayly"', 'metrics[0].entry = "dayly": wanted "daily" or "cumulative"'),
        ('code = "tn"', 'code = "tn"\nmax_per_day = "500"', 'metrics[0].max_per_day = "500": wanted a whole number'),
        ('code = "tn"', 'code = "tn"\nmax_per_day = 500.0', "metrics[0].max_per_day = 500.0: wanted a whole number"),
        ('code = "tn"', 'code = "tn"\nmain = 1', "metrics[0].main = 1: wanted true or false"),
        ('code = "tn"', 'code = "tn"\nat_moist = "kh"', 'metrics[0].at_moist is not a known key: wanted "at_most"'),
        ('code = "tn"', 'code = "tn"\naliases = "hs"', 'metrics[0].aliases = "hs": wanted a list in [ ]'),
        ('code = "tn"', 'code = "TN"', 'metrics[0].code = "TN": wanted the form "^[a-z]'),
        ('code = "tn"', "", "campaigns[0].metrics[0].code is missing: wanted text in quotes"),
        ('name = "Thu nhận"', 'name = "Thu\\u202enhận"', "wanted text without control and invisible characters"),
        ("starts = 2023-11-15", "", "campaigns[0].starts is missing: wanted a date such as 2023-12-15"),
        ("starts = 2023-11-15", "starts = 2023-11-15T00:00:00", "wanted a date such as 2023-12-15"),
        ("2023-11-15", "2024-11-15", "campaigns[0]: deadline 2023-12-15 lies before starts 2024-11-15"),
        ('root = "BT"', 'root = "BT"\non_time_until = 17:00:00', 'on_time_until = "17:00:00": wanted a time such as'),
        (
            'root = "BT"',
            'root = "BT"\nschedule = [{job = "remind", at = "07:00", top = 3, kind = "today"}]',
            'campaigns[0].schedule[0]: kind, top: only job = "board" has it',
        ),
        (
            'root = "BT"',
            'root = "BT"\nschedule = [{job = "board", at = "07:00", kind = "people"}]',
            'schedule[0].kind = "people": wanted "share", "today", "rise" or "streak"',
        ),
        ('root = "BT"', 'root = "BT"\nday_closes = "24:00"', 'day_closes = "24:00": wanted a time such as "17:00"'),
        (
            'root = "BT"',
            'root = "BT"\nlocks_after_days = -1',
            "locks_after_days = -1: wanted greater than or equal to 0",
        ),
    ],
)
def test_a_fault_in_a_campaign_is_named_by_its_place(tmp_path: Path, old: str, new: str, line: str) -> None:
    said = complaint(tmp_path, campaign=CAMPAIGN.replace(old, new, 1))
    assert line in said
    assert said.startswith("config.toml: campaigns[0]")
    assert "\n" not in said


@pytest.mark.parametrize("target", ['"80%"', '"800000"', "true", "8.5", '"many population"'])
def test_a_phase_target_is_a_number_or_a_share_of_the_population(tmp_path: Path, target: str) -> None:
    phase = f"  [[campaigns.phases]]\n  name = 'Một'\n  ends = 2023-12-15\n  targets = {{tn = {target}}}"
    wanted = 'wanted a whole number or "80% population"'
    shown = target.replace("'", '"')
    assert complaint(tmp_path, rest=phase) == f"config.toml: campaigns[0].phases[0].targets.tn = {shown}: {wanted}"


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Problems) as refused:
        load(write(tmp_path, 'language = "fr"\nadmin = [1]', CAMPAIGN.replace('root = "BT"', "")))
    assert [error.key for error in refused.value.errors] == ["admin", "language", "campaigns[0].root"]
    assert len(str(refused.value).splitlines()) == 3


def test_without_a_campaign_nothing_can_run(tmp_path: Path) -> None:
    assert complaint(tmp_path, campaign="") == "config.toml: campaigns is missing: wanted a table"
    assert "campaigns = []: wanted at least 1 item" in complaint(tmp_path, "campaigns = []", campaign="")


def test_two_campaigns_need_codes_that_cannot_be_mistaken(tmp_path: Path) -> None:
    assert 'two campaigns have the code "vneid"' in complaint(tmp_path, rest=CAMPAIGN)
    other = CAMPAIGN.replace('"vneid"', '"tn"').replace('code = "tn"\n  name = "Thu nhận"', 'code = "x"\n  name = "X"')
    said = complaint(tmp_path, rest=other)
    assert said == 'config.toml: the file: "tn" is a campaign and a metric of campaign "vneid"'


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    assert "(at line 1, column 12)" in complaint(tmp_path, "language = vi")


def test_a_byte_order_mark_and_decomposed_accents_do_no_harm(tmp_path: Path) -> None:
    file = write(tmp_path)
    decomposed = file.read_text(encoding="utf-8").replace("ậ", "a\u0323\u0302").replace("\n", "\r\n")
    file.write_text(decomposed, encoding="utf-8-sig", newline="")
    assert load(file).campaigns[0].metrics[0].name == "Thu nhận"


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_bytes(file.read_bytes() + "# chỉ tiêu".encode("utf-16"))
    with pytest.raises(ConfigError, match="wanted TOML in UTF-8"):
        load(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.toml: No such file or directory: wanted a config file in TOML"):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("option", "env", "file"),
    [
        ("a.toml", {"TIENDO_CONFIG": "b.toml"}, "a.toml"),
        (None, {"TIENDO_CONFIG": "b.toml"}, "b.toml"),
        (None, {"TIENDO_CONFIG": ""}, "config.toml"),
        (None, {}, "config.toml"),
    ],
)
def test_the_option_beats_the_environment_which_beats_the_default(
    option: str | None, env: Mapping[str, str], file: str
) -> None:
    assert find(option, env) == Path(file)


def test_relative_files_lie_beside_the_config(tmp_path: Path) -> None:
    config = load(write(tmp_path, '[telegram]\ntoken_file = "secret/token"\n[storage]\nurl = "sqlite:///data/t.db"'))
    assert config.telegram.token_file == tmp_path / "secret" / "token"
    assert config.storage.path == tmp_path / "data" / "t.db"


def test_absolute_files_stay_where_they_are(tmp_path: Path) -> None:
    config = load(write(tmp_path, '[telegram]\ntoken_file = "/run/t"\n[storage]\nurl = "sqlite:////var/lib/t.db"'))
    assert config.telegram.token_file == Path("/run/t")
    assert config.storage.path == Path("/var/lib/t.db")


def test_the_environment_beats_the_token_of_the_file(tmp_path: Path) -> None:
    config = load(write(tmp_path, '[telegram]\ntoken_file = "token"'))
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    assert config.token({}).get_secret_value() == TOKEN
    assert config.token({"TIENDO_TELEGRAM_TOKEN": "1:other"}).get_secret_value() == "1:other"


def test_V3_a_credential_of_systemd_beats_the_token_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "telegram.token").write_text("1:other", encoding="utf-8")
    config = load(write(tmp_path, f'[telegram]\ntoken = "{TOKEN}"'))
    assert config.token({"CREDENTIALS_DIRECTORY": str(tmp_path)}).get_secret_value() == "1:other"
    assert config.token({"CREDENTIALS_DIRECTORY": str(tmp_path / "none")}).get_secret_value() == TOKEN


def test_a_token_may_stand_in_the_config_but_not_beside_a_token_file(tmp_path: Path) -> None:
    assert load(write(tmp_path, f'[telegram]\ntoken = "{TOKEN}"')).token({}).get_secret_value() == TOKEN
    said = complaint(tmp_path, f'[telegram]\ntoken = "{TOKEN}"\ntoken_file = "token"')
    assert said == "config.toml: telegram: token and token_file exclude each other"


@pytest.mark.parametrize("telegram", ["", 'token_file = "none"', 'token_file = "."', 'token = "nonsense"'])
def test_without_a_token_the_error_says_where_it_belongs(tmp_path: Path, telegram: str) -> None:
    with pytest.raises(ConfigError, match=r"config.toml: telegram.token.* wanted a bot token from @BotFather"):
        load(write(tmp_path, f"[telegram]\n{telegram}")).token({})


@pytest.mark.parametrize(
    "top",
    [
        f"[telegram]\ntoken = '{TOKEN}'\nmode = 'x'",
        f"[telegram]\ntokn = '{TOKEN}'",
        f"[telegram]\ntoken_file = '{TOKEN}'",
        f"[telegram]\ntoken = ['{TOKEN}']",
        f"[telegram]\nbase_url = 'https://api.telegram.org/bot{TOKEN}'",
        f"[telegram]\nmode = '{TOKEN}'",
        f"telegram = '{TOKEN}'",
        f"[telegram]\ntoken = '{TOKEN}",
        f"[storage]\nurl = 'postgresql://user:{TOKEN}@host/db'",
    ],
)
def test_V3_no_error_shows_the_token(tmp_path: Path, top: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(write(tmp_path, top))
    assert TOKEN not in f"{refused.value} {refused.value!r}"
    assert refused.value.__context__ is None
    assert TOKEN[:20] not in f"{refused.value} {refused.value!r}"


def test_V3_the_token_is_not_in_the_repr_or_in_the_error_about_it(tmp_path: Path) -> None:
    config = load(write(tmp_path, f"[telegram]\ntoken = '{TOKEN}'"))
    assert TOKEN not in repr(config) + config.model_dump_json()
    with pytest.raises(ConfigError) as refused:
        config.token({"TIENDO_TELEGRAM_TOKEN": f"{TOKEN} {TOKEN}"})
    assert TOKEN not in repr(refused.value)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps permissions elsewhere")
def test_V3_a_secret_that_others_can_read_is_warned_about(tmp_path: Path) -> None:
    config = load(write(tmp_path, '[telegram]\ntoken_file = "token"'))
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    (tmp_path / "token").chmod(0o644)
    (warning,) = config.warnings()
    assert str(warning) == f"config.toml: telegram.token_file = {tmp_path}/token (mode 0644): wanted mode 0600"
    (tmp_path / "token").chmod(0o600)
    assert config.warnings() == ()


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps permissions elsewhere")
def test_V3_a_readable_config_with_the_token_in_it_is_warned_about(tmp_path: Path) -> None:
    file = write(tmp_path, f"[telegram]\ntoken = '{TOKEN}'")
    file.chmod(0o640)
    assert [warning.key for warning in load(file).warnings()] == ["telegram.token"]


def test_the_webhook_secret_comes_from_its_file(tmp_path: Path) -> None:
    webhook = "[telegram]\nmode = 'webhook'\nwebhook = {url = 'https://x.vn/tg', secret_file = 's'}"
    config = load(write(tmp_path, webhook))
    (tmp_path / "s").write_text("S3cret_-\n", encoding="utf-8")
    assert config.webhook_secret({}).get_secret_value() == "S3cret_-"
    assert config.webhook_secret({"TIENDO_WEBHOOK_SECRET": "other"}).get_secret_value() == "other"
    (tmp_path / "s").write_text("two words", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"secret_file = .*not shown.*: wanted a file with 1 to 256"):
        config.webhook_secret({})


def test_the_webhook_needs_a_path_of_its_own_and_a_server(tmp_path: Path) -> None:
    webhook = "[telegram]\nmode = 'webhook'\nwebhook = {{url = 'https://x.vn{}', secret_file = 's'}}\n"
    assert 'such as "https://x.vn/telegram"' in complaint(tmp_path, webhook.format(""))
    assert "path of its own" in complaint(tmp_path, webhook.format("/metrics"))
    assert "needs [web] listen" in complaint(tmp_path, webhook.format("/tg") + "[web]\nlisten = ''")


@pytest.mark.parametrize(("listen", "warned"), [("0.0.0.0:8080", ["web.listen"]), ("[::1]:0", []), ("", [])])
def test_a_server_that_other_machines_can_reach_is_warned_about(tmp_path: Path, listen: str, warned: list[str]) -> None:
    config = load(write(tmp_path, f"[web]\nlisten = '{listen}'"))
    assert [warning.key for warning in config.warnings()] == warned


@pytest.fixture
def no_zones(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(__import__("sys").modules, "tzdata", None)
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.usefixtures("no_zones")
def test_K5_missing_time_zone_data_is_refused_with_a_hint(tmp_path: Path) -> None:
    assert complaint(tmp_path) == (
        'config.toml: timezone = "Asia/Ho_Chi_Minh": wanted time zone data: install the Python package tzdata'
    )


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Min", "../zoneinfo/UTC", "", "Asia", "/etc/localtime"])
def test_K5_an_unknown_time_zone_is_refused_with_a_near_one(tmp_path: Path, zone: str) -> None:
    assert 'wanted a time zone such as "' in complaint(tmp_path, f'timezone = "{zone}"')


@pytest.mark.parametrize("text", ["\\u0000", "a\\u200b", "a\\tb", "a" * 1_000_000])
def test_S14_no_text_of_the_config_carries_what_cannot_be_shown(tmp_path: Path, text: str) -> None:
    said = complaint(tmp_path, campaign=CAMPAIGN.replace("Thu nhận", text))
    assert said.startswith("config.toml: campaigns[0].metrics[0].name = ")
    assert len(said) < 300


def known_keys(model: type[BaseModel]) -> set[str]:
    inner = {leaf for field in model.model_fields.values() for leaf in leaves_of(field.annotation)}
    models = {leaf for leaf in inner if issubclass(leaf, BaseModel) and leaf.__name__ != "Share"}
    return set(model.model_fields).union(*map(known_keys, models))


def used_keys(value: Any) -> set[str]:
    if isinstance(value, list):
        return set[str]().union(*map(used_keys, value))
    if not isinstance(value, dict):
        return set()
    inner = (item for name, item in value.items() if name != "targets")
    return set(value).union(*map(used_keys, inner))


def test_the_example_config_shows_every_key_and_no_other() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    commented = set(re.findall(r"^\s*# ([a-z_]+) = ", text, re.MULTILINE))
    assert used_keys(tomllib.loads(text)) | commented == known_keys(Config)
    assert load(EXAMPLE).campaigns
