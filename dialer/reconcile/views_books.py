"""The books of a day: do orders and records add up, and which records belong to no order?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dialer.models import CallDetailRecord, RecordCursor
from dialer.reconcile import books as bookkeeping
from dialer.reconcile import matching
from dialer.reconcile.forms import AssignForm
from dialer.web import csv_stream
from dialer.web.pagination import page_of
from dialer.web.request_user import person
from dialer.web.responses import go_to

UNMATCHED_COLUMNS = (
    *("account", "call_id", "started_at", "ended_at", "direction", "caller", "callee", "result"),
    *("hangup_code", "hangup_reason", "talk_seconds", "cost", "currency", "order_id", "came_by"),
)


@require_GET
@permission_required("dialer.view_calldetailrecord", raise_exception=True)
def books(request: HttpRequest) -> HttpResponse:
    return _books(request, requested_day(request.GET.get("day", "")))


def _books(request: HttpRequest, day: date, *, wrong: AssignForm | None = None, of: int = 0) -> HttpResponse:
    now = timezone.now()
    page = page_of(bookkeeping.unmatched_of(day), request.GET)
    candidates = matching.candidates_of(page.rows, now=now)
    today = now.date()
    rows = []
    for record in page.rows:
        calls = candidates.get(record.pk, [])
        # An id of its own for each form: the page has many, and a label must find its field.
        form = AssignForm(calls=calls, auto_id=f"id_{record.pk}_%s") if calls else None
        if wrong and record.pk == of:
            form = wrong
        rows.append({"record": record, "calls": calls, "form": form})
    context = {
        "books": bookkeeping.balance_day(day),
        "page": page,
        "rows": rows,
        "cursors": RecordCursor.objects.select_related("account"),
        "earlier": day - timedelta(days=1),
        "later": day + timedelta(days=1) if day < today else None,
        "today": today,
    }
    return render(request, "dialer/books.html", context, status=422 if wrong else 200)


@require_POST
@permission_required("dialer.resolve_callrequest", raise_exception=True)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives a record to one of the orders that it fits, on the word of who is signed in."""
    record = get_object_or_404(CallDetailRecord.objects.select_related("account"), pk=pk)
    now = timezone.now()
    calls = matching.candidates_of([record], now=now).get(record.pk, [])
    day = (record.started_at or record.received_at).date()
    back = f"{reverse('records:books')}?day={day.isoformat()}"
    form = AssignForm(request.POST, calls=calls, auto_id=f"id_{record.pk}_%s")
    if not calls:
        messages.warning(request, _("This record now belongs to an order or no longer matches one."))
        return go_to(request, back)
    if not form.is_valid():
        return _books(request, day, wrong=form, of=record.pk)
    try:
        matching.assign_record(
            record=record,
            call=form.cleaned_data["call"],
            by=person(request),
            reason=form.cleaned_data["reason"],
            now=now,
        )
    except matching.AssignRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The record was assigned to the call. The call's history shows it."))
    return go_to(request, back)


@require_GET
@permission_required("dialer.view_calldetailrecord", raise_exception=True)
def books_csv(request: HttpRequest) -> StreamingHttpResponse:
    day = requested_day(request.GET.get("day", ""))
    rows = bookkeeping.csv_rows(bookkeeping.balance_day(day))
    return csv_response(csv_stream.lines(bookkeeping.COLUMNS, rows), name=f"books-{day.isoformat()}.csv")


@require_GET
@permission_required("dialer.view_calldetailrecord", raise_exception=True)
def unmatched_csv(request: HttpRequest) -> StreamingHttpResponse:
    day = requested_day(request.GET.get("day", ""))
    found = bookkeeping.unmatched_of(day).order_by("pk").iterator(chunk_size=2000)
    rows = (_cells(record) for record in found)
    return csv_response(csv_stream.lines(UNMATCHED_COLUMNS, rows), name=f"unmatched-records-{day.isoformat()}.csv")


def _cells(record: CallDetailRecord) -> list[object]:
    times = [moment and moment.isoformat() for moment in (record.started_at, record.ended_at)]
    numbers = [record.direction, record.caller, record.callee, record.disposition, record.hangup_code]
    ends = [record.hangup_reason, record.talk_seconds, record.cost, record.currency, record.order_id, record.source]
    return [record.account.name, record.provider_call_id, *times, *numbers, *ends]


def csv_response(lines: Iterator[str], *, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["Cache-Control"] = "private, no-store"
    return answer


def requested_day(text: str) -> date:
    """The day that was asked for, else today, both in UTC."""
    today = timezone.now().date()
    try:
        asked = parse_date(text)
    except ValueError:
        asked = None
    return asked if asked and date(2000, 1, 1) <= asked <= today else today
