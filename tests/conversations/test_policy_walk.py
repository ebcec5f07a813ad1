"""AC16: every command and every button is walked past everybody who may not use it.

A command cannot exist without a policy by its type; a button without a row in `SHOWN` fails here.
"""

import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.botapi.groups import Group
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.people import User
from bot.render.texts import Texts
from handlers import buttons, commands
from handlers.policy import Verdict, Who
from storage.invites import InviteKind, NoInvite
from storage.sqlite import Tx
from tests import cast
from tests.cast import AN_HOI, GIAO_LONG, PHU_KHUONG
from tests.conversations.moments import HANOI, at
from tests.stage import Stage, stage

KEPT = (
    *("entries", "roles", "requests", "invites", "dialogues", "reports", "questions", "people", "leaves"),
    *("announcements", "unlocks"),
    *("units", "targets", "imports"),
)
TOASTS = {
    "foreign": "Nút này dành cho người khác.",
    "used": "Nút này đã được bấm rồi.",
    "unknown": "Nút này không còn dùng được.",
}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Stage]:
    """Run the bot with a second campaign in one district, so that there is something to choose."""
    second = cast.campaign(code="dvc", name="Dịch vụ công", root="CT", metrics=[{"code": "hs", "name": "Hồ sơ"}])
    async with stage(tmp_path, campaigns=[cast.campaign(), second]) as playing:
        yield playing


def refusals() -> set[str]:
    """Return every sentence that refuses, as it is shown."""
    texts = Texts("vi", HANOI)
    verdicts = set(Verdict) - {Verdict.ALLOWED, Verdict.STRANGER}
    said = [texts("joining.stranger"), texts("refusals.out_of_scope"), texts("joining.bad_code", why=NoInvite.UNKNOWN)]
    said += [texts(f"refusals.{verdict.value}") for verdict in verdicts]
    return {html.unescape(re.sub(r"<[^>]+>", "", text)) for text in said}


def digest(tx: Tx) -> list[Any]:
    """Return what a refused command must leave as it is."""
    rows = [[tuple(row) for row in tx.all(f"SELECT * FROM {table}")] for table in KEPT]
    return [*rows, [tuple(row) for row in tx.all("SELECT unit, thread, language FROM chats WHERE unit IS NOT NULL")]]


async def revoke(bot: Stage) -> None:
    await bot.store.write(lambda tx: tx.run("UPDATE roles SET until = 1 WHERE until IS NULL").rowcount)


Say = Callable[[str], Message]
Walker = Callable[[Stage], Awaitable[tuple[Say, Callable[[], list[Message]]]]]


def in_group(bot: Stage, group: Group, user: User) -> tuple[Say, Callable[[], list[Message]]]:
    group.set_status(bot.server.bot, "administrator")
    return (lambda text: group.say(user, text)), group.from_bots


async def unknown_person(bot: Stage) -> tuple[Say, Callable[[], list[Message]]]:
    user = bot.server.world.add_user("Người lạ")
    return user.private.send, user.private.from_bots


async def unknown_person_in_a_bound_group(bot: Stage) -> tuple[Say, Callable[[], list[Message]]]:
    user = bot.server.world.add_user("Người lạ")
    return in_group(bot, await bot.group("TP", await bot.commander("TP"), user), user)


async def revoked_officer(bot: Stage) -> tuple[Say, Callable[[], list[Message]]]:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    await revoke(bot)
    return officer.private.send, officer.private.from_bots


async def officer_in_a_foreign_group(bot: Stage) -> tuple[Say, Callable[[], list[Message]]]:
    officer = await bot.join(AN_HOI)
    return in_group(bot, await bot.group("CT", await bot.commander("CT"), officer), officer)


async def officer_in_an_unbound_group(bot: Stage) -> tuple[Say, Callable[[], list[Message]]]:
    officer = await bot.join(AN_HOI)
    return in_group(bot, bot.server.world.add_group("Nhóm", [officer]), officer)


async def anonymous_admin(bot: Stage) -> tuple[Say, Callable[[], list[Message]]]:
    group = await bot.group("TP", await bot.commander("TP"))
    group.set_status(bot.server.bot, "administrator")
    return group.say_as_anonymous_admin, group.from_bots


WALKERS: tuple[Walker, ...] = (
    unknown_person,
    unknown_person_in_a_bound_group,
    revoked_officer,
    officer_in_a_foreign_group,
    officer_in_an_unbound_group,
    anonymous_admin,
)


@pytest.mark.parametrize("walker", WALKERS, ids=lambda walker: walker.__name__)
async def test_AC16_every_command_refuses_whoever_may_not_use_it(bot: Stage, walker: Walker) -> None:
    say, answers = await walker(bot)
    before, said = await bot.store.read(digest), len(answers())
    for name in commands.by_name():
        for line in (f"/{name}", f"/{name}@tiendo_bot 45 30"):
            bot.clock.advance(61)
            say(line)
            await bot.settle()
    assert {each.text for each in answers()[said:]} <= refusals()
    assert await bot.store.read(digest) == before


async def officer_says(bot: Stage, *lines: str) -> User:
    officer = await bot.join(AN_HOI)
    for line in lines:
        await bot.say(officer, line)
    return officer


async def commander_says(bot: Stage, line: str) -> User:
    commander = await bot.commander("BT")
    await bot.say(commander, line)
    return commander


async def commander_is_asked_to_approve(bot: Stage) -> User:
    commander = await bot.commander("BT")
    await bot.join("TP", "Hà", kind=InviteKind.COMMANDER)
    return commander


async def commander_hears_who_came(bot: Stage) -> User:
    commander = await bot.commander("TP")
    await bot.say(commander, "/moi TP-01")
    code = commander.private.last().text.split("start=")[1].split()[0]
    await bot.say(bot.server.world.add_user("Lan"), f"/start {code}")
    return commander


async def commander_announces_at_night(bot: Stage) -> User:
    commander = await bot.commander("BT")
    bot.clock.set(at(1, 22))
    await bot.say(commander, "/thongbao Họp.")
    return commander


async def commander_of_a_group_announces(bot: Stage) -> User:
    commander = await bot.commander("BT")
    await bot.group("BT", commander)
    await bot.say(commander, "/thongbao Họp.")
    return commander


async def commander_of_two_units_announces(bot: Stage) -> User:
    commander = await bot.commander("TP")
    post = (
        "INSERT INTO roles (person, unit, role, since) SELECT r.person, u.id, r.role, r.since FROM roles r, units u"
        " WHERE r.role = 'commander' AND u.code = 'CT'"
    )
    await bot.store.write(lambda tx: tx.run(post).rowcount)
    await bot.say(commander, "/thongbao Họp.")
    return commander


async def commander_is_asked_why(bot: Stage) -> User:
    commander = await bot.commander("TP")
    await officer_says(bot, "27/11 45 30")
    await bot.press(commander, commander.private.last(), "Từ chối")
    return commander


async def commander_has_a_long_queue(bot: Stage) -> User:
    commander = await bot.commander("TP")
    await officer_says(bot, *(f"{day}/11 45 30" for day in range(20, 26)))
    await bot.say(commander, "/duyet")
    return commander


async def commander_has_unlocked(bot: Stage) -> User:
    commander = await commander_says(bot, "/mokhoa TP-01 27/11")
    await bot.say(commander, "/mokhoa")
    return commander


async def officer_of_two_units_says(bot: Stage, line: str) -> User:
    officer = await officer_says(bot, f"/start {await bot.code(PHU_KHUONG)}")
    await bot.say(officer, line)
    return officer


async def officer_of_two_campaigns_asks(bot: Stage) -> User:
    officer = await bot.join(GIAO_LONG)
    await bot.say(officer, "/chiendich")
    return officer


async def admin_sends_a_roster(bot: Stage) -> User:
    admin = await bot.admin()
    admin.private.send_document("ds.csv", cast.ROSTER.replace("2400,,2000", "2400,,2200").encode())
    await bot.settle()
    return admin


AN_HOI_BUTTON = "Phường An Hội (Thành phố Bến Tre)"

Shown = tuple[Callable[[Stage], Awaitable[User]], str]

SHOWN: Mapping[str, Shown] = {
    "undo": (lambda bot: officer_says(bot, "45 30"), "Hoàn tác"),
    "fix": (lambda bot: officer_says(bot, "45 30"), "Sửa"),
    "confirm": (lambda bot: officer_says(bot, "501 30"), "Đúng"),
    "drop": (lambda bot: officer_says(bot, "501 30"), "Không đúng"),
    "guide": (lambda bot: officer_says(bot, "/sua"), "thứ Năm 30-11-2023: chưa báo"),
    "answer": (lambda bot: officer_says(bot, "/baocao"), "0"),
    "zero_day": (lambda bot: officer_says(bot, "/baocao"), "Hôm nay 0"),
    "settle": (lambda bot: officer_of_two_units_says(bot, "45 30"), "Phường An Hội"),
    "choose_unit": (lambda bot: officer_of_two_units_says(bot, "/toi"), "Phường An Hội"),
    "choose_campaign": (officer_of_two_campaigns_asks, "Dịch vụ công"),
    "cancel": (lambda bot: officer_says(bot, "/baocao"), "Huỷ"),
    "show": (lambda bot: commander_says(bot, "/status an hoy"), AN_HOI_BUTTON),
    "trace": (lambda bot: commander_says(bot, "/nhatky an hoy"), AN_HOI_BUTTON),
    "announce_send": (lambda bot: commander_says(bot, "/thongbao Họp."), "Gửi"),
    "announce_now": (commander_announces_at_night, "Gửi ngay"),
    "announce_cancel": (lambda bot: commander_says(bot, "/thongbao Họp."), "Huỷ"),
    "announce_groups": (commander_of_a_group_announces, "Gửi cả nhóm"),
    "announce_unit": (commander_of_two_units_announces, "Huyện Châu Thành"),
    "export": (lambda bot: commander_says(bot, "/xuat an hoy"), AN_HOI_BUTTON),
    "chart": (lambda bot: commander_says(bot, "/bieudo an hoy"), AN_HOI_BUTTON),
    "leave": (lambda bot: commander_says(bot, "/nghi an hoy 3 ngày"), AN_HOI_BUTTON),
    "invite": (lambda bot: commander_says(bot, "/moi an hoy"), AN_HOI_BUTTON),
    "people": (lambda bot: commander_says(bot, "/nguoi an hoy"), AN_HOI_BUTTON),
    "hand_over": (lambda bot: commander_says(bot, "/thay an hoy"), AN_HOI_BUTTON),
    "revoke": (lambda bot: commander_says(bot, "/thuhoi an hoy"), AN_HOI_BUTTON),
    "expel": (commander_hears_who_came, "Không phải người này"),
    "my_data": (lambda bot: officer_says(bot, "/toi"), "Dữ liệu của tôi"),
    "approve": (commander_is_asked_to_approve, "Duyệt"),
    "reject": (commander_is_asked_to_approve, "Từ chối"),
    "reject_plain": (commander_is_asked_why, "Không ghi lý do"),
    "queue": (commander_has_a_long_queue, "Tiếp"),
    "withdraw": (lambda bot: officer_says(bot, "27/11 45 30"), "Rút lại yêu cầu"),
    "override": (lambda bot: commander_says(bot, "/sua an hoy 45 30 # sổ trực"), AN_HOI_BUTTON),
    "unlock": (lambda bot: commander_says(bot, "/mokhoa an hoy 27/11"), AN_HOI_BUTTON),
    "lock": (commander_has_unlocked, "Khoá lại Phường An Hội 27-11-2023"),
    "apply_import": (admin_sends_a_roster, "Áp dụng"),
    "drop_import": (admin_sends_a_roster, "Bỏ"),
    "language": (lambda bot: officer_says(bot, "/ngonngu"), "English"),
}


async def show(bot: Stage, action: str) -> tuple[User, Message, str]:
    """Bring the button up; return who may press it, the message under which it is, and what it carries."""
    shown, label = SHOWN[action]
    user = await shown(bot)
    message = user.private.last()
    rows = (message.reply_markup or {})["inline_keyboard"]
    return user, message, next(each["callback_data"] for row in rows for each in row if each["text"] == label)


def test_AC16_every_button_is_walked() -> None:
    assert SHOWN.keys() == buttons.TABLE.keys()


@pytest.mark.parametrize("action", SHOWN)
async def test_H5_a_button_pressed_by_somebody_else_does_nothing(bot: Stage, action: str) -> None:
    _, message, data = await show(bot, action)
    intruder = await bot.join("CT-02")
    before = await bot.store.read(digest)
    press = intruder.press_data(message, data)
    await bot.settle()
    assert press.text == TOASTS["foreign"]
    assert await bot.store.read(digest) == before


@pytest.mark.parametrize("action", SHOWN)
async def test_H5_a_button_pressed_in_another_chat_does_nothing(bot: Stage, action: str) -> None:
    user, _, data = await show(bot, action)
    group = await bot.group("TP", await bot.commander("TP", "Khác"), user)
    before = await bot.store.read(digest)
    press = user.press_data(group.last(), data)
    await bot.settle()
    assert press.text == TOASTS["foreign"]
    assert await bot.store.read(digest) == before


@pytest.mark.parametrize("action", SHOWN)
async def test_O4_a_button_pressed_twice_works_once(bot: Stage, action: str) -> None:
    user, message, data = await show(bot, action)
    presses = [user.press_data(message, data) for _ in range(2)]
    await bot.settle()
    assert [press.text for press in presses] in (["", TOASTS["used"]], ["", "This button was pressed already."])


@pytest.mark.parametrize("action", [name for name in SHOWN if buttons.TABLE[name].who is not Who.ADMIN])
async def test_AC3_a_button_pressed_after_the_post_was_taken_away_does_nothing(bot: Stage, action: str) -> None:
    user, message, data = await show(bot, action)
    await revoke(bot)
    before, said = await bot.store.read(digest), len(user.private.from_bots())
    user.press_data(message, data)
    await bot.settle()
    assert {each.text for each in user.private.from_bots()[said:]} <= refusals()
    assert await bot.store.read(digest) == before


@pytest.mark.parametrize("action", SHOWN)
async def test_H5_forged_data_does_nothing_and_is_noted(bot: Stage, action: str) -> None:
    user, message, data = await show(bot, action)
    token = data.partition(".")[0]
    before = await bot.store.read(digest)
    forged = (f"{token}.99", f"{token}.x", f"{token}x.0", "'; DROP TABLE entries; --", action, "\u0663", ".")
    presses = [user.press_data(message, each) for each in forged]
    await bot.settle()
    assert {press.text for press in presses} == {TOASTS["unknown"]}
    assert await bot.store.read(digest) == before
    noted = "SELECT count(*) FROM audit WHERE what = 'press refused'"
    assert await bot.store.read(lambda tx: tx.value(noted)) == len(forged)
