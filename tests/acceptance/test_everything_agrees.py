"""After forty days of reports, mistakes and decisions every figure is the model's, wherever one looks."""

import asyncio
import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from tests.acceptance import checks, evening
from tests.acceptance.province import Province, Shape

EXAMPLES = int(os.environ.get("TIENDO_CAMPAIGNS", "1"))
"""Campaigns of each shape; each takes some twenty seconds of a processor."""

SHAPES = {
    "one report for each unit": Shape(),
    "a metric of parts, officers added up": Shape(parts=True, adds_officers=True),
    "a ratio leads": Shape(ratio=True),
}
SHARES = st.fixed_dictionaries(
    {
        "reports": st.integers(54, 62),
        "partial": st.integers(5, 15),
        "adjusted": st.integers(5, 15),
        "doubtful": st.integers(5, 20),
        "again": st.integers(10, 25),
        "earlier": st.integers(10, 25),
        "yesterday": st.integers(10, 25),
        "edited": st.integers(10, 25),
        "moved": st.integers(5, 15),
        "undone": st.integers(8, 20),
        "answered": st.integers(3, 8),
        "withdrawn": st.integers(2, 5),
        "handed_over": st.integers(2, 5),
        "decided": st.integers(8, 15),
        "overridden": st.integers(5, 15),
        "unlocked": st.integers(2, 5),
        "leave": st.integers(2, 6),
    }
)
SHOWN = 20


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SHAPES)
@settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # a campaign cannot be shrunk
@given(seed=st.integers(0, 2**32), shares=SHARES)
def test_H15_every_figure_of_a_campaign_is_the_models(name: str, seed: int, shares: Mapping[str, int]) -> None:
    assume(seed)  # the simplest draw would always be the first, and here the only one
    province = Province.drawn(SHAPES[name], Random(seed))  # noqa: S311  (repeatable, guards nothing)
    with TemporaryDirectory() as folder:
        played = asyncio.run(evening.play(Path(folder), province, seed, shares))
        wrong = [each for check in checks.ALL for each in islice(check(played), SHOWN)]
    assert wrong == []
