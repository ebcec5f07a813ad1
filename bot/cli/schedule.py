"""`tiendo schedule`: what the bot is going to say by itself, when, where and to how many."""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

import click

from bot.channels import TELEGRAM
from bot.cli.configuring import configured
from bot.cli.looking import look
from bot.config import Config
from bot.config.clock import SystemClock
from bot.config.setting import setting_of
from bot.jobs.beat import Push
from bot.jobs.preview import Planned, planned
from bot.operations import world_of
from bot.render.texts import LANGUAGES, Texts
from storage.sqlite import Tx

_TAG = re.compile(r"<[^<>]*>")


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=2, show_default=True, help="How far to look ahead.")
@click.option("--render", is_flag=True, help="Print the texts too, with the figures of this moment.")
@configured
def schedule(config: Config, days: int, *, render: bool) -> None:
    """List the next sends: time, job, campaign and who gets them."""
    setting, now = setting_of(config), SystemClock().now()
    texts: Mapping[str, Texts] = {language: Texts(language, config.zone) for language in LANGUAGES}

    def read(tx: Tx) -> list[Planned]:
        return planned(tx, world_of(tx, setting, now), TELEGRAM, texts, now, timedelta(days=days))

    for each in look(config, read):
        click.echo(as_line(each, config))
        if render:
            for text in as_texts(each, config, texts):
                click.echo(text)


def as_line(each: Planned, config: Config) -> str:
    """Write `2023-12-02 07:00  countdown  vneid  2 groups: A, B; 5 people`; `nobody` where there is no recipient."""
    groups = [push.chat.title for push in each.pushes if not push.chat.private]
    people = len(each.pushes) - len(groups)
    told = [
        *([f"{_many(len(groups), 'group', 'groups')}: {', '.join(groups)}"] if groups else []),
        *([_many(people, "person", "people")] if people else []),
    ]
    at = each.at.astimezone(config.zone)
    return f"{at:%Y-%m-%d %H:%M}  {each.slot.job}  {each.slot.campaign}  {'; '.join(told) or 'nobody'}"


def as_texts(each: Planned, config: Config, texts: Mapping[str, Texts]) -> Iterator[str]:
    """Yield what each chat would be told, indented, without markup; a text is given once, with all who get it."""
    shared: dict[str, list[str]] = {}
    for push in each.pushes:
        shared.setdefault(_text(push, config, texts), []).append(push.chat.title or f"chat {push.chat.id}")
    for text, chats in shared.items():
        yield "\n".join(f"    {line}".rstrip() for line in [f"[{', '.join(chats)}]", *text.splitlines()])


def _text(push: Push, config: Config, texts: Mapping[str, Texts]) -> str:
    language = push.language or push.chat.language or config.language
    return html.unescape(_TAG.sub("", texts[language](push.message, late=False, **push.facts)))


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
