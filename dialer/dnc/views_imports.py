"""One file for a do-not-call list: its columns, its reading, its report, and the rows that were not taken."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from dialer.dnc import importer as dnc_import
from dialer.dnc import uploads as dnc_uploads
from dialer.dnc.column_forms import DncColumnsForm, shown
from dialer.dnc.files import rejected_rows, stored_file
from dialer.dnc.files.first_look import rules_of
from dialer.dnc.files.report import report_of
from dialer.dnc.lists import DncRefused
from dialer.models import DncImport
from dialer.web.pagination import page_of
from dialer.web.request_user import person
from dialer.web.responses import go_to, live_fragment
from sheets.errors import FileRefused
from sheets.inspection import Inspection

POLL_SECONDS = 1
State = DncImport.State


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_dnclist", raise_exception=True)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find_import(pk)
    context = _context(request, row)
    if not request.htmx:
        return render(request, "dialer/dnc_import.html", context)
    version = (row.state, row.bytes_read, row.rows, row.error)
    return live_fragment(request, "dialer/_dnc_import.html", context, version=version, is_over=row.is_settled)


def _find_import(pk: int) -> DncImport:
    return get_object_or_404(DncImport.objects.select_related("dnc_list", "uploaded_by"), pk=pk)


def _context(request: HttpRequest, row: DncImport) -> dict[str, Any]:
    context: dict[str, Any] = {"dnc_import": row, "dnc_list": row.dnc_list, "poll_seconds": POLL_SECONDS}
    if row.state == State.MAPPING:
        may_choose = person(request).has_perm("dialer.add_dncimport")
        return context | (_columns(row, None) if may_choose else {})
    if row.state == State.DONE:
        context |= {"report": report_of(row), "uncovered": row.report.get("uncovered", 0)}
    return context | {"page": page_of(row.rejects.all(), request.GET, newest_first=False)}


def _columns(row: DncImport, data: QueryDict | None) -> dict[str, Any]:
    """What a person sees and may change before the file is read; `data` is what was chosen so far."""
    inspection = Inspection.from_json(row.inspection)
    # Nothing was chosen yet: the file itself may speak for a country, which the form then proposes.
    found = None if data else dnc_import.look_again(row, region=row.country)
    form = DncColumnsForm(data, inspection=inspection, country=row.country or (found.country if found else ""))
    problem = ""
    try:
        chosen = form.chosen(stored_file.sheets_of(inspection))
        found = dnc_import.look_again(row, region=form.country_chosen(), chosen=chosen)
    except FileRefused as refusal:
        problem = str(refusal)
        found = dnc_import.look_again(row, region=row.country)
    if not form.is_bound and found.reading.holds_prefixes:
        form.initial["holds"] = "prefixes"
    rules = rules_of(found.reading, region=form.country_chosen(), now=timezone.now())
    return {
        "inspection": inspection,
        "form": form,
        "look": found,
        "sheets": shown(found, rules),
        "problem": problem,
    }


@require_POST
@vary_on_headers("HX-Request")
@permission_required("dialer.add_dncimport", raise_exception=True)
def read(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find_import(pk)
    if row.state != State.MAPPING:
        messages.warning(request, _("The columns of this file have already been chosen."))
        return go_to(request, row)
    context = {"dnc_import": row, "dnc_list": row.dnc_list, "poll_seconds": POLL_SECONDS, **_columns(row, request.POST)}
    template = "dialer/_dnc_import.html" if request.htmx else "dialer/dnc_import.html"
    if "show" in request.POST:
        return render(request, template, context)
    form, found = context["form"], context["look"]
    if context["problem"]:
        form.add_error(None, context["problem"])
    elif form.is_valid() and found.doubts:
        form.add_error(None, _("Answer the questions above first. Anything left open would not be blocked."))
    elif form.is_valid():
        try:
            dnc_uploads.read(
                dnc_import=row, reading=found.reading, country=form.cleaned_data["country"], by=person(request)
            )
        except DncRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return go_to(request, row)
    return render(request, template, context, status=422)


@require_POST
@permission_required("dialer.add_dncimport", raise_exception=True)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find_import(pk)
    try:
        dnc_uploads.discard(dnc_import=row, by=person(request), now=timezone.now())
    except DncRefused as refusal:
        messages.warning(request, str(refusal))
        return go_to(request, row)
    text = _("%(name)s was discarded. Its numbers are not blocked.")
    messages.success(request, text % {"name": row.name})
    return go_to(request, row.dnc_list)


@require_GET
@permission_required("dialer.view_dnclist", raise_exception=True)
def rejects(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows that were not taken as a file: their own columns, and why."""
    row = _find_import(pk)
    headers: dict[str, Any] = {"Content-Disposition": rejected_rows.content_disposition(row)}
    return StreamingHttpResponse(
        rejected_rows.reject_lines(row), content_type="text/csv; charset=utf-8", headers=headers
    )
