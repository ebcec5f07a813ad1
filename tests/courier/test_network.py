"""Lines that fail: what is sent again, what is not, and what is owned up to."""

import pytest

from bot.channels import Retry, Unknown
from bot.courier.remedies import REPEATS
from bot.courier.trouble import Trouble
from bot.domain.messages import Priority
from bot.rehearsal.botapi import Fault
from tests.courier.office import Office

AMBIGUOUS = {
    "N4": Fault.accept_then_hang(),
    "N5": Fault.accept_then_reset(),
    "N7 short": Fault.truncate(),
    "N7 cut": Fault.truncate(length_lies=False),
    "N8": Fault.html_502(accepted=True),
}


@pytest.mark.parametrize("fault", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
async def test_N4_N5_N7_N8_an_answer_is_repeated_and_counted_as_such(office: Office, fault: Fault) -> None:
    an = office.person()
    office.server.faults.next("sendMessage", fault)
    row = await office.send(an, "phiếu")
    await office.passes(1)
    assert office.shown(an) == ["phiếu", "phiếu"]
    assert (await office.state(row), office.courier.counters["repeated"]) == ("sent", 1)


@pytest.mark.parametrize("fault", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
async def test_N4_N5_N7_N8_a_push_is_not_repeated_but_shown_as_unknown(office: Office, fault: Fault) -> None:
    an = office.person()
    office.server.faults.next("sendMessage", fault)
    row = await office.send(an, "nhắc", priority=Priority.PUSH, repeatable=False)
    await office.passes(60)
    assert (office.shown(an), await office.state(row)) == (["nhắc"], "unknown")
    assert office.courier.counters["unknown"] == 1


async def test_N6_a_cut_before_the_body_was_read_is_ambiguous_too(office: Office) -> None:
    office.server.faults.next("sendMessage", Fault.refuse())
    row = await office.send(office.person(), repeatable=False)
    assert await office.state(row) == "unknown"


async def test_an_answer_is_not_repeated_for_ever(office: Office) -> None:
    office.server.faults.always("sendMessage", Fault.accept_then_reset())
    row = await office.send(office.person())
    await office.passes(1_300)
    assert (await office.state(row), office.server.calls["sendMessage"]) == ("unknown", REPEATS + 1)


async def test_N1_N2_N13_a_dead_line_is_waited_for_and_nothing_is_sent_twice(office: Office) -> None:
    people = [office.person(name) for name in ("An", "Bình", "Chi")]
    await office.server.go_dark()
    rows = [await office.send(person, "nhắc", repeatable=False) for person in people]
    await office.passes(100)
    await office.server.listen()
    await office.passes(31)
    assert [office.shown(person) for person in people] == [["nhắc"]] * 3
    assert [await office.state(row) for row in rows] == ["sent"] * 3


async def test_N2_a_dead_line_is_tried_less_and_less_often(office: Office) -> None:
    await office.server.go_dark()
    row = await office.send(office.person())
    await office.passes(120)
    assert (await office.row(row))["attempts"] == 8  # at 0, 1, 3, 7, 15, 31, 61 and 91 seconds


def test_calls_that_fail_together_are_one_round() -> None:
    trouble = Trouble()
    assert [trouble.note(Retry("refused"), 0, 1, 0) for _ in range(3)] == [2, 1, 1]
    assert trouble.note(Retry("refused"), 2, 2, 0) == 4


def test_one_unknown_outcome_is_not_the_lines_fault_and_two_are() -> None:
    trouble = Trouble()
    assert [trouble.note(Unknown("reset"), 0, 1, 0), trouble.note(Unknown("reset"), 0, 1, 0)] == [1, 2]


async def test_N11_on_a_bad_line_everything_arrives_once_or_owned_up_to_and_in_order(office: Office) -> None:
    people = [office.person(str(number)) for number in range(6)]
    office.server.faults.rate("sendMessage", Fault.accept_then_reset(), probability=0.15, seed=7)
    office.server.faults.rate("sendMessage", Fault.refuse(), probability=0.15, seed=8)
    for text in "abcde":
        for person in people:
            await office.put(person, text)
    await office.passes(240)
    shown = [office.shown(person) for person in people]
    assert [sorted(set(texts)) for texts in shown] == [list("abcde")] * 6
    assert all(texts == sorted(texts) for texts in shown)
