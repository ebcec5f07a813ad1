"""`tiendo log`: what a figure is made of, who did what, and whether the past still fits its chain."""

import html
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from bot.cli.command import Ended
from bot.cli.configuring import configured
from bot.cli.looking import look
from bot.cli.status import statuses
from bot.config import Config
from bot.config.clock import SystemClock
from bot.config.setting import setting_of
from bot.domain.status import Status
from bot.domain.text import clean
from bot.domain.trace import Amounts, Breakdown, DayTrace, Traced, UnitSum
from bot.domain.world import Setting, World
from bot.operations import world_of
from bot.render.texts import Texts
from storage import audit, chain, trace, traced
from storage.sqlite import Tx

DAY = click.DateTime(["%Y-%m-%d"])
LONGEST_LINE = 100_000
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>')
_TAG = re.compile(r"<[^<>]*>")

Found = Breakdown | DayTrace


@click.command()
@click.option("--unit", metavar="CODE", help="The unit whose figures are opened.")
@click.option("--day", type=DAY, metavar="YYYY-MM-DD", help="One day, entry by entry; else all days.")
@click.option("--campaign", metavar="CODE", help="The campaign; else those under way, with --json the first of them.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--audit", "audited", is_flag=True, help="Print who did what instead.")
@click.option("--since", type=DAY, metavar="YYYY-MM-DD", help="With --audit: from that day on.")
@click.option("--verify", is_flag=True, help="Check instead that no entry and no line of the audit was changed.")
@configured
def log(
    config: Config,
    unit: str | None,
    day: datetime | None,
    campaign: str | None,
    since: datetime | None,
    *,
    as_json: bool,
    audited: bool,
    verify: bool,
) -> None:
    """Show what a unit's figures are made of: days, units below, entries. Nothing is changed."""
    if sum((bool(unit), audited, verify)) != 1:
        raise click.UsageError("wanted one of --unit, --audit and --verify")
    if verify:
        _verify(config)
    elif audited:
        _audit(config, since, as_json=as_json)
    else:
        _trace(config, unit, day, campaign, as_json=as_json)


def _trace(config: Config, unit: str | None, day: datetime | None, campaign: str | None, *, as_json: bool) -> None:
    setting, now = setting_of(config), SystemClock().now()
    if campaign and setting.campaign(campaign) is None:
        raise click.UsageError(f'no campaign "{campaign}": wanted {" or ".join(c.code for c in config.campaigns)}')

    def read(tx: Tx) -> list[Found]:
        world = world_of(tx, setting, now)
        return [_open(tx, world, each, day) for each in statuses(tx, world, unit, campaign, now)]

    found = look(config, read)
    if as_json:
        click.echo(json.dumps(as_document(found[0], config), ensure_ascii=False))
    else:
        click.echo("\n\n".join(as_text(each, config) for each in found))


def _open(tx: Tx, world: World, stands: Status, day: datetime | None) -> Found:
    if day is None:
        return trace.breakdown(tx, world, stands.campaign, stands.unit, stands.day)
    return trace.day_trace(tx, world, stands.campaign, stands.unit, day.date())


def as_text(found: Found, config: Config) -> str:
    """Write what /nhatky answers, all pages at once, without markup; of a link the address stays."""
    texts = Texts(config.language, config.zone)
    if isinstance(found, Breakdown):
        text = texts("trace.breakdown", found=found, several=True)
    else:
        text = texts("trace.day", found=found, first=0)
    return html.unescape(_TAG.sub("", _LINK.sub(r"\2 (\1)", text)))


def as_document(found: Found, config: Config) -> dict[str, Any]:
    """Return the JSON document: sums by metric, entries with everything that is known of them."""
    stands = found.status
    head = {"campaign": stands.campaign.code, "unit": stands.unit.code, "name": stands.unit.name}
    head["day" if isinstance(found, DayTrace) else "until"] = stands.day.isoformat()
    units = [_unit(each, stands) for each in found.units.shown] if found.units else []
    if isinstance(found, DayTrace):
        entries = [_entry(each, config) for each in found.entries]
        return {**head, "amounts": _by_code(found.amounts, stands), "units": units, "entries": entries}
    metrics = {each.code: {"baseline": each.baseline, "total": each.total} for each in stands.metrics}
    days = [
        {
            "day": each.day.isoformat(),
            "amounts": _by_code(each.amounts, stands),
            "entries": [_entry(entry, config) for entry in each.entries],
        }
        for each in found.days.shown
    ]
    return {**head, "metrics": metrics, "days": days, "units": units}


def _unit(each: UnitSum, stands: Status) -> dict[str, Any]:
    return {"unit": each.unit.code, "name": each.unit.name, "amounts": _by_code(each.amounts, stands)}


def _by_code(amounts: Amounts, stands: Status) -> dict[str, int]:
    return {metric.code: amount for metric, amount in zip(stands.metrics, amounts, strict=True)}


def _entry(entry: Traced, config: Config) -> dict[str, Any]:
    return {
        "ref": entry.ref,
        "day": entry.day.isoformat(),
        "said": _moment(entry.said, config),
        "recorded": _moment(entry.recorded, config),
        "name": entry.who.name,
        "role": entry.who.role,
        "kind": entry.kind,
        "state": entry.fate.value,
        "by": entry.by,
        "on_time": entry.on_time,
        "values": [{"name": each.name, "old": each.old, "new": each.new} for each in entry.figures],
        "note": entry.note,
        "decided_by": entry.decided_by.name if entry.decided_by else "",
        "private": entry.source.private,
        "chat": entry.source.title,
        "message": entry.source.message,
        "link": entry.source.link,
    }


def _moment(at: int, config: Config) -> str:
    return datetime.fromtimestamp(at, config.zone).isoformat()


def _audit(config: Config, since: datetime | None, *, as_json: bool) -> None:
    first = 0 if since is None else int(since.replace(tzinfo=config.zone).timestamp())
    lines = look(config, lambda tx: list(_lines(tx, setting_of(config), config, first)))
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False))
        return
    for line in lines:
        facts = json.dumps(line["facts"], ensure_ascii=False)
        who = f"{line['actor']} {line['name']}".strip()
        click.echo(clean(f"{line['at'][:19].replace('T', ' ')} · {who} · {line['what']} · {facts}", LONGEST_LINE))


def _lines(tx: Tx, setting: Setting, config: Config, since: int) -> Iterator[dict[str, Any]]:
    names: dict[str, str] = {}
    for line in audit.since(tx, since):
        if line.actor not in names:
            names[line.actor] = traced.named(tx, setting, line.actor).name
        yield {
            "at": _moment(line.at, config),
            "actor": line.actor,
            "name": names[line.actor],
            "what": line.what,
            "facts": line.facts,
        }


def _verify(config: Config) -> None:
    def read(tx: Tx) -> tuple[list[chain.Broken], dict[str, chain.Head]]:
        return chain.first_broken(tx), {table: chain.head(tx, table) for table in chain.COLUMNS}

    broken, heads = look(config, read)
    if broken:
        raise Ended("; ".join(f"{each.table}: row {each.row} is the first that is {each.why}" for each in broken))
    for table, head in heads.items():
        click.echo(f"{table}: {head.id} rows fit their chain, its head is {head.digest or 'not there yet'}")
