"""The audience of summaries: commanders in their private chats, and groups."""

from collections.abc import Iterator

from bot.domain.units import Unit
from bot.jobs.beat import Beat
from storage import addressees, ledger
from storage.chats import Chat
from storage.people import Role


def commanders(beat: Beat) -> Iterator[tuple[Chat, Unit]]:
    """Yield the chats of the campaign's commanders that were not told yet, each with the highest unit it answers for.

    Whoever commands more than the campaign covers is told of the campaign's root.
    """
    tree, root = beat.world.tree, beat.root
    for commander in addressees.holding(beat.tx, beat.channel, Role.COMMANDER):
        known = [unit for unit in commander.units if unit in tree.units and not tree.is_closed(unit, beat.slot.day)]
        units = [root.id for unit in known if tree.covers(unit, root.id)]
        units += [unit for unit in known if tree.covers(root.id, unit)]
        if units and _is_untold(beat, commander.chat):
            yield commander.chat, tree[min(units, key=lambda unit: len(tree.path(unit)))]


def groups(beat: Beat) -> Iterator[tuple[Chat, Unit]]:
    """Yield the groups that were not told yet, each with its unit."""
    yield from (each for each in beat.groups() if _is_untold(beat, each[0]))


def _is_untold(beat: Beat, chat: Chat) -> bool:
    # Asked before anything is read for the chat: a second page must not work out the first one again.
    return not ledger.has(beat.tx, beat.slot, chat.id, chat.thread)
