"""A change shows a metric before and after, part by part, and says nothing of what stays."""

from bot.domain.campaign import Campaign, Key
from bot.domain.changes import Change, changes
from tests import cast

TN, KH = Key("tn"), Key("kh")


def test_only_what_differs_is_shown_in_the_campaigns_order() -> None:
    campaign = Campaign.model_validate(cast.campaign())
    assert changes(campaign, {KH: 30, TN: 45}, {KH: 31, TN: 45}) == (Change("Kích hoạt", (30,), (31,)),)
    assert [each.name for each in changes(campaign, {}, {KH: 1, TN: 2})] == ["Thu nhận", "Kích hoạt"]


def test_not_reported_is_never_shown_as_zero() -> None:
    campaign = Campaign.model_validate(cast.campaign())
    assert changes(campaign, {}, {TN: 0}) == (Change("Thu nhận", (), (0,)),)
    assert changes(campaign, {TN: 0}, {}) == (Change("Thu nhận", (0,), ()),)


def test_parts_are_kept_apart_and_running_totals_are_marked() -> None:
    metrics = [
        {"code": "tn", "name": "Thu nhận", "parts": [{"code": "m1", "name": "Mức 1"}, {"code": "m2", "name": "Mức 2"}]},
        {"code": "kh", "name": "Kích hoạt", "entry": "cumulative"},
    ]
    campaign = Campaign.model_validate(cast.campaign(metrics=metrics))
    old, new = {Key("tn", "m1"): 5, Key("tn", "m2"): 40, KH: 100}, {Key("tn", "m1"): 6, Key("tn", "m2"): 40, KH: 120}
    assert changes(campaign, old, new) == (
        Change("Thu nhận", (5, 40), (6, 40)),
        Change("Kích hoạt", (100,), (120,), running=True),
    )
