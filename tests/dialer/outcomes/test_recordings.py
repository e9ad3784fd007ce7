"""Listening: from an allowed host only, written down, and without its address anywhere."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse
from django.utils import timezone

from dialer.ledger.dispatch import dispatch
from dialer.models import CallDetailRecord, CallEvent, CallRequest
from dialer.providers import adapters
from dialer.reconcile import cursors, pull
from sandbox.config import SandboxConfig
from tests.dialer.reconcile.builders import make_record
from tests.dialer.reconcile.conftest import Provider
from tests.support.builders import NOW, make_account, make_agent_phone, make_call_request
from tests.support.sandbox_process import start, stop

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://recordings.elsewhere.example/secret-path/1.mp3?token=abc"


@pytest.fixture(scope="module")
def sandbox_process():
    process, port = start()
    yield port
    stop(process)


@pytest.fixture
def provider(sandbox_process: int, monkeypatch: pytest.MonkeyPatch) -> Provider:
    from tests.dialer.reconcile.conftest import provider as fixture

    return fixture.__wrapped__(sandbox_process, monkeypatch)


def url_of(record: CallDetailRecord) -> str:
    return reverse("records:recording", args=[record.pk])


@pytest.fixture
def recorded(provider: Provider) -> CallDetailRecord:
    """A call through the sandbox, whose record was pulled."""
    call = make_call_request(not_before=timezone.now())
    async_to_sync(dispatch)("call", call.pk, clock=timezone.now)
    cursors.ensure_cursors()
    for cursor in make_account().record_cursors.filter(source="calls"):
        async_to_sync(pull.pull_cursor)(cursor.pk, clock=timezone.now)
    record = CallDetailRecord.objects.get()
    if not record.recording_url:
        pytest.fail(f"the sandbox names no recording: {record.raw}")
    return record


def test_a_recording_of_the_sandbox_is_heard(supervisor_client, recorded):
    answer = supervisor_client.get(url_of(recorded))
    body = b"".join(answer.streaming_content)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("audio/")
    assert body[:4] == b"RIFF"
    assert len(body) == int(answer["Content-Length"])
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("inline")
    assert recorded.callee.removeprefix("+") not in answer["Content-Disposition"]


def test_who_listened_stands_in_the_history_once(supervisor_client, recorded):
    for _ in range(2):
        list(supervisor_client.get(url_of(recorded)).streaming_content)
    (event,) = CallEvent.objects.filter(kind="listened")
    assert (event.by.username, event.detail) == ("sam", recorded.provider_call_id)


def test_it_can_be_saved(supervisor_client, recorded):
    answer = supervisor_client.get(url_of(recorded) + "?save")
    assert answer["Content-Disposition"].startswith("attachment")
    answer.close()


def test_the_calls_page_plays_it_without_telling_where_it_lies(supervisor_client, recorded):
    page = supervisor_client.get(CallRequest.objects.get().get_absolute_url()).content.decode()
    assert url_of(recorded) in page
    assert "<audio" in page
    assert recorded.recording_url not in page


def test_whoever_may_not_listen_sees_no_player(auditor_client, recorded):
    page = auditor_client.get(CallRequest.objects.get().get_absolute_url()).content.decode()
    assert "<audio" not in page
    assert auditor_client.get(url_of(recorded)).status_code == 403
    assert not CallEvent.objects.filter(kind="listened").exists()


def test_a_foreign_host_is_not_asked_and_its_address_is_told_nowhere(supervisor_client, administrator_client, caplog):
    call = make_call_request(state="accepted", closed_at=NOW)
    raw = {"recordUrl": ELSEWHERE}
    record = make_record(reference=call.reference, recording_url=ELSEWHERE, raw=raw)
    with caplog.at_level(logging.DEBUG):
        answer = supervisor_client.get(url_of(record))
    assert answer.status_code == 502
    admin = administrator_client.get(reverse("admin:dialer_calldetailrecord_change", args=[record.pk]))
    said = answer.content.decode() + caplog.text + admin.content.decode()
    assert "secret-path" not in said
    assert "abc" not in caplog.text
    assert not CallEvent.objects.filter(kind="listened").exists()


def test_a_record_of_no_order_is_not_played(supervisor_client, recorded):
    CallDetailRecord.objects.update(reference="")
    assert supervisor_client.get(url_of(recorded)).status_code == 502


def test_a_record_without_a_recording_has_no_page(supervisor_client):
    assert supervisor_client.get(url_of(make_record())).status_code == 404


def test_a_recording_that_is_gone_says_so(supervisor_client, recorded):
    gone = recorded.recording_url.replace(recorded.provider_call_id, "0" * 32)
    CallDetailRecord.objects.update(recording_url=gone)
    assert httpx.get(gone).status_code == 404
    answer = supervisor_client.get(url_of(recorded))
    assert answer.status_code == 502
    assert "has been deleted" in answer.content.decode()


def test_hosts_are_those_that_are_named_and_the_apis_own(monkeypatch):
    account = make_account()
    assert adapters.recording_hosts(account) == [".nxcloud.com", "provider.invalid"]
    monkeypatch.setenv("NXCLOUD_RECORDING_HOSTS", "files.example.com, .example.org")
    assert adapters.recording_hosts(account) == ["files.example.com", ".example.org", "provider.invalid"]
    monkeypatch.setenv("NXCLOUD_RECORDING_HOSTS", "files.example.com:port")
    assert any("NXCLOUD_RECORDING_HOSTS" in problem for problem in adapters.problems_of(account))


def test_a_long_recording_arrives_in_parts(supervisor_client, recorded, monkeypatch):
    parts: list[Any] = []
    answer = supervisor_client.get(url_of(recorded))
    for chunk in answer.streaming_content:
        parts.append(len(chunk))
    answer.close()
    assert sum(parts) == int(answer["Content-Length"])


class TestLinksOnDemand:
    """AICC names a recording's address only when it is asked, and that is good for five minutes."""

    @pytest.fixture
    def answered(self, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> CallDetailRecord:
        defaults = SandboxConfig()
        monkeypatch.setenv("AICC_BASE_URL", provider.url)
        monkeypatch.setenv("AICC_APP_KEY", defaults.aicc_app_key)
        monkeypatch.setenv("AICC_APP_SECRET", defaults.aicc_app_secret)
        phone = make_agent_phone("442079460101")
        call = make_call_request(agent_phone=phone, not_before=timezone.now())
        async_to_sync(dispatch)("call", call.pk, clock=timezone.now)
        cursors.ensure_cursors()
        cursor = phone.account.record_cursors.get(source="calls")
        async_to_sync(pull.pull_cursor)(cursor.pk, clock=timezone.now)
        return CallDetailRecord.objects.get(reference=call.reference)

    def test_it_is_heard_and_kept_nowhere(self, supervisor_client, answered, caplog):
        with caplog.at_level(logging.DEBUG, logger="dialer"):
            answer = supervisor_client.get(url_of(answered))
            sound = b"".join(answer.streaming_content)
        assert (answer.status_code, sound[:4]) == (200, b"RIFF")
        assert CallEvent.objects.filter(kind="listened").count() == 1
        answered.refresh_from_db()
        assert answered.recording_url == ""
        assert "aicc-recordings" not in caplog.text

    def test_the_calls_page_offers_it(self, supervisor_client, answered):
        call = CallRequest.objects.get(reference=answered.reference)
        assert url_of(answered) in supervisor_client.get(call.get_absolute_url()).content.decode()

    def test_why_there_is_none_is_said(self, supervisor_client, answered):
        CallDetailRecord.objects.update(provider_call_id="1234567890123456789")
        answer = supervisor_client.get(url_of(answered))
        assert answer.status_code == 502
        assert not CallEvent.objects.filter(kind="listened").exists()

    def test_a_call_that_nobody_answered_has_none(self, supervisor_client, answered):
        CallDetailRecord.objects.update(disposition="no_answer")
        assert supervisor_client.get(url_of(answered)).status_code == 404
