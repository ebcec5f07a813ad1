"""The tally grammar: one typed line in, the amounts it means or the reason it is refused out."""

from bot.domain.tally.line import NOTE_LIMIT, Amount, Line, write
from bot.domain.tally.numbers import LIMIT
from bot.domain.tally.reading import TEXT_LIMIT, amount, choose, parse
from bot.domain.tally.refusal import Reason, Refusal

__all__ = [
    "LIMIT",
    "NOTE_LIMIT",
    "TEXT_LIMIT",
    "Amount",
    "Line",
    "Reason",
    "Refusal",
    "amount",
    "choose",
    "parse",
    "write",
]
