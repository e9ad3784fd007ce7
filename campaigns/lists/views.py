"""What became of the rows of a call list, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from campaigns.lists import csv_exports, health_report, mapping, opt_out_wishes, reading_questions
from campaigns.lists import services as list_services
from campaigns.lists.sample_files import TEMPLATES
from campaigns.lists.services import ListRefused
from campaigns.lists.views_mapping import mapping_context
from campaigns.models import CallList
from dialer.dnc.lists import DncRefused
from dialer.web.formats import grouped
from dialer.web.pagination import page_of
from dialer.web.request_user import person
from dialer.web.responses import go_to, live_fragment

POLL_SECONDS = 1

DECISIONS: dict[str, tuple[Callable[..., CallList], str | Promise]] = {
    "confirm": (list_services.confirm, gettext_lazy("Confirmed. The campaign calls these numbers when it runs.")),
    "discard": (list_services.discard, gettext_lazy("Discarded. No number of this list will be called.")),
    "cancel": (list_services.cancel, gettext_lazy("Cancelled. No number of this list will be called.")),
    "undo": (list_services.undo, gettext_lazy("Withdrawn. No number of this list will be called.")),
    "again": (list_services.map_again, gettext_lazy("Choose how to read the file.")),
}


@require_GET
@vary_on_headers("HX-Request")
@permission_required("campaigns.view_campaign", raise_exception=True)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    call_list = get_object_or_404(CallList.objects.select_related("campaign", "uploaded_by", "decided_by"), pk=pk)
    context = _context(request, call_list)
    if not request.htmx:
        return render(request, "campaigns/call_list_detail.html", context)
    if call_list.state == CallList.State.MAPPING:
        return render(request, "campaigns/_call_list.html", context)
    version = (call_list.state, call_list.bytes_read, call_list.rows, call_list.error)
    return live_fragment(request, "campaigns/_call_list.html", context, version=version, is_over=call_list.is_settled)


def _context(request: HttpRequest, call_list: CallList) -> dict[str, Any]:
    context: dict[str, Any] = {"call_list": call_list, "poll_seconds": POLL_SECONDS}
    may_decide = person(request).has_perm("campaigns.add_calllist")
    if call_list.state == CallList.State.MAPPING and may_decide:
        return context | mapping_context(request, call_list, request.GET)
    if call_list.state == CallList.State.IMPORTING:
        return context | {"pace": health_report.pace_of(call_list, now=timezone.now())}
    return context | {
        "columns": mapping.describe(call_list),
        "health": health_report.health_of(call_list),
        "segments": health_report.segments(call_list) if call_list.rows else [],
        "can_undo": may_decide and list_services.can_undo(call_list),
        "questions": reading_questions.questions_of(call_list),
        "opted_out": opt_out_wishes.offered(call_list),
        "page": page_of(call_list.rejected_rows.all(), request.GET, newest_first=False),
    }


@require_POST
@permission_required("campaigns.add_calllist", raise_exception=True)
def decide(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    if decision not in DECISIONS:
        raise Http404
    call_list = get_object_or_404(CallList, pk=pk)
    service, done = DECISIONS[decision]
    try:
        service(call_list=call_list, by=person(request), now=timezone.now())
    except ListRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, str(done))
    return go_to(request, call_list.campaign if decision == "confirm" else call_list)


@require_POST
@permission_required("campaigns.add_calllist", raise_exception=True)
def answer(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """A question of the report about numbers that can be read in two ways."""
    call_list = get_object_or_404(CallList, pk=pk)
    is_yes = request.POST.get("answer") == "yes"
    try:
        list_services.answer(call_list=call_list, code=code, is_yes=is_yes, by=person(request), now=timezone.now())
    except ListRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        said = _("The portal is reading the list again with your answer.") if is_yes else _("These rows remain held.")
        messages.success(request, said)
    return go_to(request, call_list)


@require_POST
@permission_required("dialer.add_dncentry", raise_exception=True)
def opt_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The people whom the list itself names as not to be called, into the opt-out list."""
    call_list = get_object_or_404(CallList.objects.select_related("campaign"), pk=pk)
    try:
        added = opt_out_wishes.opt_out(call_list=call_list, by=person(request), now=timezone.now())
    except DncRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        text = ngettext(
            "%(n)s number was added to the opt-out list.", "%(n)s numbers were added to the opt-out list.", added
        )
        messages.success(request, text % {"n": grouped(added)})
    return go_to(request, call_list)


@require_GET
@permission_required("campaigns.view_campaign", raise_exception=True)
def rejects(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rejected rows as a file: the columns of the file, and why the row was not taken."""
    call_list = get_object_or_404(CallList, pk=pk)
    return _csv(csv_exports.rejected_lines(call_list), csv_exports.content_disposition(call_list, "rejects"))


@require_GET
@permission_required("campaigns.view_campaign", raise_exception=True)
def accepted(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The accepted rows as a file that can be imported again."""
    call_list = get_object_or_404(CallList, pk=pk)
    return _csv(csv_exports.accepted_lines(call_list), csv_exports.content_disposition(call_list, "accepted"))


def _csv(lines: Any, disposition: str) -> StreamingHttpResponse:
    headers: dict[str, Any] = {"Content-Disposition": disposition}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@require_GET
@permission_required("campaigns.view_campaign", raise_exception=True)
def template(request: HttpRequest, name: str) -> HttpResponse:
    """A file to start from."""
    if name not in TEMPLATES:
        raise Http404
    chosen = TEMPLATES[name]
    headers = {"Content-Disposition": str(content_disposition_header(True, chosen.file_name))}
    return HttpResponse(chosen.content(), content_type=chosen.content_type, headers=headers)
