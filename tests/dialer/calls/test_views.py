from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from dialer.models import CallRequest, Disposition, State
from tests.support.builders import NOW, make_account, make_call_request, make_did
from tests.support.htmx import assert_fragment, hx_get

pytestmark = pytest.mark.django_db

LIST = "/calls/"


def make_calls(count: int, **columns: Any) -> list[CallRequest]:
    """Newest first, as the list shows them."""
    columns = {"state": State.REJECTED, **columns}
    return [make_call_request(f"+4477009{n:05d}", **columns) for n in range(count)][::-1]


def shown(response: HttpResponse) -> list[int]:
    return [call.pk for call in response.context["page"].rows]


def test_a_row_says_what_became_of_the_call(supervisor_client: Client) -> None:
    call = make_call_request(
        state=State.ACCEPTED, disposition=Disposition.ANSWERED, talk_seconds=72, closed_at=NOW, did=make_did(label="x")
    )
    html = supervisor_client.get(LIST).content.decode()
    assert f'href="{call.get_absolute_url()}">+4477009•••01</a>' in html
    assert call.callee not in html
    assert "+44 20 7946 0001" in html
    assert "badge-accepted" in html
    assert "badge-answered" in html
    assert "1 min 12 s" in html
    assert "sam" in html


def test_a_call_that_awaits_its_result_says_so(supervisor_client: Client) -> None:
    make_call_request(state=State.ACCEPTED)
    assert "outstanding" in supervisor_client.get(LIST).content.decode()


def test_the_same_url_is_a_page_or_a_fragment(supervisor_client: Client) -> None:
    make_call_request()
    page = supervisor_client.get(LIST)
    assert "dialer/call_list.html" in [template.name for template in page.templates]
    fragment = hx_get(supervisor_client, LIST)
    assert_fragment(fragment, "dialer/_calls.html", root_id="calls")
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" in fragment["Vary"]


@pytest.mark.parametrize("text", ["+44 (0)7700 900-002", "0044 7700 900002", "07700 900002", "900002"])
def test_it_searches_a_number_however_it_is_spelled(supervisor_client: Client, text: str) -> None:
    make_call_request("+447700900001")
    wanted = make_call_request("+447700900002")
    assert shown(supervisor_client.get(LIST, {"q": text})) == [wanted.pk]


def test_it_filters_and_keeps_the_filters_in_its_links(supervisor_client: Client) -> None:
    make_calls(51, state=State.CANCELLED)
    make_call_request("+447700900999", state=State.PENDING)
    response = supervisor_client.get(LIST, {"state": "cancelled", "q": "", "account": make_account().pk})
    assert {call.state for call in response.context["page"].rows} == {State.CANCELLED}
    page = response.context["page"]
    assert page.next_url == f"?state=cancelled&account={make_account().pk}&before={page.rows[-1].pk}"
    assert response.context["live_url"] == f"/calls/?state=cancelled&account={make_account().pk}"
    assert '<option value="cancelled" selected>' in response.content.decode()


def test_a_filter_that_is_no_choice_is_marked(supervisor_client: Client) -> None:
    response = supervisor_client.get(LIST, {"state": "nonsense"})
    assert response.status_code == 200
    assert "field-invalid" in response.content.decode()


def test_it_says_when_nothing_matches_and_when_there_is_nothing(supervisor_client: Client) -> None:
    assert "No calls yet" in supervisor_client.get(LIST).content.decode()
    assert "No call matches" in supervisor_client.get(LIST, {"q": "123456"}).content.decode()


def test_pages_by_key_miss_nothing_and_repeat_nothing(supervisor_client: Client) -> None:
    calls = [call.pk for call in make_calls(120)]
    first = supervisor_client.get(LIST)
    second = supervisor_client.get(LIST + first.context["page"].next_url)
    third = supervisor_client.get(LIST + second.context["page"].next_url)
    assert shown(first) + shown(second) + shown(third) == calls
    assert len(shown(first)) == len(shown(second)) == 50
    assert (first.context["page"].previous_url, third.context["page"].next_url) == ("", "")
    back = supervisor_client.get(LIST + third.context["page"].previous_url)
    assert shown(back) == shown(second)
    # The page above the second is the first, with whatever came in since.
    newest = make_call_request("+447700999999", state=State.REJECTED)
    start = supervisor_client.get(LIST + back.context["page"].previous_url)
    assert shown(start) == calls[:50]
    assert start.context["page"].previous_url
    assert shown(supervisor_client.get(LIST + start.context["page"].previous_url))[0] == newest.pk


def test_less_than_a_page_above_is_the_first_page(supervisor_client: Client) -> None:
    calls = make_calls(60)
    response = supervisor_client.get(LIST, {"after": calls[5].pk})
    assert shown(response) == [call.pk for call in calls[:50]]
    assert response.context["page"].is_first


@pytest.mark.parametrize("cursor", ["", "x", "-1", "9" * 30, "٣"])
def test_a_cursor_that_is_no_key_is_the_first_page(supervisor_client: Client, cursor: str) -> None:
    call = make_call_request()
    assert shown(supervisor_client.get(LIST, {"before": cursor})) == [call.pk]


@pytest.mark.parametrize(
    ("state", "closed_at", "every"),
    [
        (State.PENDING, None, "every 3s"),
        (State.SENDING, None, "every 3s"),
        (State.ACCEPTED, None, "every 3s"),
        (State.ACCEPTED, NOW, "every 15s"),
        (State.IN_DOUBT, None, "every 15s"),
        (State.REJECTED, NOW, "every 15s"),
    ],
)
def test_it_asks_often_only_while_something_moves(
    supervisor_client: Client, state: str, closed_at: Any, every: str
) -> None:
    make_call_request(state=state, closed_at=closed_at)
    assert f'hx-trigger="{every}"' in hx_get(supervisor_client, LIST).content.decode()


def test_only_the_first_page_is_live(supervisor_client: Client) -> None:
    calls = make_calls(51, state=State.PENDING)
    response = supervisor_client.get(LIST, {"before": calls[0].pk})
    assert "every" not in response.content.decode().split("<main")[1]


def test_a_poll_that_finds_no_news_is_answered_with_304(supervisor_client: Client) -> None:
    call = make_call_request(state=State.PENDING)
    first = hx_get(supervisor_client, LIST)
    headers = {"HX-Request": "true", "If-None-Match": first["ETag"]}
    again = supervisor_client.get(LIST, headers=headers)
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    assert "private" in first["Cache-Control"]
    CallRequest.objects.filter(pk=call.pk).update(state=State.SENDING, lease_token="0" * 32, lease_expires_at=NOW)
    assert supervisor_client.get(LIST, headers=headers).status_code == 200
    make_call_request("+447700900002")
    assert hx_get(supervisor_client, LIST)["ETag"] != first["ETag"]


def test_another_person_or_page_has_another_etag(supervisor_client: Client, auditor_client: Client) -> None:
    make_calls(51)
    tags = [
        hx_get(supervisor_client, LIST)["ETag"],
        hx_get(auditor_client, LIST)["ETag"],
        hx_get(supervisor_client, LIST, {"state": "rejected", "before": "10" * 5})["ETag"],
    ]
    assert len(set(tags)) == 3


def test_a_poll_of_fifty_rows_costs_one_query_for_them(
    supervisor_client: Client, django_assert_num_queries: Any
) -> None:
    make_calls(50)
    with django_assert_num_queries(5):  # session, user, permissions of the user and of the groups, rows
        hx_get(supervisor_client, LIST)


def test_the_page_of_fifty_rows_has_a_fixed_number_of_queries(
    supervisor_client: Client, django_assert_num_queries: Any
) -> None:
    make_calls(50)
    # As above, then the account filter, and for the frame: two in-doubt counts, the person's groups, bell, banners.
    with django_assert_num_queries(12):
        supervisor_client.get(LIST)
