"""The Word report: a template that the office can edit, filled with words and figures that are written out."""

import re
from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage  # type: ignore[import-untyped]  # it is annotated, but not marked so
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.domain import figures
from bot.domain.dossier import UnitRow, main_share
from bot.domain.figures import Language, Share
from bot.domain.highlights import headline
from bot.domain.status import MetricStatus
from bot.render.files import BrokenTemplate
from bot.render.files.blank import NAMES
from bot.render.files.content import Content
from bot.render.files.plain import plain
from bot.render.files.sentences import Sentences

TEMPLATES: Final = Path(__file__).parent / "templates"
MOST_LAGGING: Final = 15
CHART_MM: Final = 105

_KIND: Final = re.compile(r"^(?:tỉnh|thành phố|thị xã|thị trấn|quận|huyện|phường|xã)\s+(?=\S)", re.IGNORECASE)

Row = dict[str, str]


def packaged(language: Language) -> Path:
    """Return the template that comes with the program."""
    return TEMPLATES / NAMES[language]


def write_document(path: Path, content: Content, template: Path) -> None:
    """Fill a template and write the report to `path`. BrokenTemplate where it is none, or asks for what is not there.

    The template is data of the office: it is run in a sandbox that sees plain text and lists, and everything
    outside is escaped.
    """
    facts = placeholders(content)
    try:
        report = _filled(template.read_bytes(), facts, content.chart)
    except Exception as error:
        raise BrokenTemplate(template, f"{type(error).__name__}: {error}") from error
    path.write_bytes(report)


def _filled(template: bytes, facts: dict[str, Any], chart: bytes | None) -> bytes:
    document = DocxTemplate(BytesIO(template))
    picture = InlineImage(document, BytesIO(chart), width=Mm(CHART_MM)) if chart else ""
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    document.render({**facts, "chart": picture}, environment, autoescape=True)
    report = BytesIO()
    document.save(report)
    return report.getvalue()


def placeholders(content: Content) -> dict[str, Any]:
    """Return what a template can name: text, and lists of texts or rows. docs/files.md tells what each one is."""
    status, dossier, say = content.status, content.dossier, Sentences(content)
    parent = dossier.names[status.unit.parent] if status.unit.parent else None
    lagging = lagging_units(dossier.children)
    more = len(lagging[MOST_LAGGING:])
    facts = {
        "unit": status.unit.name,
        "unit_upper": status.unit.name.upper(),
        "unit_code": status.unit.code,
        "above": parent.name.upper() if parent else "",
        "locality": _KIND.sub("", status.unit.name),
        "date": {"day": f"{dossier.as_of:%d}", "month": _month(dossier.as_of.month), "year": f"{dossier.as_of:%Y}"},
        "campaign": status.campaign.name,
        "day": figures.day(status.day),
        "deadline": figures.day(status.campaign.deadline),
        "days_left": str(status.days_left),
        "main_metric": status.campaign.main.name,
        "subject": say.subject(),
        "opening": say.opening(),
        "results": list(say.results()),
        "metrics": _metrics(content),
        "reporting": list(say.reporting()),
        "units": [_unit(content, row) for row in dossier.children],
        "review": list(say.review()),
        "lagging_line": say.lagging(min(len(lagging), MOST_LAGGING), more),
        "lagging": [_lagging(content, row) for row in lagging[:MOST_LAGGING]],
        "silent": say.silent(),
        "signer": "",
    }
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Any) -> Any:
    """Return what outside text may be in, with every text of it fit for XML."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value]


def _month(number: int) -> str:
    """Return a month as the decree wants it: with a zero before January and February only."""
    return f"{number:02}" if number <= 2 else str(number)  # noqa: PLR2004  (February)


def _metrics(content: Content) -> list[Row]:
    rows = []
    for metric in content.status.metrics:
        rows.append(_metric(content, metric))
        for part in metric.parts:
            row = dict.fromkeys(rows[-1], "")
            rows.append(row | {"name": f"- {part.name}", "total": _number(content, part.total)})
    for ratio in content.status.ratios:
        share = {"total": _number(content, ratio.share.numerator), "target": _number(content, ratio.share.denominator)}
        rows.append(
            dict.fromkeys(rows[0], "") | share | {"name": ratio.name, "percent": _percent(content, ratio.share)}
        )
    return rows


def _metric(content: Content, metric: MetricStatus) -> Row:
    pace = metric.pace
    return {
        "name": metric.name,
        "baseline": _number(content, metric.baseline),
        "total": _number(content, metric.total),
        "target": _number(content, metric.target),
        "percent": _percent(content, metric.share),
        "today": _signed(content, metric.today if content.status.reported else None),
        "planned": _number(content, pace.planned if pace else None),
        "ahead": _signed(content, pace.ahead if pace else None),
        "missing": _number(content, pace.missing if pace else None),
        "needed": _number(content, pace.needed_per_day if pace else None),
    }


def _unit(content: Content, row: UnitRow) -> Row:
    metric = row.status.metric(content.dossier.headline.code)
    return {
        "place": "" if row.place is None else str(row.place),
        "code": row.unit.code,
        "name": row.unit.name,
        "total": _number(content, metric.total),
        "target": _number(content, metric.target),
        "percent": _percent(content, main_share(row.status)),
        "today": _signed(content, metric.today if row.status.reported else None),
        "turnout": _percent(content, row.attendance.turnout),
        "punctuality": _percent(content, row.attendance.punctuality),
    }


def lagging_units(children: Sequence[UnitRow]) -> list[UnitRow]:
    """Return the units right below that are behind plan, those first that lack most of their targets."""
    behind = [(ahead, row) for row in children if (ahead := _ahead(row)) < 0 and not row.status.is_closed]
    return [row for _, row in sorted(behind, key=lambda each: each[0])]


def _ahead(row: UnitRow) -> Fraction:
    """Return how far a unit is ahead of its plan in the headline metric, as a part of its target."""
    pace = row.status.metric(headline(row.status.campaign).code).pace
    return Fraction(pace.ahead, pace.target) if pace and pace.target else Fraction(0)


def _lagging(content: Content, row: UnitRow) -> Row:
    pace = row.status.metric(content.dossier.headline.code).pace
    behind, needed = (-pace.ahead, pace.needed_per_day) if pace else (None, None)
    return _unit(content, row) | {"behind": _number(content, behind), "needed": _number(content, needed)}


def _number(content: Content, value: int | None) -> str:
    return figures.UNKNOWN if value is None else figures.number(value, content.language)


def _signed(content: Content, value: int | None) -> str:
    return figures.UNKNOWN if value is None else figures.signed(value, content.language)


def _percent(content: Content, share: Share | None) -> str:
    if share is None:
        return figures.UNKNOWN
    return figures.percent(share, content.status.campaign.percent_decimals, content.language)
