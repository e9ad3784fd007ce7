"""What must be true of the books after a storm, line by line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.chaos.books import Books, CallRow
from tests.chaos.storm import Weather

LEASE = 8.0
"""Seconds, as the run sets them: a kill explains a doubt only where it came before the lease ran out."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    count: int
    wrong: tuple[str, ...] = ()
    """What differs from the promise."""

    def __str__(self) -> str:
        verdict = "ok" if not self.wrong else f"{len(self.wrong)} DIFFER: {', '.join(self.wrong[:SHOWN])}"
        return f"  {self.what:<74} {self.count:>7}  {verdict}"


def _line(what: str, count: int, wrong: Iterable[object] = ()) -> Line:
    return Line(what, count, tuple(str(each) for each in wrong))


def always(books: Books, *, rate: int) -> list[Line]:
    """What holds at every moment at which nothing is on its way."""
    owed = books.callees_in("accepted", "in_doubt")
    per_callee = Counter(call.callee for call in books.calls if call.state in ("accepted", "in_doubt"))
    twice = [callee for callee, count in books.taken.items() if count > 1]
    moving = [call for call in books.calls if call.state in ("pending", "sending")]
    accepted = books.callees_in("accepted")
    return [
        _line("orders that the provider took; no callee twice", sum(books.taken.values()), twice),
        _line("calls in the ledger; all final or in doubt", len(books.calls), (f"{c.pk} {c.state}" for c in moving)),
        _line("taken orders, each accepted or in doubt here", len(books.taken), books.taken.keys() - owed),
        _line("accepted calls, each taken by the provider", len(accepted), accepted - books.taken.keys()),
        _line("callees with a call, none with two that count", len(owed), (c for c, n in per_callee.items() if n > 1)),
        # With workers dying and a database starting, processes of two cores stand still for long enough to let orders
        # pile up on their way; test_rate_live.py holds the provider's own clock to the limit.
        _line(
            f"orders sent in the busiest second, within the limit ({books.worst_second} arrived in one)",
            books.worst_second_signed,
            [rate] if books.worst_second_signed > rate else (),
        ),
        *_events(books),
    ]


def _events(books: Books) -> list[Line]:
    wrong = [f"{call.pk} {call.state}: {dict(books.events[call.pk])}" for call in books.calls if not _fits(call, books)]
    return [_line("calls whose history fits: ordered once, accepted or proven once", len(books.calls), wrong)]


def _fits(call: CallRow, books: Books) -> bool:
    seen = books.events[call.pk]
    taken = seen["accepted"] + seen["proven"]
    if seen["requested"] != 1 or seen["in_doubt"] > 1 or seen["proven"] > seen["in_doubt"]:
        return False
    return taken == (1 if call.state == "accepted" else 0)


def of_doubts(books: Books, weather: Weather) -> list[Line]:
    """While no record has been asked for: who is in doubt, and why."""
    doubts = books.doubts()
    lost = [call for call in doubts if call.callee in books.lost]
    held = [call for call in doubts if call.callee not in books.lost]
    got = [call for call in held if call.callee in books.taken]
    callees = {call.callee for call in doubts}
    return [
        _line("answers that the provider lost, each in doubt here", len(books.lost), books.lost - callees),
        _line("in doubt: their answer was lost", len(lost)),
        _line("in doubt: in the hands of a worker that was killed", len(held), _unexplained(held, books, weather)),
        _line("   of these, taken by the provider", len(got)),
        _line("   of these, never reached the provider", len(held) - len(got)),
    ]


def _unexplained(held: list[CallRow], books: Books, weather: Weather) -> list[str]:
    """Doubts that no kill explains: it was not the lease, nobody was killed then, or the pump went on after it."""
    last_word: dict[str, float] = defaultdict(float)
    for call in books.calls:
        if call.state == "accepted":
            last_word[call.token] = max(last_word[call.token], call.settled_at)
    return [
        f"{call.callee} {call.reason_code} sent {call.sent_at:.2f}, last of its pump {last_word[call.token]:.2f}"
        for call in held
        if call.reason_code != "lease_expired" or not _died(call, last_word[call.token], weather)
    ]


def _died(call: CallRow, last_word: float, weather: Weather) -> bool:
    killed = any(call.sent_at <= kill <= call.sent_at + LEASE and last_word <= kill for kill in weather.kills)
    began, ended = weather.restart or (0.0, 0.0)
    # The connection may break between a commit and the word of it: committed, and never sent.
    return killed or began - 1 <= call.sent_at <= ended + 1


def of_attempts(books: Books) -> list[Line]:
    """A callee is held by an open call or by none."""
    still_open = Counter(call.pk for call in books.calls if not call.is_closed)
    wrong = (still_open - books.open_attempts) + (books.open_attempts - still_open)
    return [_line("callees held by an open attempt: one for each open call", sum(books.open_attempts.values()), wrong)]


def of_jobs(books: Books, weather: Weather) -> list[Line]:
    """A job may fail while the database is away; otherwise none does."""
    failed = books.failed_jobs
    return [_line("jobs that failed", failed.total(), failed if weather.restart is None else ())]


def of_entries(books: Books) -> list[Line]:
    """At the end: nobody waits, and everybody has a result, a reason or a doubt."""
    states = Counter(entry.state for entry in books.entries)
    of_call = {call.pk: call for call in books.calls}
    no_reason = [e.callee for e in books.entries if e.state == "not_called" and not e.reason_code]
    unlike = [e.callee for e in books.entries if e.state == "in_doubt" and of_call[e.call_id or 0].state != "in_doubt"]
    moving = [e.callee for e in books.entries if e.state in ("waiting", "ordered")]
    no_result = [c.callee for c in books.calls if c.state == "accepted" and not (c.is_closed and c.disposition)]
    return [
        _line("numbers of the campaign", len(books.entries), moving),
        _line("   done", states["done"]),
        _line("   not called, with a reason", states["not_called"], no_reason),
        _line("   in doubt", states["in_doubt"], unlike),
        _line("accepted calls, each with its result", len(books.callees_in("accepted")), no_result),
    ]


def of_proof(books: Books) -> list[Line]:
    """After the records were read: nobody is in doubt of whom the provider has a record."""
    doubts = books.doubts()
    proven = sum(1 for seen in books.events.values() if seen["proven"])
    told = [call.callee for call in doubts if call.callee in books.told]
    silent = [str(call.pk) for call in doubts if not (call.reason and call.reason_code)]
    missing = [callee for callee in books.told if books.records.get(callee, (0, 0)) != (1, 0)]
    return [
        _line("doubts that a record has ended", proven, told),
        _line("in doubt for good: held by a killed worker, never reached the provider", len(doubts), silent),
        _line("calls that the provider has a record of; we keep one of each, with its order", len(books.told), missing),
    ]
