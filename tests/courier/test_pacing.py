"""Telegram's limits, kept rather than met."""

from collections.abc import Iterable

from bot.courier import Limits
from bot.courier.pacing import Gates, Limit, Span
from bot.domain.messages import Priority
from bot.rehearsal.botapi import Fault
from tests.courier.office import Office


async def test_L3_a_burst_to_many_groups_is_never_refused_and_answers_go_first(paced_office: Office) -> None:
    office = paced_office
    an = office.person()
    groups = [office.server.world.add_group(f"Phường {number}", [an]) for number in range(60)]
    for group in groups:
        await office.put(group, "07:00", priority=Priority.PUSH, repeatable=False)
    await office.put(an, "phiếu")
    office.clock.advance(0.04)
    await office.courier.idle()
    assert office.shown(an) == ["phiếu"]
    await office.passes(3, steps=25)
    assert [office.shown(group) for group in groups] == [["07:00"]] * 60
    assert office.server.refusals == []


async def test_a_group_hears_at_most_twenty_messages_a_minute(paced_office: Office) -> None:
    office = paced_office
    group = office.server.world.add_group("Phường 3", [office.person()])
    for number in range(40):
        await office.put(group, str(number))
    await office.passes(59)
    assert len(office.shown(group)) <= 20
    await office.passes(100)
    assert office.shown(group) == [str(number) for number in range(40)]
    assert office.server.refusals == []


async def test_a_person_hears_one_message_a_second_after_a_short_burst(paced_office: Office) -> None:
    office = paced_office
    an = office.person()
    for number in range(5):
        await office.put(an, str(number))
    await office.courier.idle()
    counts = [len(office.shown(an))]
    for _ in range(3):
        await office.passes(1)
        counts.append(len(office.shown(an)))
    assert counts == [2, 3, 4, 5]


def passes(rates: Iterable[Limit], until: float) -> list[float]:
    gates, moments, now = Gates(tuple(rates)), [], 0.0
    while now < until:
        if gates.opens() <= now:
            gates.take(now)
            moments.append(now)
        else:
            now = gates.opens()
    return moments


def test_no_window_holds_more_than_telegram_states() -> None:
    limits = Limits()
    group = passes(limits.group, 300)
    overall = passes(limits.overall, 20)
    assert max(sum(start <= at < start + 60 for at in group) for start in group) <= 20
    assert max(sum(start <= at < start + 1 for at in overall) for start in overall) <= 30


def test_all_are_reached_within_a_twentieth_of_the_least_that_thirty_a_second_allow() -> None:
    assert len(passes(Limits().overall, 100)) > 3_000 / 1.05


def test_what_left_later_than_it_was_let_pass_fills_the_span_from_then_on() -> None:
    gates = Gates((Span(3, 1.0),))
    for _ in range(3):
        gates.take(0.0)
    gates.left(2, 0.5)
    assert gates.opens() == 1.0
    gates.take(1.0)
    assert gates.opens() == 1.5


def test_what_passed_in_vain_leaves_its_place_in_the_span() -> None:
    gates = Gates((Span(1, 60.0),))
    gates.take(0.0)
    gates.give_back()
    assert gates.opens() < 0.0


async def test_T5_three_refused_chats_rest_everybody_and_nobody_ends_it_early(office: Office) -> None:
    people = [office.person(name) for name in ("An", "Bình", "Chi", "Dũng")]
    for seconds, person in enumerate(people[:3], start=4):
        office.server.faults.next("sendMessage", Fault.too_many(seconds), chat=person.id)
        await office.send(person)
    await office.send(people[3])
    await office.passes(5)
    assert office.server.accepted == []
    await office.passes(1)
    assert {accepted.chat_id for accepted in office.server.accepted} == {person.id for person in people}


async def test_T2_a_chat_that_is_parked_for_hours_drops_what_is_superseded(office: Office) -> None:
    group = office.server.world.add_group("Phường 3", [office.person()])
    office.server.faults.next("sendMessage", Fault.too_many(10_072))
    first = await office.send(group, "hạng 5", coalesce="board")
    await office.send(group, "hạng 4", coalesce="board")
    office.clock.advance(10_073)
    await office.courier.idle()
    assert office.shown(group) == ["hạng 4"]
    assert await office.state(first) == "replaced"


async def test_T2_a_waiting_time_outlives_a_restart(office: Office) -> None:
    an = office.person()
    office.server.faults.next("sendMessage", Fault.too_many(600))
    row = await office.send(an)
    assert (await office.row(row))["due"] == office.now + 600
    await office.stop()
    assert await office.state(row) == "waiting"


async def test_T4_a_flood_of_button_answers_holds_up_no_message(office: Office) -> None:
    an = office.person()
    office.server.faults.always("answerCallbackQuery", Fault.too_many(60))
    toast = await office.send(an, verb="toast", query="7")
    await office.send(an, "phiếu")
    assert (await office.state(toast), office.shown(an)) == ("failed", ["phiếu"])
