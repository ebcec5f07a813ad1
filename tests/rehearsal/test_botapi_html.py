"""Telegram's HTML as Telegram reads it."""

from typing import Any

import pytest

from bot.rehearsal.botapi.entities import find_entities, trim, utf16_length
from bot.rehearsal.botapi.errors import ApiError
from bot.rehearsal.botapi.html import parse_html

Json = dict[str, Any]


def entity(kind: str, offset: int, length: int, **more: str) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>Đã</b> ghi", "Đã ghi", [entity("bold", 0, 2)]),
        ("🎉<i>12</i>", "🎉12", [entity("italic", 2, 2)]),
        ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("&lt;3 &amp; &quot;x&quot; &#273;&#x1F389;", '<3 & "x" đ🎉', []),
        ("&nbsp; &copy &#0; &ltx", "&nbsp; &copy &#0; &ltx", []),
        ("<B>x</b >", "x", [entity("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ("<b>x</>", "x", [entity("bold", 0, 1)]),
        ('<a href="http://a.vn/?x=1&amp;y=2">k</a>', "k", [entity("text_link", 0, 1, url="http://a.vn/?x=1&y=2")]),
        ('<pre><code class="language-py">x</code></pre>', "x", [entity("pre", 0, 1, language="py")]),
        ('<code class="language-py">x</code>', "x", [entity("code", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [entity("spoiler", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[Json]) -> None:
    assert parse_html(source) == (text, entities)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("đ <3", "Unclosed start tag at byte offset 3"),
        ("<test/>", 'Unsupported start tag "test/" at byte offset 0'),
        ("<3 and >", 'Unsupported start tag "3" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b =1>x</b>", 'Empty attribute name in the tag "b" at byte offset 0'),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=x_y>k</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_html_is_refused_in_telegrams_words(source: str, why: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {why}"


def test_an_unpaired_surrogate_reference_is_refused() -> None:
    with pytest.raises(ApiError, match="unmatched surrogate code units"):
        parse_html("&#xD83C;")


def test_lengths_count_utf16_units() -> None:
    assert utf16_length("🎉Đặng 12 vụ") == 12


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/status@tiendo_bot 45", [entity("bot_command", 0, 18)]),
        ("🎉 /bc 45", [entity("bot_command", 3, 3)]),
        ("14/11 và km/h", []),
        ("hỏi @an_hoi #day", [entity("mention", 4, 7), entity("hashtag", 12, 4)]),
        ("xem https://a.vn/x nhé", [entity("url", 4, 14)]),
    ],
)
def test_commands_mentions_and_links_are_found(text: str, found: list[Json]) -> None:
    assert find_entities(text) == found


def test_nothing_is_found_inside_code() -> None:
    assert find_entities("/bc", [entity("code", 0, 3)]) == [entity("code", 0, 3)]


def test_blanks_at_the_ends_are_cut_and_entities_follow() -> None:
    assert trim("\n 🎉x \n", [entity("bold", 2, 4), entity("code", 0, 1)]) == ("🎉x", [entity("bold", 0, 3)])
