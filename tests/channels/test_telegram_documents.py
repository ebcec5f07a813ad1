"""Files over Telegram, out and in: streamed from disk, limited in size, and refused in words."""

import tracemalloc
from pathlib import Path

import pytest

from bot.channels import BadToken, Call, CallFailed, Refused, Retry, Sent, Unknown, Upload
from bot.channels.telegram import TelegramChannel
from bot.domain.messages import FileRef, Incoming
from bot.rehearsal.botapi import BotApiServer, Fault, User
from bot.rehearsal.clocks import ManualClock

MEGABYTE = 1024 * 1024


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    path = tmp_path / "a3f"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)))
    return Upload(path, "vneid-BT-2023-12-15.xlsx")


async def test_a_document_arrives_byte_for_byte_under_its_name(
    channel: TelegramChannel, an: User, upload: Upload
) -> None:
    outcome = await channel.deliver(Call("document", an.id, "<b>Bến Tre</b> &amp; cả tỉnh", document=upload))
    message = an.private.last()
    assert outcome == Sent(message.message_id)
    assert (message.media, message.text) == ("document", "Bến Tre & cả tỉnh")
    assert message.file is not None
    assert (message.file.name, message.file.data) == (upload.name, upload.path.read_bytes())


async def test_a_document_replies_and_carries_buttons(channel: TelegramChannel, an: User, upload: Upload) -> None:
    asked = an.private.send("/xuat")
    keyboard = [[{"text": "Sửa", "callback_data": "x.0"}]]
    await channel.deliver(Call("document", an.id, document=upload, reply_to=asked.message_id, keyboard=keyboard))
    assert (an.private.last().reply_to, an.private.last().buttons) == (asked, [["Sửa"]])


async def test_a_large_document_is_read_from_disk_while_it_is_sent(
    server: BotApiServer, clock: ManualClock, tmp_path: Path, an: User
) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(40 * MEGABYTE)
    channel = TelegramChannel(server.token, server.base_url, clock)
    await channel.open()
    server.faults.next("sendDocument", Fault.refuse())  # the server's own copies would be measured too
    tracemalloc.start()
    await channel.deliver(Call("document", an.id, document=Upload(path, "large.csv")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await channel.close()
    assert peak < 8 * MEGABYTE


async def test_a_file_that_is_gone_is_refused(channel: TelegramChannel, an: User, tmp_path: Path) -> None:
    outcome = await channel.deliver(Call("document", an.id, document=Upload(tmp_path / "nowhere", "a.csv")))
    assert outcome == Refused("the file cannot be read: FileNotFoundError")


async def test_T20_above_fifty_megabytes_the_server_refuses(
    server: BotApiServer, clock: ManualClock, tmp_path: Path, an: User
) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(50 * MEGABYTE + 1)
    channel = TelegramChannel(server.token, server.base_url, clock)
    await channel.open()
    outcome = await channel.deliver(Call("document", an.id, document=Upload(path, "large.csv")))
    await channel.close()
    assert isinstance(outcome, Refused)


async def fetched(channel: TelegramChannel, file: str, limit: int = MEGABYTE) -> object:
    """Return what was fetched, or the outcome."""
    try:
        return await channel.fetch_file(file, limit)
    except CallFailed as error:
        return error.outcome


def sent(an: User, data: bytes = b"code,name\n") -> str:
    file = an.private.send_document("roster.csv", data, "text/csv").file
    assert file is not None
    return file.file_id


async def test_a_file_that_was_sent_is_fetched_byte_for_byte(channel: TelegramChannel, an: User) -> None:
    assert await fetched(channel, sent(an, bytes(range(256)))) == bytes(range(256))


async def test_a_file_larger_than_allowed_is_refused_before_it_is_read_whole(
    channel: TelegramChannel, an: User
) -> None:
    assert await fetched(channel, sent(an, bytes(3 * MEGABYTE))) == Refused("file is too big")
    assert len(str(await fetched(channel, sent(an, bytes(MEGABYTE))))) > MEGABYTE


async def test_above_twenty_megabytes_telegram_itself_refuses(channel: TelegramChannel, an: User) -> None:
    assert await fetched(channel, sent(an, bytes(20 * MEGABYTE + 1))) == Refused("File is too big")


async def test_an_id_that_nobody_knows_is_refused(channel: TelegramChannel) -> None:
    assert isinstance(await fetched(channel, "x"), Refused)


@pytest.mark.parametrize(
    "path", ["/var/lib/telegram-bot-api/documents/a.csv", "documents/../../secret", "http://a/b", "a?b", ""]
)
async def test_a_path_on_the_servers_own_disk_or_elsewhere_is_not_followed(
    server: BotApiServer, channel: TelegramChannel, an: User, path: str
) -> None:
    file = sent(an)
    stored = server.world.stage.files.by_id[file]
    server.world.stage.files.by_id[file] = type(stored)(file, "u", path, "a.csv", "text/csv", b"")
    assert await fetched(channel, file) == Refused("the server does not hand the file out")


async def test_a_file_that_has_gone_meanwhile_is_refused(
    server: BotApiServer, channel: TelegramChannel, an: User
) -> None:
    file = sent(an)
    server.world.stage.files.by_path.clear()
    assert await fetched(channel, file) == Refused("HTTP 404, no such file")


async def test_N2_a_dead_line_is_provably_nothing(server: BotApiServer, channel: TelegramChannel, an: User) -> None:
    file = sent(an)
    await server.go_dark()
    assert isinstance(await fetched(channel, file), Retry)


async def test_N4_an_answer_that_does_not_come_is_unknown(
    server: BotApiServer, channel: TelegramChannel, an: User
) -> None:
    server.faults.next("getFile", Fault.accept_then_hang())
    assert isinstance(await fetched(channel, sent(an)), Unknown)


async def test_V1_no_failure_of_a_download_names_the_token(server: BotApiServer, channel: TelegramChannel) -> None:
    server.world.revoke_token()
    outcome = await fetched(channel, "x")
    assert isinstance(outcome, BadToken)
    assert server.token.partition(":")[2] not in repr(outcome)


def heard(server: BotApiServer, channel: TelegramChannel, update: dict[str, object]) -> Incoming:
    del server
    incoming = channel.read({"update_id": 1, "message": update})
    assert incoming is not None
    return incoming


def message(**content: object) -> dict[str, object]:
    sender = {"id": 5, "is_bot": False, "first_name": "An"}
    return {"message_id": 1, "date": 1_701_400_000, "chat": {"id": 5, "type": "private"}, "from": sender, **content}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            {"file_id": "F1", "file_name": "a\u202e\nb.csv", "file_size": 7, "mime_type": "text/csv"},
            FileRef("F1", "a b.csv", 7, "text/csv"),
        ),
        ({"file_id": "F1"}, FileRef("F1")),
        ({"file_id": "F1", "file_name": 3, "file_size": "7", "mime_type": None}, FileRef("F1")),
        ({"file_id": "F1", "file_size": -1, "file_name": "x" * 500}, FileRef("F1", "x" * 128)),
        ({"file_name": "a.csv"}, None),
        ("a.csv", None),
    ],
)
def test_H9_a_document_is_kept_as_its_sender_describes_it(
    channel: TelegramChannel, server: BotApiServer, document: object, expected: FileRef | None
) -> None:
    assert heard(server, channel, message(document=document)).file == expected


def test_a_photo_and_a_text_carry_no_file(channel: TelegramChannel, server: BotApiServer) -> None:
    assert heard(server, channel, message(photo=[])).file is None
    assert heard(server, channel, message(text="45 30", document={"file_id": "F1"})).file is None
