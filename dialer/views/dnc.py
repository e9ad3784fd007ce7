"""Do-not-call lists: which there are, what is in them, and taking numbers in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from dialer import dnc
from dialer.answers import go_to, live_fragment
from dialer.dnc import DncRefused
from dialer.dnc_forms import DncEntryForm, DncListForm, DncSearchForm, DncUploadForm, end_of
from dialer.models import DncEntry, DncList
from dialer.paging import page_of
from dialer.people import person

POLL_SECONDS, SHOWN_IMPORTS = 2, 20


@require_http_methods(["GET", "POST"])
@permission_required("dialer.view_dnclist", raise_exception=True)
def dnc_lists(request: HttpRequest) -> HttpResponse:
    form, status = DncListForm(), 200
    if request.method == "POST":
        form = DncListForm(request.POST)
        if form.is_valid():
            try:
                made = dnc.make_list(**form.cleaned_data, by=person(request))
            except DncRefused as refusal:
                form.add_error("name", str(refusal))
            else:
                return go_to(request, made)
        status = 422
    lists = DncList.objects.annotate(numbers=Count("entries"), last=Max("entries__added_at")).order_by("name")
    return render(request, "dialer/dnc_lists.html", {"lists": lists, "form": form}, status=status)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_dnclist", raise_exception=True)
def dnc_list(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(DncList, pk=pk)
    if not request.htmx:
        return _page(request, found)
    context = _imports(found)
    version = [(row.pk, row.state, row.rows, row.error) for row in context["imports"]]
    return live_fragment(
        request, "dialer/_dnc_imports.html", context, version=version, is_over=not context["is_moving"]
    )


def _imports(found: DncList) -> dict[str, Any]:
    imports = list(found.imports.select_related("uploaded_by")[:SHOWN_IMPORTS])
    is_moving = any(not row.is_settled for row in imports)
    return {"dnc_list": found, "imports": imports, "is_moving": is_moving, "poll_seconds": POLL_SECONDS}


def _page(request: HttpRequest, found: DncList, *, status: int = 200, **forms: Any) -> HttpResponse:
    search = DncSearchForm(request.GET or None)
    callee = search.callee()
    entries = found.entries.select_related("added_by")
    context = {
        **_imports(found),
        "search": search,
        "callee": callee,
        "found": entries.of_phone(callee).first() if callee else None,
        "page": page_of(entries, request.GET),
        "entry_form": DncEntryForm(),
        "upload_form": DncUploadForm(),
        **forms,
    }
    return render(request, "dialer/dnc_list.html", context, status=status)


@require_POST
@permission_required("dialer.add_dncentry", raise_exception=True)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(DncList, pk=pk)
    form = DncEntryForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, entry_form=form)
    entered = form.cleaned_data
    is_new = dnc.add(
        dnc_list=found,
        callee=entered["callee"],
        reason=entered["reason"],
        source=entered["source"],
        expires_at=end_of(entered["expires_on"]),
        by=person(request),
        now=timezone.now(),
    )
    if is_new:
        messages.success(request, _("%(number)s is in the list.") % {"number": entered["callee"]})
    else:
        messages.info(request, _("%(number)s was in the list already.") % {"number": entered["callee"]})
    return go_to(request, found)


@require_POST
@permission_required("dialer.delete_dncentry", raise_exception=True)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(DncEntry.objects.select_related("dnc_list"), pk=pk)
    dnc.remove(entry=entry, by=person(request))
    text = _("%(number)s was taken off the list and may be called.")
    messages.success(request, text % {"number": entry.callee})
    return go_to(request, entry.dnc_list)


@require_POST
@permission_required("dialer.change_dnclist", raise_exception=True)
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(DncList, pk=pk)
    dnc.switch(dnc_list=found, is_active=request.POST.get("to") == "on", by=person(request))
    return go_to(request, found)


@require_POST
@permission_required("dialer.add_dncimport", raise_exception=True)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(DncList, pk=pk)
    form = DncUploadForm(request.POST, request.FILES)
    if form.is_valid():
        entered = form.cleaned_data
        try:
            dnc.upload(
                dnc_list=found,
                file=entered["file"],
                country=entered["country"],
                expires_at=end_of(entered["expires_on"]),
                by=person(request),
                now=timezone.now(),
            )
        except DncRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("The file is stored and is being read now."))
            return go_to(request, found)
    return _page(request, found, status=422, upload_form=form)
