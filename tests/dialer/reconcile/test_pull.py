"""Records asked for over real sockets, and when: cursors, leases, back-off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.models import Entry
from dialer.ledger.dispatch import dispatch
from dialer.models import CallDetailRecord, CallRequest, ProviderAccount, RecordCursor, State
from dialer.reconcile import cursors, pull
from telephony.contract.errors import OutcomeUnknown, ProviderError, RateLimited, RequestNotSent, UnsupportedByProvider
from telephony.contract.records import CallRecord
from tests.dialer.reconcile.builders import call_record
from tests.dialer.reconcile.conftest import Provider
from tests.support.builders import NOW, make_account, make_call_request
from tests.support.campaign_builders import make_task

pytestmark = pytest.mark.django_db
CALLS, DIDS = RecordCursor.Source.CALLS, RecordCursor.Source.DIDS


def cursor_of(source: str = CALLS) -> RecordCursor:
    account = make_account()
    cursors.ensure_cursors()
    return RecordCursor.objects.get(account=account, source=source)


def read(source: str = CALLS, **options: Any) -> int | None:
    clock = options.pop("clock", timezone.now)
    return async_to_sync(pull.pull_cursor)(cursor_of(source).pk, clock=clock, **options)


def order(callee: str = "+447700900001") -> CallRequest:
    call = make_call_request(callee, not_before=timezone.now())
    async_to_sync(dispatch)("call", call.pk, clock=timezone.now)
    call.refresh_from_db()
    return call


class TestOverSockets:
    def test_a_call_that_was_never_pushed_is_found(self, provider: Provider):
        call = order()
        assert read() == 1
        call.refresh_from_db()
        assert call.closed_at
        record = CallDetailRecord.objects.get()
        assert (record.source, record.match, record.reference) == ("query", "call_id", call.reference)

    def test_a_lost_answer_is_proven_by_the_call_record(self, provider: Provider):
        provider.control("config", lose_answers=1.0)
        call = order()
        assert call.state == State.IN_DOUBT
        read()
        call.refresh_from_db()
        assert (call.state, bool(call.closed_at), bool(call.provider_call_id)) == (State.ACCEPTED, True, True)

    def test_a_lost_answer_is_proven_by_the_row_of_the_did(self, provider: Provider):
        provider.control("config", lose_answers=1.0)
        call = order()
        read(DIDS)
        call.refresh_from_db()
        assert call.state == State.ACCEPTED
        assert CallDetailRecord.objects.get().source == "did_query"
        # The call record says more, and both become one.
        read(CALLS)
        record = CallDetailRecord.objects.get()
        assert (record.source, record.reference, record.did_row[:4]) == ("query", call.reference, "did:")

    def test_times_go_out_in_seconds_and_come_back_as_milliseconds(self, provider: Provider):
        call = order()
        read()
        (asked,) = provider.received("/saas/cc/openapi/cdr/page")
        assert asked["endTime"] == pytest.approx(timezone.now().timestamp(), abs=60)
        assert asked["endTime"] - asked["startTime"] == pytest.approx(7200 + 600, abs=2)
        record = CallDetailRecord.objects.get()
        assert abs(record.started_at - timezone.now()) < timedelta(minutes=1)
        assert record.direction == "outbound"
        assert (record.caller, record.callee) == (call.did.number, call.callee)

    def test_pages_are_read_until_a_short_one(self, provider: Provider):
        calls = [order(f"+4477009{number:05}") for number in range(103)]
        assert read() == 103
        assert [asked["page"] for asked in provider.received("/saas/cc/openapi/cdr/page")] == [1, 2]
        assert CallRequest.objects.filter(closed_at=None).count() == 0
        assert len(calls) == CallDetailRecord.objects.count()

    def test_reading_again_changes_nothing(self, provider: Provider):
        order()
        read()
        before = list(CallDetailRecord.objects.values())
        later = timezone.now() + timedelta(minutes=1)
        assert read(clock=lambda: later) == 1
        assert list(CallDetailRecord.objects.values()) == before

    def test_a_task_in_doubt_is_proven_by_an_order_id(self, provider: Provider, monkeypatch):
        task = make_task(not_before=timezone.now())
        provider.control("config", lose_answers=1.0)
        async_to_sync(dispatch)("task", task.pk, clock=timezone.now)
        task.refresh_from_db()
        assert task.state == State.IN_DOUBT

        async def no_page(*_args: Any, **_options: Any) -> list[CallRecord]:
            return []

        monkeypatch.setattr("telephony.providers.nxcloud.queries.NxCloudReads.call_records", no_page)
        read()
        task.refresh_from_db()
        assert task.state == State.ACCEPTED
        assert Entry.objects.filter(task=task, state=Entry.State.DONE).count() == 3
        assert len(provider.received("/saas/cc/openapi/cdr/queryByOrderId")) == 3


def failing(error: ProviderError):
    async def call_records(*_args: Any, **_options: Any) -> list[CallRecord]:
        raise error

    return call_records


def fake_pages(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    monkeypatch.setattr("telephony.providers.nxcloud.queries.NxCloudReads.call_records", answer)


class TestCursors:
    def test_only_one_pull_holds_a_cursor(self):
        cursor = cursor_of()
        assert cursors.claim_cursor(cursor.pk, now=NOW)
        assert cursors.claim_cursor(cursor.pk, now=NOW) is None
        assert cursors.claim_cursor(cursor.pk, now=NOW + timedelta(minutes=1)) is None

    def test_a_dead_pull_is_taken_over_and_cannot_move_the_cursor(self):
        first = cursors.claim_cursor(cursor_of().pk, now=NOW)
        second = cursors.claim_cursor(first.pk, now=NOW + cursors.LEASE)
        assert second
        assert not cursors.renew_lease(first, now=NOW + cursors.LEASE)
        assert not cursors.finish_pull(first, read_to=NOW)
        assert cursors.finish_pull(second, read_to=NOW)

    def test_the_cursor_stays_when_a_page_fails(self, monkeypatch):
        pages = iter([[call_record(f"c{number}") for number in range(100)], OutcomeUnknown("broken")])

        async def answer(*_args: Any, **_options: Any) -> list[CallRecord]:
            page = next(pages)
            if isinstance(page, Exception):
                raise page
            return page

        fake_pages(monkeypatch, answer)
        assert read(clock=lambda: NOW) == 0
        cursor = cursor_of()
        assert (cursor.read_to, cursor.failures, cursor.error) == (None, 1, "broken")
        assert CallDetailRecord.objects.count() == 100

    def test_failures_make_it_wait_twice_as_long_each_time(self, monkeypatch):
        fake_pages(monkeypatch, failing(RequestNotSent("down")))
        now, waits = NOW, []
        for _ in range(8):
            read(clock=lambda now=now: now)
            waits.append((cursor_of().next_at - now).total_seconds())
            now = cursor_of().next_at
        assert waits == [20, 40, 80, 160, 320, 640, 900, 900]
        assert read(clock=lambda: now - timedelta(seconds=1)) is None

    def test_a_provider_that_names_a_wait_is_obeyed(self):
        limited = RateLimited("slow down", retry_after=3600.0)
        assert cursors.wait_after(limited, 1) == timedelta(hours=1)
        assert cursors.wait_after(RateLimited("slow down", retry_after=1.0), 1) == cursors.RETRY.first
        assert cursors.wait_after(UnsupportedByProvider("no"), 1) == cursors.RETRY.longest

    def test_success_forgets_the_failures(self, monkeypatch):
        fake_pages(monkeypatch, failing(RequestNotSent("down")))
        read(clock=lambda: NOW)

        async def empty(*_args: Any, **_options: Any) -> list[CallRecord]:
            return []

        fake_pages(monkeypatch, empty)
        later = NOW + timedelta(minutes=1)
        assert read(clock=lambda: later) == 0
        cursor = cursor_of()
        assert (cursor.failures, cursor.error, cursor.next_at, cursor.read_to) == (0, "", None, later)

    def test_a_page_that_comes_again_and_again_ends_the_pull(self, monkeypatch):
        async def same(*_args: Any, **_options: Any) -> list[CallRecord]:
            return [CallRecord(provider_call_id="")] * 100

        fake_pages(monkeypatch, same)
        read(clock=lambda: NOW)
        assert cursor_of().read_to is None
        assert "pages" in cursor_of().error

    def test_accounts_with_open_orders_are_asked_often_the_others_now_and_then(self):
        cursor_of()
        RecordCursor.objects.update(asked_at=NOW)
        beat = NOW + timedelta(seconds=20)
        assert cursors.due_cursors(now=beat) == []
        make_call_request(state=State.IN_DOUBT)
        assert {cursor.source for cursor in cursors.due_cursors(now=beat)} == {CALLS, DIDS}

    def test_a_quiet_account_is_asked_each_quarter_of_an_hour(self):
        cursor_of()
        RecordCursor.objects.update(asked_at=NOW)
        assert cursors.due_cursors(now=NOW + timedelta(minutes=14)) == []
        assert len(cursors.due_cursors(now=NOW + timedelta(minutes=15))) == 2

    def test_an_account_that_is_switched_off_is_left_in_peace(self):
        cursor_of()
        ProviderAccount.objects.update(is_active=False)
        assert cursors.due_cursors(now=NOW) == []

    def test_each_due_cursor_has_one_job(self):
        cursor_of()
        for _ in range(2):
            pull.enqueue_due_pulls(now=NOW)
        assert ProcrastinateJob.objects.filter(task_name=pull.PULL_JOB).count() == 2


def test_days_are_those_of_the_providers_zone():
    start, end = datetime(2026, 11, 20, 15, 30, tzinfo=UTC), datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    assert list(pull.days_between(start, end, zone=UTC)) == [date(2026, 11, 20), date(2026, 11, 21)]
    shanghai = ZoneInfo("Asia/Shanghai")
    assert list(pull.days_between(start, start + timedelta(hours=1), zone=shanghai)) == [
        date(2026, 11, 20),
        date(2026, 11, 21),
    ]


def test_doubts_take_turns_in_being_asked_about():
    calls = [make_call_request(f"+4477009000{number:02}", state=State.IN_DOUBT) for number in range(7)]
    turns = [list(pull._turn(CallRequest.objects.order_by("pk"), turn=turn)) for turn in range(3)]
    assert [row for turn in turns[:2] for row in turn] == calls
    assert turns[2] == turns[0]
