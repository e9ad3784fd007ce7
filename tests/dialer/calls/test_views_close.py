from __future__ import annotations

import pytest
from django.urls import reverse

from dialer.models import Attempt, Disposition, State
from tests.support.builders import make_call_request
from tests.support.htmx import assert_fragment, hx_post

pytestmark = pytest.mark.django_db
REASON = {"reason": "The agent said that it ended."}


def url_of(call):
    return reverse("dialer:close_call", args=[call.reference])


def test_a_call_that_is_over_frees_its_callee(supervisor_client):
    call = make_call_request(state=State.ACCEPTED)
    page = supervisor_client.post(url_of(call), REASON, follow=True)
    assert "Closed without a result" in page.content.decode()
    call.refresh_from_db()
    assert (call.disposition, call.closed_at is None) == (Disposition.UNKNOWN, False)
    assert not Attempt.objects.still_open().exists()
    event = call.events.get()
    assert (event.kind, event.detail, event.by.username) == ("closed", REASON["reason"], "sam")


@pytest.mark.parametrize("reason", ["", "over"])
def test_it_wants_a_reason(supervisor_client, reason):
    call = make_call_request(state=State.ACCEPTED)
    answer = hx_post(supervisor_client, url_of(call), {"reason": reason})
    assert answer.status_code == 422
    assert_fragment(answer, "dialer/_close_call.html", root_id="close-call")
    call.refresh_from_db()
    assert call.closed_at is None


@pytest.mark.parametrize("state", [State.PENDING, State.SENDING, State.IN_DOUBT, State.REJECTED])
def test_only_a_call_that_waits_for_its_result_is_closed_by_hand(supervisor_client, state):
    call = make_call_request(state=state)
    page = supervisor_client.post(url_of(call), REASON, follow=True)
    assert "is not waiting for a result" in page.content.decode()
    call.refresh_from_db()
    assert call.state == state
