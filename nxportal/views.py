from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from dialer.web.request_user import person


@require_safe
def home(request: HttpRequest) -> HttpResponseRedirect:
    """Where people land: on the call form if they may call, else on what they may read."""
    if person(request).has_perm("dialer.add_callrequest"):
        return redirect("dialer:place_call")
    return redirect("dialer:call_list")
