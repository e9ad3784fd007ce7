"""AICC is asked about calls: by its records, while they go on, and by a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.models import (
    CallDetailRecord,
    CallRequest,
    Disposition,
    EventKind,
    RecordCursor,
    State,
)
from dialer.outcomes import state_polling
from dialer.reconcile import cursors, pull
from tests.support.aicc import Aicc, order, read_records, seconds_to
from tests.support.builders import NOW, make_agent, make_agent_phone, make_aicc_account, make_call_request

pytestmark = pytest.mark.django_db


class TestAsked:
    def test_a_lost_reply_is_proven_by_the_record(self, aicc: Aicc):
        aicc.sandbox.script("+447700900001", "accepted_then_500")
        aicc.configure(aicc_connected_url="")
        call = order()
        assert call.state == State.IN_DOUBT
        aicc.sandbox.release(callee="447700900001")
        read_records()
        call.refresh_from_db()
        assert (call.state, call.disposition) == (State.ACCEPTED, Disposition.ANSWERED)
        assert call.provider_call_id
        assert "has the reference and the number of this order" in call.events.get(kind=EventKind.PROVEN).detail
        assert CallDetailRecord.objects.get().match == "order_id"

    def test_only_sources_that_the_provider_has_are_read(self, aicc: Aicc):
        make_aicc_account()
        cursors.ensure_cursors()
        assert list(RecordCursor.objects.values_list("source", flat=True)) == ["calls"]

    def test_calls_are_followed_while_they_go_on(self, aicc: Aicc):
        aicc.configure(speed=30, aicc_connected_url="")
        call = order()
        live = aicc.sandbox.aicc.calls[call.provider_call_id]
        aicc.ahead = seconds_to(live.legs.agent_ring)
        follow_all(call, seconds=5)
        call.refresh_from_db()
        assert call.stage == "agent_ringing"
        aicc.ahead = seconds_to(live.legs.answer)
        follow_all(call, seconds=10)
        call.refresh_from_db()
        assert call.stage == "talking"
        aicc.ahead = seconds_to(live.legs.end)
        follow_all(call, seconds=20)
        call.refresh_from_db()
        assert (call.disposition, bool(call.closed_at)) == (Disposition.ANSWERED, True)

    def test_each_call_is_asked_about_at_its_ages(self, aicc: Aicc):
        call = order()
        first = call.settled_at
        beats = [first + timedelta(seconds=2 + 5 * beat) for beat in range(60)]
        asked = [int((beat - first).total_seconds() - 2) for beat in beats if state_polling.due_calls(beat)]
        assert asked == [5, 10, 20, 40, 100, 160, 220, 280]

    def test_one_beat_has_a_limit(self, aicc: Aicc, django_assert_num_queries):
        phones = [make_agent_phone(f"7{number:04}") for number in range(state_polling.QUESTIONS_PER_BEAT + 5)]
        for number, phone in enumerate(phones):
            callee, call_id = f"+4477009001{number:02}", f"17952{number:014}"
            make_call_request(callee, agent_phone=phone, state=State.ACCEPTED, provider_call_id=call_id)
        with django_assert_num_queries(2):
            ((account, calls),) = state_polling.due_calls(NOW + timedelta(seconds=7))
        assert (account, len(calls)) == (make_aicc_account(), state_polling.QUESTIONS_PER_BEAT)
        assert calls[0][0] == CallRequest.objects.first().pk

    def test_a_portal_without_such_accounts_asks_nobody(self, django_assert_num_queries):
        make_call_request(state=State.ACCEPTED, provider_call_id="c1")
        with django_assert_num_queries(1):
            assert state_polling.due_calls(NOW + timedelta(seconds=7)) == []


def follow_all(call: CallRequest, *, seconds: int) -> None:
    beat = call.settled_at + timedelta(seconds=seconds + 1)
    assert async_to_sync(state_polling.poll_due_calls)(beat=beat, clock=timezone.now) == 1


class TestAskedByAPerson:
    def test_a_call_that_goes_on_is_looked_up(self, aicc: Aicc, supervisor_client: Client):
        aicc.configure(speed=30, aicc_connected_url="")
        call = order()
        aicc.ahead = seconds_to(aicc.sandbox.aicc.calls[call.provider_call_id].legs.answer)
        assert "call-ask" in supervisor_client.get(call.get_absolute_url()).content.decode()
        answer = supervisor_client.post(f"/records/ask/call/{call.reference}/")
        assert answer["Location"] == call.get_absolute_url()
        job = ProcrastinateJob.objects.get(task_name=pull.PULL_JOB)
        assert job.args["reference"] == call.reference
        async_to_sync(pull.pull_cursor)(**rename(job.args), clock=timezone.now)
        call.refresh_from_db()
        assert (call.stage, call.closed_at) == ("talking", None)

    def test_a_provider_without_records_says_so(self, supervisor_client: Client):
        call = make_call_request(agent=make_agent(), state=State.ACCEPTED)
        assert "call-ask" not in supervisor_client.get(call.get_absolute_url()).content.decode()
        page = supervisor_client.post(f"/records/ask/call/{call.reference}/", follow=True).content.decode()
        assert "offers no call records" in page

    def test_of_a_closed_call_nothing_is_asked(self, aicc: Aicc, supervisor_client: Client):
        call = make_call_request(agent_phone=make_agent_phone(), state=State.ACCEPTED, closed_at=NOW)
        supervisor_client.post(f"/records/ask/call/{call.reference}/")
        assert not ProcrastinateJob.objects.exists()


def rename(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"pk": arguments["cursor_pk"], "kind": arguments["kind"], "reference": arguments["reference"]}
