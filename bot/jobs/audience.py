"""The audience of summaries: commanders in their private chats, and groups."""

from collections.abc import Iterator

from bot.domain.units import Unit
from bot.jobs.beat import Beat
from storage import audience, ledger
from storage.chats import Chat


def commanders(beat: Beat) -> Iterator[tuple[Chat, Unit]]:
    """Yield the chats of the campaign's commanders that were not told yet, each with the highest unit it answers for.

    Whoever commands more than the campaign covers is told of the campaign's root.
    """
    tree, root, highest = beat.world.tree, beat.root, dict[int, tuple[Chat, Unit]]()
    for chat, post in audience.commanders(beat.tx, beat.channel):
        if post not in tree.units or not (tree.covers(root.id, post) or tree.covers(post, root.id)):
            continue
        unit = tree[post] if tree.covers(root.id, post) else root
        known = highest.get(chat.id)
        if known is None or len(tree.path(unit.id)) < len(tree.path(known[1].id)):
            highest[chat.id] = (chat, unit)
    yield from (each for each in highest.values() if _is_untold(beat, each[0]))


def groups(beat: Beat) -> Iterator[tuple[Chat, Unit]]:
    """Yield the groups that were not told yet, each with its unit."""
    yield from (each for each in beat.groups() if _is_untold(beat, each[0]))


def _is_untold(beat: Beat, chat: Chat) -> bool:
    # Asked before anything is read for the chat: a second page must not work out the first one again.
    return not ledger.has(beat.tx, beat.slot, chat.id, chat.thread)
