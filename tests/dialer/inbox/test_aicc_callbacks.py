"""AICC's callbacks end to end with its sandbox: signed ones are believed, others are questions."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from dialer.inbox import apply as inbox_apply
from dialer.inbox import confirm as inbox_confirm
from dialer.models import (
    CallDetailRecord,
    CallRequest,
    Disposition,
    EventKind,
    WebhookDelivery,
)
from dialer.providers.callback_urls import order_secret
from sandbox.transport import SandboxTransport
from tests.support import webhooks
from tests.support.aicc import CONNECTED, NO_ANSWER, SECRET, Aicc, apply, confirm, order, push, seconds_to
from tests.support.builders import make_aicc_account

pytestmark = pytest.mark.django_db


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
        answer = webhooks.push(f"/{message.url.split('/', 3)[3]}", message.body)
        assert (answer.status_code, json.loads(answer.body)["retCode"]) == (200, "0")
        assert answer.headers["Content-Type"] == "application/json"
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


async def unreachable(_transport: SandboxTransport, _request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


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
        assert "does not know this call" in delivery.error

    def test_it_is_asked_again_ever_later_and_then_left(self, aicc: Aicc):
        order()
        push(CONNECTED, b'{"callSerialNo": "1234567890123456789"}')
        times, waits = [timezone.now()], []
        delivery = WebhookDelivery.objects.get()
        for _ in range(inbox_confirm.TRIES):
            confirm(clock=lambda: times[-1])
            delivery.refresh_from_db()
            if delivery.next_try_at:
                waits.append((delivery.next_try_at - times[-1]).total_seconds())
                assert confirm(clock=lambda: times[-1]) == 0
                times.append(delivery.next_try_at)
        assert waits == [5 * 2**n for n in range(inbox_confirm.TRIES - 1)]
        assert (delivery.state, delivery.next_try_at) == ("failed", None)
        assert inbox_apply.apply_callbacks(now=times[-1] + timedelta(days=2)) == 0

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
        assert inbox_apply.requeue_callbacks([WebhookDelivery.objects.get().pk]) == 1
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
