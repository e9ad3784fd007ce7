"""The list of campaigns, one campaign, and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from campaigns.lists.forms import UploadForm
from campaigns.models import CallList, Campaign, Entry
from campaigns.pacing import next_pass
from campaigns.pages import request_preview
from campaigns.pages.forms import CampaignFilterForm, CampaignForm, LimitsForm, NumbersForm
from campaigns.pages.retry_and_pace_fields import AgainForm
from campaigns.planning import progress, services
from campaigns.planning.services import TransitionRefused
from campaigns.policy import account_fit, safeguards
from campaigns.policy.evaluator import has_budget
from dialer.web.formats import grouped
from dialer.web.pagination import Page, page_of, with_cursor
from dialer.web.request_user import person
from dialer.web.responses import go_to, live_fragment
from telephony import registry
from telephony.contract.errors import CredentialsRefused

PAGE_SIZE = 25
MOST_TASKS, MOST_LISTS, MOST_EVENTS = 20, 50, 30
# How often, in seconds, a page is asked for while something on it moves, and otherwise.
BUSY_POLL, QUIET_POLL = 3, 15

FORMS = {Campaign.State.DRAFT: CampaignForm, Campaign.State.PAUSED: LimitsForm}
"""What may be edited in which state."""
SEVERAL = ("dids", "agent_phones", "dnc_lists", "weekdays")
"""Fields of these forms that may have several values."""
ACTIONS = {
    "start": (services.start_campaign, gettext_lazy("Started. The first numbers are being handed over.")),
    "pause": (services.pause_campaign, gettext_lazy("Paused. No more numbers are handed over.")),
    "resume": (services.resume_campaign, gettext_lazy("Resumed. The next numbers are being handed over.")),
    "stop": (
        services.stop_campaign,
        gettext_lazy("Stopped. Numbers that have not been handed over will not be called."),
    ),
}


@require_GET
@vary_on_headers("HX-Request")
@permission_required("campaigns.view_campaign", raise_exception=True)
def campaign_list(request: HttpRequest) -> HttpResponse:
    form = CampaignFilterForm(request.GET)
    page = page_of(form.apply(Campaign.objects.for_pages()), request.GET, size=PAGE_SIZE)
    totals = progress.of_campaigns(page.rows)
    rows = [{"campaign": row, "settled": totals[row.pk][0], "total": totals[row.pk][1]} for row in page.rows]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "is_filtered": bool(request.GET.get("state")),
        "live_url": request.path + with_cursor(request.GET),
        "poll_seconds": BUSY_POLL if any(row.state == Campaign.State.RUNNING for row in page.rows) else QUIET_POLL,
    }
    if not request.htmx:
        return render(request, "campaigns/campaign_list.html", context)
    shown = [(row.pk, row.name, row.state, row.trouble, row.account.name, totals[row.pk]) for row in page.rows]
    return live_fragment(
        request, "campaigns/_campaigns.html", context, version=(page.previous_url, page.next_url, shown)
    )


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@permission_required("campaigns.add_campaign", raise_exception=True)
def create(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _form_page(request, CampaignForm(initial=_typed(request)))
    form = CampaignForm(request.POST)
    if form.is_valid():
        try:
            columns = form.columns()
            related = {name: columns[name] for name in services.RELATED if name in columns}
            campaign = services.create_campaign(
                campaign=form.instance, by=person(request), now=timezone.now(), related=related
            )
        except IntegrityError:
            # Somebody took the name after the form had looked.
            form.add_error("name", _("A campaign with this name already exists."))
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The campaign is a draft. Upload a call list, then start it."))
            return go_to(request, campaign)
    return _form_page(request, form, status=422)


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@permission_required("campaigns.change_campaign", raise_exception=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
    kind: Any = FORMS.get(Campaign.State(campaign.state))
    if kind is None:
        messages.warning(request, _("The campaign has been started, so you cannot edit it. Pause it first."))
        return go_to(request, campaign)
    if request.method == "GET":
        return _form_page(request, kind(instance=campaign, initial=_typed(request)), campaign=campaign)
    form = kind(request.POST, instance=campaign)
    if form.is_valid():
        try:
            services.edit_campaign(campaign=campaign, by=person(request), columns=form.columns())
        except TransitionRefused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Saved."))
        return go_to(request, campaign)
    return _form_page(request, form, campaign=campaign, status=422)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was entered before another channel or account was chosen."""
    return {name: values if name in SEVERAL else values[-1] for name, values in request.GET.lists()}


def _form_page(
    request: HttpRequest, form: CampaignForm | LimitsForm, *, campaign: Campaign | None = None, status: int = 200
) -> HttpResponse:
    """The whole form, or after another choice only what depends on it: the rest keeps what is being typed."""
    if not request.htmx:
        template = "campaigns/campaign_form.html"
    elif request.method == "GET":
        template = "campaigns/_campaign_form_channel.html"
    else:
        template = "campaigns/_campaign_form.html"
    return render(request, template, {"form": form, "campaign": campaign}, status=status)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("campaigns.view_campaign", raise_exception=True)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.for_pages(), pk=pk)
    if not request.htmx:
        return detail_page(request, campaign)
    context = _context(request, campaign)
    return live_fragment(
        request,
        "campaigns/_campaign.html",
        context,
        version=_version(context),
        is_over=campaign.is_over and not context["is_moving"],
    )


def detail_page(
    request: HttpRequest, campaign: Campaign, *, upload_form: UploadForm | None = None, status: int = 200
) -> HttpResponse:
    """The whole page; the upload form stands beside what is polled, so that a chosen file stays chosen."""
    context = {**_context(request, campaign), **_facts(campaign), "upload_form": upload_form or UploadForm()}
    return render(request, "campaigns/campaign_detail.html", context, status=status)


def _context(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """Eight queries at most; the page is polled."""
    numbers_url = reverse("campaigns:campaign_numbers", args=[campaign.pk])
    has_entries = Exists(Entry.objects.filter(call_list=OuterRef("pk")))
    lists = list(campaign.call_lists.annotate(has_entries=has_entries).order_by("-pk")[:MOST_LISTS])
    # A list that is being read, or was dropped, may have rows in the table, too, which are no numbers of the campaign.
    unsure = [row for row in lists if row.has_entries and row.state != CallList.State.READY]
    done = progress.of_campaign(campaign, without=unsure)
    is_reading = any(not row.is_settled for row in lists)
    waits_for_you = [row for row in lists if row.state in (CallList.State.MAPPING, CallList.State.CHECKED)]
    is_moving = campaign.state == Campaign.State.RUNNING or done.is_moving or is_reading
    cursor: dict[str, Any] = {
        name: request.GET[name] for name in ("before", "after") if request.GET.get(name, "").isdigit()
    }
    return {
        "campaign": campaign,
        "progress": done,
        "segments": done.segments(),
        "held_segments": done.held_segments(numbers_url),
        "numbers_url": numbers_url,
        "needs_approval": safeguards.needs_approval(campaign) and not campaign.is_over,
        "currency": safeguards.currency_of(campaign) if has_budget(campaign) else "",
        "estimated": safeguards.ordered_cost(campaign) if has_budget(campaign) else None,
        "call_lists": lists,
        **_handed_over(request, campaign),
        "again_form": AgainForm(counts=counts) if (counts := next_pass.count_outcomes(campaign, done)) else None,
        "events": list(campaign.events.select_related("by").order_by("-pk")[:MOST_EVENTS]),
        "actions": services.LEGAL_ACTIONS.get(campaign.state, ()),
        "is_reading": is_reading,
        "waits_for_you": waits_for_you,
        "cannot_start": is_reading or bool(waits_for_you) or not done.waiting,
        "starts_by_hand": campaign.is_started_by_hand and not campaign.is_over,
        "is_moving": is_moving,
        "live_url": request.path + with_cursor(request.GET, **cursor),
        "poll_seconds": BUSY_POLL if is_moving else QUIET_POLL,
    }


def _handed_over(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """What the provider got: portions of the list, or calls."""
    if campaign.is_by_task:
        return {"task_page": page_of(campaign.tasks.all(), request.GET, size=MOST_TASKS)}
    paced = campaign.paced_calls.select_related("call__did", "call__connect_number", "call__agent", "call__agent_phone")
    shows_agents = account_fit.has_field(campaign, "agent_phone") or account_fit.has_field(campaign, "agent_id")
    return {"call_page": page_of(paced, request.GET, size=MOST_TASKS), "shows_agents": shows_agents}


def _facts(campaign: Campaign) -> dict[str, Any]:
    """Settings that stand beside the part that is polled."""
    if campaign.is_by_task:
        return {}
    kind = registry.KINDS[campaign.account.kind]
    return {
        "our_side": account_fit.columns_of(kind),
        "agents_call": account_fit.needs_field(campaign, "agent_id"),
        "needs_did": account_fit.needs_field(campaign, "did"),
        "tells_the_end": account_fit.reports_call_end(kind),
        "agent_phones": list(campaign.agent_phones.all()),
        "dids": list(campaign.dids.all()),
        "retry_rules": list(campaign.retry_rules.all()),
    }


def _version(context: dict[str, Any]) -> tuple[Any, ...]:
    """Everything on the page that can change while it is open."""
    campaign = context["campaign"]
    return (
        (campaign.state, campaign.trouble, campaign.started_at, campaign.ended_at),
        (context["needs_approval"], context["estimated"], campaign.approved_at),
        context["progress"],
        [(row.pk, row.state, row.bytes_read, row.rows, row.error) for row in context["call_lists"]],
        [
            (row.pk, row.state, row.reason, row.closed_at, row.sent_at)
            for row in context.get("task_page", Page([])).rows
        ],
        [
            (row.pk, row.call.state, row.call.reason, row.call.disposition, row.call.closed_at)
            for row in context.get("call_page", Page([])).rows
        ],
        [row.pk for row in context["events"]],
    )


@require_GET
@permission_required("campaigns.view_campaign", raise_exception=True)
def numbers(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbers of a campaign that have one state or one reason."""
    campaign = get_object_or_404(Campaign.objects.for_pages(), pk=pk)
    form = NumbersForm(request.GET)
    context = {
        "campaign": campaign,
        "form": form,
        "page": page_of(form.apply(campaign.entries.select_related("call_list")), request.GET, newest_first=False),
    }
    return render(request, "campaigns/numbers.html", context)


@require_POST
@permission_required("campaigns.approve_campaign", raise_exception=True)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.for_pages(), pk=pk)
    try:
        safeguards.approve(campaign=campaign, by=person(request), now=timezone.now())
    except safeguards.ApprovalRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Approved. The campaign can start."))
    return go_to(request, campaign)


@require_POST
@permission_required("campaigns.run_campaign", raise_exception=True)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Another pass over the numbers whose outcome was ticked."""
    campaign = get_object_or_404(Campaign.objects.for_pages(), pk=pk)
    form = AgainForm(request.POST, counts=next_pass.count_outcomes(campaign, progress.of_campaign(campaign)))
    if not form.is_valid():
        messages.warning(request, " ".join(str(error) for error in form.errors.get("outcomes", ())))
        return go_to(request, campaign)
    try:
        count = next_pass.start_pass(
            campaign=campaign, outcomes=form.cleaned_data["outcomes"], by=person(request), now=timezone.now()
        )
    except TransitionRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        text = ngettext(
            "%(n)s number waits for another call. Resume the campaign when you are ready.",
            "%(n)s numbers wait for another call. Resume the campaign when you are ready.",
            count,
        )
        messages.success(request, text % {"n": grouped(count)})
    return go_to(request, campaign)


@require_GET
@permission_required("campaigns.view_campaign", raise_exception=True)
@never_cache
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The request of the next chunk as it would leave now. Nothing is stored, nothing is sent."""
    campaign = get_object_or_404(Campaign.objects.for_pages(), pk=pk)
    context: dict[str, Any] = {"campaign": campaign}
    try:
        chunk = request_preview.preview_next(campaign, now=timezone.now())
    except CredentialsRefused as exc:
        context["problem"] = exc.message
    except ValueError as exc:
        context["problem"] = str(exc)
    else:
        context["chunk"] = chunk
        if chunk:
            context["signed"], context["mask"], context["signed_rest"] = chunk.string_to_sign.rpartition("•••")
    return render(request, "campaigns/preview.html", context)


@require_POST
@permission_required("campaigns.run_campaign", raise_exception=True)
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    if action not in ACTIONS:
        raise Http404
    campaign = get_object_or_404(Campaign.objects.for_pages(), pk=pk)
    service, done = ACTIONS[action]
    try:
        service(campaign=campaign, by=person(request), now=timezone.now())
    except TransitionRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, str(done))
    if not request.htmx:
        return redirect(campaign)
    # The path of this request is the button's, not the page's that goes on asking.
    context = _context(request, campaign) | {"live_url": campaign.get_absolute_url()}
    return render(request, "campaigns/_campaign_acted.html", context)
