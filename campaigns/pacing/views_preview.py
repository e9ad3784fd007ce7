"""Preview calls: the next number of a campaign, and the buttons of the person who has it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns.models import Campaign, Channel, Entry
from campaigns.pacing import preview_reservation
from campaigns.pacing.preview_forms import CallerForm
from campaigns.planning.services import TransitionRefused
from dialer.calls.refusals import refusal_text
from dialer.calls.services import OrderRefused
from dialer.policy.single_call import outlook_on
from dialer.web.request_user import person

SHOWN_COLUMNS = 12
LABELS = {
    "name": gettext_lazy("Name"),
    "consent_ref": gettext_lazy("Consent"),
    "time_zone": gettext_lazy("Time zone"),
    "priority": gettext_lazy("Priority"),
}


@require_http_methods(["GET", "POST"])
@permission_required(["campaigns.view_campaign", "dialer.add_callrequest"], raise_exception=True)
@never_cache
def next_number(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.for_pages().filter(channel=Channel.PREVIEW), pk=pk)
    given = request.POST if request.POST.get("press") == "call" else None
    form = CallerForm(given, campaign=campaign, user=person(request))
    if request.method == "POST" and (answer := _press(request, campaign, form)):
        return answer
    try:
        entry = preview_reservation.reserve_number(campaign, by=person(request), now=timezone.now())
    except TransitionRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect(campaign)
    context = {"campaign": campaign, **_context(campaign, entry, form)}
    return render(request, "campaigns/next_number.html", context, status=422 if form.errors else 200)


def _context(campaign: Campaign, entry: Entry | None, form: CallerForm) -> dict[str, Any]:
    if entry is None:
        return {"entry": None}
    # What the call list says of this person, in the file's words where the portal has none.
    known: dict[str, Any] = dict(entry.extra or {})
    others: dict[str, Any] = known.pop("columns", None) or {}
    said = {**known, **others}
    last = entry.paced_calls.select_related("call").order_by("-pk")[:5]
    return {
        "entry": entry,
        "form": form,
        "outlook": outlook_on(entry.callee, purpose=entry.purpose or campaign.purpose, now=timezone.now()),
        "columns": [(LABELS.get(name, name), value) for name, value in said.items() if value][:SHOWN_COLUMNS],
        "last_calls": [row.call for row in last],
        "idempotency_key": uuid.uuid4(),
        "minutes": preview_reservation.FOR.seconds // 60,
    }


def _press(request: HttpRequest, campaign: Campaign, form: CallerForm) -> HttpResponse | None:
    """Call, skip, or let go; None shows the same number once more, with what is wrong."""
    by, now = person(request), timezone.now()
    pk = request.POST.get("entry", "")
    # Eighteen digits fit a bigint; more would be an error of the database instead of an unknown page.
    is_pk = pk.isascii() and pk.isdigit() and len(pk) < 19
    entry = get_object_or_404(campaign.entries, pk=int(pk) if is_pk else 0)
    match request.POST.get("press"):
        case "call":
            return _call(request, entry, form) if form.is_valid() else None
        case "skip":
            if preview_reservation.skip_number(entry, by=by, now=now):
                messages.info(request, _("Skipped. The number comes back in half an hour."))
        case "leave":
            preview_reservation.release_number(entry, by=by, now=now)
            return redirect(campaign)
    return redirect(request.path)


def _call(request: HttpRequest, entry: Entry, form: CallerForm) -> HttpResponse:
    by, now = person(request), timezone.now()
    try:
        key = uuid.UUID(request.POST.get("idempotency_key", ""))
        call = preview_reservation.call_number(entry, by=by, now=now, key=key, **form.who_calls())
    except ValueError:
        messages.warning(request, _("The page was incomplete. Press Call again."))
    except OrderRefused as refusal:
        messages.warning(request, refusal_text(refusal))
    except TransitionRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        return redirect(call)
    return redirect(request.path)
