"""Both languages say the same things: same files, same messages, same arguments; and code uses only what is there."""

import ast
import re
from pathlib import Path

import pytest

from bot.domain.tally import Reason
from bot.render.texts import LANGUAGES, Texts
from handlers import commands
from handlers.policy import Verdict
from storage.nonces import NoPress
from tests.conversations.moments import HANOI

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "bot" / "render"
MACRO = re.compile(r"{%-? macro (\w+)\(([^)]*)\)")
FILES = sorted(path.name for path in (FOLDER / "vi").glob("*.j2"))


def macros(language: str, file: str) -> dict[str, str]:
    return dict(MACRO.findall((FOLDER / language / file).read_text()))


MESSAGES = {f"{file.removesuffix('.j2')}.{name}" for file in FILES for name in macros("vi", file)}


def spoken() -> set[str]:
    """Every message that code names: strings such as `report.receipt`, and the labels of choices."""
    found = set()
    for path in (*(ROOT / "handlers").glob("*.py"), *(ROOT / "bot" / "jobs").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z]+\.[a-z_]*[a-z]", str(node.value)):
                found.add(str(node.value))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "choice":
                found |= {
                    f"labels.{arg.value}"
                    for arg in node.args[:1]
                    if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    return found


def test_both_languages_have_the_same_files() -> None:
    assert sorted(path.name for path in (FOLDER / "en").glob("*.j2")) == FILES


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_messages_with_the_same_arguments(file: str) -> None:
    assert macros("en", file) == macros("vi", file)


def test_every_message_that_code_names_exists() -> None:
    named = {message for message in spoken() if f"{message.partition('.')[0]}.j2" in FILES}
    assert len(named) > 50
    assert named <= MESSAGES


def test_every_message_is_named_by_code_or_by_a_table() -> None:
    tables = {f"commands.{command.name}" for command in commands.TABLE}
    tables |= {f"refusals.{verdict.value}" for verdict in Verdict}
    tables |= {f"refusals.press_{why.value}" for why in NoPress}
    tables |= {f"labels.{key}" for key in ("zero", "skip", *LANGUAGES)}
    inner = {message for message in MESSAGES if "._" in message or message == "why.why"}
    handled = {message for message in MESSAGES if message.partition(".")[0] in HANDLED}
    assert handled - inner - tables - spoken() == set()


HANDLED = {
    "campaigns",
    "commands",
    "correcting",
    "deciding",
    "groups",
    "guided",
    "joining",
    "labels",
    "overriding",
    "people",
    "personal",
    "refusals",
    "report",
    "unlocking",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_of_its_own(language: str, reason: Reason) -> None:
    texts = Texts("vi" if language == "vi" else "en", HANOI)
    facts = {"limit": 9_999_999, "places": 2}
    said = {each: texts("why.why", reason=each, text="x", facts=facts) for each in Reason}
    assert list(said.values()).count(said[reason]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.ALLOWED, Verdict.STRANGER}))
def test_every_verdict_has_its_words(language: str, verdict: Verdict) -> None:
    assert Texts("vi" if language == "vi" else "en", HANOI)(f"refusals.{verdict.value}")


def test_D9_the_apology_says_that_nothing_was_recorded() -> None:
    assert "<b>chưa ghi nhận</b>" in Texts("vi", HANOI)("report.failed", code="A1B2C3")


def test_H3_outside_text_is_escaped() -> None:
    shown = Texts("vi", HANOI)("joining.welcome_back", name="<b>&</b>")
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in shown


def test_a_message_that_does_not_exist_is_a_fault() -> None:
    with pytest.raises(LookupError):
        Texts("vi", HANOI)("report.nonsense")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_template_holds_text_that_is_not_composed(language: str) -> None:
    for path in (FOLDER / language).glob("*.j2"):
        assert not re.search("[\u0300-\u036f]", path.read_text()), path.name
