"""Every transition of an order, from the outcome of its send."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.ledger import sweep, transitions
from dialer.models import Attempt, CallRequest, ProviderAccount, ProviderExchange, State
from telephony.contract.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    RequestNotSent,
    RequestRejected,
    UnsupportedByProvider,
)
from telephony.contract.orders import Accepted, Exchange
from tests.support.builders import CALLEE, NOW, make_account, make_call_request, make_user

pytestmark = pytest.mark.django_db


def events_of(call: CallRequest) -> list[str]:
    return [event.kind for event in call.events.all()]


def claimed_call(**columns: object) -> CallRequest:
    call = make_call_request(**columns)
    row = transitions.claim(CallRequest, call.pk, now=NOW)
    assert row is not None
    return row


def attempt_is_open() -> bool:
    return Attempt.objects.still_open().filter(callee=CALLEE).exists()


def dispatch_jobs() -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name="dialer.tasks.dispatch"))


@pytest.mark.parametrize(
    ("outcome", "state", "attempt_open", "last_event"),
    [
        (Accepted(provider_id="c1"), State.ACCEPTED, True, "accepted"),
        (RequestRejected("No.", code="41000"), State.REJECTED, False, "rejected"),
        (OutcomeUnknown("Lost.", code="read_timeout"), State.IN_DOUBT, True, "in_doubt"),
        (RequestNotSent("Down.", code="connect_error"), State.PENDING, True, "not_sent"),
        (CredentialsRefused("Key.", code="1005"), State.PENDING, True, "held"),
        (UnsupportedByProvider("Cannot."), State.CANCELLED, False, "cancelled"),
    ],
)
def test_it_settles_each_outcome_as_the_design_says(outcome, state, attempt_open, last_event):
    call = claimed_call()

    assert transitions.settle(call, outcome, now=NOW)

    call.refresh_from_db()
    assert (call.state, attempt_is_open()) == (state, attempt_open)
    assert events_of(call)[-1] == last_event
    assert call.lease_expires_at is None


def test_an_acceptance_keeps_the_providers_ids():
    call = claimed_call()
    transitions.settle(call, Accepted(provider_id="c1", request_id="r1"), now=NOW)
    call.refresh_from_db()
    assert (call.provider_call_id, call.provider_request_id, call.settled_at) == ("c1", "r1", NOW)


def test_a_second_claim_finds_nothing():
    call = make_call_request()
    assert transitions.claim(CallRequest, call.pk, now=NOW) is not None
    assert transitions.claim(CallRequest, call.pk, now=NOW) is None


@pytest.mark.parametrize("state", [state for state in State if state != State.PENDING])
def test_only_pending_orders_can_be_claimed(state):
    call = make_call_request(state=state)
    assert transitions.claim(CallRequest, call.pk, now=NOW) is None


@pytest.mark.parametrize(
    "columns",
    [{"not_before": NOW + timedelta(seconds=1)}, {"expires_at": NOW}],
    ids=["not yet due", "expired"],
)
def test_an_order_out_of_its_time_cannot_be_claimed(columns):
    call = make_call_request(**columns)
    assert transitions.claim(CallRequest, call.pk, now=NOW) is None


@pytest.mark.parametrize("columns", [{"is_active": False}, {"suspended_at": NOW, "suspended_reason": "Key."}])
def test_nothing_leaves_an_account_that_is_off_or_suspended(columns):
    call = make_call_request()
    ProviderAccount.objects.update(**columns)
    assert transitions.claim(CallRequest, call.pk, now=NOW) is None


def test_refused_credentials_suspend_the_account_with_the_reason():
    call = claimed_call()
    transitions.settle(call, CredentialsRefused("The signature was refused.", code="1003"), now=NOW)
    account = make_account()
    assert (account.suspended_at, account.suspended_reason) == (NOW, "The signature was refused.")


def test_an_unsent_order_waits_and_gets_a_job_for_later(settings):
    settings.PORTAL_RETRY_SECONDS = 4
    call = claimed_call()
    transitions.settle(call, RequestNotSent("Down."), now=NOW)
    call.refresh_from_db()
    assert (call.attempts, call.not_before) == (1, NOW + timedelta(seconds=4))
    assert [job.scheduled_at for job in dispatch_jobs()] == [NOW + timedelta(seconds=4)]


def test_an_order_that_never_leaves_is_given_up_after_the_last_try(settings):
    settings.PORTAL_SEND_ATTEMPTS = 3
    call = make_call_request()
    for number in range(3):
        row = transitions.claim(CallRequest, call.pk, now=NOW + timedelta(hours=number))
        transitions.settle(row, RequestNotSent("Down.", code="connect_error"), now=NOW + timedelta(hours=number))
    call.refresh_from_db()
    assert call.state == State.CANCELLED
    assert "nothing was sent" in call.reason
    assert not attempt_is_open()


def test_a_lease_that_ran_out_is_in_doubt_and_never_sent_again():
    call = claimed_call()
    later = NOW + timedelta(hours=1)
    assert sweep.expire_leases(CallRequest, now=later) == 1
    call.refresh_from_db()
    assert (call.state, call.reason_code) == (State.IN_DOUBT, "lease_expired")
    assert transitions.claim(CallRequest, call.pk, now=later) is None


def test_a_running_lease_is_left_alone():
    claimed_call()
    assert sweep.expire_leases(CallRequest, now=NOW + timedelta(seconds=1)) == 0


def test_an_answer_after_the_lease_still_proves_the_order():
    call = claimed_call()
    sweep.expire_leases(CallRequest, now=NOW + timedelta(hours=1))
    assert transitions.settle(call, Accepted(provider_id="late"), now=NOW + timedelta(hours=1))
    call.refresh_from_db()
    assert (call.state, call.provider_call_id) == (State.ACCEPTED, "late")


def test_a_refusal_after_the_lease_leaves_the_doubt_to_a_person():
    call = claimed_call()
    sweep.expire_leases(CallRequest, now=NOW + timedelta(hours=1))
    assert not transitions.settle(call, RequestNotSent("Down."), now=NOW + timedelta(hours=1))
    call.refresh_from_db()
    assert call.state == State.IN_DOUBT


def test_a_late_answer_does_not_undo_what_a_person_decided():
    call = claimed_call()
    transitions.settle(call, OutcomeUnknown("Lost."), now=NOW)
    transitions.resolve(call, called=False, by=make_user(), reason="Not in the console.", now=NOW)
    assert not transitions.settle(call, Accepted(provider_id="late"), now=NOW)
    call.refresh_from_db()
    assert call.state == State.REJECTED


@pytest.mark.parametrize(("called", "state"), [(True, State.ACCEPTED), (False, State.REJECTED)])
def test_a_person_ends_a_doubt_with_a_reason(called, state):
    call = make_call_request(state=State.IN_DOUBT)
    user = make_user()

    assert transitions.resolve(call, called=called, by=user, reason="Seen in the console.", now=NOW)

    call.refresh_from_db()
    assert (call.state, call.resolved_by, call.resolution) == (state, user, "Seen in the console.")
    assert call.closed_at == NOW
    assert not attempt_is_open()
    assert events_of(call) == ["resolved"]


@pytest.mark.parametrize("state", [state for state in State if state != State.IN_DOUBT])
def test_only_a_doubt_can_be_resolved(state):
    call = make_call_request(state=state)
    assert not transitions.resolve(call, called=True, by=make_user(), reason="Because.", now=NOW)


@pytest.mark.parametrize("state", [state for state in State if state != State.PENDING])
def test_only_a_pending_order_can_be_cancelled(state):
    call = make_call_request(state=state)
    assert not transitions.cancel(call, now=NOW, code="x", reason="No.")


def test_an_order_beyond_its_time_says_why_it_was_not_sent():
    call = make_call_request(expires_at=NOW)
    ProviderAccount.objects.update(suspended_at=NOW, suspended_reason="Signature refused.")
    assert sweep.expire_unsent(CallRequest, now=NOW) == 1
    call.refresh_from_db()
    assert call.state == State.CANCELLED
    assert "Signature refused." in call.reason


def test_a_forgotten_order_gets_one_job():
    call = make_call_request()
    assert sweep.enqueue_forgotten(CallRequest, now=NOW) == 1
    assert sweep.enqueue_forgotten(CallRequest, now=NOW) == 0
    assert [job.args for job in dispatch_jobs()] == [{"kind": "call", "pk": call.pk}]


def test_the_exchange_is_kept_with_the_order():
    call = claimed_call()
    exchange = Exchange(
        method="POST", url="https://provider.invalid/x", request_headers=(("ts", "1"),), request_body="{}", status=200
    )
    transitions.settle(call, Accepted(provider_id="c1", exchange=exchange), now=NOW)
    kept = ProviderExchange.objects.get(reference=call.reference)
    assert (kept.method, kept.status, kept.request_headers) == ("POST", 200, [["ts", "1"]])


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "sent"},
        {"state": State.SENDING},
        {"state": State.PENDING, "closed_at": NOW},
        {"state": State.REJECTED, "closed_at": None},
        {"callee": "+123"},
        {"reference": "x"},
        {"disposition": "maybe"},
    ],
    ids=str,
)
def test_the_database_refuses_illegal_rows(columns):
    call = make_call_request()
    with pytest.raises(IntegrityError), transaction.atomic():
        CallRequest.objects.filter(pk=call.pk).update(**columns)


def test_the_database_refuses_a_second_open_order_to_one_callee():
    make_call_request()
    with pytest.raises(IntegrityError, match="one_open_order_per_callee"), transaction.atomic():
        make_call_request()


def test_an_order_that_cannot_be_written_is_not_tried_again():
    call = claimed_call()
    transitions.settle(call, RequestNotSent("The number is no number.", code="bad_order"), now=NOW)
    call.refresh_from_db()
    assert (call.state, call.attempts) == (State.CANCELLED, 1)
    assert not dispatch_jobs()
