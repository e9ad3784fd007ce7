"""Two at the same time, on two database connections: one wins, the other sees that it did."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from campaigns.chunks import chunker
from campaigns.importer import preparation
from campaigns.importer.run import Busy, import_call_list
from campaigns.models import CallList, Campaign, Entry, ProviderTask
from campaigns.planning import services
from dialer.calls import services as call_services
from dialer.ledger import transitions
from dialer.models import Attempt, CallRequest, State
from dialer.outcomes import ingest
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Disposition
from tests.support.builders import CALLEE, NOW, make_agent_phone, make_call_request, make_draft, make_user
from tests.support.campaign_builders import make_call_list, make_campaign, make_task
from tests.support.committed import WAITING, Somebody, committed, race, remove_rows
from tests.support.imported_lists import chosen

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _remove_what_was_committed() -> Iterator[None]:
    yield
    committed(remove_rows)


@pytest.mark.parametrize("make", [make_call_request, make_task], ids=["call", "task"])
def test_two_workers_claim_one_order_once(make):
    row = committed(make)

    def claim() -> Any:
        return transitions.claim(type(row), row.pk, now=NOW)

    first, second = race(claim, claim)
    assert isinstance(first, type(row))
    assert second is None


def order(key: uuid.UUID, *, by: str = "sam", phone: str = "") -> Callable[[], Any]:
    """By NxCloud, or with `phone` by AICC, an account of its own."""
    draft, user = committed(lambda: (make_draft(agent_phone=make_agent_phone(phone) if phone else None), make_user(by)))
    return lambda: call_services.request_call(draft, by=user, now=NOW, key=key)


def test_a_double_click_is_one_order():
    click = order(uuid.uuid4())
    first, second = race(click, click)
    assert first == second
    assert committed(lambda: (CallRequest.objects.count(), Attempt.objects.count())) == (1, 1)


def test_one_key_by_two_accounts_at_once_orders_once_and_says_what_differs():
    """They lock different rows, so only the database sees that the key is the same."""
    key = uuid.uuid4()
    first, second = race(order(key), order(key, phone="70001"))
    assert isinstance(second, call_services.OrderRefused)
    assert second.code == call_services.KEY_USED
    assert "the provider account, the DID, the Connect number and the agent phone differ" in second.message
    assert committed(CallRequest.objects.get) == first


def test_one_key_of_two_people_at_once_orders_once_and_tells_the_other_nothing():
    key = uuid.uuid4()
    first, second = race(order(key), order(key, by="kim", phone="70001"))
    assert isinstance(second, call_services.OrderRefused)
    assert (second.code, second.blocking_order) == (call_services.KEY_USED, None)
    assert second.message == "This form has already been used. Check it, then press Call again."
    assert committed(CallRequest.objects.get) == first


def test_two_orders_to_one_callee_are_one_order_and_one_refusal():
    first, second = race(order(uuid.uuid4()), order(uuid.uuid4()))
    assert isinstance(second, call_services.OrderRefused)
    assert second.blocking_order.url == first.get_absolute_url()
    assert committed(CallRequest.objects.count) == 1


def test_two_pumps_make_one_chunk():
    campaign = committed(lambda: make_call_list(make_campaign(state=Campaign.State.RUNNING)).campaign)

    def pump() -> Any:
        return chunker.next_chunk(campaign.pk, now=NOW)

    first, second = race(pump, pump)
    assert isinstance(first, ProviderTask)
    assert second is None
    assert committed(ProviderTask.objects.count) == 1


def two_campaigns_with_one_callee() -> list[int]:
    campaigns = [make_campaign(name, state=Campaign.State.RUNNING) for name in ("One", "Two")]
    for campaign in campaigns:
        make_call_list(campaign, entries=[CALLEE])
    return [campaign.pk for campaign in campaigns]


def test_two_campaigns_that_reach_for_one_callee_hold_it_once():
    one, two = committed(two_campaigns_with_one_callee)
    race(lambda: chunker.next_chunk(one, now=NOW), lambda: chunker.next_chunk(two, now=NOW))
    assert committed(lambda: (ProviderTask.objects.count(), Attempt.objects.still_open().count())) == (1, 1)


def test_a_claim_behind_a_pause_finds_nothing():
    task = committed(make_task)
    user = committed(make_user)
    _paused, claimed = race(
        lambda: services.pause_campaign(campaign=task.campaign, by=user, now=NOW),
        lambda: time.sleep(2 * WAITING) or transitions.claim(ProviderTask, task.pk, now=NOW),
    )
    assert claimed is None


def test_two_people_end_a_doubt_once():
    call = committed(lambda: make_call_request(state=State.IN_DOUBT))
    user = committed(make_user)

    def resolve() -> bool:
        return transitions.resolve(call, called=False, by=user, reason="Not in the console.", now=NOW)

    assert race(resolve, resolve) == (True, False)
    assert committed(call.events.count) == 1


def two_lists() -> list[CallList]:
    campaign = make_campaign()
    numbers = [f"+4477009{number:05d}" for number in range(600)]
    files = ["\n".join(["phone", *numbers]), "\n".join(["phone", *reversed(numbers)])]
    return [chosen(file, campaign=campaign) for file in files]


def test_lists_of_one_campaign_take_turns(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    lists = committed(two_lists)
    is_reading, may_go_on = threading.Event(), threading.Event()
    real = preparation.judge

    def judge(*args: Any, **more: Any) -> Any:
        is_reading.set()
        may_go_on.wait()
        return real(*args, **more)

    with patch.object(preparation, "judge", judge):
        first = Somebody(partial(import_call_list, lists[0].pk, clock=lambda: NOW))
        is_reading.wait()
        with pytest.raises(Busy):
            committed(partial(import_call_list, lists[1].pk, clock=lambda: NOW))
        may_go_on.set()
        first.done()
    committed(partial(import_call_list, lists[1].pk, clock=lambda: NOW))
    counts = committed(lambda: list(CallList.objects.values_list("state", "rows", "accepted", "duplicates")))
    assert [(state, rows) for state, rows, _, _ in counts] == [("checked", 600), ("checked", 600)]
    assert all(accepted + duplicates == 600 for _, _, accepted, duplicates in counts)
    assert sum(accepted for _, _, accepted, _ in counts) == committed(Entry.objects.count) == 600


def arrive(entry: Entry, call_id: str) -> None:
    record = CallRecord(provider_call_id=call_id, order_id=entry.order_id, disposition=Disposition.BUSY)
    ingest.apply_records([record], account=entry.campaign.account, source="webhook", now=NOW)


def test_two_last_records_side_by_side_close_the_chunk():
    """Each of them would otherwise see the other's entry still open, and nobody would close the chunk."""
    task = committed(lambda: make_task(make_campaign(state=Campaign.State.RUNNING), state=State.ACCEPTED, entries=2))
    one, two = committed(lambda: list(task.entries.select_related("campaign__account")))
    race(lambda: arrive(one, "c1"), lambda: arrive(two, "c2"))
    assert committed(lambda: ProviderTask.objects.get().closed_at) == NOW


def fetch() -> int | None:
    """What a worker that looks for a job gets."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, NULL)")
        return cursor.fetchone()[0]


def test_a_waiting_job_that_will_do_starts_after_what_it_has_to_see():
    campaign = committed(make_campaign)
    committed(partial(services.enqueue_pump, campaign.pk))
    _first, fetched = race(partial(services.enqueue_pump, campaign.pk), fetch)
    assert fetched is None
    assert committed(fetch)


def test_a_job_that_has_just_been_taken_will_not_do():
    campaign = committed(make_campaign)
    committed(partial(services.enqueue_pump, campaign.pk))
    fetched, _second = race(fetch, partial(services.enqueue_pump, campaign.pk))
    assert fetched
    assert committed(fetch) not in (None, fetched)
