"""AICC tells the end of a call with a serial number, without one, or before its answer to the order."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from dialer.ledger import transitions
from dialer.models import (
    Attempt,
    CallDetailRecord,
    CallRequest,
    Disposition,
    EventKind,
    State,
)
from dialer.outcomes import ingest
from telephony.contract.errors import OutcomeUnknown
from telephony.contract.orders import Accepted
from tests.dialer.reconcile.builders import call_record
from tests.support.aicc import Aicc, apply, order
from tests.support.builders import NOW, make_agent_phone, make_aicc_account, make_call_request
from tests.support.committed import committed, race, remove_rows

pytestmark = pytest.mark.django_db


class TestSerials:
    @pytest.mark.parametrize("serials", ["always", "text", "never"])
    def test_a_call_finds_its_record_with_or_without_a_serial_number(self, aicc: Aicc, serials):
        aicc.configure(aicc_serials=serials, aicc_connected_url="")
        call = order()
        assert (call.state, bool(call.provider_call_id)) == (State.ACCEPTED, serials != "never")
        aicc.deliver()
        apply()
        call.refresh_from_db()
        record = CallDetailRecord.objects.get()
        assert (call.disposition, call.provider_call_id) == (Disposition.ANSWERED, record.provider_call_id)
        assert (record.reference, record.match) == (call.reference, "order_id" if serials == "never" else "call_id")

    def test_another_number_is_not_believed(self, aicc: Aicc):
        aicc.configure(aicc_serials="never", aicc_connected_url="")
        call = order()
        CallRequest.objects.filter(pk=call.pk).update(callee="+447700900002")
        aicc.deliver()
        apply()
        call.refresh_from_db()
        assert (call.closed_at, call.provider_call_id) == (None, "")
        assert CallDetailRecord.objects.get().reference == ""

    def test_another_account_is_not_believed(self, aicc: Aicc):
        aicc.configure(aicc_serials="never", aicc_connected_url="")
        call = order()
        other = make_aicc_account()
        other.pk, other.name, other.env_prefix = None, "Other", "AICC_TWO"
        other.save()
        CallRequest.objects.filter(pk=call.pk).update(account=other)
        aicc.deliver()
        apply()
        assert CallDetailRecord.objects.get().reference == ""

    def test_a_record_that_overtakes_the_reply_counts_when_that_comes(self, aicc: Aicc):
        call = overtaken(aicc)
        assert (call.state, call.closed_at) == (State.SENDING, None)
        assert transitions.settle(call, Accepted(), now=timezone.now())
        call.refresh_from_db()
        assert (call.state, call.disposition) == (State.ACCEPTED, Disposition.ANSWERED)

    def test_a_record_that_overtakes_the_loss_of_the_reply_proves_the_order(self, aicc: Aicc):
        call = overtaken(aicc)
        assert transitions.settle(call, OutcomeUnknown("lost"), now=timezone.now())
        call.refresh_from_db()
        assert (call.state, call.disposition) == (State.ACCEPTED, Disposition.ANSWERED)
        assert call.events.filter(kind=EventKind.PROVEN).count() == 1


def test_a_record_and_the_acceptance_that_it_overtakes_wait_for_each_other():
    """Whichever comes first: neither is lost, though the reply has no serial number."""
    try:
        for record_first in (True, False):
            reference = committed(an_order_under_way)
            jobs = [partial(take_record, reference), partial(accept, reference)]
            race(*(jobs if record_first else reversed(jobs)))
            state, disposition = committed(partial(outcome, reference))
            assert (state, disposition) == (State.ACCEPTED, Disposition.ANSWERED)
    finally:
        committed(remove_rows)


def an_order_under_way() -> str:
    CallRequest.objects.update(closed_at=NOW)
    Attempt.objects.update(closed_at=NOW)
    call = make_call_request(state=State.SENDING, agent_phone=make_agent_phone(), provider_call_id="")
    return call.reference


def take_record(reference: str) -> None:
    record = call_record(f"serial-{reference[:8]}", order_id=reference)
    ingest.apply_records([record], account=make_aicc_account(), source="webhook", now=NOW)


def accept(reference: str) -> None:
    assert transitions.settle(CallRequest.objects.get(reference=reference), Accepted(), now=NOW)


def outcome(reference: str) -> tuple[str, str]:
    call = CallRequest.objects.get(reference=reference)
    return call.state, call.disposition


def as_sending(call: CallRequest) -> None:
    token = "0" * 31 + "1"
    lease = {"lease_token": token, "lease_expires_at": timezone.now() + timedelta(minutes=1)}
    CallRequest.objects.filter(pk=call.pk).update(state=State.SENDING, settled_at=None, **lease)


def overtaken(aicc: Aicc) -> CallRequest:
    """A call whose record came before the answer to its order."""
    aicc.configure(aicc_serials="never", aicc_connected_url="")
    call = order()
    as_sending(call)
    aicc.deliver()
    apply()
    call.refresh_from_db()
    return call
