"""Many single calls at once: the same as one by one, in fewer statements."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from dialer.calls import bulk
from dialer.ledger import sweep
from dialer.models import Attempt, CallEvent, CallRequest, Disposition, EventKind, ProviderExchange, State
from dialer.outcomes import ingest
from telephony.contract import vocabulary
from telephony.contract.orders import Accepted, Exchange
from telephony.contract.records import CallRecord
from tests.support.builders import NOW, make_call_request, make_connect_number, make_did, make_user

pytestmark = pytest.mark.django_db
TOKEN = uuid.uuid4()


def unsaved(callee: str, pk: int) -> CallRequest:
    did = make_did()
    return CallRequest(
        pk=pk,
        account=did.account,
        did=did,
        callee=callee,
        connect_number=make_connect_number(),
        requested_by=make_user(),
    )


def ordered(count: int = 3) -> list[CallRequest]:
    calls = [unsaved(f"+4477009000{pk % 100:02}", pk) for pk in bulk.new_ids(count)]
    return bulk.order_claimed(calls, token=TOKEN, now=NOW, detail="Autumn")


def answer(number: int) -> Accepted:
    exchange = Exchange(method="POST", url="https://api.example/x", request_headers=(), request_body="{}", status=200)
    return Accepted(provider_id=f"c{number}", request_id=f"r{number}", exchange=exchange)


def test_orders_are_stored_as_claimed_with_their_attempts_and_history():
    calls = ordered()
    stored = CallRequest.objects.in_bulk()
    assert {row.state for row in stored.values()} == {State.SENDING}
    assert {row.lease_token for row in stored.values()} == {TOKEN}
    assert {row.requested_at for row in stored.values()} == {NOW}
    assert set(Attempt.objects.still_open().values_list("source_id", flat=True)) == {call.pk for call in calls}
    assert set(CallEvent.objects.values_list("kind", "detail")) == {(EventKind.REQUESTED, "Autumn")}


def test_a_callee_who_is_taken_already_gets_no_order():
    make_call_request("+447700900950", state=State.ACCEPTED)
    ids = bulk.new_ids(2)
    calls = [unsaved("+447700900950", ids[0]), unsaved("+447700900951", ids[1])]
    taken = bulk.order_claimed(calls, token=TOKEN, now=NOW, detail="")
    assert [call.callee for call in taken] == ["+447700900951"]
    assert not CallRequest.objects.filter(pk=ids[0]).exists()


def test_answers_are_written_down_together():
    calls = ordered()
    bulk.accept_many([(call, answer(number)) for number, call in enumerate(calls)], now=NOW)
    for number, call in enumerate(calls):
        call.refresh_from_db()
        assert (call.state, call.provider_call_id, call.provider_request_id) == (
            State.ACCEPTED,
            f"c{number}",
            f"r{number}",
        )
        assert (call.lease_expires_at, call.settled_at, call.closed_at) == (None, NOW, None)
        assert call.events.filter(kind=EventKind.ACCEPTED, detail=f"c{number}").exists()
        assert ProviderExchange.objects.filter(reference=call.reference).count() == 1


def test_an_answer_after_the_lease_ended_the_doubt():
    (call,) = ordered(1)
    late = NOW + timedelta(hours=1)
    sweep.expire_leases(CallRequest, now=late)
    assert Attempt.objects.get().in_doubt
    bulk.accept_many([(call, answer(1))], now=late)
    call.refresh_from_db()
    assert (call.state, Attempt.objects.get().in_doubt) == (State.ACCEPTED, False)


def test_an_answer_to_a_claim_that_is_not_ours_changes_nothing():
    (call,) = ordered(1)
    CallRequest.objects.update(lease_token=uuid.uuid4())
    bulk.accept_many([(call, answer(1))], now=NOW)
    call.refresh_from_db()
    assert call.state == State.SENDING
    assert not call.events.filter(kind=EventKind.ACCEPTED).exists()


def test_a_record_that_came_before_the_answer_settles_the_call():
    calls = ordered(2)
    record = CallRecord(provider_call_id="c1", disposition=vocabulary.Disposition.BUSY, ended_at=NOW)
    ingest.apply_records([record], account=calls[0].account, source="webhook", now=NOW)
    bulk.accept_many([(call, answer(number)) for number, call in enumerate(calls)], now=NOW)
    assert list(CallRequest.objects.order_by("pk").values_list("disposition", "closed_at")) == [
        ("", None),
        (Disposition.BUSY, NOW),
    ]
