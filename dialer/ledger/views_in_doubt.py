"""The desk for orders of which nobody can know yet whether the provider took them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from dialer.ledger import services, transitions
from dialer.ledger.forms import ResolveForm
from dialer.models import State, Submission
from dialer.web.request_user import person
from dialer.web.responses import go_to

MOST_ROWS = 200  # of each kind; the oldest first, so that what is left shows up as the desk is cleared


@require_GET
@permission_required("dialer.view_callrequest", raise_exception=True)
def desk(request: HttpRequest) -> HttpResponse:
    return _desk(request)


@require_POST
@vary_on_headers("HX-Request")
@permission_required("dialer.resolve_callrequest", raise_exception=True)
def resolve(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    row = _find_order(kind, reference)
    form = _form_for(row, request.POST)
    # A mistake in the form matters only while there is a doubt to end.
    if row.state == State.IN_DOUBT and not form.is_valid():
        if request.htmx:
            context = {"doubt": {"row": row, "form": form}}
            return render(request, "dialer/_doubt.html", context, status=422)
        return _desk(request, wrong=form, of=row)
    if form.is_valid() and services.resolve(
        submission=row,
        called=form.called,
        by=person(request),
        reason=form.cleaned_data["reason"],
        now=timezone.now(),
    ):
        if form.called:
            text = _("Resolved: the provider accepted the order. {link}")
        else:
            text = _("Resolved: the provider did not accept the order, so it may be ordered again. {link}")
        messages.success(request, format_html(text, link=_link_to(row)))
    else:
        messages.warning(request, _over_text(row))
    return go_to(request, "dialer:in_doubt")


def _find_order(kind: str, reference: str) -> Submission:
    try:
        model = transitions.model_of(kind)
    except KeyError:
        raise Http404 from None
    row: Submission = get_object_or_404(model.objects.described(), reference=reference)
    return row


def _form_for(row: Submission, data: Any = None) -> ResolveForm:
    return ResolveForm(data, auto_id=f"id_{row.reference}_%s")


def _desk(request: HttpRequest, *, wrong: ResolveForm | None = None, of: Submission | None = None) -> HttpResponse:
    """All kinds together, the longest in doubt first; one form may come back with its mistakes marked."""
    rows: list[Any] = []
    for model in transitions.kinds():
        rows += model.objects.in_doubt().described().order_by("settled_at")[:MOST_ROWS]
    rows.sort(key=lambda row: row.settled_at)
    doubts = [{"row": row, "form": wrong if of and row == of else _form_for(row)} for row in rows]
    return render(request, "dialer/in_doubt.html", {"doubts": doubts}, status=422 if wrong else 200)


def _over_text(row: Any) -> SafeString:
    """Who or what was faster."""
    last = row.events.select_related("by").last()
    if last and last.by:
        text = _("This order was no longer in doubt, so your answer was not needed: {what}, by {who}. {link}")
        who = last.by.get_full_name() or last.by.get_username()
    else:
        text, who = _("This order was no longer in doubt, so your answer was not needed: {what}. {link}"), ""
    return format_html(text, what=(last or row.get_state_display()), who=who, link=_link_to(row))


def _link_to(row: Submission) -> SafeString:
    return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row.describe())
