"""Claims about the fingerprint of a config."""

from pathlib import Path

from bot.domain.fingerprint import fingerprint
from tests import cast


def test_every_key_stands_flat_under_its_own_name() -> None:
    found = fingerprint(cast.config(Path()).model_dump(mode="json"))
    assert found["campaigns.vneid.deadline"] == "2023-12-15"
    assert found["campaigns.vneid.metrics.tn.max_per_day"] == 500
    assert found["calendar.quiet"] == ["21:30:00", "06:30:00"]
    assert found["admins"] == [cast.ADMIN]


def test_V1_neither_the_token_nor_an_address_is_in_it() -> None:
    config = cast.config(Path(), base_url="http://127.0.0.1:1/hidden")
    found = fingerprint(config.model_dump(mode="json") | {"telegram": {"token": cast.TOKEN, "base_url": "x/hidden"}})
    assert cast.TOKEN not in str(found)
    assert "hidden" not in str(found)
    other = fingerprint({"telegram": {"base_url": "x/other"}})
    assert found["telegram.base_url"] != other["telegram.base_url"]


def test_the_order_of_what_has_none_changes_nothing() -> None:
    assert fingerprint({"admins": [2, 1]}) == fingerprint({"admins": [1, 2]})
    assert fingerprint({"campaigns": [{"code": "a"}, {"code": "b"}]}) == fingerprint(
        {"campaigns": [{"code": "b"}, {"code": "a"}]}
    )
    assert fingerprint({"calendar": {"quiet": ["1", "2"]}}) != fingerprint({"calendar": {"quiet": ["2", "1"]}})
