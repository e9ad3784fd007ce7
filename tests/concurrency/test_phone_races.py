"""Two who want one agent's phone at the same time, on two database connections: one of them gets it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from campaigns.models import Campaign, Channel
from campaigns.pacing import claim, preview_reservation
from dialer.calls import services
from dialer.models import AgentPhone, CallRequest
from tests.support.builders import NOW, make_agent, make_did, make_draft, make_gateway_account, make_user
from tests.support.campaign_builders import callees, make_aicc_campaign, make_call_list
from tests.support.committed import committed, race, remove_rows, together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _remove_what_was_committed() -> Iterator[None]:
    yield
    committed(remove_rows)


def campaigns_of_one_account(*, phones: int, names: tuple[str, ...] = ("One", "Two"), **columns: Any) -> list[int]:
    campaigns = [make_aicc_campaign(name, phones=phones, **columns) for name in names]
    for number, campaign in enumerate(campaigns):
        make_call_list(campaign, entries=callees(10, start=100 * number))
    return [campaign.pk for campaign in campaigns]


def pump(campaign_id: int) -> Callable[[], Any]:
    return lambda: claim.claim_batch(campaign_id, token=uuid.uuid4(), now=NOW).calls


def single_call() -> CallRequest:
    phone = AgentPhone.objects.select_related("account").get()
    did = make_did("+442079460011", account=phone.account)
    draft = make_draft("+447700900901", agent_phone=phone, did=did)
    return services.request_call(draft, by=make_user(), now=NOW)


def used() -> list[str]:
    calls = CallRequest.objects.filter(closed_at=None)
    return sorted(calls.values_list("agent_phone__number", flat=True))


def test_two_campaigns_do_not_take_one_phone_twice():
    one, two = committed(lambda: campaigns_of_one_account(phones=3))
    first, second = race(pump(one), pump(two))
    assert (len(first), len(second)) == (3, 0)
    assert committed(used) == ["70001", "70002", "70003"]


def test_a_campaign_and_a_single_call_do_not_take_one_phone_twice():
    (one,) = committed(lambda: campaigns_of_one_account(phones=1, names=("One",)))
    calls, refusal = race(pump(one), single_call)
    assert len(calls) == 1
    assert isinstance(refusal, services.OrderRefused)
    assert refusal.code == "agent_busy"


def test_a_single_call_before_a_campaign_keeps_its_phone():
    (one,) = committed(lambda: campaigns_of_one_account(phones=1, names=("One",)))
    call, calls = race(single_call, pump(one))
    assert isinstance(call, CallRequest)
    assert len(calls) == 0


def test_many_pumps_at_once_end_and_take_each_phone_once():
    """Nobody waits for another one for ever: all of them lock the phones in one order."""
    ids = committed(lambda: campaigns_of_one_account(phones=4, names=("A", "B", "C", "D")))
    batches = together(*(pump(pk) for pk in ids), *(pump(pk) for pk in ids))
    assert sum(len(calls) for calls in batches) == 4
    assert committed(used) == ["70001", "70002", "70003", "70004"]


def reserved(campaign_id: int, names: tuple[str, ...]) -> list[Callable[[], CallRequest]]:
    campaign = Campaign.objects.get(pk=campaign_id)
    people = [make_user(name) for name in names]
    return [(preview_reservation.reserve_number(campaign, by=by, now=NOW), by) for by in people]


def call_of(held: Any, **who: Any) -> Callable[[], CallRequest]:
    entry, by = held
    return lambda: preview_reservation.call_number(entry, by=by, now=NOW, key=uuid.uuid4(), **who)


def test_two_people_do_not_call_with_one_phone_at_once():
    (pk,) = committed(lambda: campaigns_of_one_account(phones=1, names=("One",), channel=Channel.PREVIEW))
    first_number, second_number = committed(lambda: reserved(pk, ("ann", "bob")))
    phone = committed(AgentPhone.objects.get)
    first, second = race(call_of(first_number, agent_phone=phone), call_of(second_number, agent_phone=phone))
    assert isinstance(first, CallRequest)
    assert (type(second), second.code) == (services.OrderRefused, "agent_busy")


def test_two_people_do_not_call_as_one_agent_at_once():
    def looked_at() -> Any:
        campaign = make_aicc_campaign("Looked at", account=make_gateway_account(), channel=Channel.PREVIEW)
        make_call_list(campaign, entries=2)
        return make_agent(1001), reserved(campaign.pk, ("ann", "bob"))

    agent, (first_number, second_number) = committed(looked_at)
    first, second = race(call_of(first_number, agent=agent), call_of(second_number, agent=agent))
    assert isinstance(first, CallRequest)
    assert (type(second), second.code) == (services.OrderRefused, "agent_busy")
    assert committed(CallRequest.objects.count) == 1
