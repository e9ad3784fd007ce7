from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Entry, ProviderTask
from dialer.ledger import transitions
from dialer.models import ProviderExchange, State
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import callees, make_campaign, make_task
from tests.support.htmx import assert_fragment, hx_get

pytestmark = pytest.mark.django_db
SESSION_AND_RIGHTS = 4


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.PENDING, "queued and will be sent in a moment"),
        (State.SENDING, "sent to the provider at"),
        (State.ACCEPTED, "3 results are outstanding"),
        (State.REJECTED, "The provider refused the chunk"),
        (State.IN_DOUBT, "may or may not have accepted the chunk"),
        (State.CANCELLED, "cancelled at"),
    ],
)
def test_the_state_in_plain_words(supervisor_client: Client, state: str, words: str) -> None:
    task = make_task(state=state, sent_at=NOW)
    assert words in supervisor_client.get(task.get_absolute_url()).content.decode()


def test_what_holds_a_chunk_is_said(supervisor_client: Client) -> None:
    task = make_task(make_campaign(state=Campaign.State.PAUSED))
    assert "On hold: the campaign is paused" in supervisor_client.get(task.get_absolute_url()).content.decode()
    Campaign.objects.update(state=Campaign.State.RUNNING)
    type(task.account).objects.update(suspended_at=NOW, suspended_reason="Wrong key.")
    page = supervisor_client.get(task.get_absolute_url()).content.decode()
    assert "has been suspended since" in page
    assert "Wrong key." in page


def test_a_doubt_leads_to_the_desk(supervisor_client: Client) -> None:
    task = make_task(state=State.IN_DOUBT)
    page = supervisor_client.get(task.get_absolute_url()).content.decode()
    assert f"{reverse('dialer:in_doubt')}#doubt-{task.reference}" in page


def test_who_ended_a_doubt_is_shown(supervisor_client: Client) -> None:
    task = make_task(state=State.IN_DOUBT)
    transitions.resolve(task, called=False, by=make_user(), reason="Not in the console.", now=NOW)
    page = supervisor_client.get(task.get_absolute_url()).content.decode()
    assert "it had not been accepted" in page
    assert "“Not in the console.”" in page


def test_history_exchanges_and_masked_numbers(supervisor_client: Client) -> None:
    task = make_task(state=State.ACCEPTED)
    task.add_event("accepted", now=NOW, detail="")
    ProviderExchange.objects.create(
        account=task.account, reference=task.reference, at=NOW, method="POST", url="https://x", reply_body='{"code":0}'
    )
    page = supervisor_client.get(task.get_absolute_url()).content.decode()
    assert "Accepted by the provider" in page
    assert "&quot;code&quot;: 0" in page
    assert "+4477009•••00" in page
    assert callees(1)[0] not in page


def test_the_numbers_are_paged_and_the_queries_are_few(
    supervisor_client: Client, django_assert_num_queries: Any
) -> None:
    task = make_task(state=State.ACCEPTED, entries=120)
    with django_assert_num_queries(SESSION_AND_RIGHTS + 5):
        response = hx_get(supervisor_client, task.get_absolute_url())
    assert_fragment(response, "campaigns/_task.html", root_id="task")
    page = response.context["page"]
    assert len(page.rows) == 50
    second = hx_get(supervisor_client, task.get_absolute_url() + page.next_url)
    assert f'hx-get="{task.get_absolute_url()}{page.next_url}"' in second.content.decode()


def test_polling_rests_and_ends(supervisor_client: Client) -> None:
    task = make_task(state=State.ACCEPTED)
    response = hx_get(supervisor_client, task.get_absolute_url())
    headers = {"HX-Request": "true", "If-None-Match": response["ETag"]}
    assert supervisor_client.get(task.get_absolute_url(), headers=headers).status_code == 304
    Entry.objects.filter(pk=Entry.objects.last().pk).update(state=Entry.State.DONE, disposition="busy")
    assert supervisor_client.get(task.get_absolute_url(), headers=headers).status_code == 200
    ProviderTask.objects.update(closed_at=NOW)
    assert hx_get(supervisor_client, task.get_absolute_url()).status_code == 286
