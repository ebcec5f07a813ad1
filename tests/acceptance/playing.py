"""Playing: forty days of reports, mistakes and decisions, drawn by chance, and the same words to the model."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from storage.people import Role
from storage.sqlite import Tx
from tests.acceptance.model import Amounts, Asked, Model, Outcome, Slot, Version
from tests.acceptance.province import DAYS, ROOT, STARTS, ZONE, Province
from tests.acceptance.talking import AT_ONCE, Sent, Talk

CHIEF = 9_000
"""The account of the province's commander; those of the districts in `COMMANDED` follow it."""

COMMANDED = (ROOT, "H00", "H01", "H02")
OFFICERS = 10_000
DAY = timedelta(days=1)
WAKES = time(6, 30)
AWAKE_S = 19 * 3_600
"""Until half past one: a day closes at two in the night."""

OFFERED = 6
"""Days before today of which an officer may take something back."""

_REF = re.compile(r"#([2-9A-HJ-NP-Z]{4,})")
_CODE = re.compile(r"start=([\w-]+)")

Shares = Mapping[str, int]
"""How often things happen, as `Player.acts` names them, in a thousand wards a day.

`reports` are of a hundred wards a day; `partial` and `adjusted` of a hundred lines, `doubtful` of a thousand numbers.
"""


@dataclass
class Line:
    """A report of the present day that may still be edited: what it brought about, and what stood before it."""

    sent: Sent
    slot: Slot
    version: Version
    before: Amounts


@dataclass
class Player:
    """Plays the officers and the commanders; `done` counts what came about."""

    talk: Talk
    model: Model
    chance: Random
    shares: Shares
    officers: dict[str, list[int]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def province(self) -> Province:
        """Return the units."""
        return self.model.province

    def settle_in(self) -> None:
        """Give every post to somebody; one ward of ten has two officers."""
        for number, code in enumerate(COMMANDED):
            self.talk.enrol(CHIEF + number, Role.COMMANDER, code)
        for number, code in enumerate(self.province.wards):
            self.officers[code] = [OFFICERS + number] + ([OFFICERS + 1_000 + number] if number % 10 == 0 else [])
            for account in self.officers[code]:
                self.talk.enrol(account, Role.OFFICER, code)

    def play_day(self, tx: Tx, day: date) -> None:
        """Play one day's events in the order in which chance brings them."""
        self.talk.tx = tx
        events = list(self._events())
        self.chance.shuffle(events)
        for number, event in enumerate(events):
            self.talk.moment = datetime.combine(day, WAKES, ZONE) + timedelta(seconds=AWAKE_S * number // len(events))
            event()

    def _events(self) -> Iterator[Callable[[], None]]:
        acts = self.acts()
        for code in self.province.wards:
            if self.chance.randrange(100) < self.shares["reports"]:
                yield partial(self.report, code)
            for name, act in acts.items():
                if self.chance.randrange(1_000) < self.shares[name]:
                    yield partial(act, code)

    def acts(self) -> dict[str, Callable[[str], None]]:
        """Return what can happen, by name; each is given a ward."""
        return {
            "again": self.report,
            "earlier": self.report_earlier,
            "yesterday": self.report_yesterday,
            "edited": self.edit,
            "moved": self.move,
            "undone": self.undo,
            "answered": self.answer,
            "withdrawn": self.withdraw,
            "handed_over": self.hand_over,
            "decided": self.decide,
            "overridden": self.override,
            "unlocked": self.unlock,
            "leave": self.give_leave,
        }

    # What officers say.

    def report(self, code: str, day: date | None = None) -> None:
        """Let an officer report for a day, by default the present one."""
        account, today = self.chance.choice(self.officers[code]), self.talk.today
        slot = self._slot(code, account, day or today)
        before = self.model.standing(slot)
        words, given = self._words(before)
        spoken = {0: "", 1: "hq "}.get((today - slot.day).days, f"{slot.day.day}/{slot.day.month} ")
        delay = timedelta(hours=self.chance.randint(1, 3)) if self.chance.random() < 0.05 else AT_ONCE
        outcome = self.model.say(slot, given, self.talk.voice(account))
        self._expect(outcome, slot, self.talk.hear(account, spoken + words, delay=delay))
        if outcome is Outcome.COUNTED and not spoken:
            sent = Sent(account, self.talk.said, self.talk.moment)
            self.lines.append(Line(sent, slot, self.model.versions[slot][-1], before))

    def _slot(self, code: str, account: int, day: date) -> Slot:
        return Slot(code, day, self.talk.persons[account] if self.province.shape.adds_officers else 0)

    def _expect(self, outcome: Outcome, slot: Slot, answers: list[str]) -> None:
        """Assert that the bot says what the model says, and note under which reference it waits."""
        self.done[outcome.name] += 1
        assert answers[0].startswith(outcome.value), (outcome, answers[0])
        named = _REF.search(answers[0])
        if outcome is Outcome.QUESTIONED and named:
            self.model.questions[-1].ref = named[1]
        elif outcome is Outcome.ASKED and named:
            self.model.requests[slot].ref = named[1]

    def _words(self, standing: Amounts) -> tuple[str, Amounts]:
        """Draw a line, and what it gives."""
        whole, key, style = self._whole(), self.chance.choice(self.province.shape.keys), self.chance.randrange(100)
        if style < self.shares["partial"]:
            return f"{_spoken(key)} {whole[key]}", {key: whole[key]}
        if style < self.shares["partial"] + self.shares["adjusted"]:
            return self._adjustment(key, standing)
        return (_written(whole), whole) if style < 95 else ("0", dict.fromkeys(whole, 0))

    def _whole(self) -> dict[str, int]:
        return {key: self._amount(key) for key in self.province.shape.keys}

    def _amount(self, key: str) -> int:
        """Draw an amount that is never asked about, or one that always is: whatever a ward's history is like."""
        if "m2" not in key and self.chance.randrange(1_000) < self.shares["doubtful"]:
            return self.chance.randint(501, 900)
        return self.chance.randint(0, _ordinary(key))

    def _adjustment(self, key: str, standing: Amounts) -> tuple[str, Amounts]:
        now = standing.get(key, 0)
        room = _ordinary(key) - now
        change = self.chance.randint(1, room) if room > 0 else -self.chance.randint(1, min(now, 3))
        return f"{_spoken(key)} {change:+d}", {key: now + change}

    def report_earlier(self, code: str) -> None:
        """Let an officer report for one of the last days, locked or not, rather for one that was unlocked."""
        opened = [day for unit, day in self.model.unlocked if code in self.province.units[unit]]
        days = opened if opened and self.chance.random() < 0.5 else self._days(9)
        if days:
            self.report(code, self.chance.choice(days))

    def report_yesterday(self, code: str) -> None:
        """Let an officer report for yesterday."""
        for day in self._days(1):
            self.report(code, day)

    def _days(self, back: int) -> list[date]:
        """Return the days before today, so many at most."""
        return [day for number in range(1, back + 1) if (day := self.talk.today - number * DAY) >= STARTS]

    def edit(self, code: str) -> None:
        """Let an officer edit a line that still stands."""
        for line in self._editable(code):
            words, given = self._words(line.before)
            outcome = self.model.say(line.slot, given, self.talk.voice(line.sent.account), line.before)
            self._expect(outcome, line.slot, self.talk.hear(line.sent.account, words, line.sent))
            line.version = self.model.versions[line.slot][-1]
            self.done["EDITED"] += 1
            if outcome is Outcome.QUESTIONED:
                self.lines.remove(line)

    def move(self, code: str) -> None:
        """Let an officer edit a line so that it means the day before."""
        for line in self._editable(code):
            there = line.slot._replace(day=line.slot.day - DAY)
            if there.day >= STARTS and not self.model.is_old(there.day, self.talk.moment):
                whole, voice = self._whole(), self.talk.voice(line.sent.account)
                self.model.put(line.slot, {}, line.before, voice)
                outcome = self.model.say(there, whole, voice)
                self._expect(outcome, there, self.talk.hear(line.sent.account, f"hq {_written(whole)}", line.sent))
                self.lines.remove(line)
                self.done["MOVED"] += 1

    def _editable(self, code: str) -> list[Line]:
        """Return the newest line of a ward that is still what stands, if there is any."""
        alive = [
            line
            for line in self.lines
            if line.slot.unit == code
            and line.sent.account in self.officers[code]
            and self.model.versions[line.slot][-1] is line.version
            and not self.model.is_old(line.slot.day, self.talk.moment)
        ]
        return alive[-1:]

    def undo(self, code: str) -> None:
        """Let an officer take back the newest that stands of the last days."""
        account = self.chance.choice(self.officers[code])
        slots = [self._slot(code, account, day) for day in (self.talk.today, *self._days(OFFERED))]
        newest = {slot: self.model.versions[slot][-1] for slot in slots if self.model.standing(slot)}
        own = [slot for slot, version in newest.items() if version.person == self.talk.persons[account]]
        if own:
            slot = max(own, key=lambda each: newest[each].number)
            outcome = self.model.undo(slot, self.talk.voice(account))
            self._expect(outcome, slot, self.talk.hear(account, "hoàn tác"))

    def answer(self, _: str) -> None:
        """Let an officer say whether the newest value that they are asked about is right."""
        author = self._asker(self.model.questions)
        if author is None:
            return
        question = [each for each in self.model.questions if each.by.person == self.talk.persons[author]][-1]
        right = self.chance.random() < 0.6
        locked = self.model.is_locked(question.slot, self.talk.moment)  # then it is no longer theirs to say
        if right and not locked:
            self.model.confirm(question, self.talk.voice(author), decides=False)
        elif not locked:
            self.model.drop(question)
        self._do("ANSWERED", author, "đúng" if right else "sai", "Ngày" if locked else "✅" if right else "🗑")

    def _asker(self, waiting: list[Asked]) -> int | None:
        """Return the account of somebody who has asked, and still holds the post; None where there is nobody."""
        persons = {self.talk.persons[each]: each for accounts in self.officers.values() for each in accounts}
        found = [persons[each.by.person] for each in waiting if each.by.person in persons]
        return self.chance.choice(found) if found else None

    def _do(self, what: str, account: int, text: str, begins: str | tuple[str, ...]) -> list[str]:
        """Say something, assert how the answer begins, and count it."""
        answers = self.talk.hear(account, text)
        assert answers[0].startswith(begins), (text, answers[0])
        self.done[what] += 1
        return answers

    def withdraw(self, _: str) -> None:
        """Let an officer take back the first of the own requests."""
        asker = self._asker([*self.model.requests.values()])
        if asker is not None:
            own = (each for each in self.model.requests.values() if each.by.person == self.talk.persons[asker])
            request = next(own)
            self._do("WITHDRAWN", asker, f"/huy {request.ref}", "↩️")
            del self.model.requests[request.slot]

    def hand_over(self, code: str) -> None:
        """Let a single officer hand the post over; whoever comes goes on with it."""
        if len(self.officers[code]) == 1:
            (former,) = self.officers[code]
            link = _CODE.search("\n".join(self._do("HANDED_OVER", former, f"/thay {code}", "🔁")))
            assert link is not None
            newcomer = OFFICERS + 2_000 + len(self.talk.persons)
            self.talk.redeem(newcomer, link[1])
            self.officers[code] = [newcomer]

    # What commanders say.

    def _commander(self, code: str) -> int:
        """Return a commander of a ward."""
        above = (ROOT, self.province.wards[code].district)
        return CHIEF + self.chance.choice([number for number, unit in enumerate(COMMANDED) if unit in above])

    def decide(self, _: str) -> None:
        """Let a commander decide anything that waits."""
        waiting = [*self.model.requests.values(), *self.model.questions]
        if waiting:
            matter, done = self.chance.choice(waiting), self.chance.random() < 0.65
            commander = self._commander(matter.slot.unit)
            words = f"/duyet {matter.ref}" + ("" if done else " không đủ hồ sơ")
            if matter not in self.model.questions:
                done = self.model.decide(matter, yes=done)
            elif done:
                self.model.confirm(matter, self.talk.voice(commander), decides=True)
            else:
                self.model.drop(matter)
            self._do("DECIDED", commander, words, "✅" if done else ("🚫", "Yêu cầu"))

    def override(self, code: str) -> None:
        """Let a commander put right what stands for any day."""
        day, commander = self.chance.choice([self.talk.today, *self._days(DAYS)]), self._commander(code)
        slot = self._overridden(code, day, commander)
        if slot is not None:
            whole = self._whole()
            changed = self.model.override(slot, whole, self.talk.voice(commander))
            line = f"/sua {code} {day:%d-%m-%Y} {_written(whole)} # theo hồ sơ gốc"
            self._do("OVERRIDDEN", commander, line, "✅" if changed else "Xã")

    def _overridden(self, code: str, day: date, commander: int) -> Slot | None:
        """Return whose report a commander's line replaces; None where the bot would ask."""
        if not self.province.shape.adds_officers:
            return Slot(code, day)
        found = [slot for slot in self.model.versions if slot[:2] == (code, day) and self.model.standing(slot)]
        alone = len(self.officers[code]) == 1
        only = Slot(code, day, self.talk.persons[self.officers[code][0] if alone else commander])
        return None if len(found) > 1 else (found or [only])[0]

    def unlock(self, code: str) -> None:
        """Let the province's commander unlock a day of a ward, or of its district."""
        old = [day for day in self._days(14) if self.model.is_old(day, self.talk.moment)]
        if old:
            day, hours = self.chance.choice(old), self.chance.randint(2, 48)
            unit = self.chance.choice((code, self.province.wards[code].district))
            self._do("UNLOCKED", CHIEF, f"/mokhoa {unit} {day.day}/{day.month} {hours}", "🔓")
            self.model.unlocked[unit, day] = self.talk.moment + timedelta(hours=hours)

    def give_leave(self, code: str) -> None:
        """Let a commander give a ward leave from today on."""
        days = self.chance.randint(1, 4)
        self._do("ON_LEAVE", self._commander(code), f"/nghi {code} {days} ngày", "🌿")
        self.model.leave[code] |= {self.talk.today + number * DAY for number in range(days)}


def _ordinary(key: str) -> int:
    """Return the most of a key that is never asked about: ten in a metric is not, whatever the history."""
    return 5 if "." in key else 10


def _spoken(key: str) -> str:
    return key.replace(".", " ")


def _written(whole: Amounts) -> str:
    """Return a line in the order of the campaign, parts joined."""
    metrics = dict.fromkeys(key.partition(".")[0] for key in whole)
    return " ".join("+".join(str(whole[key]) for key in whole if key.partition(".")[0] == code) for code in metrics)
