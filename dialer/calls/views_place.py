"""The call form, and the request it would send."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from dialer.calls import services
from dialer.calls.forms import PlaceCallForm
from dialer.calls.services import CallPreview, OrderRefused
from dialer.models import Agent, CallRequest, ProviderAccount
from dialer.policy.single_call import Outlook, outlook_on
from dialer.web.request_user import person
from dialer.web.responses import go_to
from telephony.contract.errors import CredentialsRefused

RECENT = 5


@never_cache  # a form that the Back button brings back would carry a key that is used up
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@permission_required("dialer.add_callrequest", raise_exception=True)
def place_call(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _new_form(request)
    form = PlaceCallForm(request.POST)
    if form.is_valid():
        entered = form.cleaned_data
        by, key, reason = person(request), entered["idempotency_key"], entered["override_reason"]
        try:
            call = services.request_call(form.draft(), by=by, now=timezone.now(), key=key, override_reason=reason)
        except OrderRefused as refusal:
            form.add_refusal(refusal)
        else:
            return go_to(request, call)
    return _form_page(request, form, status=422)


@never_cache
@require_POST
@vary_on_headers("HX-Request")
@permission_required("dialer.add_callrequest", raise_exception=True)
def fields(request: HttpRequest) -> HttpResponse:
    """Another account is chosen: its fields, with all that was typed kept. POST, so that no number is in an address."""
    form = PlaceCallForm.switched(request.POST, user=person(request))
    if not request.htmx:
        return _page(request, form)
    answer = render(request, "dialer/_call_fields.html", {"form": form})
    return trigger_client_event(answer, "callFields", after="settle")


@never_cache
@require_POST
@permission_required("dialer.add_callrequest", raise_exception=True)
def check(request: HttpRequest) -> HttpResponse:
    """What the rules say about the number while it is being typed: local time, lists, caps. Nothing is stored."""
    return render(request, "dialer/_outlook.html", {"outlook": _outlook(PlaceCallForm(request.POST))})


def _outlook(form: PlaceCallForm) -> Outlook | None:
    callee = form.whom()
    if not callee:
        return None
    return outlook_on(callee, purpose=form.chosen_purpose(), now=timezone.now(), draft=form.draft_so_far())


@never_cache
@require_POST
@vary_on_headers("HX-Request")
@permission_required("dialer.add_callrequest", raise_exception=True)
def preview(request: HttpRequest) -> HttpResponse:
    """The request as it would leave now. Nothing is stored, nothing is sent."""
    form = PlaceCallForm(request.POST)
    shown = _preview(form) if form.is_valid() else None
    if shown is None:
        return _form_page(request, form, status=422)
    prepared = shown.request
    signed, mask, rest = prepared.string_to_sign.rpartition("•••")
    context: dict[str, Any] = {
        "against": shown.against,
        "prepared": prepared,
        "signed": signed,
        "mask": mask,
        "signed_rest": rest,
        "body": prepared.body.decode("utf-8", errors="replace"),
    }
    return _form_page(request, form, **context)


def _preview(form: PlaceCallForm) -> CallPreview | None:
    """None with the reason in the form, where no request can be made at all."""
    try:
        return services.preview_call(form.draft(), now=timezone.now())
    except OrderRefused as refusal:
        form.add_refusal(refusal)
    except CredentialsRefused as refused:
        text = _("The provider account is not set up, so no request can be built: %(why)s")
        form.add_error(None, text % {"why": refused.message})
    except ValueError as wrong:  # a rule of the provider's about this order; its text names no number
        form.add_error(None, str(wrong))
    return None


def _form_page(request: HttpRequest, form: PlaceCallForm, *, status: int = 200, **context: Any) -> HttpResponse:
    return _page(request, form, status=status, outlook=_outlook(form), **context)


def _new_form(request: HttpRequest) -> HttpResponse:
    """`?account=` and `?agent=` choose these; both are primary keys. Else this person's last call does."""
    recent = _recent(request)
    chosen = {
        "account": _row(ProviderAccount.objects.filter(is_active=True), request.GET.get("account", "")),
        "agent": _row(Agent.objects.active().select_related("account"), request.GET.get("agent", "")),
    }
    form = PlaceCallForm.fresh(recent[0] if recent else None, user=person(request), **chosen)
    return _page(request, form, recent=recent)


def _row(rows: Any, pk: str) -> Any:
    return rows.filter(pk=pk).first() if pk.isascii() and pk.isdigit() and len(pk) < 10 else None


def _recent(request: HttpRequest) -> list[CallRequest]:
    return list(CallRequest.objects.ordered_by(person(request)).for_pages()[:RECENT])


def _page(
    request: HttpRequest,
    form: PlaceCallForm,
    *,
    status: int = 200,
    recent: list[CallRequest] | None = None,
    **context: Any,
) -> HttpResponse:
    template = "dialer/_place_call_form.html" if request.htmx else "dialer/place_call.html"
    if recent is None and not request.htmx:
        recent = _recent(request)
    return render(request, template, {**context, "form": form, "recent": recent}, status=status)
