"""Why was this number not called?"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns.pages.why import story_of
from campaigns.pages.why_forms import WhyForm
from dialer.models import Purpose


@require_GET
@permission_required("campaigns.view_campaign", raise_exception=True)
def why(request: HttpRequest) -> HttpResponse:
    form = WhyForm(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if callee := form.callee():
        purpose = form.cleaned_data["purpose"] or Purpose.MARKETING
        context["story"] = story_of(callee, purpose=purpose, now=timezone.now())
    return render(request, "campaigns/why.html", context)
