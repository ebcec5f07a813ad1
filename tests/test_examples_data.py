"""The example campaigns' data: their sums are exact and give the figures that were published."""

import csv
import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ("ben-tre", "binh-duong", "quang-nam", "binh-phuoc-90", "binh-phuoc-dvc")
FIXED = ["code", "name", "level", "parent", "population", "aliases"]


@dataclass(frozen=True)
class Example:
    """One folder of examples/, read by the standard library alone."""

    folder: str

    @cached_property
    def config(self) -> dict[str, Any]:
        return tomllib.loads((ROOT / "examples" / self.folder / "config.toml").read_text("utf-8"))

    @cached_property
    def campaign(self) -> dict[str, Any]:
        (campaign,) = self.config["campaigns"]
        return dict(campaign)

    @cached_property
    def rows(self) -> dict[str, dict[str, str]]:
        with (ROOT / "examples" / self.folder / "roster.csv").open(encoding="utf-8", newline="") as file:
            return {row["code"]: row for row in csv.DictReader(file, strict=True)}

    @cached_property
    def columns(self) -> list[str]:
        """Return the columns that hold targets and baselines."""
        return [column for column in self.rows[self.campaign["root"]] if column not in FIXED]

    def children(self, code: str) -> list[str]:
        return [child for child, row in self.rows.items() if row["parent"] == code]

    def leaves(self, code: str) -> list[str]:
        """Return the units without children under `code`."""
        below = self.children(code)
        return [leaf for child in below for leaf in self.leaves(child)] if below else [code]

    def sum(self, column: str, code: str = "") -> int:
        """Add up a column over the leaves under `code`, the campaign's root unless told."""
        return sum(int(self.rows[leaf][column]) for leaf in self.leaves(code or self.campaign["root"]))

    def level(self, name: str) -> list[str]:
        return [code for code, row in self.rows.items() if row["level"] == name]

    def metric(self, code: str) -> dict[str, Any]:
        (metric,) = (metric for metric in self.campaign["metrics"] if metric["code"] == code)
        return dict(metric)


def percent(part: int, whole: int, decimals: int) -> str:
    """Return 100·part/whole rounded half up by whole numbers, as printed in Vietnamese: `88,33`."""
    scale = 10**decimals
    steps = (200 * scale * part + whole) // (2 * whole)
    return f"{steps // scale},{steps % scale:0{decimals}d}"


def share(example: Example, metric: str, unit: str = "", decimals: int = 2) -> str:
    return percent(example.sum(f"baseline.{metric}", unit), example.sum(f"target.{metric}", unit), decimals)


def spoken(text: str) -> str:
    """Return text without accents and case, as a hurried thumb types it."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn")
    return bare.casefold().replace("đ", "d")


def keys(value: object, path: str = "") -> set[str]:
    """Return the dotted names of all keys below `value`; the rows of a list share one name."""
    if isinstance(value, list):
        return {name for row in value for name in keys(row, path)}
    if not isinstance(value, dict):
        return {path}
    return {name for key, below in value.items() for name in keys(below, f"{path}.{key}".lstrip("."))}


@pytest.fixture(params=EXAMPLES)
def example(request: pytest.FixtureRequest) -> Example:
    return Example(str(request.param))


BEN_TRE = Example("ben-tre")
BINH_DUONG = Example("binh-duong")
QUANG_NAM = Example("quang-nam")
BINH_PHUOC_90 = Example("binh-phuoc-90")
BINH_PHUOC_DVC = Example("binh-phuoc-dvc")


# Every example


def test_every_code_stands_on_one_line_whatever_its_case(example: Example) -> None:
    path = ROOT / "examples" / example.folder / "roster.csv"
    with path.open(encoding="utf-8", newline="") as file:
        codes = [row[0].casefold() for row in list(csv.reader(file))[1:]]
    assert len(set(codes)) == len(codes)


def test_codes_are_short_ascii(example: Example) -> None:
    assert [code for code in example.rows if not re.fullmatch(r"[A-Z0-9-]{1,12}", code)] == []


def test_every_parent_stands_above_its_children_and_the_only_root_is_the_campaigns(example: Example) -> None:
    seen = {""}
    for code, row in example.rows.items():
        assert row["parent"] in seen
        seen.add(code)
    assert example.children("") == [example.campaign["root"]]


def test_the_file_is_nfc_without_stray_spaces(example: Example) -> None:
    text = (ROOT / "examples" / example.folder / "roster.csv").read_bytes().decode("utf-8")
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    assert unicodedata.is_normalized("NFC", text)
    assert [cell for cell in cells if cell != " ".join(cell.split())] == []


def test_siblings_have_different_names(example: Example) -> None:
    names = Counter((row["parent"], row["name"].casefold()) for row in example.rows.values())
    assert [name for name, times in names.items() if times > 1] == []


def test_every_alias_means_one_unit(example: Example) -> None:
    aliases = [spoken(alias) for row in example.rows.values() for alias in row["aliases"].split("|") if alias]
    names = {spoken(row["name"]) for row in example.rows.values()}
    assert [alias for alias, times in Counter(aliases).items() if times > 1] == []
    assert names.isdisjoint(aliases)


def test_a_name_borne_twice_has_an_alias_that_tells_it_apart(example: Example) -> None:
    names = Counter(row["name"].casefold() for row in example.rows.values())
    twice = [row for row in example.rows.values() if names[row["name"].casefold()] > 1]
    assert [row["code"] for row in twice if not row["aliases"]] == []


def test_every_column_belongs_to_a_counted_metric_a_part_or_a_phase(example: Example) -> None:
    known = set()
    for metric in example.campaign["metrics"]:
        if metric.get("kind", "count") == "count":
            suffixes = [part["code"] for part in metric.get("parts", [])]
            phases = range(1, len(example.campaign.get("phases", [])) + 1)
            known |= {f"baseline.{metric['code']}", f"target.{metric['code']}"}
            known |= {f"baseline.{metric['code']}.{suffix}" for suffix in suffixes}
            known |= {f"target.{metric['code']}.{phase}" for phase in phases}
    assert set(example.columns) <= known


def test_every_leaf_states_every_figure(example: Example) -> None:
    leaves = example.leaves(example.campaign["root"])
    empty = [(leaf, c) for leaf in leaves for c in example.columns if not example.rows[leaf][c].isdecimal()]
    assert empty == []


def test_a_parents_own_figure_equals_the_sum_of_its_leaves(example: Example) -> None:
    for code in example.rows:
        for column in ["population", *example.columns]:
            if own := example.rows[code][column]:
                assert (code, column, int(own)) == (code, column, example.sum(column, code))


def test_the_limited_metric_starts_below_its_limit_in_every_leaf(example: Example) -> None:
    pairs = [(m["code"], m["at_most"]) for m in example.campaign["metrics"] if "at_most" in m]
    parts = [c.removeprefix("baseline.") for c in example.columns if c.startswith("baseline.")]
    above = [
        (leaf, part)
        for leaf in example.leaves(example.campaign["root"])
        for code, limit in pairs
        for part in parts
        if part == code or part.startswith(f"{code}.")
        if example.sum(f"baseline.{part}", leaf) > example.sum(f"baseline.{limit}{part[len(code) :]}", leaf)
    ]
    assert above == []


def test_nobody_is_expected_beyond_the_eligible_population(example: Example) -> None:
    columns = [c for c in example.columns if not c.startswith("baseline.") or c.count(".") == 1]
    people = [code for code, row in example.rows.items() if row["population"]]
    leaves = [code for code in people if not example.children(code)]
    above = [(x, c) for x in leaves for c in columns if example.sum(c, x) > example.sum("population", x)]
    assert above == []


def test_the_level_that_reports_exists(example: Example) -> None:
    assert example.campaign["reports_from"] in {"leaf", *(row["level"] for row in example.rows.values())}


def test_no_example_carries_a_token(example: Example) -> None:
    assert set(example.config["telegram"]) == {"mode"}


def test_the_commented_config_shows_every_key_that_an_example_uses(example: Example) -> None:
    shown = keys(tomllib.loads((ROOT / "config.example.toml").read_text("utf-8")))
    assert keys(example.config) - shown <= {"campaigns.phases.targets.tn"}


# Bến Tre


def test_ben_tre_has_9_districts_and_157_communes() -> None:
    assert len(BEN_TRE.level("huyen")) == 9
    assert len(BEN_TRE.level("xa")) == 157
    assert BEN_TRE.leaves("BT") == BEN_TRE.level("xa")


def test_ben_tre_has_8_phuong_10_towns_and_139_xa_as_in_2023() -> None:
    kinds = Counter(BEN_TRE.rows[code]["name"].split()[0] for code in BEN_TRE.level("xa"))
    assert kinds == {"Phường": 8, "Thị": 10, "Xã": 139}


@pytest.mark.parametrize(("metric", "total", "published"), [("tn", 822139, "88,33"), ("kh", 663614, "71,30")])
def test_ben_tre_starts_from_the_published_totals(metric: str, total: int, published: str) -> None:
    assert BEN_TRE.sum(f"baseline.{metric}") == int(BEN_TRE.rows["BT"][f"baseline.{metric}"]) == total
    assert BEN_TRE.sum(f"target.{metric}") == int(BEN_TRE.rows["BT"][f"target.{metric}"]) == 930767
    assert share(BEN_TRE, metric) == published


@pytest.mark.parametrize(
    ("name", "metric", "published"),
    [
        ("Huyện Thạnh Phú", "kh", "83,77"),
        ("Huyện Châu Thành", "kh", "79,81"),
        ("Huyện Ba Tri", "tn", "71,60"),
        ("Huyện Ba Tri", "kh", "56,85"),
        ("Huyện Mỏ Cày Bắc", "tn", "77,49"),
        ("Huyện Mỏ Cày Bắc", "kh", "68,36"),
    ],
)
def test_ben_tre_district_shows_its_published_share(name: str, metric: str, published: str) -> None:
    (code,) = (code for code in BEN_TRE.level("huyen") if BEN_TRE.rows[code]["name"] == name)
    assert share(BEN_TRE, metric, code) == published


def test_ben_tre_ends_of_the_ranking_are_the_published_ones() -> None:
    def ranking(metric: str) -> list[str]:
        return sorted(BEN_TRE.level("huyen"), key=lambda code: share(BEN_TRE, metric, code), reverse=True)

    assert ranking("kh")[:2] == ["TPH", "CT"]
    assert ranking("kh")[-2:] == ["MCB", "BTR"]
    assert ranking("tn")[-2:] == ["MCB", "BTR"]


def test_ben_tre_communes_start_registered_within_target() -> None:
    rows = [BEN_TRE.rows[code] for code in BEN_TRE.level("xa")]
    assert [row["code"] for row in rows if int(row["baseline.tn"]) > int(row["target.tn"])] == []


def test_ben_tre_runs_for_the_published_month() -> None:
    campaign = BEN_TRE.campaign
    assert (campaign["starts"], campaign["deadline"]) == (date(2023, 11, 15), date(2023, 12, 15))
    assert campaign["report_due"] == date(2023, 12, 18)


# Bình Dương


def test_binh_duong_has_9_districts_and_91_communes() -> None:
    assert len(BINH_DUONG.level("huyen")) == 9
    assert len(BINH_DUONG.leaves("BD")) == len(BINH_DUONG.level("xa")) == 91


def test_binh_duong_target_gives_the_published_share_at_the_start_and_at_the_end() -> None:
    target = BINH_DUONG.sum("target.kh")
    assert percent(556022, target, 2) == "45,38"
    assert percent(1428929, target, 2) == "116,61"


def test_binh_duong_starts_from_the_end_less_what_the_campaign_added() -> None:
    assert BINH_DUONG.sum("baseline.kh") == 1428929 - 872907
    assert BINH_DUONG.sum("baseline.tn") == 957720


def test_binh_duong_starts_with_all_districts_below_target() -> None:
    districts = BINH_DUONG.level("huyen")
    behind = [x for x in districts if BINH_DUONG.sum("baseline.kh", x) < BINH_DUONG.sum("target.kh", x)]
    assert behind == districts


def test_binh_duong_driving_licences_are_counted_without_target_or_duty() -> None:
    assert BINH_DUONG.metric("dl")["required"] is False
    assert "target.dl" not in BINH_DUONG.columns


# Quảng Nam


def test_quang_nam_starts_at_127_per_mille_with_18_districts_reporting() -> None:
    assert (QUANG_NAM.sum("baseline.kh"), QUANG_NAM.sum("target.kh")) == (94000, 738000)
    assert share(QUANG_NAM, "kh", decimals=1) == "12,7"
    assert len(QUANG_NAM.level(QUANG_NAM.campaign["reports_from"])) == 18


# Bình Phước, 90 days


@pytest.mark.parametrize(("column", "total"), [("tn.m1", 38100), ("tn.m2", 233848), ("kh.m1", 12371), ("kh.m2", 77760)])
def test_binh_phuoc_levels_start_from_the_published_totals(column: str, total: int) -> None:
    assert BINH_PHUOC_90.sum(f"baseline.{column}") == total


def test_binh_phuoc_levels_add_up_to_the_published_shares() -> None:
    registered, activated = (
        sum(BINH_PHUOC_90.sum(f"baseline.{metric}.{part}") for part in ("m1", "m2")) for metric in ("tn", "kh")
    )
    assert (registered, activated) == (271948, 90131)
    assert percent(registered, BINH_PHUOC_90.sum("population"), 1) == "31,5"
    assert percent(activated, 500000, 1) == "18,0"


def test_binh_phuoc_communes_share_the_target_of_phase_1_exactly() -> None:
    first, last = BINH_PHUOC_90.campaign["phases"]
    assert BINH_PHUOC_90.sum("target.kh.1") == first["targets"]["kh"] == 500000
    assert last["targets"]["kh"] == "80% population"


def test_binh_phuoc_80_percent_of_every_commune_is_a_whole_number() -> None:
    assert [x for x in BINH_PHUOC_90.leaves("BP") if BINH_PHUOC_90.sum("population", x) % 5] == []


def test_binh_phuoc_phases_end_on_the_published_days() -> None:
    ends = [phase["ends"] for phase in BINH_PHUOC_90.campaign["phases"]]
    assert ends == [date(2023, 7, 15), date(2023, 9, 20)]
    assert BINH_PHUOC_90.campaign["starts"] == date(2023, 6, 20)


def test_binh_phuoc_two_communes_differ_by_accents_alone_and_neither_has_an_alias() -> None:
    rows = [row for row in BINH_PHUOC_90.rows.values() if spoken(row["name"]) == "xa loc thanh"]
    assert [(row["name"], row["aliases"]) for row in rows] == [("Xã Lộc Thạnh", ""), ("Xã Lộc Thành", "")]


# Bình Phước, online services


@pytest.mark.parametrize(
    ("tier", "published", "above"),
    [("SN", "99,52", "19,52"), ("MH", "96,39", "16,39"), ("MX", "98,86", "18,86")],
)
def test_binh_phuoc_tier_shows_its_published_rate(tier: str, published: str, above: str) -> None:
    done, dossiers = (BINH_PHUOC_DVC.sum(f"baseline.{code}", tier) for code in ("tt", "hs"))
    assert percent(done, dossiers, 2) == published
    assert percent(10 * done - 8 * dossiers, 10 * dossiers, 2) == above


def test_binh_phuoc_rates_are_measured_against_80_percent() -> None:
    dvc = BINH_PHUOC_DVC.metric("dvc")
    assert (dvc["kind"], dvc["of"], dvc["target_percent"]) == ("ratio", ["tt", "hs"], 80.0)


def test_binh_phuoc_digitised_stock_goes_from_the_published_rate_to_the_published_rate() -> None:
    done, stock = (BINH_PHUOC_DVC.sum(f"baseline.{code}") for code in BINH_PHUOC_DVC.metric("tlsh")["of"])
    assert percent(done, stock, 2) == "49,94"
    assert percent(done + 89838, stock, 2) == "99,85"


def test_binh_phuoc_payments_are_the_published_count() -> None:
    assert BINH_PHUOC_DVC.sum("baseline.ttoan") == 4336


def test_binh_phuoc_online_services_run_for_92_days() -> None:
    campaign = BINH_PHUOC_DVC.campaign
    assert (campaign["deadline"] - campaign["starts"]).days + 1 == 92
