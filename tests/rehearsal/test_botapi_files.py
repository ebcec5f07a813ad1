"""Files at the embedded server: uploaded, kept, handed out, and refused as Telegram refuses them."""

import io

import aiohttp
import pytest

from bot.rehearsal.botapi import BotApiServer, User
from tests.rehearsal.client import Answer, Client

MEGABYTE = 1024 * 1024


async def upload(server: BotApiServer, person: User, data: bytes, **fields: str) -> Answer:
    """Send a document as multipart and return the whole answer."""
    form = aiohttp.FormData({"chat_id": str(person.id), **fields})
    form.add_field("document", io.BytesIO(data), filename="tổng hợp.xlsx", content_type="application/vnd.ms-excel")
    url = f"{server.base_url}/bot{server.token}/sendDocument"
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as answer:
        document: Answer = await answer.json()
        return document


async def download(server: BotApiServer, path: str, token: str = "") -> tuple[int, bytes]:
    url = f"{server.base_url}/file/bot{token or server.token}/{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.read()


async def test_a_document_is_shown_with_its_name_and_kept_for_download(
    server: BotApiServer, call: Client, an: User
) -> None:
    answer = await upload(server, an, b"PK\x03\x04", caption="<b>Bến Tre</b>", parse_mode="HTML")
    card = answer["result"]["document"]
    assert (an.private.last().text, card["file_size"]) == ("Bến Tre", 4)
    assert answer["result"]["caption_entities"] == [{"type": "bold", "offset": 0, "length": 7}]
    found = (await call("getFile", file_id=card["file_id"]))["result"]
    assert await download(server, found["file_path"]) == (200, b"PK\x03\x04")


async def test_a_caption_has_1024_units(server: BotApiServer, an: User) -> None:
    assert (await upload(server, an, b"x", caption="x" * 1024))["ok"]
    refused = await upload(server, an, b"x", caption="x" * 1025)
    assert refused["description"] == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("size", "code", "why"),
    [(0, 400, "Bad Request: file must be non-empty"), (50 * MEGABYTE + 1, 413, "Request Entity Too Large")],
)
async def test_T20_empty_and_oversized_documents_are_refused(
    server: BotApiServer, an: User, size: int, code: int, why: str
) -> None:
    refused = await upload(server, an, bytes(size))
    assert (refused["error_code"], refused["description"]) == (code, why)
    assert an.private.from_bots() == []


async def test_a_document_of_a_person_reaches_the_bot_with_name_type_and_caption(
    server: BotApiServer, call: Client, an: User
) -> None:
    an.private.send_document("roster.csv", b"code,name\n", "text/csv", "danh sách")
    [update] = await call.updates()
    document = update["message"]["document"]
    described = (document["file_name"], document["mime_type"], document["file_size"], update["message"]["caption"])
    assert described == ("roster.csv", "text/csv", 10, "danh sách")
    path = (await call("getFile", file_id=document["file_id"]))["result"]["file_path"]
    assert await download(server, path) == (200, b"code,name\n")


async def test_a_bot_cannot_fetch_more_than_twenty_megabytes(call: Client, an: User) -> None:
    file = an.private.send_document("roster.csv", bytes(20 * MEGABYTE + 1)).file
    assert file is not None
    assert await call.refusal("getFile", file_id=file.file_id) == "400 Bad Request: file is too big"


async def test_nothing_is_handed_out_without_the_token_or_to_a_made_up_path(server: BotApiServer, an: User) -> None:
    file = an.private.send_document("roster.csv", b"x").file
    assert file is not None
    wrong = f"{server.token}x"
    assert [(await download(server, file.path, wrong))[0], (await download(server, "documents/x"))[0]] == [401, 404]
