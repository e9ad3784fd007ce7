"""Do-not-call lists: which there are, what is in them, and taking numbers in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from dialer.dnc import blocks as dnc_blocks
from dialer.dnc import lists as dnc
from dialer.dnc import uploads as dnc_uploads
from dialer.dnc.end_days import end_for
from dialer.dnc.forms import DncEntryForm, DncListForm, DncSearchForm, DncUploadForm
from dialer.dnc.lists import DncRefused
from dialer.models import DncBlock, DncEntry, DncImport, DncList
from dialer.models.identity import key_of
from dialer.support.uploads import UploadRefused
from dialer.web.pagination import page_of
from dialer.web.request_user import person
from dialer.web.responses import go_to, live_fragment
from telephony.numbers.number_blocks import spread

POLL_SECONDS, SHOWN_IMPORTS, SHOWN_BLOCKS = 2, 20, 200


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
    waiting = Count("imports", filter=Q(imports__state=DncImport.State.MAPPING), distinct=True)
    newest = DncEntry.objects.filter(dnc_list=OuterRef("pk")).order_by("-id")
    lists = DncList.objects.annotate(
        numbers=_count_of(DncEntry),
        blocks_held=_count_of(DncBlock),
        waiting=waiting,
        last=Subquery(newest.values("added_at")[:1]),
    ).order_by("name")
    return render(request, "dialer/dnc_lists.html", {"lists": lists, "form": form}, status=status)


def _count_of(model: type[DncEntry | DncBlock]) -> Any:
    """Of each list, apart: joined to each other, entries and blocks would be counted many times."""
    rows = model.objects.filter(dnc_list=OuterRef("pk")).order_by().values("dnc_list")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


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
    found_blocks: list[DncBlock] = []
    if callee:
        place = spread(key_of(callee))
        found_blocks = list(found.blocks.filter(first__lte=place, last__gte=place))
    context = {
        **_imports(found),
        "search": search,
        "callee": callee,
        "found": entries.of_phone(callee).first() if callee else None,
        "found_blocks": found_blocks,
        # One more than is shown, by which the page knows that there are others.
        "blocks": found.blocks.select_related("added_by")[: SHOWN_BLOCKS + 1],
        "shown_blocks": SHOWN_BLOCKS,
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
    about = {name: form.cleaned_data[name] for name in ("reason", "source")}
    about |= {"dnc_list": found, "by": person(request), "now": timezone.now()}
    until = form.cleaned_data["expires_on"]
    # All readings of one entry, or none.
    with transaction.atomic():
        for callee in form.cleaned_data["callees"]:
            is_new = dnc.add(callee=callee, expires_at=end_for(callee, until), **about)
            _tell(request, callee, is_new=is_new)
        if blocks := form.cleaned_data["blocks"]:
            is_new = bool(dnc_blocks.add_blocks(blocks=blocks, expires_on=until, **about))
            _tell(request, ", ".join(block.written for block in blocks), is_new=is_new)
    return go_to(request, found)


def _tell(request: HttpRequest, what: str, *, is_new: bool) -> None:
    if is_new:
        messages.success(request, _("%(number)s was added to the list.") % {"number": what})
    else:
        messages.info(request, _("%(number)s was already on the list.") % {"number": what})


@require_POST
@permission_required("dialer.delete_dncentry", raise_exception=True)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(DncEntry.objects.select_related("dnc_list"), pk=pk)
    dnc.remove(entry=entry, by=person(request))
    text = _("%(number)s was removed from the list and may be called.")
    messages.success(request, text % {"number": entry.callee})
    return go_to(request, entry.dnc_list)


@require_POST
@permission_required("dialer.delete_dncentry", raise_exception=True)
def remove_block(request: HttpRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(DncBlock.objects.select_related("dnc_list"), pk=pk)
    dnc_blocks.remove_block(block=block, by=person(request))
    text = _("%(block)s was removed from the list. Its numbers may be called.")
    messages.success(request, text % {"block": block.written})
    return go_to(request, block.dnc_list)


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
        try:
            row = dnc_uploads.upload(dnc_list=found, **form.cleaned_data, by=person(request), now=timezone.now())
        except UploadRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return go_to(request, row)
    return _page(request, found, status=422, upload_form=form)
