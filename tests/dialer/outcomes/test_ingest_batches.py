"""Many records at once do what they do one after another, in whichever order and however they are divided."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from campaigns.models import Campaign, Entry, ProviderTask, TaskEvent
from dialer import hooks
from dialer.models import Attempt, CallDetailRecord, CallEvent, CallRequest, State
from dialer.outcomes import ingest, record_store, results
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Disposition
from tests.support.builders import NOW, make_account, make_call_request
from tests.support.campaign_builders import callees, make_campaign, make_task

pytestmark = pytest.mark.django_db
RESULTS = list(Disposition)


def orders() -> None:
    """Six calls and three chunks, one of them in doubt."""
    for number in range(6):
        make_call_request(f"+44770090050{number}", state=State.ACCEPTED, provider_call_id=f"call-{number}")
    for number, state in enumerate((State.ACCEPTED, State.IN_DOUBT, State.ACCEPTED)):
        campaign = make_campaign(f"Campaign {number}", state=Campaign.State.RUNNING)
        make_task(campaign, state=state, entries=callees(3, start=600 + 10 * number))


def records(chance: random.Random) -> list[CallRecord]:
    """Of calls, of entries (some called twice), of nobody; repeated, corrected, out of date, in any order."""
    order_ids = [*Entry.objects.order_by("pk").values_list("order_id", flat=True), "", "nobody"]
    made = []
    for number in range(60):
        call_id, order_id = f"call-{chance.randrange(14)}", ""
        if chance.random() < 0.6:
            order_id = chance.choice(order_ids)
            call_id = f"{order_id}-{chance.randrange(2)}"
        minute = chance.choice([None, 1, 2, 3])
        made.append(
            CallRecord(
                provider_call_id=call_id,
                order_id=order_id,
                disposition=chance.choice(RESULTS),
                hangup_code=str(chance.randrange(4)),
                abandoned=chance.random() < 0.2,
                ended_at=minute and NOW + timedelta(minutes=minute),
                talk_seconds=minute and chance.randrange(90),
                raw={"number": number},
            )
        )
    return made + chance.sample(made, 20)


def truth() -> dict[str, Any]:
    """All that records may change. Ids of rows and of lines in a history differ from try to try."""
    rows: dict[str, Any] = {
        "records": CallDetailRecord.objects.order_by("provider_call_id").values(),
        "calls": CallRequest.objects.order_by("pk").values("disposition", "ended_at", "talk_seconds", "closed_at"),
        "entries": Entry.objects.order_by("pk").values(),
        "attempts": Attempt.objects.order_by("pk").values(),
        "tasks": ProviderTask.objects.order_by("pk").values("state", "closed_at"),
        "call events": CallEvent.objects.order_by("call_id", "id").values("call_id", "kind", "at", "detail"),
        "task events": TaskEvent.objects.order_by("task_id", "id").values("task_id", "kind", "at", "detail"),
    }
    found = {name: [dict(row) for row in of_name] for name, of_name in rows.items()}
    for row in found["records"]:
        del row["id"]
    return found


def after(job: Callable[[], Any]) -> dict[str, Any]:
    with transaction.atomic():
        job()
        found = truth()
        transaction.set_rollback(True)
    return found


def apply(made: Sequence[CallRecord]) -> None:
    ingest.apply_records(made, account=make_account(), source="webhook", now=NOW)


@pytest.mark.parametrize("seed", range(12))
def test_a_batch_does_what_one_after_another_does(seed: int) -> None:
    orders()
    chance = random.Random(seed)
    made = records(chance)
    one_by_one = after(lambda: [apply([record]) for record in made])
    assert after(lambda: apply(made)) == one_by_one
    cut = chance.randrange(len(made))
    assert after(lambda: [apply(made[:cut]), apply(made[cut:])]) == one_by_one
    assert after(lambda: [apply(made), apply(made[-1:])]) == one_by_one


def test_rows_come_back_in_the_order_of_the_records() -> None:
    made = [CallRecord(provider_call_id=name) for name in ("c2", "c1", "c2", "c3")]
    rows = ingest.apply_records(made, account=make_account(), source="query", now=NOW)
    assert [row.provider_call_id for row in rows] == ["c2", "c1", "c2", "c3"]
    assert ingest.apply_records([], account=make_account(), source="query", now=NOW) == []


def test_repeats_in_a_row_cost_one_round() -> None:
    arrivals = [record_store.Arrival(1, CallRecord(provider_call_id="c1")) for _ in range(50)]
    assert len(record_store.split_rounds(arrivals)) == 1


def test_the_number_of_queries_does_not_grow_with_the_batch(django_assert_max_num_queries: Any) -> None:
    orders()
    make_task(make_campaign("Large", state=Campaign.State.RUNNING), state=State.ACCEPTED, entries=callees(50))
    order_ids = Entry.objects.filter(task__campaign__name="Large").values_list("order_id", flat=True)
    made = [CallRecord(provider_call_id=f"e{n}", order_id=order_id) for n, order_id in enumerate(order_ids)][:-1]
    made += [CallRecord(provider_call_id=f"call-{n}") for n in range(6)]
    with django_assert_max_num_queries(22):
        apply(made)
    assert Entry.objects.filter(state=Entry.State.DONE).count() == 49


def test_listeners_are_told_of_fresh_calls_once_for_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[tuple[str, str]]] = []
    tell = lambda calls, *, now: told.append([(row.provider_call_id, row.disposition) for row in calls])  # noqa: E731
    monkeypatch.setattr(hooks, "result_listeners", [tell])
    orders()
    made = [CallRecord(provider_call_id=f"call-{n}", disposition=Disposition.BUSY) for n in (1, 0, 9)]
    apply(made)
    apply(made)
    assert told == [[("call-0", "busy"), ("call-1", "busy")]]


def test_listeners_are_told_of_a_call_that_is_closed_unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        hooks, "result_listeners", [lambda calls, *, now: told.extend(row.disposition for row in calls)]
    )
    make_call_request(state=State.ACCEPTED)
    assert results.close_overdue(now=NOW, settled_before=NOW + timedelta(seconds=1)) == 1
    assert told == ["unknown"]


def test_a_listener_that_fails_undoes_the_results(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_calls: object, *, now: object) -> None:
        raise RuntimeError("no")

    call = make_call_request(state=State.ACCEPTED, provider_call_id="c1")
    monkeypatch.setattr(hooks, "result_listeners", [fail])
    with pytest.raises(RuntimeError), transaction.atomic():
        apply([CallRecord(provider_call_id="c1", disposition=Disposition.BUSY)])
    call.refresh_from_db()
    assert (call.disposition, CallDetailRecord.objects.count()) == ("", 0)


def test_results_of_another_match_say_which() -> None:
    call = make_call_request(state=State.ACCEPTED)
    (record,) = ingest.apply_records(
        [CallRecord(provider_call_id="row-1", disposition=Disposition.BUSY)],
        account=make_account(),
        source="did_query",
        now=NOW,
    )
    results.apply_results([(call, record)], now=NOW, match=CallDetailRecord.Match.NUMBERS)
    record.refresh_from_db()
    assert (record.match, record.reference) == ("numbers", call.reference)


def test_abandoned_is_of_each_call() -> None:
    for number in (1, 2):
        make_call_request(f"+44770090050{number}", state=State.ACCEPTED, provider_call_id=f"c{number}")
    apply([CallRecord(provider_call_id="c1", abandoned=True), CallRecord(provider_call_id="c2")])
    assert list(Attempt.objects.order_by("pk").values_list("abandoned", flat=True)) == [True, False]
