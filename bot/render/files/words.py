"""The words in workbooks and tables, one table for each language; braces are filled in by name."""

from dataclasses import dataclass
from typing import Final

from bot.domain.days import State
from bot.domain.figures import Language
from bot.domain.trace import Fate


@dataclass(frozen=True, slots=True)
class Words:
    """Everything written in files besides names, figures and sentences."""

    sheet_summary: str
    sheet_units: str
    sheet_days: str
    sheet_journal: str
    until: str
    read_at: str
    days_left: str
    last_day: str
    over: str
    metric: str
    baseline: str
    total: str
    target: str
    percent: str
    today: str
    planned: str
    ahead: str
    missing_amount: str
    needed: str
    part: str
    reporting: str
    expected: str
    reported: str
    on_time: str
    turnout: str
    punctuality: str
    of_day: str
    of_campaign: str
    ranking: str
    place: str
    highlights: str
    silent: str
    more: str
    below: str
    chart_line: str
    chart_bars: str
    actual: str
    plan: str
    code: str
    unit: str
    level: str
    parent: str
    state: str
    owed: str
    came: str
    in_time: str
    note: str
    closed: str
    merged: str
    day: str
    weekday: str
    day_off: str
    amount: str
    legend: str
    journal_all: str
    journal_cut: str
    ref: str
    said: str
    recorded: str
    who: str
    kind: str
    fate: str
    promptness: str
    late: str
    revisions: str
    since: str
    what: str
    before: str
    after: str
    revised_target: str
    revised_baseline: str
    mismatches: str
    phase_ends: str
    given: str
    sum_below: str
    difference: str
    states: dict[State, str]
    fates: dict[Fate, str]
    kinds: dict[str, str]


WORDS: Final[dict[Language, Words]] = {
    "vi": Words(
        sheet_summary="Tổng hợp",
        sheet_units="Theo đơn vị",
        sheet_days="Theo ngày",
        sheet_journal="Nhật ký",
        until="Số liệu tính đến hết ngày {day}",
        read_at="lập lúc {time} ngày {day}",
        days_left="còn {days} ngày đến hạn {deadline}",
        last_day="ngày cuối cùng của đợt ({deadline})",
        over="đã kết thúc ngày {deadline}",
        metric="Chỉ tiêu",
        baseline="Số đầu kỳ",
        total="Lũy kế",
        target="Được giao",
        percent="Tỷ lệ đạt",
        today="Trong ngày",
        planned="Kế hoạch đến nay",
        ahead="So với kế hoạch",
        missing_amount="Còn thiếu",
        needed="Cần mỗi ngày",
        part="trong đó: {name}",
        reporting="Chế độ báo cáo",
        expected="Phải báo cáo",
        reported="Đã báo cáo",
        on_time="Đúng giờ",
        turnout="Tỷ lệ báo cáo",
        punctuality="Tỷ lệ đúng giờ",
        of_day="Trong ngày (đơn vị)",
        of_campaign="Từ đầu đợt (lượt)",
        ranking="Xếp hạng trong {count} đơn vị cùng cấp",
        place="Hạng",
        highlights="Điểm nổi bật ({metric})",
        silent="Chưa báo cáo trong ngày ({count})",
        more="và {count} đơn vị khác",
        below="Các đơn vị trực thuộc",
        chart_line="{metric}: lũy kế và kế hoạch",
        chart_bars="{metric}: tỷ lệ đạt của các đơn vị",
        actual="Thực hiện",
        plan="Kế hoạch",
        code="Mã",
        unit="Đơn vị",
        level="Cấp",
        parent="Trực thuộc",
        state="Trạng thái",
        owed="Lượt phải báo",
        came="Lượt đã báo",
        in_time="Lượt đúng giờ",
        note="Ghi chú",
        closed="Ngừng báo cáo từ {day}",
        merged="Nhập vào {unit} từ {day}",
        day="Ngày",
        weekday="Thứ",
        day_off="Ngày nghỉ",
        amount="Trong ngày",
        legend="Ô trống là chưa có báo cáo; số 0 là đơn vị đã báo cáo bằng 0.",
        journal_all="Đủ {count} lần nhập, mới nhất ở trên.",
        journal_cut="CHỈ HIỂN THỊ {shown} lần nhập mới nhất trong tổng số {count}; còn {left} lần nhập cũ hơn"
        " không có trong tệp này. Hãy xuất theo đơn vị nhỏ hơn để xem đủ.",
        ref="Số phiếu",
        said="Gửi lúc",
        recorded="Ghi nhận lúc",
        who="Người gửi",
        kind="Cách nhập",
        fate="Tình trạng",
        promptness="Đúng giờ",
        late="Muộn",
        revisions="Chỉ tiêu, số đầu kỳ đã thay đổi ({count})",
        since="Từ ngày",
        what="Nội dung",
        before="Trước",
        after="Sau",
        revised_target="Chỉ tiêu {metric}",
        revised_baseline="Số đầu kỳ {metric}",
        mismatches="Chỉ tiêu giao cho cấp dưới không khớp ({count})",
        phase_ends="Hạn",
        given="Được giao",
        sum_below="Tổng cấp dưới",
        difference="Chênh lệch",
        states={
            State.REPORTED: "Đúng giờ",
            State.LATE: "Báo muộn",
            State.ZERO: "Báo số 0",
            State.MISSING: "Chưa báo",
            State.ON_LEAVE: "Nghỉ",
            State.LOCKED: "Đã khoá sổ",
            State.QUESTIONED: "Chờ xác nhận",
        },
        fates={
            Fate.COUNTS: "Được tính",
            Fate.SUPERSEDED: "Đã thay thế",
            Fate.QUESTIONED: "Chờ xác nhận",
            Fate.DROPPED: "Đã bỏ",
            Fate.WITHDRAWN: "Đã rút",
        },
        kinds={
            "line": "Tin nhắn",
            "guided": "Từng bước",
            "edit": "Sửa tin nhắn",
            "undo": "Hoàn tác",
            "confirm": "Xác nhận",
            "drop": "Bỏ số liệu",
            "moved": "Chuyển ngày",
            "override": "Chỉ huy sửa",
            "correction": "Duyệt sửa",
        },
    ),
    "en": Words(
        sheet_summary="Summary",
        sheet_units="By unit",
        sheet_days="By day",
        sheet_journal="Journal",
        until="Figures at the end of {day}",
        read_at="made at {time} on {day}",
        days_left="{days} days to the deadline {deadline}",
        last_day="the last day of the campaign ({deadline})",
        over="ended on {deadline}",
        metric="Metric",
        baseline="Baseline",
        total="Total",
        target="Target",
        percent="Achieved",
        today="On the day",
        planned="Plan so far",
        ahead="Against plan",
        missing_amount="Missing",
        needed="Needed per day",
        part="of which {name}",
        reporting="Reporting",
        expected="Expected",
        reported="Reported",
        on_time="On time",
        turnout="Reporting rate",
        punctuality="On-time rate",
        of_day="On the day (units)",
        of_campaign="Since the start (reports)",
        ranking="Place among {count} units of its level",
        place="Place",
        highlights="Highlights ({metric})",
        silent="Not reported on the day ({count})",
        more="and {count} more units",
        below="Units right below",
        chart_line="{metric}: total and plan",
        chart_bars="{metric}: share of target by unit",
        actual="Actual",
        plan="Plan",
        code="Code",
        unit="Unit",
        level="Level",
        parent="Belongs to",
        state="State",
        owed="Reports owed",
        came="Reports sent",
        in_time="On time",
        note="Note",
        closed="Reports no more from {day}",
        merged="Merged into {unit} from {day}",
        day="Day",
        weekday="Weekday",
        day_off="Day off",
        amount="On the day",
        legend="An empty cell has no report; 0 is a report that says zero.",
        journal_all="All {count} entries, newest first.",
        journal_cut="ONLY THE NEWEST {shown} of {count} entries are shown; {left} older ones are not in this file."
        " Export a smaller unit to see all of its entries.",
        ref="Reference",
        said="Sent at",
        recorded="Recorded at",
        who="Sent by",
        kind="How",
        fate="Fate",
        promptness="On time",
        late="Late",
        revisions="Targets and baselines that have changed ({count})",
        since="Since",
        what="What",
        before="Before",
        after="After",
        revised_target="Target of {metric}",
        revised_baseline="Baseline of {metric}",
        mismatches="Targets that those below do not add up to ({count})",
        phase_ends="Due",
        given="Given",
        sum_below="Sum below",
        difference="Difference",
        states={
            State.REPORTED: "On time",
            State.LATE: "Late",
            State.ZERO: "Zero",
            State.MISSING: "Missing",
            State.ON_LEAVE: "On leave",
            State.LOCKED: "Locked",
            State.QUESTIONED: "Questioned",
        },
        fates={
            Fate.COUNTS: "Counts",
            Fate.SUPERSEDED: "Superseded",
            Fate.QUESTIONED: "To be confirmed",
            Fate.DROPPED: "Dropped",
            Fate.WITHDRAWN: "Withdrawn",
        },
        kinds={
            "line": "Message",
            "guided": "Step by step",
            "edit": "Edited message",
            "undo": "Undone",
            "confirm": "Confirmed",
            "drop": "Dropped",
            "moved": "Moved to another day",
            "override": "Commander's change",
            "correction": "Approved correction",
        },
    ),
}
