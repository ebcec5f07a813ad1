"""Exporting: the files of a commander's units, ordered here and printed when they are sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.domain.campaign import Campaign
from bot.domain.messages import Outgoing
from bot.domain.papers import Format, Order
from bot.domain.text import fold
from bot.domain.units import Unit, UnitId
from handlers import choosing, finding, policy, showing
from handlers.turn import Choice, Turn, named
from storage import outbox
from storage.people import Role

MOST = 10
"""Files that one person may order within an hour: each is read from all the data."""

HOUR_S = 3_600
ALL = "all"

FORMATS: Mapping[str, tuple[Format, ...]] = MappingProxyType(
    {
        "xlsx": (Format.XLSX,),
        "excel": (Format.XLSX,),
        "docx": (Format.DOCX,),
        "word": (Format.DOCX,),
        "csv": (Format.CSV,),
        "tat ca": tuple(Format),
        "all": tuple(Format),
    }
)
"""What the command may begin or end with, without accents."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: formats, and the campaign that was named, if any was."""

    formats: tuple[Format, ...]
    campaign: Campaign | None

    @property
    def args(self) -> dict[str, str]:
        """Return what a button carries of it."""
        form = self.formats[0].value if len(self.formats) == 1 else ALL
        return {"form": form, "campaign": self.campaign.code if self.campaign else ""}


def export(turn: Turn, text: str) -> None:
    """Answer `/xuat [format] [campaign] [unit]`; the words may stand in another order."""
    wish, name = _read(turn, text)
    unit = _named(turn, name, wish) if name else _own_unit(turn)
    if unit is not None:
        _order(turn, unit, wish)


def export_unit(turn: Turn, unit: int, form: str, campaign: str = "") -> None:
    """Order for a unit, or in a campaign, that a button named, if it is still in scope."""
    if unit in turn.world.tree.units and policy.commands(turn, UnitId(unit)):
        _order(turn, turn.world.tree[UnitId(unit)], Wish(FORMATS[form], turn.world.setting.campaign(campaign)))
    else:
        turn.say("refusals.out_of_scope")


def _read(turn: Turn, text: str) -> tuple[Wish, str]:
    """Read the command: what is wished for, and the name of a unit, which may be empty."""
    campaign, rest = showing.campaign_named(turn, text)
    formats, rest = _formats(turn, rest)
    if campaign is None:
        campaign, rest = showing.campaign_named(turn, rest)
    return Wish(formats, campaign), rest.strip()


def _formats(turn: Turn, text: str) -> tuple[tuple[Format, ...], str]:
    """Return what the first or last words say, and the others. A unit whose name ends like a format stays whole."""
    words = text.split()
    if words and finding.find(turn.world, text, lambda unit: policy.commands(turn, unit)).exact:
        return FORMATS["xlsx"], text
    for length in (2, 1):
        for taken, rest in ((words[:length], words[length:]), (words[-length:], words[:-length])):
            formats = FORMATS.get(fold(" ".join(taken)))
            if formats is not None:
                return formats, " ".join(rest)
    return FORMATS["xlsx"], text


def _named(turn: Turn, name: str, wish: Wish) -> Unit | None:
    return choosing.unit_called(turn, name, lambda unit: policy.commands(turn, unit), "export", **wish.args)


def _own_unit(turn: Turn) -> Unit | None:
    units = turn.units(Role.COMMANDER)
    return turn.world.tree[units[0]] if units else turn.world.root(turn.world.setting.first)


def _order(turn: Turn, unit: Unit, wish: Wish) -> None:
    campaigns = _campaigns(turn, unit, wish.campaign)
    if not campaigns:
        turn.say("status.no_campaign", unit=unit)
    elif len(campaigns) > 1:
        rows = tuple((_in_campaign(unit, wish, campaign),) for campaign in campaigns)
        turn.say("export.which_campaign", rows, unit=unit, form=wish.args["form"], campaigns=campaigns)
    else:
        _order_in(turn, campaigns[0], unit, wish.formats)


def _in_campaign(unit: Unit, wish: Wish, campaign: Campaign) -> Choice:
    return named(campaign.name, "export", unit=unit.id, **replace(wish, campaign=campaign).args)


def _campaigns(turn: Turn, unit: Unit, wanted: Campaign | None) -> tuple[Campaign, ...]:
    """Return the campaigns that are meant: the one that is named or chosen, else all that are shown for the unit."""
    found = showing.campaigns_for(turn, unit, wanted)
    chosen = tuple(each for each in found if turn.person and each.code == turn.person.chosen_campaign)
    return chosen or found


def _order_in(turn: Turn, campaign: Campaign, unit: Unit, formats: tuple[Format, ...]) -> None:
    today = turn.world.today(campaign, turn.incoming.at)
    if today < campaign.starts:
        turn.say("export.not_begun", unit=unit, campaign=campaign)
        return
    language = turn.texts[turn.language].language
    until = min(today, campaign.deadline)
    orders = [Order(form, campaign.code, unit.id, until, language) for form in formats]
    new = [order for order in orders if not outbox.is_open(turn.tx, turn.chat.id, _word(order))]
    if not new:
        turn.say_once("export.at_work")
        return
    again = _full_until(turn, len(new))
    if again is not None:
        turn.say("export.too_many", most=MOST, again=again)
        return
    turn.say("export.begun", unit=unit, formats=[order.format for order in new])
    _put(turn, campaign, unit, new)


def _word(order: Order) -> str:
    """Return what tells an order from all others, so that none is printed twice at a time."""
    return "export:" + ":".join(str(value) for value in order.dump().values())


def _full_until(turn: Turn, wanted: int) -> int | None:
    """Return the instant from which so many files may be ordered, None when that is now."""
    ordered = outbox.put_since(turn.tx, _subject(turn), turn.now - HOUR_S)
    excess = len(ordered) + wanted - MOST
    return ordered[excess - 1] + HOUR_S if excess > 0 else None


def _subject(turn: Turn) -> str:
    return f"export:{turn.account}"


def _put(turn: Turn, campaign: Campaign, unit: Unit, orders: Iterable[Order]) -> None:
    for order in orders:
        facts = {"unit": unit, "campaign": campaign, "day": order.until, "form": order.format}
        document = Outgoing(
            "document",
            turn.text("export.file", **facts),
            account=turn.account,
            thread=turn.incoming.place.thread,
            subject=_subject(turn),
            coalesce=_word(order),
            paper=order.dump(),
            spare=turn.text("export.failed"),
            bulky=turn.text("export.bulky"),
        )
        outbox.put(turn.tx, turn.chat.id, document, turn.now)
