from __future__ import annotations

import json

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from campaigns.chunks import chunker
from campaigns.models import Campaign, ProviderTask
from campaigns.pages import request_preview
from dialer.ledger import transitions
from dialer.models import Attempt
from dialer.providers import adapters
from dialer.providers.orders import order_of
from tests.support.builders import NOW
from tests.support.campaign_builders import callees, make_call_list, make_campaign

pytestmark = pytest.mark.django_db


def page_of(client: Client, campaign: Campaign) -> str:
    return client.get(reverse("campaigns:campaign_preview", args=[campaign.pk])).content.decode()


def test_it_shows_the_request_with_the_first_five_numbers(supervisor_client: Client) -> None:
    campaign = make_campaign()
    make_call_list(campaign, entries=7)
    page = page_of(supervisor_client, campaign)
    assert "https://provider.invalid/saas/cc/openapi/ai/createandcall" in page
    assert page.count("userPhone") == 5
    assert "2 more are in the request" in page
    assert "test-secret" not in page
    assert "accessSecret=" in page


def test_it_stores_nothing(supervisor_client: Client) -> None:
    campaign = make_campaign(state=Campaign.State.RUNNING)
    make_call_list(campaign)
    page_of(supervisor_client, campaign)
    assert not ProviderTask.objects.exists()
    assert not Attempt.objects.exists()
    assert campaign.entries.waiting().count() == 3


def test_it_is_what_is_sent() -> None:
    """Once the chunk is stored, byte for byte; before that only the task name's reference differs."""
    campaign = make_campaign(state=Campaign.State.RUNNING)
    make_call_list(campaign)
    before = request_preview.preview_next(campaign, now=NOW)
    task = chunker.next_chunk(campaign.pk, now=NOW)
    stored = request_preview.preview_next(campaign, now=NOW)
    assert before is not None
    assert stored is not None
    assert task is not None
    claimed = transitions.claim(ProviderTask, task.pk, now=NOW)
    assert claimed is not None
    adapter = adapters.offline_adapter(campaign.account)
    sent = claimed.prepare(adapter, order_of(claimed), now_ms=int(NOW.timestamp() * 1000))
    assert stored.prepared == sent
    bodies = [json.loads(request.body) for request in (before.prepared, sent)]
    names = [body.pop("taskName") for body in bodies]
    assert bodies[0] == bodies[1]
    assert [name.rpartition(" ")[0] for name in names] == ["Autumn #1", "Autumn #1"]


def test_a_number_held_by_another_order_is_not_in_it() -> None:
    campaign = make_campaign()
    make_call_list(campaign, entries=2)
    Attempt.objects.create(callee=callees(1)[0], source="call", source_id=1, opened_at=NOW)
    chunk = request_preview.preview_next(campaign, now=NOW)
    assert chunk is not None
    assert chunk.size == 1


def test_nobody_to_hand_over(supervisor_client: Client) -> None:
    assert "No numbers to hand over" in page_of(supervisor_client, make_campaign())


def test_missing_secrets_are_named(supervisor_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NXCLOUD_ACCESS_SECRET")
    campaign = make_campaign()
    make_call_list(campaign)
    assert "NXCLOUD_ACCESS_SECRET is missing" in page_of(supervisor_client, campaign)


def test_nothing_leaves(supervisor_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise AssertionError("the preview sent something")

    monkeypatch.setattr(httpx.AsyncClient, "send", fail)
    campaign = make_campaign()
    make_call_list(campaign)
    assert "createandcall" in page_of(supervisor_client, campaign)
