"""AICC's results, end to end with its sandbox: callbacks signed or not, lost replies, calls that are asked about."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer import confirming, deliveries, ingest, ledger
from dialer.callback_addresses import order_secret
from dialer.models import (
    Attempt,
    CallDetailRecord,
    CallRequest,
    Disposition,
    EventKind,
    RecordCursor,
    State,
    WebhookDelivery,
)
from dialer.reconcile import cursors, following, pull
from sandbox.transport import SandboxTransport
from telephony.contract import Accepted
from telephony.errors import OutcomeUnknown
from tests.builders import NOW, make_agent, make_agent_phone, make_aicc_account, make_call_request
from tests.committed import committed, race, remove_rows
from tests.dialer.aicc import CONNECTED, SECRET, Aicc, order
from tests.dialer.reconcile.builders import call_record

pytestmark = pytest.mark.django_db
NO_ANSWER = "+447700900010"
ANSWERED = "+447700900001"


@pytest.fixture
def aicc(monkeypatch: pytest.MonkeyPatch) -> Aicc:
    return Aicc(monkeypatch, aicc_connected_url=f"http://127.0.0.1:8000{CONNECTED}")


def apply() -> None:
    deliveries.apply_deliveries(now=timezone.now())


def confirm(**options: Any) -> int:
    return async_to_sync(confirming.confirm)(clock=options.pop("clock", timezone.now))


def read_records() -> None:
    cursors.ensure()
    RecordCursor.objects.update(asked_at=None, next_at=None)
    async_to_sync(pull.pull_cursor)(RecordCursor.objects.get().pk, clock=timezone.now)


def push(path: str, body: bytes = b"{}") -> int:
    return Client().post(path, body, content_type="application/json").status_code


class TestSigned:
    @pytest.mark.parametrize("digest", ["hmac-sha256", "sha256"])
    @pytest.mark.parametrize("syntax", ["json", "form", "map"])
    def test_the_end_of_a_call_is_believed_at_once(self, aicc: Aicc, monkeypatch, digest, syntax):
        monkeypatch.setenv("AICC_CALLBACK_DIGEST", digest)
        aicc.configure(aicc_callback_digest=digest, aicc_callback_syntax=syntax, aicc_connected_url="")
        call = order(NO_ANSWER)
        assert aicc.deliver() == [200]
        delivery = WebhookDelivery.objects.get()
        assert (delivery.topic, delivery.order_id, delivery.is_signed) == ("released", call.reference, True)
        apply()
        call.refresh_from_db()
        assert (call.disposition, bool(call.closed_at)) == (Disposition.NO_ANSWER, True)
        assert CallDetailRecord.objects.get().source == "webhook"

    def test_the_answer_is_what_aicc_wants_to_hear(self, aicc: Aicc):
        call = order()
        (callback,) = [item for item in aicc.sandbox.callbacks.take_due() if item.event == "released"]
        message = aicc.sandbox.callbacks.message(callback)
        answer = Client().post(f"/{message.url.split('/', 3)[3]}", message.body, content_type="application/json")
        assert (answer.status_code, answer.json()["retCode"]) == (200, "0")
        assert answer["Content-Type"] == "application/json"
        assert call.reference in message.url

    def test_a_wrong_signature_is_refused(self, aicc: Aicc):
        aicc.configure(aicc_callback_key="another-callback-key", aicc_connected_url="")
        order()
        assert aicc.deliver() == [401]
        assert not WebhookDelivery.objects.exists()

    def test_a_replay_changes_nothing(self, aicc: Aicc):
        aicc.configure(aicc_connected_url="")
        call = order()
        (callback,) = aicc.sandbox.callbacks.take_due()
        message = aicc.sandbox.callbacks.message(callback)
        path = f"/{message.url.split('/', 3)[3]}"
        assert [push(path, message.body) for _ in range(3)] == [200] * 3
        apply()
        assert CallDetailRecord.objects.count() == 1
        assert call.events.filter(kind=EventKind.RESULT).count() == 1

    @pytest.mark.parametrize("path", ["released", "call-record", "elsewhere"])
    def test_other_addresses_are_unknown_pages(self, aicc: Aicc, path):
        call = order()
        wrong = order_secret("another-secret-000", call.reference)
        assert push(f"/webhooks/aicc/{wrong}/{path}") == 404
        assert push(f"/webhooks/nxcloud/{order_secret(SECRET, call.reference)}/{path}") == 404
        assert push(f"/webhooks/aicc/{SECRET}/{path}") == (200 if path == "released" else 404)

    def test_an_unknown_order_is_kept_like_any_unknown_record(self, aicc: Aicc):
        aicc.configure(aicc_connected_url="")
        call = order()
        CallRequest.objects.filter(pk=call.pk).update(reference="f" * 32, provider_call_id="")
        assert aicc.deliver() == [200]
        apply()
        assert CallDetailRecord.objects.get().reference == ""


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
        aicc.configure(aicc_serials="never", aicc_connected_url="")
        call = order()
        as_sending(call)
        aicc.deliver()
        apply()
        call.refresh_from_db()
        assert (call.state, call.closed_at) == (State.SENDING, None)
        assert ledger.settle(call, Accepted(), now=timezone.now())
        call.refresh_from_db()
        assert (call.state, call.disposition) == (State.ACCEPTED, Disposition.ANSWERED)

    def test_a_record_that_overtakes_the_loss_of_the_reply_proves_the_order(self, aicc: Aicc):
        aicc.configure(aicc_serials="never", aicc_connected_url="")
        call = order()
        as_sending(call)
        aicc.deliver()
        apply()
        call.refresh_from_db()
        assert ledger.settle(call, OutcomeUnknown("lost"), now=timezone.now())
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


async def unreachable(_transport: SandboxTransport, _request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


def take_record(reference: str) -> None:
    record = call_record(f"serial-{reference[:8]}", order_id=reference)
    ingest.apply_record(record, account=make_aicc_account(), source="webhook", now=NOW)


def accept(reference: str) -> None:
    assert ledger.settle(CallRequest.objects.get(reference=reference), Accepted(), now=NOW)


def outcome(reference: str) -> tuple[str, str]:
    call = CallRequest.objects.get(reference=reference)
    return call.state, call.disposition


def as_sending(call: CallRequest) -> None:
    token = "0" * 31 + "1"
    lease = {"lease_token": token, "lease_expires_at": timezone.now() + timedelta(minutes=1)}
    CallRequest.objects.filter(pk=call.pk).update(state=State.SENDING, settled_at=None, **lease)


class TestUnsigned:
    def test_the_provider_is_asked_and_its_word_counts(self, aicc: Aicc):
        aicc.configure(aicc_callback_digest="none", aicc_connected_url="", aicc_callback_syntax="map")
        aicc.configure(aicc_released_url=f"http://127.0.0.1:8000/webhooks/aicc/{SECRET}/released")
        call = order(NO_ANSWER)
        assert aicc.deliver(f"/webhooks/aicc/{SECRET}/released") == [200]
        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, delivery.is_signed) == ("to_confirm", False)
        apply()
        call.refresh_from_db()
        assert call.closed_at is None
        assert confirm() == 1
        call.refresh_from_db()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.error, call.disposition) == ("applied", "", Disposition.NO_ANSWER)
        assert CallDetailRecord.objects.get().source == "state"

    def test_a_lie_about_the_result_changes_nothing(self, aicc: Aicc):
        aicc.configure(aicc_connected_url="")
        call = order(NO_ANSWER)
        lie = f'{{"callSerialNo": "{call.provider_call_id}", "talkingTime": "1795252808000", "releaseReason": 0}}'
        assert push(f"/webhooks/aicc/{SECRET}/released", lie.encode()) == 200
        confirm()
        call.refresh_from_db()
        assert (call.disposition, call.answered_at) == (Disposition.NO_ANSWER, None)

    def test_a_connection_advances_the_stage(self, aicc: Aicc):
        aicc.configure(speed=30)
        call = order()
        live = aicc.sandbox.aicc.calls[call.provider_call_id]
        body = f'{{"callSerialNo": "{live.serial}", "called": "447700900001"}}'.encode()
        assert push(CONNECTED, body) == 200
        confirm()
        delivery, call = WebhookDelivery.objects.get(), CallRequest.objects.get()
        assert (delivery.state, delivery.tries, call.stage) == ("to_confirm", 1, "")
        aicc.ahead = seconds_to(live.legs.answer)
        confirm(clock=lambda: timezone.now() + timedelta(seconds=6))
        delivery.refresh_from_db()
        call.refresh_from_db()
        assert (delivery.state, call.stage, call.closed_at) == ("applied", "talking", None)
        assert call.events.filter(kind=EventKind.TALKS).count() == 1

    def test_many_callbacks_of_one_call_are_one_question(self, aicc: Aicc):
        call = order()
        for _ in range(3):
            push(CONNECTED, f'{{"callSerialNo": "{call.provider_call_id}"}}'.encode())
        assert confirm() == 1
        assert aicc.asked("queryCallState") == 1
        assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"applied"}

    def test_a_call_that_the_provider_does_not_know_is_never_applied(self, aicc: Aicc):
        order()
        push(CONNECTED, b'{"callSerialNo": "no-such-form"}')
        confirm()
        delivery = WebhookDelivery.objects.get()
        assert delivery.state == "unreadable"
        assert "knows no such call" in delivery.error

    def test_it_is_asked_again_ever_later_and_then_left(self, aicc: Aicc):
        order()
        push(CONNECTED, b'{"callSerialNo": "1234567890123456789"}')
        times, waits = [timezone.now()], []
        delivery = WebhookDelivery.objects.get()
        for _ in range(confirming.TRIES):
            confirm(clock=lambda: times[-1])
            delivery.refresh_from_db()
            if delivery.next_try_at:
                waits.append((delivery.next_try_at - times[-1]).total_seconds())
                assert confirm(clock=lambda: times[-1]) == 0
                times.append(delivery.next_try_at)
        assert waits == [5 * 2**n for n in range(confirming.TRIES - 1)]
        assert (delivery.state, delivery.next_try_at) == ("failed", None)
        assert deliveries.apply_deliveries(now=times[-1] + timedelta(days=2)) == 0

    def test_calls_that_do_not_exist_hold_up_no_others(self, aicc: Aicc):
        call = order()
        for number in range(3):
            push(CONNECTED, f'{{"callSerialNo": "123456789012345678{number}"}}'.encode())
        push(CONNECTED, f'{{"callSerialNo": "{call.provider_call_id}"}}'.encode())
        confirm()
        states = list(WebhookDelivery.objects.order_by("pk").values_list("state", "tries"))
        assert states == [("to_confirm", 1)] * 3 + [("applied", 0)]

    def test_a_provider_that_does_not_answer_is_left_in_peace(self, aicc: Aicc, monkeypatch):
        call = order()
        for number in range(3):
            push(CONNECTED, f'{{"callSerialNo": "123456789012345678{number}"}}'.encode())
        monkeypatch.setattr(SandboxTransport, "handle_async_request", unreachable)
        confirm()
        assert list(WebhookDelivery.objects.order_by("pk").values_list("tries", flat=True)) == [1, 0, 0]
        call.refresh_from_db()
        assert call.closed_at is None

    def test_applied_again_by_a_person_it_is_asked_about_again(self, aicc: Aicc):
        order()
        push(CONNECTED, b'{"callSerialNo": "no-such-form"}')
        confirm()
        assert deliveries.apply_again([WebhookDelivery.objects.get().pk]) == 1
        assert WebhookDelivery.objects.get().state == "to_confirm"
        apply()
        assert WebhookDelivery.objects.get().state == "to_confirm"

    def test_an_unreadable_one_says_so(self, aicc: Aicc):
        make_aicc_account()
        push(CONNECTED, b"{}")
        confirm()
        assert WebhookDelivery.objects.get().state == "unreadable"

    def test_without_a_key_even_an_orders_own_address_proves_nothing(self, aicc: Aicc, monkeypatch):
        monkeypatch.delenv("AICC_CALLBACK_KEY")
        aicc.configure(aicc_connected_url="")
        order()
        assert aicc.deliver() == [200]
        assert WebhookDelivery.objects.get().state == "to_confirm"


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
        assert "carries the reference of this order" in call.events.get(kind=EventKind.PROVEN).detail
        assert CallDetailRecord.objects.get().match == "order_id"

    def test_only_sources_that_the_provider_has_are_read(self, aicc: Aicc):
        make_aicc_account()
        cursors.ensure()
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
        asked = [int((beat - first).total_seconds() - 2) for beat in beats if following.due_at(beat)]
        assert asked == [5, 10, 20, 40, 100, 160, 220, 280]

    def test_one_beat_has_a_limit(self, aicc: Aicc, django_assert_num_queries):
        phones = [make_agent_phone(f"7{number:04}") for number in range(following.MOST + 5)]
        for number, phone in enumerate(phones):
            callee, call_id = f"+4477009001{number:02}", f"17952{number:014}"
            make_call_request(callee, agent_phone=phone, state=State.ACCEPTED, provider_call_id=call_id)
        with django_assert_num_queries(2):
            ((account, calls),) = following.due_at(NOW + timedelta(seconds=7))
        assert (account, len(calls)) == (make_aicc_account(), following.MOST)
        assert calls[0][0] == CallRequest.objects.first().pk

    def test_a_portal_without_such_accounts_asks_nobody(self, django_assert_num_queries):
        make_call_request(state=State.ACCEPTED, provider_call_id="c1")
        with django_assert_num_queries(1):
            assert following.due_at(NOW + timedelta(seconds=7)) == []


def follow_all(call: CallRequest, *, seconds: int) -> None:
    beat = call.settled_at + timedelta(seconds=seconds + 1)
    assert async_to_sync(following.follow)(beat=beat, clock=timezone.now) == 1


def seconds_to(milliseconds: int) -> float:
    return milliseconds / 1000 - timezone.now().timestamp() + 1


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
        assert "has no call records to ask for" in page

    def test_of_a_closed_call_nothing_is_asked(self, aicc: Aicc, supervisor_client: Client):
        call = make_call_request(agent_phone=make_agent_phone(), state=State.ACCEPTED, closed_at=NOW)
        supervisor_client.post(f"/records/ask/call/{call.reference}/")
        assert not ProcrastinateJob.objects.exists()


def rename(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"pk": arguments["cursor_pk"], "kind": arguments["kind"], "reference": arguments["reference"]}
