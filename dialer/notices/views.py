"""The bell of every page, and what it rings for."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from dialer.models import Level, Notification
from dialer.notices import bell as notifications
from dialer.web.pagination import page_of, with_cursor
from dialer.web.request_user import person
from dialer.web.responses import go_to, live_fragment

POLL_SECONDS = 15


class FilterForm(forms.Form):
    level = forms.ChoiceField(
        label=gettext_lazy("Show"), required=False, choices=[("", gettext_lazy("All")), *Level.choices]
    )


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_notification", raise_exception=True)
def notification_list(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    level = form.cleaned_data["level"] if form.is_valid() else ""
    page = page_of(Notification.objects.filter(**{"level": level} if level else {}), request.GET)
    seen = notifications.seen_state_of(person(request))
    new = {row.pk for row in page.rows if not seen.covers(row)}
    context = {
        "form": form,
        "page": page,
        "new": new,
        "is_filtered": bool(level),
        "live_url": request.path + with_cursor(request.GET),
        "poll_seconds": POLL_SECONDS,
    }
    if request.htmx:
        version = (page.previous_url, page.next_url, [(row.pk, row.pk in new) for row in page.rows])
        return live_fragment(request, "dialer/_notices.html", context, version=version)
    return render(request, "dialer/notices.html", context)


@require_GET
@permission_required("dialer.view_notification", raise_exception=True)
def bell(request: HttpRequest) -> HttpResponse:
    unread = notifications.unread_count(person(request))
    return live_fragment(request, "_partials/_bell.html", {"unread": unread}, version=unread)


@require_POST
@permission_required("dialer.view_notification", raise_exception=True)
def mark_read(request: HttpRequest) -> HttpResponse:
    """Everything up to the newest one that the page showed: `up_to`, its id."""
    up_to = request.POST.get("up_to", "")
    if up_to.isascii() and up_to.isdigit() and len(up_to) < 19:
        notifications.mark_read(person(request), up_to=int(up_to))
    return go_to(request, "notices:list")
