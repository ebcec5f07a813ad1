"""Marks: the quarters of a target that a unit passes on its way, each told once."""

MARKS = (25, 50, 75, 100)
"""Percent of the deadline's target."""


def passed(baseline: int, total: int, target: int) -> tuple[int, ...]:
    """Return the marks that the total has reached and the baseline had not, ascending."""
    if target <= 0:
        return ()
    return tuple(mark for mark in MARKS if baseline * 100 < mark * target <= total * 100)
