"""Taking in a call list, and what became of its rows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from campaigns import rejects as exports
from campaigns import uploads
from campaigns.forms import UploadForm
from campaigns.importer.rows import REPAIRS
from campaigns.models import CallList, Campaign
from campaigns.uploads import UploadRefused
from campaigns.views.campaigns import detail_page
from dialer.answers import go_to, live_fragment
from dialer.paging import page_of
from dialer.people import person

POLL_SECONDS = 2


@require_POST
@vary_on_headers("HX-Request")
@permission_required("campaigns.add_calllist", raise_exception=True)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.for_pages(), pk=pk)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            call_list = uploads.upload_call_list(
                campaign=campaign, file=form.cleaned_data["file"], by=person(request), now=timezone.now()
            )
        except UploadRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("%(name)s is stored and is being read now.") % {"name": call_list.name})
            return go_to(request, call_list)
    if request.htmx:
        return render(request, "campaigns/_upload.html", {"campaign": campaign, "upload_form": form}, status=422)
    return detail_page(request, campaign, upload_form=form, status=422)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("campaigns.view_campaign", raise_exception=True)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    call_list = get_object_or_404(CallList.objects.select_related("campaign", "uploaded_by"), pk=pk)
    context = {
        "call_list": call_list,
        "columns": _columns(call_list),
        "repairs": _repairs(call_list),
        "page": page_of(call_list.rejected_rows.all(), request.GET, newest_first=False),
        "poll_seconds": POLL_SECONDS,
    }
    if not request.htmx:
        return render(request, "campaigns/call_list_detail.html", context)
    version = (call_list.state, call_list.bytes_read, call_list.rows, call_list.error)
    return live_fragment(request, "campaigns/_call_list.html", context, version=version, is_over=call_list.is_settled)


def _columns(call_list: CallList) -> list[tuple[str, str]]:
    """What was read from which column, by its name in the file or its place."""
    found = call_list.columns
    if not found:
        return []
    header = found.get("header") or []
    wanted = [(_("Number"), found.get("phone")), (_("Order id"), found.get("order_id"))]
    wanted.append((_("Pass-through value"), found.get("other")))
    return [
        (label, header[place] if place < len(header) else _("column %(n)d") % {"n": place + 1})
        for label, place in wanted
        if place is not None
    ]


def _repairs(call_list: CallList) -> list[tuple[str, int]]:
    return [(str(REPAIRS.get(code, code)), count) for code, count in call_list.columns.get("repairs", {}).items()]


@require_GET
@permission_required("campaigns.view_campaign", raise_exception=True)
def rejects(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rejected rows as a file: the original line, and why it was not taken."""
    call_list = get_object_or_404(CallList, pk=pk)
    headers: dict[str, Any] = {"Content-Disposition": exports.content_disposition(call_list)}
    return StreamingHttpResponse(exports.csv_lines(call_list), content_type="text/csv; charset=utf-8", headers=headers)
