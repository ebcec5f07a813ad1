"""Parting: a post ends, and with it whatever its holder had open."""

from storage import dialogues, invites, nonces, people
from storage.people import Post
from storage.sqlite import Tx


def part(tx: Tx, person: int, post: Post, now: int) -> bool:
    """End a post at once; False where it is not held. What the person has open ends too, other posts stay."""
    if not people.end_post(tx, person, post, now):
        return False
    close(tx, person)
    return True


def close(tx: Tx, person: int) -> None:
    """End what somebody has open: dialogues, keyboards, and the invites they have issued."""
    dialogues.end_all(tx, person)
    nonces.revoke(tx, person)
    invites.revoke_of(tx, f"person:{person}")
