"""Registry evidence: which registries were asked, until when their answers hold, and recording a new one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dialer.answers import go_to
from dialer.models import RegistryEvidence
from dialer.paging import page_of
from dialer.people import person
from dialer.policy import evidence as registry
from dialer.policy_forms import EvidenceForm


@require_http_methods(["GET", "POST"])
@permission_required("dialer.view_registryevidence", raise_exception=True)
def evidence(request: HttpRequest) -> HttpResponse:
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        registry.record(**form.cleaned_data, by=person(request), now=timezone.now())
        messages.success(request, _("Recorded. Numbers that waited for it are looked at again now."))
        return go_to(request, "policy:evidence")
    context = {
        "form": form,
        "standings": registry.standings(now=timezone.now()),
        "page": page_of(RegistryEvidence.objects.select_related("recorded_by"), request.GET),
    }
    return render(request, "dialer/evidence.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@permission_required("dialer.view_registryevidence", raise_exception=True)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(RegistryEvidence, pk=pk)
    return FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name)  # type: ignore[return-value]
