"""Claims about reading and comparing rosters."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.campaign import Campaign, Key, Metric, Part, Phase
from bot.domain.roster import (
    BaselineColumn,
    Change,
    Percent,
    Roster,
    RosterRow,
    RowProblem,
    TargetColumn,
    Trouble,
    Whole,
    diff,
    every_column,
    impact,
    read_roster,
)
from bot.domain.roster.telling import Line, sections
from bot.domain.text import clean

PARTS = (Part(code="m1", name="Mức 1"), Part(code="m2", name="Mức 2"))
METRICS = (Metric(code="tn", name="Thu nhận", parts=PARTS), Metric(code="kh", name="Kích hoạt", main=True))


def campaign(
    code: str, root: str = "BT", metrics: tuple[Metric, ...] = METRICS, reports_from: str = "leaf", phases: int = 0
) -> Campaign:
    return Campaign(
        code=code,
        name="Cao điểm",
        root=root,
        starts=date(2023, 11, 15),
        deadline=date(2023, 12, 15),
        reports_from=reports_from,
        metrics=metrics,
        phases=tuple(Phase(name=f"{n}", ends=date(2023, 12, 15 - phases + n)) for n in range(1, phases + 1)),
    )


VNEID = campaign("vneid", phases=2)
DVC = campaign("dvc", metrics=(Metric(code="kh", name="Khác"),))

KH = TargetColumn("vneid", "kh")
HEADER = "code,name,level,parent,population,aliases,target.kh,baseline.kh"
ROWS = ("BT,Bến Tre,tinh,,,,930.767,663.614", "BT-01,Phường An Hội,xa,BT,1250,An Hội|P1,80%,980")


def read(*rows: str, header: str = HEADER, campaigns: Sequence[Campaign] = (VNEID,)) -> Roster | list[RowProblem]:
    return read_roster(header.split(","), ((n, row.split(",")) for n, row in enumerate(rows, 2)), campaigns)


def roster(*rows: str, header: str = HEADER, campaigns: Sequence[Campaign] = (VNEID,)) -> Roster:
    found = read(*rows, header=header, campaigns=campaigns)
    assert isinstance(found, Roster), found
    return found


def problems(*rows: str, header: str = HEADER, campaigns: Sequence[Campaign] = (VNEID,)) -> list[RowProblem]:
    found = read(*rows, header=header, campaigns=campaigns)
    assert isinstance(found, list), found
    return found


def troubles(*rows: str, header: str = HEADER) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.column, problem.problem.value) for problem in problems(*rows, header=header)]


def test_a_row_is_read_into_a_unit_with_its_figures() -> None:
    _, ward = roster(*ROWS).rows
    assert (ward.line, ward.code, ward.name, ward.level, ward.parent) == (3, "BT-01", "Phường An Hội", "xa", "BT")
    assert (ward.population, ward.aliases) == (1250, ("An Hội", "P1"))
    assert ward.targets == {KH: Percent(Decimal(80))}
    assert ward.baselines == {BaselineColumn("vneid", Key("kh")): 980}


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("target.kh", KH),
        ("target.kh.1", TargetColumn("vneid", "kh", 1)),
        ("target.vneid.kh.2", TargetColumn("vneid", "kh", 2)),
        ("baseline.tn", BaselineColumn("vneid", Key("tn"))),
        ("baseline.tn.m2", BaselineColumn("vneid", Key("tn", "m2"))),
        ("baseline.vneid.tn.m1", BaselineColumn("vneid", Key("tn", "m1"))),
        (" Target . KH ", KH),
        ("\ufeffTARGET.kh", KH),
        ("Population", "population"),
    ],
)
def test_columns_are_known_by_their_names(name: str, column: object) -> None:
    assert column in roster("BT,B,tinh,,5", header=f"code,name,level,parent,{name}").columns


def test_columns_may_stand_in_any_order_and_be_left_out() -> None:
    (unit,) = roster("tinh,,7,Bến Tre,BT", header="level,parent,target.kh,name,code").rows
    assert (unit.code, unit.name, unit.level, unit.parent, unit.targets) == ("BT", "Bến Tre", "tinh", None, {KH: 7})


@pytest.mark.parametrize(
    ("header", "column", "trouble"),
    [
        ("code,name,level,parent,target.kx", "target.kx", Trouble.UNKNOWN_COLUMN),
        ("code,name,level,parent,target.kh.3", "target.kh.3", Trouble.UNKNOWN_COLUMN),
        ("code,name,level,parent,target.tn.m1", "target.tn.m1", Trouble.UNKNOWN_COLUMN),
        ("code,name,level,parent,Name", "name", Trouble.DOUBLE_COLUMN),
        ("code,name,level,parent,target.kh,target.vneid.kh", "target.vneid.kh", Trouble.DOUBLE_COLUMN),
        ("code,name,level", "parent", Trouble.MISSING_COLUMN),
    ],
)
def test_a_wrong_header_is_refused_by_name_before_any_row(header: str, column: str, trouble: Trouble) -> None:
    assert troubles("?,,,,,,,", header=header) == [(1, column, trouble)]


def test_an_unknown_column_comes_with_the_nearest_known_one() -> None:
    (problem,) = problems(header="code,name,level,parent,populaton")
    assert problem == RowProblem(1, "populaton", "", Trouble.UNKNOWN_COLUMN, {"nearest": "population"})


def test_a_metric_of_two_campaigns_needs_the_campaign_in_front() -> None:
    basic = "code,name,level,parent"
    (problem,) = problems(header=f"{basic},target.kh", campaigns=(VNEID, DVC))
    assert problem.facts == {"wanted": "target.vneid.kh, target.dvc.kh"}
    both = roster("BT,B,tinh,,1,2", header=f"{basic},target.vneid.kh,target.dvc.kh", campaigns=(VNEID, DVC))
    assert both.rows[0].targets == {KH: 1, TargetColumn("dvc", "kh"): 2}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("1250", 1250),
        ("1.250", 1250),
        ("1 250", 1250),
        ("1\u00a0250", 1250),
        ("1250.0", 1250),
        ("1.234.567", 1_234_567),
        ("999.999.999.999", 999_999_999_999),
        ("", None),
    ],
)
def test_numbers_may_be_grouped_in_threes(cell: str, number: int | None) -> None:
    assert roster(f"BT,B,tinh,,{cell}").rows[0].population == number


def test_commas_group_threes_too() -> None:
    header = ["code", "name", "level", "parent", "population"]
    found = read_roster(header, [(2, ["BT", "B", "tinh", "", "1,234,567"])], (VNEID,))
    assert isinstance(found, Roster)
    assert found.rows[0].population == 1_234_567


@pytest.mark.parametrize(
    ("cell", "trouble"),
    [
        ("-5", Trouble.NEGATIVE),
        ("−5", Trouble.NEGATIVE),
        ("(5)", Trouble.NEGATIVE),
        ("1.5", Trouble.FRACTION),
        ("12.3450", Trouble.FRACTION),
        ("0.123", Trouble.FRACTION),
        ("1250.00", Trouble.FRACTION),
        ("80%", Trouble.NOT_A_NUMBER),
        ("1.25.000", Trouble.NOT_A_NUMBER),
        ("1.234 567", Trouble.NOT_A_NUMBER),
        ("1e3", Trouble.NOT_A_NUMBER),
        ("1_000", Trouble.NOT_A_NUMBER),
        ("٣٤", Trouble.NOT_A_NUMBER),
        ("１２", Trouble.NOT_A_NUMBER),
        ("=1+1", Trouble.NOT_A_NUMBER),
        ("1000000000000", Trouble.TOO_BIG),
        ("9" * 5000, Trouble.TOO_BIG),
    ],
)
def test_S14_what_is_no_whole_number_is_refused(cell: str, trouble: Trouble) -> None:
    assert troubles(f"BT,B,tinh,,{cell}") == [(2, "population", trouble)]


@pytest.mark.parametrize(
    ("cell", "percent"), [("80%", "80"), ("80.5%", "80.5"), ("80 %", "80"), ("1000%", "1000"), ("0.25%", "0.25")]
)
def test_a_target_may_be_a_percentage_of_the_population(cell: str, percent: str) -> None:
    assert roster(f"BT,B,tinh,,100,,{cell}").rows[0].targets == {KH: Percent(Decimal(percent))}


@pytest.mark.parametrize("cell", ["0%", "%", "-5%", "1001%", "80.555%", "1.250%", "80%%", "80% x"])
def test_other_percentages_are_refused(cell: str) -> None:
    assert troubles(f"BT,B,tinh,,100,,{cell}") == [(2, "target.vneid.kh", Trouble.BAD_PERCENT)]


def test_a_percentage_of_an_unknown_population_is_refused() -> None:
    assert troubles("BT,B,tinh,,,,80%") == [(2, "target.vneid.kh", Trouble.NO_POPULATION)]


@pytest.mark.parametrize(
    ("row", "column", "trouble"),
    [
        ("B T,B,tinh", "code", Trouble.BAD_CODE),
        ("BẾN,B,tinh", "code", Trouble.BAD_CODE),
        (f"{'B' * 33},B,tinh", "code", Trouble.BAD_CODE),
        (",B,tinh", "code", Trouble.EMPTY),
        ("B,\u200b,tinh", "name", Trouble.EMPTY),
        ("B,B", "level", Trouble.EMPTY),
        (f"B,{'B' * 121},tinh", "name", Trouble.TOO_LONG),
        (f"B,{'B' * 1_000_000},tinh", "name", Trouble.TOO_LONG),
        (f"B,B,tinh,,,{'a' * 121}", "aliases", Trouble.TOO_LONG),
        ("B,B,tinh,,,,,,x", "9", Trouble.OUTSIDE_COLUMNS),
        ("B,B,tinh,NO", "parent", Trouble.UNKNOWN_PARENT),
        ("B,B,tinh", "parent", Trouble.OUTSIDE_CAMPAIGNS),
        ("bt,B,tinh", "code", Trouble.DOUBLE_CODE),
    ],
)
def test_a_bad_row_is_reported_with_its_line(row: str, column: str, trouble: Trouble) -> None:
    assert troubles(ROWS[0], row) == [(3, column, trouble)]


def test_every_bad_row_is_reported_and_no_good_one() -> None:
    found = troubles(ROWS[0], "A,,xa,BT", ROWS[1], "B,B,xa,BT,-1,,x", "C,C,xa,Z")
    assert found == [
        (3, "name", "empty"),
        (5, "population", "negative"),
        (5, "target.vneid.kh", "not_a_number"),
        (6, "parent", "unknown_parent"),
    ]


def test_a_code_of_two_rows_names_the_first_line() -> None:
    (problem,) = problems(ROWS[0], "bt,Khác,tinh,")
    assert problem == RowProblem(3, "code", "bt", Trouble.DOUBLE_CODE, {"first": 2})


def test_blank_rows_are_skipped_and_keep_the_line_numbers_right() -> None:
    assert [row.line for row in roster(ROWS[0], "", ",,,", " \u00a0 ,", ROWS[1]).rows] == [2, 6]


def test_a_column_without_a_name_must_be_empty() -> None:
    header = "code,name,level,parent,,population"
    assert roster("BT,B,tinh,,,5", header=header).rows[0].population == 5
    assert troubles("BT,B,tinh,,note,5", header=header) == [(2, "5", Trouble.OUTSIDE_COLUMNS)]


def test_parents_may_follow_their_children_and_be_spelt_in_another_case() -> None:
    found = roster("X,Xã,xa,h", "H,Huyện,huyen,bt", ROWS[0])
    assert [(row.code, row.parent) for row in found.rows] == [("BT", None), ("H", "BT"), ("X", "H")]


def test_siblings_keep_the_order_of_the_file() -> None:
    found = roster("C,C,xa,BT", "A,A,xa,BT", ROWS[0], "B,B,xa,BT")
    assert [row.code for row in found.rows] == ["BT", "C", "A", "B"]


def test_only_the_units_on_a_circle_are_reported_for_it() -> None:
    found = troubles(ROWS[0], "A,A,xa,B", "B,B,xa,A", "C,C,xa,A", "D,D,xa,d")
    assert found == [(3, "parent", "circle"), (4, "parent", "circle"), (6, "parent", "circle")]


def test_a_long_chain_is_read_without_recursion() -> None:
    chain = (f"U{n},U,xa,{f'U{n - 1}' if n else 'BT'}" for n in range(3000))
    assert len(roster(ROWS[0], *chain).rows) == 3001


def test_a_roster_without_the_root_of_a_campaign_is_refused() -> None:
    elsewhere = campaign("dvc", "CT", (Metric(code="hs", name="Hồ sơ"),))
    (problem,) = problems(ROWS[0], campaigns=(VNEID, elsewhere))
    assert problem == RowProblem(1, "code", "CT", Trouble.NO_ROOT, {"campaign": "dvc"})
    assert troubles() == [(1, "code", Trouble.NO_ROOT)]


def test_a_campaign_may_cover_a_part_of_the_tree_of_another() -> None:
    ward = campaign("dvc", "bt-01")
    found = roster("BT,B,tinh,", "BT-01,A,xa,BT", header="code,name,level,parent", campaigns=(VNEID, ward))
    assert len(found.rows) == 2


def test_the_level_that_reports_must_exist_under_the_root() -> None:
    assert len(roster(*ROWS, campaigns=(campaign("vneid", reports_from="xa"),)).rows) == 2
    (problem,) = problems(*ROWS, campaigns=(campaign("vneid", reports_from="phường"),))
    assert problem == RowProblem(
        2, "level", "phường", Trouble.NO_SUCH_LEVEL, {"campaign": "vneid", "levels": "tinh, xa"}
    )


def test_H2_names_are_composed_and_cleaned() -> None:
    (unit,) = roster("BT,  Bê\u0301n\u202e\u00a0Tre\u200b ,tinh,").rows
    assert unit.name == "Bến Tre"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM", "<b>x</b>", "_*[]()~`"])
def test_H3_H4_hostile_names_are_kept_as_plain_text(name: str) -> None:
    assert roster(f"BT,{name},tinh,").rows[0].name == name


def test_aliases_that_sound_alike_are_one() -> None:
    assert roster("BT,B,tinh,,,An Hội| an hoi |P1||").rows[0].aliases == ("An Hội", "P1")


def test_S14_the_excerpt_of_a_bad_cell_is_short_and_clean() -> None:
    (problem,) = problems(f"BT,B,tinh,,\x00\ud800{'x' * 200_000}")
    assert problem.value == "x" * 60


def test_importing_the_same_file_again_changes_nothing() -> None:
    found = diff(roster(*ROWS), roster(ROWS[0].replace("930.767", "930767"), "", ROWS[1].replace("BT,12", "bt,12")))
    assert (found.added, found.changed, found.moved, found.kept) == ((), (), (), ())


def test_a_diff_names_each_cell_that_changes() -> None:
    found = diff(roster(*ROWS), roster(ROWS[0], "BT-01,Phường An Hội,xa,BT,1300,An Hội|P1,80,"))
    assert found.changed == (
        Change("BT-01", BaselineColumn("vneid", Key("kh")), 980, None),
        Change("BT-01", "population", 1250, 1300),
        Change("BT-01", KH, Percent(Decimal(80)), 80),
    )


def test_a_column_that_the_file_leaves_out_stays_as_it_is() -> None:
    found = diff(roster(*ROWS), roster("BT,Bến Tre,tinh,", "BT-01,An Hội,xa,BT", header="code,name,level,parent"))
    assert found.changed == (Change("BT-01", "name", "Phường An Hội", "An Hội"),)


def test_units_are_added_moved_and_never_deleted() -> None:
    old = roster(*ROWS, "H,Huyện,huyen,BT", "X,Xã,xa,BT")
    found = diff(old, roster(ROWS[0], "h,Huyện,huyen,BT", "X,Xã,xa,H", "Y,Mới,xa,H"))
    assert [row.code for row in found.added] == ["Y"]
    assert found.moved == (Change("X", "parent", "BT", "h"),)
    assert found.changed == (Change("h", "code", "H", "h"),)
    assert [row.code for row in found.kept] == ["BT-01"]


CLOSINGS = "code,name,level,parent,closed,merged_into"
PAIR = ("BT,Bến Tre,tinh,", "A,An Hội,xa,BT", "B,Phú Khương,xa,BT")


@pytest.mark.parametrize("cell", ["2023-12-05", "05-12-2023", "5/12/2023", "5.12.2023"])
def test_the_day_of_a_closing_is_read_as_programs_and_as_people_write_it(cell: str) -> None:
    unit = roster(PAIR[0], f"{PAIR[1]},{cell},", header=CLOSINGS).rows[1]
    assert (unit.closed, unit.merged_into) == (date(2023, 12, 5), None)


@pytest.mark.parametrize("cell", ["5-12", "31-02-2023", "2023-13-01", "12/2023", "5-12/2023", "mai"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    assert troubles(PAIR[0], f"{PAIR[1]},{cell},", header=CLOSINGS) == [(3, "closed", "bad_day")]


@pytest.mark.parametrize(
    ("cells", "column", "trouble"),
    [
        (",b", "merged_into", Trouble.MERGED_OPEN),
        ("2023-12-05,C", "merged_into", Trouble.UNKNOWN_PARENT),
        ("2023-12-05,a", "merged_into", Trouble.CIRCLE),
    ],
)
def test_a_merger_names_another_unit_and_its_day(cells: str, column: str, trouble: Trouble) -> None:
    assert troubles(PAIR[0], f"{PAIR[1]},{cells}", PAIR[2], header=CLOSINGS) == [(3, column, trouble)]


def test_a_merger_must_not_lead_back_by_way_of_parents() -> None:
    rows = (PAIR[0], "A,A,huyen,BT,2023-12-05,C", "C,C,xa,A")
    assert troubles(*rows, header=CLOSINGS) == [(3, "merged_into", "circle")]


def test_the_root_of_a_campaign_cannot_be_closed() -> None:
    assert troubles(f"{PAIR[0]},2023-12-05,", header=CLOSINGS) == [(2, "closed", "closed_root")]


def test_a_successor_is_spelt_as_in_its_own_row_and_spelling_is_no_change() -> None:
    one, other = (roster(PAIR[0], f"{PAIR[1]},2023-12-05,{code}", PAIR[2], header=CLOSINGS) for code in "bB")
    assert one.by_code()["a"].merged_into == "B"
    assert not diff(one, other)


def test_changes_are_told_by_kind_with_names() -> None:
    old = roster(*ROWS, header=HEADER)
    new = roster(
        f"{ROWS[0]},,",
        "BT-01,Phường An Hội,xa,BT,1300,An Hội|P1,900,980,05-12-2023,bt-02",
        "BT-02,Phú Khương,xa,BT,,,,,,",
        header=f"{HEADER},closed,merged_into",
    )
    found = impact(old, new, (VNEID,), date(2023, 12, 5))
    names = {"bt": "Bến Tre", "bt-01": "Phường An Hội", "bt-02": "Phú Khương"}
    told = {section.key: section.lines[0] for section in sections(found, (VNEID,), names, 5)}
    assert told["added"] == Line("Phú Khương", "BT-02", "xa", None, "Bến Tre")
    assert told["closed"].new == date(2023, 12, 5)
    assert told["merged"].new == "Phú Khương"
    assert told["target"] == Line("Phường An Hội", "BT-01", "Kích hoạt", Percent(Decimal(80)), 900)
    assert list(told) == ["added", "closed", "merged", "target", "population"]


def test_more_changes_than_are_shown_are_counted() -> None:
    rows = [f"U{n},Xã,xa,BT" for n in range(9)]
    found = impact(
        Roster((), frozenset()), roster(*PAIR, *rows, header="code,name,level,parent"), (VNEID,), VNEID.starts
    )
    (section,) = sections(found, (VNEID,), {}, 8)
    assert (section.total, len(section.lines), section.more) == (12, 8, 4)


def test_the_impact_tells_the_roots_figures_and_what_does_not_add_up() -> None:
    old = roster("BT,Bến Tre,tinh,,,,,", "A,A,xa,BT,,,500,10", "B,B,xa,BT,,,500,20")
    new = roster("BT,Bến Tre,tinh,,,,1500,", "A,A,xa,BT,,,700,15", header=HEADER)
    found = impact(old, new, (VNEID,), VNEID.starts)
    assert found.wholes == (Whole("vneid", "BT", "kh", (1000, 1500), (30, 35)),)
    (misfit,) = found.misfits
    assert (misfit.code, misfit.lacking) == ("BT", 300)


def test_the_impact_of_a_merger_is_that_of_the_day_when_it_is_done() -> None:
    header = f"{HEADER},closed,merged_into"
    rows = ("BT,Bến Tre,tinh,,,,,,,", "A,A,xa,BT,,,500,10", "B,B,xa,BT,,,500,20,,")
    old = roster(*rows, header=header)
    new = roster(rows[0], f"{rows[1]},05-12-2023,B", rows[2].replace("500", "1000"), header=header)
    assert impact(old, new, (VNEID,), VNEID.starts).wholes == ()


COLUMNS = every_column((VNEID, DVC))
NUMBERS = st.integers(0, 999_999_999_999)
PERCENTS = st.decimals("0.01", 1000, places=2).map(Percent)
NAMES = st.text("AĂÂBĐÊaăâbđêẾếợ <&=+@-'\";", min_size=1, max_size=20).map(clean).filter(bool)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    codes = draw(st.lists(st.from_regex(r"[a-z0-9._-]{1,8}", fullmatch=True), max_size=8, unique=True))
    rows = [RosterRow("BT", draw(NAMES), "tinh", population=draw(NUMBERS))]
    for code in (code for code in codes if code != "bt"):
        parent = draw(st.sampled_from(rows)).code
        aliases = () if draw(st.booleans()) else (draw(NAMES),)
        targets = {column: draw(NUMBERS | PERCENTS) for column in COLUMNS if isinstance(column, TargetColumn)}
        baselines = {column: draw(NUMBERS) for column in COLUMNS if isinstance(column, BaselineColumn)}
        rows.append(RosterRow(code, draw(NAMES), "xa", parent, draw(NUMBERS), aliases, targets, baselines))
    return Roster(tuple(rows), frozenset(COLUMNS))


def written(found: Roster) -> Iterator[tuple[int, list[str]]]:
    for line, row in enumerate(reversed(found.rows), 2):
        yield line, [as_cell(row[column]) for column in COLUMNS]


def as_cell(value: object) -> str:
    if isinstance(value, tuple):
        return "|".join(value)
    return f"{value}%" if isinstance(value, Decimal) else "" if value is None else str(value)


@given(rosters())
def test_what_is_written_as_a_table_reads_back_the_same(found: Roster) -> None:
    again = read_roster([str(column) for column in COLUMNS], written(found), (VNEID, DVC))
    assert isinstance(again, Roster)
    assert again.columns == found.columns
    assert again.by_code() == found.by_code()


@given(rosters())
def test_every_parent_comes_before_its_children(found: Roster) -> None:
    again = read_roster([str(column) for column in COLUMNS], written(found), (VNEID, DVC))
    assert isinstance(again, Roster)
    seen: set[str | None] = {None}
    for row in again.rows:
        assert row.parent in seen
        seen.add(row.code)


@given(rosters(), rosters())
def test_a_diff_accounts_for_every_unit_of_both_rosters(old: Roster, new: Roster) -> None:
    found = diff(old, new)
    assert {row.code for row in found.kept} == {row.code for row in old.rows} - {row.code for row in new.rows}
    assert {row.code for row in found.added} == {row.code for row in new.rows} - {row.code for row in old.rows}
    assert diff(old, replace(old, columns=new.columns)).changed == ()


@given(st.lists(st.lists(st.text(max_size=12), max_size=9), max_size=6))
def test_H14_no_table_makes_the_reader_stumble(table: list[list[str]]) -> None:
    found = read_roster(HEADER.split(","), list(enumerate(table, 2)), (VNEID,))
    assert isinstance(found, Roster) or all(1 <= problem.line <= len(table) + 1 for problem in found)
