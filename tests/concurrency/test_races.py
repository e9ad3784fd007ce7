"""Two at the same time, on two database connections: one wins, the other sees that it did."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from campaigns import chunking, services
from campaigns.models import Campaign, ProviderTask
from dialer import ledger
from dialer import services as dialer_services
from dialer.models import Attempt, CallRequest, State
from tests.builders import CALLEE, NOW, make_call_request, make_connect_number, make_did, make_user
from tests.campaigns.builders import make_call_list, make_campaign, make_task

WAITING = 0.4
"""Seconds that the second one is given to run into the first one's lock."""


pytestmark = pytest.mark.django_db


class Somebody(threading.Thread):
    """Does a job on a database connection of its own, so that what it writes is committed and seen by others."""

    def __init__(self, job: Callable[[], Any]) -> None:
        super().__init__()
        self.job = job
        self.result: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.job()
        except Exception as exc:
            self.result = exc
        finally:
            connection.close()

    def done(self) -> Any:
        self.join()
        return self.result


def committed(job: Callable[[], Any]) -> Any:
    result = Somebody(job).done()
    if isinstance(result, Exception):
        raise result
    return result


@pytest.fixture(autouse=True)
def _remove_what_was_committed() -> Iterator[None]:
    yield
    committed(remove_rows)


def remove_rows() -> None:
    """Everything but the groups of people, which a migration made."""
    names = connection.introspection.table_names()
    ours = [name for name in names if name.startswith(("dialer_", "campaigns_", "procrastinate_jobs"))]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE auth_user, {', '.join(ours)} CASCADE")


def race(first_job: Callable[[], Any], second_job: Callable[[], Any]) -> tuple[Any, Any]:
    """The second one starts while the first one's transaction is still open."""
    may_commit = threading.Event()

    def hold() -> Any:
        with transaction.atomic():
            result = first_job()
            may_commit.wait()
            return result

    first = Somebody(hold)
    time.sleep(WAITING)
    second = Somebody(second_job)
    time.sleep(WAITING)
    may_commit.set()
    return first.done(), second.done()


@pytest.mark.parametrize("make", [make_call_request, make_task], ids=["call", "task"])
def test_two_workers_claim_one_order_once(make):
    row = committed(make)

    def claim() -> Any:
        return ledger.claim(type(row), row.pk, now=NOW)

    first, second = race(claim, claim)
    assert isinstance(first, type(row))
    assert second is None


def order(key: uuid.UUID) -> Callable[[], Any]:
    did, connect_number, user = committed(lambda: (make_did(), make_connect_number(), make_user()))
    return lambda: dialer_services.request_call(
        account=did.account,
        did=did,
        callee=CALLEE,
        connect_number=connect_number,
        requested_by=user,
        now=NOW,
        idempotency_key=key,
    )


def test_a_double_click_is_one_order():
    click = order(uuid.uuid4())
    first, second = race(click, click)
    assert first == second
    assert committed(lambda: (CallRequest.objects.count(), Attempt.objects.count())) == (1, 1)


def test_two_orders_to_one_callee_are_one_order_and_one_refusal():
    first, second = race(order(uuid.uuid4()), order(uuid.uuid4()))
    assert isinstance(second, dialer_services.OrderRefused)
    assert second.holder.url == first.get_absolute_url()
    assert committed(CallRequest.objects.count) == 1


def test_two_pumps_make_one_chunk():
    campaign = committed(lambda: make_call_list(make_campaign(state=Campaign.State.RUNNING)).campaign)

    def pump() -> Any:
        return chunking.next_chunk(campaign.pk, now=NOW)

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
    race(lambda: chunking.next_chunk(one, now=NOW), lambda: chunking.next_chunk(two, now=NOW))
    assert committed(lambda: (ProviderTask.objects.count(), Attempt.objects.still_open().count())) == (1, 1)


def test_a_claim_behind_a_pause_finds_nothing():
    task = committed(make_task)
    user = committed(make_user)
    _paused, claimed = race(
        lambda: services.pause_campaign(campaign=task.campaign, by=user, now=NOW),
        lambda: time.sleep(2 * WAITING) or ledger.claim(ProviderTask, task.pk, now=NOW),
    )
    assert claimed is None


def test_two_people_end_a_doubt_once():
    call = committed(lambda: make_call_request(state=State.IN_DOUBT))
    user = committed(make_user)

    def resolve() -> bool:
        return ledger.resolve(call, called=False, by=user, reason="Not in the console.", now=NOW)

    assert race(resolve, resolve) == (True, False)
    assert committed(call.events.count) == 1
