"""`tiendo status`: where a unit stands, as the bot would say it, or as JSON."""

import html
import json
import re
from datetime import datetime
from typing import Any

import click

from bot.cli.configuring import configured
from bot.cli.looking import look
from bot.config import Config
from bot.config.clock import SystemClock
from bot.config.setting import setting_of
from bot.domain.campaign import Campaign
from bot.domain.days import Stage, stage
from bot.domain.figures import Language, Share
from bot.domain.status import MetricStatus, RatioStatus, Status
from bot.domain.units import Unit
from bot.domain.world import World
from bot.operations import OutsideCampaigns, find_unit, world_of
from bot.render.texts import Texts
from storage.sqlite import Tx
from storage.statuses import unit_status

PERCENT_DECIMALS = 4
_TAG = re.compile(r"<[^<>]*>")


@click.command()
@click.option("--unit", metavar="CODE", help="The unit; else the campaign's root.")
@click.option("--campaign", metavar="CODE", help="The campaign; else those under way, with --json the first of them.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@configured
def status(config: Config, unit: str | None, campaign: str | None, *, as_json: bool) -> None:
    """Show totals, percentages, pace and turnout of this moment."""
    setting, now = setting_of(config), SystemClock().now()
    if campaign and setting.campaign(campaign) is None:
        raise click.UsageError(f'no campaign "{campaign}": wanted {" or ".join(c.code for c in config.campaigns)}')

    def read(tx: Tx) -> list[Status]:
        world = world_of(tx, setting, now)
        return statuses(tx, world, unit, campaign, now)

    found = look(config, read)
    if as_json:
        click.echo(json.dumps(as_document(found[0]), ensure_ascii=False))
    else:
        click.echo(as_text(found, config))


def statuses(tx: Tx, world: World, unit: str | None, code: str | None, now: datetime) -> list[Status]:
    """Return where the unit stands in one campaign, or in all that cover it and are under way (else the last)."""
    named = find_unit(world, unit) if unit else None
    campaigns = [
        each
        for each in world.setting.campaigns
        if each.code == (code or each.code)
        and not (each.archived and code is None)
        and (root := world.root(each)) is not None
        if named is None or world.tree.covers(root.id, named.id)
    ]
    under_way = [each for each in campaigns if _is_under_way(world, each, now)]
    if not campaigns:
        raise OutsideCampaigns(unit or "")
    return [
        unit_status(tx, world, each, named or _root(world, each), world.today(each, now))
        for each in under_way or campaigns[-1:]
    ]


def _root(world: World, campaign: Campaign) -> Unit:
    return find_unit(world, campaign.root)


def _is_under_way(world: World, campaign: Campaign, now: datetime) -> bool:
    return stage(world.today(campaign, now), campaign) in (Stage.RUNNING, Stage.LAST_DAY)


def as_text(found: list[Status], config: Config) -> str:
    """Write what /status answers, without markup."""
    language: Language = config.language
    today = [each.day for each in found]
    text = Texts(language, config.zone)("status.status", statuses=list(zip(found, today, strict=True)))
    return html.unescape(_TAG.sub("", text))


def as_document(found: Status) -> dict[str, Any]:
    """Return the JSON document: counts as integers, percentages as numbers or null, ratios among the metrics."""
    ratios = {ratio.code: _ratio(ratio) for ratio in found.ratios}
    metrics = {metric.code: _metric(metric) for metric in found.metrics}
    return {
        "campaign": found.campaign.code,
        "unit": found.unit.code,
        "name": found.unit.name,
        "day": found.day.isoformat(),
        "days_left": found.days_left,
        "expected": found.expected,
        "reported": found.reported,
        "on_time": found.on_time,
        "metrics": metrics | ratios,
    }


def _metric(metric: MetricStatus) -> dict[str, Any]:
    return {
        "total": metric.total,
        "baseline": metric.baseline,
        "target": metric.target,
        "percent": None if metric.share is None else _percent(metric.share),
        "today": metric.today,
        "plan": metric.pace and metric.pace.planned,
        "needed_per_day": metric.pace and metric.pace.needed_per_day,
    }


def _ratio(ratio: RatioStatus) -> dict[str, Any]:
    return {
        "numerator": ratio.share.numerator,
        "denominator": ratio.share.denominator,
        "percent": _percent(ratio.share),
        "target_percent": ratio.target_percent,
    }


def _percent(share: Share) -> float | None:
    value = share.percent(PERCENT_DECIMALS)
    return None if value is None else float(value)
