from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.calls import services
from dialer.models import Attempt, CallRequest, ProviderAccount, State
from tests.support import builders
from tests.support.builders import (
    NOW,
    make_account,
    make_call_request,
    make_connect_number,
    make_did,
    make_draft,
    make_user,
)

pytestmark = pytest.mark.django_db


def order(*, key: uuid.UUID | None = None, by: User | None = None, **changes) -> CallRequest:
    return services.request_call(make_draft(**changes), by=by or make_user(), now=NOW, key=key)


def test_an_order_is_one_row_one_attempt_and_one_job():
    call = order()
    assert CallRequest.objects.get() == call
    assert Attempt.objects.get().source_id == call.pk
    assert ProcrastinateJob.objects.get(task_name="dialer.tasks.dispatch").args == {"kind": "call", "pk": call.pk}
    assert [event.kind for event in call.events.all()] == ["requested"]


def test_the_same_key_again_returns_the_first_order():
    key = uuid.uuid4()
    first, second = order(key=key), order(key=key)
    assert first == second
    assert CallRequest.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name="dialer.tasks.dispatch").count() == 1


@pytest.mark.parametrize("state", [State.PENDING, State.SENDING, State.ACCEPTED, State.IN_DOUBT])
def test_another_order_to_that_callee_is_refused_with_the_first(state):
    first = make_call_request(state=state)
    with pytest.raises(services.OrderRefused) as refusal:
        order()
    assert refusal.value.blocking_order.url == first.get_absolute_url()
    assert CallRequest.objects.count() == 1
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.parametrize("state", [State.REJECTED, State.CANCELLED])
def test_a_callee_whose_order_ended_can_be_called_again(state):
    first = make_call_request(state=state)
    again = services.call_again(call=first, by=make_user(), now=NOW, key=uuid.uuid4())
    assert (again.retry_of, again.callee, again.state) == (first, first.callee, State.PENDING)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (lambda: {"did": make_did(is_active=False)}, "did_off"),
        (lambda: {"connect_number": make_connect_number(is_active=False)}, "connect_off"),
        (lambda: {"account": make_account("Other", env_prefix="OTHER")}, "did_of_other_account"),
        (lambda: {"callee": builders.DID}, "calls_itself"),
        (lambda: {"callee": builders.CONNECT_NUMBER}, "calls_itself"),
    ],
    ids=["did off", "connect off", "foreign did", "callee is the did", "callee is the agent"],
)
def test_the_policy_refuses_with_a_sentence(changes, code):
    with pytest.raises(services.OrderRefused) as refusal:
        order(**changes())
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")
    assert not CallRequest.objects.exists()


@pytest.mark.parametrize(
    ("columns", "code"),
    [({"is_active": False}, "account_off"), ({"suspended_at": NOW, "suspended_reason": "Key."}, "account_suspended")],
)
def test_an_account_that_cannot_send_takes_no_orders(columns, code):
    make_account()
    ProviderAccount.objects.update(**columns)
    with pytest.raises(services.OrderRefused) as refusal:
        order()
    assert refusal.value.code == code


def test_the_preview_stores_nothing_and_hides_the_secret():
    prepared = services.preview_call(make_draft(), now=NOW).request
    assert prepared.url == "https://provider.invalid/did/openapi/amazon/dialout"
    assert b'"callee":"447700900001"' in prepared.body
    assert "test-secret" not in repr(prepared) + prepared.string_to_sign
    assert not CallRequest.objects.exists()
    assert not Attempt.objects.exists()


def test_an_unsent_call_can_be_taken_back():
    call = order()
    assert services.cancel_call(call=call, by=make_user(), now=NOW)
    call.refresh_from_db()
    assert (call.state, Attempt.objects.still_open().count()) == (State.CANCELLED, 0)
    assert "sam" in call.reason
