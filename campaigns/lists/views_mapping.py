"""The page on which a person says how a call list is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from campaigns.importer.layout import SEVERAL, Role
from campaigns.lists import mapping
from campaigns.lists import services as list_services
from campaigns.lists.forms import MappingForm, ReadingForm
from campaigns.lists.mapping import ENCODING_NAMES, ROLES, Draft
from campaigns.lists.services import ListRefused
from campaigns.models import CallList
from dialer.models import DncList
from dialer.web.request_user import person
from dialer.web.responses import go_to
from sheets.errors import FileRefused
from sheets.inspection import Inspection
from sheets.reading import Choice


def mapping_context(
    request: HttpRequest, call_list: CallList, data: QueryDict, *, form: MappingForm | None = None
) -> dict[str, Any]:
    """Of the page in state MAPPING; `data` is what a person chose so far."""
    inspection = Inspection.from_json(call_list.inspection)
    reading_form = ReadingForm(data or None, inspection=inspection)
    problem = ""
    try:
        draft = mapping.draft_of(
            call_list,
            reading_form.choice(),
            saved=reading_form.saved_mapping(),
            roles=data if any(name.startswith("role_") for name in data) else None,
        )
    except FileRefused as refusal:
        problem = str(refusal)
        draft = mapping.draft_of(call_list, Choice())
    sheet = inspection.sheet(draft.choice.sheet) if inspection.is_workbook else None
    hidden = sheet.hidden_columns if sheet else ()
    # Where a person has to choose the encoding: the same lines of the file, read with each.
    samples = {} if inspection.is_certain else inspection.samples
    same_files = CallList.objects.of_file(call_list.sha256).exclude(pk=call_list.pk).select_related("campaign")
    may_save = person(request).has_perm("campaigns.add_savedmapping")
    country = call_list.campaign.country
    fits = mapping.fitting(draft.layout) if not data else None
    return {
        "inspection": inspection,
        "sheet": sheet,
        "hidden_columns": [draft.layout.names[place] for place in hidden if place < draft.layout.width],
        "encodings": [
            (name, str(ENCODING_NAMES.get(name, name)), samples[name])
            for name in inspection.encodings
            if name in samples
        ],
        "reading_form": reading_form,
        "draft": draft,
        "problem": problem,
        "form": form or MappingForm(initial={"pack_rest": draft.layout.pack_rest}, country=country, may_save=may_save),
        "role_choices": list(ROLES.items()),
        "saved_mapping": fits,
        "same_files": list(same_files.order_by("-pk")[:5]),
        "dnc_lists": list(DncList.objects.filter(is_active=True)),
    }


@require_POST
@vary_on_headers("HX-Request")
@permission_required("campaigns.add_calllist", raise_exception=True)
def read(request: HttpRequest, pk: int) -> HttpResponse:
    call_list = get_object_or_404(CallList.objects.select_related("campaign", "uploaded_by"), pk=pk)
    if call_list.state != CallList.State.MAPPING:
        messages.warning(request, _("The columns of this list have already been chosen."))
        return go_to(request, call_list)
    may_save, country = person(request).has_perm("campaigns.add_savedmapping"), call_list.campaign.country
    if "show" in request.POST:
        asked = MappingForm(initial=request.POST.dict(), country=country, may_save=may_save)
        return _page(request, call_list, mapping_context(request, call_list, request.POST, form=asked), status=200)
    form = MappingForm(request.POST, country=country, may_save=may_save)
    context = mapping_context(request, call_list, request.POST, form=form)
    if context["problem"] or context["reading_form"].errors:
        form.add_error(None, _("The file cannot be read with these settings. Change them under “The file”."))
    elif form.is_valid() and _is_clear(form, context["draft"]):
        try:
            _read(request, call_list, context["draft"], form)
        except ListRefused as refusal:
            form.add_error(None, str(refusal))
        except IntegrityError:
            # Somebody saved another under that name after the form had looked.
            form.add_error("save_as", _("A saved mapping with this name already exists. Choose another name."))
        else:
            return go_to(request, call_list)
    return _page(request, call_list, context, status=422)


def _page(request: HttpRequest, call_list: CallList, context: dict[str, Any], *, status: int) -> HttpResponse:
    template = "campaigns/_call_list.html" if request.htmx else "campaigns/call_list_detail.html"
    return render(request, template, {**context, "call_list": call_list}, status=status)


def _is_clear(form: MappingForm, draft: Draft) -> bool:
    """One column of numbers, and no other role twice."""
    for role in Role:
        columns = [draft.layout.names[place] for place in draft.layout.places(role)]
        if role is Role.PHONE and not columns:
            form.add_error(None, _("Choose the column that contains the numbers."))
        elif len(columns) > 1 and role not in SEVERAL:
            text = _("%(role)s: choose only one column, not %(columns)s.")
            form.add_error(None, text % {"role": ROLES[role], "columns": ", ".join(columns[:5])})
    return form.is_valid()


def _read(request: HttpRequest, call_list: CallList, draft: Draft, form: MappingForm) -> None:
    by, now, entered = person(request), timezone.now(), form.cleaned_data
    layout = replace(draft.layout, pack_rest=entered["pack_rest"])
    with transaction.atomic():
        if name := entered.get("save_as"):
            mapping.save_mapping(layout, name=name, by=by, now=now)
        list_services.read(
            call_list=call_list,
            choice=draft.choice,
            layout=layout,
            called_within_days=entered["called_within_days"],
            skip_other_campaigns=entered["skip_other_campaigns"],
            answers=form.answers(),
            by=by,
            now=now,
        )
