"""Registry evidence: which registries were asked, until when their answers hold, and recording a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from dialer.models import RegistryEvidence
from dialer.policy import registry_evidence, registry_files
from dialer.policy.evidence_forms import EvidenceForm
from dialer.support.uploads import UploadRefused
from dialer.web.pagination import page_of
from dialer.web.request_user import person
from dialer.web.responses import go_to, live_fragment

POLL_SECONDS = 2


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@permission_required("dialer.view_registryevidence", raise_exception=True)
def evidence(request: HttpRequest) -> HttpResponse:
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                row = registry_evidence.record(**form.cleaned_data, by=person(request), now=timezone.now())
                registry_files.enqueue(row.pk)
        except UploadRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            text = _("Recorded. The portal is reading the file now. Only numbers in it may be called.")
            messages.success(request, text)
            return go_to(request, "policy:evidence")
    if request.htmx and request.method == "GET":
        context = _context(request)
        version = [(row.pk, row.state, row.clean, row.listed) for row in context["page"].rows]
        is_over = not context["is_moving"]
        return live_fragment(request, "dialer/_evidence.html", context, version=version, is_over=is_over)
    context = {"form": form, **_context(request)}
    return render(request, "dialer/evidence.html", context, status=422 if request.method == "POST" else 200)


def _context(request: HttpRequest) -> dict[str, Any]:
    page = page_of(RegistryEvidence.objects.select_related("recorded_by"), request.GET)
    return {
        "standings": registry_evidence.standings(now=timezone.now()),
        "page": page,
        "is_moving": any(not row.is_settled for row in page.rows),
        "poll_seconds": POLL_SECONDS,
    }


@require_GET
@permission_required("dialer.view_registryevidence", raise_exception=True)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(RegistryEvidence, pk=pk)
    return FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name)  # type: ignore[return-value]
