"""The books of a day: every order counted once, by its state and by its history, and every record listed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from campaigns.models import Entry
from dialer.ledger import transitions
from dialer.models import CallDetailRecord, CallRequest, State
from dialer.outcomes import results
from dialer.reconcile import books
from dialer.web import csv_stream
from telephony.contract.errors import OutcomeUnknown, RequestRejected
from telephony.contract.orders import Accepted
from tests.dialer.reconcile.builders import make_record
from tests.support.builders import CALLEE, NOW, make_agent_phone, make_aicc_account, make_call_request
from tests.support.campaign_builders import make_task

pytestmark = pytest.mark.django_db
DAY = NOW.date()
QUERIES = 21


def send(callee: str, outcome: object, **columns: object) -> CallRequest:
    """Through the ledger, so that history and state are as they are in life."""
    call = make_call_request(callee, **columns)
    call.add_event("requested", now=NOW)
    row = transitions.claim(CallRequest, call.pk, now=NOW)
    transitions.settle(row, outcome, now=NOW)
    return CallRequest.objects.get(pk=call.pk)


def answered(call: CallRequest) -> CallDetailRecord:
    record = make_record(provider_call_id=call.provider_call_id, callee=call.callee)
    results.apply_results([(call, record)], now=NOW)
    return record


def a_day_of_orders() -> None:
    answered(send("+447700900001", Accepted(provider_id="c1")))
    send("+447700900002", Accepted(provider_id="c2"))
    send("+447700900003", RequestRejected("no"))
    send("+447700900004", OutcomeUnknown("?"))
    cancelled = make_call_request("+447700900005")
    transitions.cancel(cancelled, now=NOW, code="x", reason="x")
    make_call_request("+447700900006").add_event("requested", now=NOW)


def line_of(what: str = "calls") -> books.BooksLine:
    return next(line for line in books.balance_day(DAY).lines if line.what == what)


def test_every_order_is_counted_once():
    a_day_of_orders()
    line = line_of()
    assert (line.ordered, line.sent) == (6, 4)
    assert dict(line.counts) == {
        "accepted": 2,
        "refused": 1,
        "in_doubt": 1,
        "not_sent": 1,
        "waiting": 1,
        "known": 1,
        "awaited": 1,
    }
    assert books.balance_day(DAY).off_by == 0


def test_a_state_that_its_history_does_not_tell_is_a_difference():
    a_day_of_orders()
    CallRequest.objects.filter(callee="+447700900004").update(state=State.ACCEPTED)
    assert line_of().said == [(books.STATE_AND_HISTORY, 1)]


def test_a_result_that_no_record_tells_is_a_difference():
    a_day_of_orders()
    CallDetailRecord.objects.all().delete()
    assert line_of().said == [(books.RESULT_WITHOUT_RECORD, 1)]


def test_a_record_that_the_call_does_not_show_is_a_difference():
    a_day_of_orders()
    call = CallRequest.objects.get(callee="+447700900002")
    make_record(reference=call.reference)
    assert line_of().said == [(books.RECORD_WITHOUT_RESULT, 1)]


def test_a_person_who_resolved_a_doubt_leaves_the_books_balanced():
    call = send(CALLEE, OutcomeUnknown("?"))
    transitions.resolve(call, called=False, by=call.requested_by, reason="Not in the console.", now=NOW)
    assert (line_of().counts["refused"], books.balance_day(DAY).off_by) == (1, 0)


def test_another_day_has_its_own_books():
    a_day_of_orders()
    assert books.balance_day(DAY - timedelta(days=1)).lines == []
    assert books.balance_day(DAY + timedelta(days=1)).lines == []


def test_numbers_of_a_task_are_counted_by_their_chunk():
    task = make_task(entries=3, requested_at=NOW)
    task.add_event("requested", now=NOW)
    row = transitions.claim(type(task), task.pk, now=NOW)
    transitions.settle(row, Accepted(), now=NOW)
    line = line_of("numbers in provider tasks")
    assert (line.sent, line.counts["awaited"], line.off_by) == (3, 3, 0)
    Entry.objects.filter(pk=Entry.objects.filter(task=task).first().pk).update(task=None, state="waiting")
    assert line_of("numbers in provider tasks").off_by == 1


def test_unknown_codes_are_counted():
    for code in ("9999", "9999", "2999"):
        make_record(disposition="unknown", hangup_code=code)
    make_record(disposition="busy", hangup_code="2203")
    assert [(row["hangup_code"], row["count"]) for row in books.balance_day(DAY).codes] == [("9999", 2), ("2999", 1)]


def test_records_without_an_order_are_listed_with_those_they_may_belong_to(supervisor_client):
    calls = [
        make_call_request(state=State.IN_DOUBT, sent_at=NOW),
        make_call_request(state=State.ACCEPTED, sent_at=NOW + timedelta(minutes=1), closed_at=NOW),
    ]
    record = make_record()
    page = supervisor_client.get(reverse("records:books"), {"day": DAY.isoformat()})
    assert page.status_code == 200
    assert [call.pk for call in page.context["rows"][0]["calls"]] == [call.pk for call in calls]
    assert "+447700900001" not in page.content.decode()
    url = reverse("records:assign", args=[record.pk])
    wrong = supervisor_client.post(url, {"call": calls[0].reference, "reason": ""})
    assert wrong.status_code == 422
    right = supervisor_client.post(url, {"call": calls[0].reference, "reason": "The agent remembers."})
    assert right.status_code == 302
    record.refresh_from_db()
    assert (record.reference, record.match) == (calls[0].reference, "person")


def test_the_page_asks_as_often_for_many_as_for_one(supervisor_client, django_assert_num_queries):
    url = f"{reverse('records:books')}?day={DAY.isoformat()}"
    make_record()
    make_call_request(state=State.IN_DOUBT, sent_at=NOW)
    supervisor_client.get(url)
    with django_assert_num_queries(QUERIES):
        supervisor_client.get(url)
    for number in range(30):
        make_call_request(f"+4477009001{number:02}", state=State.IN_DOUBT, sent_at=NOW)
        make_record(callee=f"+4477009001{number:02}")
    with django_assert_num_queries(QUERIES):
        supervisor_client.get(url)


def test_the_books_say_that_they_balance(supervisor_client):
    a_day_of_orders()
    url = reverse("records:books")
    assert "All orders are accounted for." in supervisor_client.get(url, {"day": DAY.isoformat()}).content.decode()
    CallDetailRecord.objects.all().delete()
    assert "1 order is not accounted for." in supervisor_client.get(url, {"day": DAY.isoformat()}).content.decode()


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-31", "9999-01-01", "0001-01-01"])
def test_a_day_that_is_none_is_today(supervisor_client, day):
    assert supervisor_client.get(reverse("records:books"), {"day": day}).status_code == 200


def test_the_books_as_csv(auditor_client):
    a_day_of_orders()
    answer = auditor_client.get(reverse("records:books_csv"), {"day": DAY.isoformat()})
    header, line = answer.getvalue().decode("utf-8-sig").splitlines()
    told = dict(zip(header.split(","), line.split(","), strict=True))
    assert (told["ordered"], told["sent"], told["differ_by"]) == ("6", "4", "0")
    assert "no-store" in answer["Cache-Control"]


def test_unmatched_records_as_csv_hold_no_formula(auditor_client):
    make_record(hangup_reason="=1+1")
    answer = auditor_client.get(reverse("records:unmatched_csv"), {"day": DAY.isoformat()})
    text = answer.getvalue().decode("utf-8-sig")
    assert "'=1+1" in text
    assert CALLEE in text


def test_cells_that_look_like_formulas_are_neutral():
    cells = ["=1", "+44a", "-x", "@x", "plain", "+447700900001", 5, None]
    assert [csv_stream.neutral(cell) for cell in cells] == ["'=1", "'+44a", "'-x", "'@x", *cells[4:]]


def test_the_plan_uses_the_index_of_the_did_and_time():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        start, end = books.day_span(date(2026, 11, 21))
        cursor.execute("EXPLAIN " + books.CALLS, {"start": start, "end": end, "telling": ["accepted"]})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "call_by_did_and_time" in plan


def test_calls_whose_number_the_provider_chose_are_counted():
    account = make_aicc_account()
    make_call_request(agent_phone=make_agent_phone(account=account), requested_at=NOW)
    start, end = books.day_span(NOW.date())
    (line,) = books.call_lines(start=start, end=end)
    assert (line.account, line.ordered) == (account.name, 1)
