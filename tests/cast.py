"""A fixed cast: one small province with two districts, its wards, and a campaign like Bến Tre's."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.config import Config

TOKEN = "123456:TEST-token-of-the-embedded-server-000"
ADMIN = 1_000_001
MORNING = datetime(2023, 12, 1, 1, 0, tzinfo=UTC)  # thứ Sáu 01-12-2023, 08:00 in Vietnam
TODAY = date(2023, 12, 1)

ROSTER = """\
code,name,level,parent,population,aliases,target.tn,baseline.tn,target.kh,baseline.kh
BT,Bến Tre,tinh,,,Tỉnh Bến Tre,,,,
TP,Thành phố Bến Tre,huyen,BT,,,,,,
CT,Huyện Châu Thành,huyen,BT,,,,,,
TP-01,Phường An Hội,xa,TP,2400,,2000,1189,2000,950
TP-02,Phường Phú Khương,xa,TP,1200,,1000,600,1000,500
TP-03,Xã Sơn Đông,xa,TP,1200,,1000,600,1000,400
CT-01,Thị trấn Châu Thành,xa,CT,1200,,1000,500,1000,300
CT-02,Xã Giao Long,xa,CT,1200,,1000,500,1000,300
"""
AN_HOI, PHU_KHUONG, SON_DONG, CHAU_THANH_TOWN, GIAO_LONG = "TP-01", "TP-02", "TP-03", "CT-01", "CT-02"

METRICS: list[dict[str, Any]] = [
    {"code": "tn", "name": "Thu nhận", "aliases": ["ho so"], "max_per_day": 500},
    {"code": "kh", "name": "Kích hoạt", "at_most": "tn", "main": True},
]


def campaign(**changes: Any) -> dict[str, Any]:
    """Return the campaign's table as a config file would hold it."""
    return {
        "code": "vneid",
        "name": "Cao điểm kích hoạt tài khoản định danh điện tử",
        "root": "BT",
        "starts": date(2023, 11, 15),
        "deadline": date(2023, 12, 15),
        "report_due": date(2023, 12, 18),
        "on_time_until": "17:00",
        "metrics": METRICS,
        **changes,
    }


def config(folder: Path, base_url: str = "http://127.0.0.1:1", **changes: Any) -> Config:
    """Return a config whose data lies in `folder`."""
    data = {
        "timezone": "Asia/Ho_Chi_Minh",
        "admins": [ADMIN],
        "storage": {"url": f"sqlite:///{folder / 'tiendo.db'}"},
        "telegram": {"token": TOKEN, "base_url": base_url},
        "calendar": {"working_days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
        "campaigns": [campaign()],
        **changes,
    }
    return Config.model_validate(data, context={"folder": folder, "file": folder / "config.toml"})
