"""The words on charts, one table for each language."""

from dataclasses import dataclass
from typing import Final

from bot.domain.days import State
from bot.domain.figures import Language


@dataclass(frozen=True, slots=True)
class Words:
    """Everything written on charts besides names and figures; braces are filled in by name."""

    months: str
    no_data: str
    no_units: str
    total_at: str
    days_left: str
    last_day: str
    over: str
    of_target: str
    ahead: str
    behind: str
    on_plan: str
    target: str
    deadline: str
    today: str
    actual: str
    plan: str
    forecast: str
    phase: str
    ranking: str
    full_target: str
    planned_share: str
    missing: str
    more_units: str
    more_missing: str
    reporting: str
    turnout: str
    turnout_column: str
    not_yet: str
    states: dict[State, str]


WORDS: Final[dict[Language, Words]] = {
    "vi": Words(
        months="Tháng {month}",
        no_data="Chưa có số liệu",
        no_units="Chưa có đơn vị nào",
        total_at="Lũy kế đến hết ngày {day}",
        days_left="còn {days} ngày",
        last_day="hôm nay là hạn cuối",
        over="đã kết thúc {day}",
        of_target="{percent} của {target}",
        ahead="vượt {number} so với kế hoạch",
        behind="chậm {number} so với kế hoạch",
        on_plan="đúng kế hoạch",
        target="chỉ tiêu {number}",
        deadline="hạn {day}",
        today="hôm nay",
        actual="Thực hiện",
        plan="Kế hoạch",
        forecast="Dự báo ngày {day}: {low} – {high}",
        phase="{day}: {target}",
        ranking="Tỷ lệ so với chỉ tiêu được giao, đến hết ngày {day}",
        full_target="chỉ tiêu 100%",
        planned_share="kế hoạch {percent}",
        missing="Chưa báo cáo ({count})",
        more_units="và {count} đơn vị khác",
        more_missing="và {count} đơn vị khác chưa báo cáo",
        reporting="Báo cáo hằng ngày, từ {first} đến {last}",
        turnout="Đã báo cáo {numerator}/{denominator} lượt ({percent})",
        turnout_column="Đã báo",
        not_yet="Chưa đến hạn",
        states={
            State.REPORTED: "Đúng giờ",
            State.LATE: "Báo muộn",
            State.ZERO: "Báo số 0",
            State.MISSING: "Chưa báo",
            State.ON_LEAVE: "Nghỉ",
            State.LOCKED: "Đã khoá sổ",
            State.QUESTIONED: "Chờ xác nhận",
        },
    ),
    "en": Words(
        months="Month {month}",
        no_data="No data yet",
        no_units="No units yet",
        total_at="Total at the end of {day}",
        days_left="days left: {days}",
        last_day="today is the deadline",
        over="ended on {day}",
        of_target="{percent} of {target}",
        ahead="{number} ahead of plan",
        behind="{number} behind plan",
        on_plan="on plan",
        target="target {number}",
        deadline="due {day}",
        today="today",
        actual="Actual",
        plan="Plan",
        forecast="Forecast for {day}: {low} – {high}",
        phase="{day}: {target}",
        ranking="Share of own target at the end of {day}",
        full_target="target 100%",
        planned_share="plan {percent}",
        missing="Not reported ({count})",
        more_units="more units: {count}",
        more_missing="more units not reported: {count}",
        reporting="Daily reports from {first} to {last}",
        turnout="Reported {numerator}/{denominator} ({percent})",
        turnout_column="Sent",
        not_yet="Not due yet",
        states={
            State.REPORTED: "On time",
            State.LATE: "Late",
            State.ZERO: "Zero",
            State.MISSING: "Missing",
            State.ON_LEAVE: "On leave",
            State.LOCKED: "Locked",
            State.QUESTIONED: "Questioned",
        },
    ),
}
