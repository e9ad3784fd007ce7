"""Files of call records, and asking the provider about an order in doubt."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from dialer.ledger import transitions
from dialer.models import RecordFile, State
from dialer.reconcile import ask_now
from dialer.reconcile import files as record_files
from dialer.reconcile.file_columns import LABELS
from dialer.reconcile.forms import RecordFileForm
from dialer.support.uploads import UploadRefused
from dialer.web.pagination import page_of
from dialer.web.request_user import person
from dialer.web.responses import go_to, live_fragment


@require_http_methods(["GET", "POST"])
@permission_required("dialer.view_recordfile", raise_exception=True)
def files(request: HttpRequest) -> HttpResponse:
    form = RecordFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = record_files.upload_file(**form.cleaned_data, by=person(request), now=timezone.now())
        except UploadRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return go_to(request, row)
    page = page_of(RecordFile.objects.select_related("account", "uploaded_by"), request.GET)
    status = 422 if request.method == "POST" else 200
    return render(request, "dialer/record_files.html", {"form": form, "page": page}, status=status)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_recordfile", raise_exception=True)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(RecordFile.objects.select_related("account", "uploaded_by"), pk=pk)
    columns = [(label, row.columns[name]) for name, label in LABELS.items() if name in row.columns]
    context = {"row": row, "columns": columns, "State": RecordFile.State}
    if request.htmx:
        return live_fragment(request, "dialer/_record_file.html", context, version=row.state, is_over=not row.is_moving)
    return render(request, "dialer/record_file.html", context)


@require_POST
@permission_required("dialer.add_recordfile", raise_exception=True)
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(RecordFile, pk=pk)
    if not record_files.apply_file(file=row, by=person(request)):
        messages.warning(request, _("This file is being applied or has already been applied."))
    return go_to(request, row)


@require_GET
@permission_required("dialer.view_recordfile", raise_exception=True)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """What came out of each row, as CSV."""
    row = get_object_or_404(RecordFile, pk=pk)
    if not row.report:
        raise Http404
    answer = FileResponse(row.report.open("rb"), as_attachment=True, filename=f"records-{row.pk}-report.csv")
    answer["Cache-Control"] = "private, no-store"
    return answer  # type: ignore[return-value]


@require_POST
@permission_required("dialer.resolve_callrequest", raise_exception=True)
def ask(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    """Has the provider asked now what became of an order that is in doubt, or whose result is awaited."""
    try:
        model = transitions.model_of(kind)
    except KeyError:
        raise Http404 from None
    row = get_object_or_404(model.objects.select_related("account"), reference=reference)
    if row.closed_at or row.state not in (State.IN_DOUBT, State.ACCEPTED):
        messages.info(request, _("The portal is not waiting for anything on this order."))
        return go_to(request, row)
    try:
        ask_now.ask_provider(row, now=timezone.now())
    except ask_now.AskedAlready as refusal:
        messages.info(request, str(refusal))
    else:
        text = _("The portal is asking the provider. The answer appears here within seconds.")
        messages.success(request, text)
    return go_to(request, "dialer:in_doubt" if row.state == State.IN_DOUBT else row)
