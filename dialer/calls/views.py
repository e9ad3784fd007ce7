"""The list of calls, one call, and what can be done with it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from dialer import hooks
from dialer.agents import services as agent_services
from dialer.agents.services import AgentRefused
from dialer.calls import services, timeline
from dialer.calls.filters import CallFilterForm
from dialer.calls.forms import OrderKeyForm
from dialer.calls.provider_fields import options_of
from dialer.calls.services import OrderRefused
from dialer.dnc import lists as dnc
from dialer.ledger.forms import ReasonForm
from dialer.models import CallRequest, Disposition, EventKind, State
from dialer.outcomes import callee_refusals
from dialer.support import timing
from dialer.web.pagination import page_of, with_cursor
from dialer.web.request_user import person
from dialer.web.responses import go_to, live_fragment

# How often, in seconds, a list is asked for while something on it moves, and otherwise.
BUSY_POLL, QUIET_POLL = 3, 15
# A call that may be on the line; one that waits is cancelled instead.
ON_THE_LINE = (State.SENDING, State.ACCEPTED, State.IN_DOUBT)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_callrequest", raise_exception=True)
def call_list(request: HttpRequest) -> HttpResponse:
    form = CallFilterForm(request.GET)
    page = page_of(form.apply(CallRequest.objects.for_pages()), request.GET)
    context = {
        "form": form,
        "page": page,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "live_url": request.path + with_cursor(request.GET),
        "poll_seconds": BUSY_POLL if any(call.is_moving for call in page.rows) else QUIET_POLL,
    }
    if request.htmx:
        # Every column that the fragment shows: what is left out here would stand still on the page.
        rows = [
            (call.pk, call.state, call.stage, call.disposition, call.talk_seconds, call.closed_at, call.account.name)
            for call in page.rows
        ]
        version = [(page.previous_url, page.next_url), *rows]
        return live_fragment(request, "dialer/_calls.html", context, version=version)
    return render(request, "dialer/call_list.html", context)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_callrequest", raise_exception=True)
def call_detail(request: HttpRequest, reference: str) -> HttpResponse:
    calls = CallRequest.objects.for_pages().select_related("retry_of", "resolved_by")
    call = get_object_or_404(calls, reference=reference)
    steps = timeline.steps_of(call)
    context = {
        "call": call,
        "options": options_of(call),
        "State": State,
        "Disposition": Disposition,
        "steps": steps,
        "stages": timeline.stages_of(call, steps),
        "may_be_hung_up": bool(call.agent) and call.closed_at is None and call.state in ON_THE_LINE,
        "exchanges": timeline.exchanges_of(call.reference),
        "record": timeline.record_of(call),
        "campaign_link": next((link for find in hooks.campaign_link_finders if (link := find(call))), None),
        "retries": list(CallRequest.objects.again_for(call)),
        "result_due": call.settled_at and call.settled_at + timing.call_result_window(),
        "listing": dnc.listing_of(call.callee, now=timezone.now()),
        "is_refused": any(step.event.kind == EventKind.REFUSED for step in steps),
    }
    if not request.htmx:
        return render(request, "dialer/call_detail.html", context)
    # Every change of a call leaves an event; what else is shown is named here.
    account = (call.account.name, call.account.is_active, call.account.suspended_at)
    version = (call.state, len(context["steps"]), len(context["exchanges"]), account, context["listing"])
    return live_fragment(request, "dialer/_call.html", context, version=version, is_over=call.closed_at is not None)


@require_POST
@permission_required("dialer.add_callrequest", raise_exception=True)
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    call = get_object_or_404(CallRequest, reference=reference)
    if services.cancel_call(call=call, by=person(request), now=timezone.now()):
        messages.success(request, _("Cancelled. Nothing was sent."))
    else:
        messages.warning(
            request, _("Too late to cancel: the order is no longer waiting. Its current state is shown below.")
        )
    return go_to(request, call)


@require_POST
@permission_required("dialer.use_agent", raise_exception=True)
def hang_up(request: HttpRequest, reference: str) -> HttpResponse:
    call = get_object_or_404(CallRequest.objects.for_pages(), reference=reference)
    try:
        asked = agent_services.hang_up(call=call, by=person(request), now=timezone.now())
    except AgentRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Hang-up requested.") if asked else _("Cancelled. Nothing was sent."))
    return go_to(request, call)


@never_cache
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@permission_required("dialer.add_callrequest", raise_exception=True)
def call_again(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks first, with the number in sight; the key of the question makes two clicks one call."""
    call = get_object_or_404(CallRequest.objects.for_pages(), reference=reference)
    if call.closed_at is None:
        messages.warning(request, _("This call has not ended yet, so you cannot place it again."))
        return go_to(request, call)
    form = OrderKeyForm(request.POST or None, initial={"idempotency_key": uuid.uuid4()})
    if form.is_valid():
        key = form.cleaned_data["idempotency_key"]
        try:
            again = services.call_again(call=call, by=person(request), now=timezone.now(), key=key)
        except OrderRefused as refusal:
            form.add_refusal(refusal)
        else:
            return go_to(request, again)
    template = "dialer/_call_again.html" if request.htmx else "dialer/call_again.html"
    status = 200 if request.method == "GET" else 422
    return render(request, template, {"call": call, "form": form, "options": options_of(call)}, status=status)


@require_POST
@permission_required("dialer.add_dncentry", raise_exception=True)
def opt_out(request: HttpRequest, reference: str) -> HttpResponse:
    """One click: nobody calls this number again."""
    call = get_object_or_404(CallRequest, reference=reference)
    source = _("call %(reference)s") % {"reference": call.reference[:8]}
    try:
        is_new = dnc.opt_out(callee=call.callee, source=source, by=person(request), now=timezone.now())
    except dnc.DncRefused as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("This number will not be called again.") if is_new else _("This number was already on the list.")
        messages.success(request, text)
    return go_to(request, call)


@require_POST
@permission_required("dialer.add_dncentry", raise_exception=True)
def said_no(request: HttpRequest, reference: str) -> HttpResponse:
    """The callee refused in this call, and did not ask never to be called again."""
    call = get_object_or_404(CallRequest, reference=reference)
    if callee_refusals.note_refusal(call=call, by=person(request), now=timezone.now()):
        messages.success(request, _("Saved as a refusal. The waiting time starts when this call ends."))
    else:
        messages.warning(
            request, _("This could not be saved: the call has not ended, or the refusal is already recorded.")
        )
    return go_to(request, call)


@never_cache
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@permission_required("dialer.resolve_callrequest", raise_exception=True)
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Frees the callee of a call that is over and of which the provider reported nothing."""
    call = get_object_or_404(CallRequest.objects.for_pages(), reference=reference)
    if not call.awaits_result:
        messages.warning(request, _("This call is not waiting for a result."))
        return go_to(request, call)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if services.close_call(call=call, by=person(request), reason=reason, now=timezone.now()):
            messages.success(request, _("Closed without a result. The number may be ordered again."))
        return go_to(request, call)
    template = "dialer/_close_call.html" if request.htmx else "dialer/close_call.html"
    return render(request, template, {"call": call, "form": form}, status=200 if request.method == "GET" else 422)
