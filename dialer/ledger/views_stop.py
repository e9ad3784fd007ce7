"""The stop switch: one press, and no order leaves any more."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dialer.ledger import stop_switch
from dialer.ledger.stop_forms import ReleaseForm, StopForm
from dialer.models import StopEvent, StopSwitch
from dialer.web.request_user import person
from dialer.web.responses import go_to

SHOWN_EVENTS = 20


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required("dialer.view_stopswitch", raise_exception=True)
def switch(request: HttpRequest) -> HttpResponse:
    is_on = StopSwitch.objects.current() is not None
    form = (ReleaseForm if is_on else StopForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # The page says what it was showing: a press meant for the other state changes nothing.
        if form.cleaned_data["to"] == "stop":
            _stop(request, form.cleaned_data["reason"])
        else:
            _release(request, form.cleaned_data["reason"])
        return go_to(request, "policy:stop")
    context = {
        "switch": StopSwitch.objects.current(),
        "form": form,
        "on_the_way": stop_switch.on_the_way(),
        "events": list(StopEvent.objects.select_related("by")[:SHOWN_EVENTS]),
    }
    return render(request, "dialer/stop.html", context, status=422 if request.method == "POST" else 200)


def _stop(request: HttpRequest, reason: str) -> None:
    left = stop_switch.stop_everything(by=person(request), reason=reason, now=timezone.now())
    text = ngettext(
        "Stopped. %(n)d order had already been sent and cannot be recalled.",
        "Stopped. %(n)d orders had already been sent and cannot be recalled.",
        left.total,
    )
    messages.warning(request, text % {"n": left.total})


def _release(request: HttpRequest, reason: str) -> None:
    if stop_switch.release(by=person(request), reason=reason, now=timezone.now()):
        messages.success(
            request, _("Released. Campaigns continue; single calls that were waiting have been cancelled.")
        )
    else:
        messages.info(request, _("The stop switch had already been released."))
