"""One chunk of a campaign as the provider got it."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from campaigns.models import Campaign, Entry, ProviderTask, StartupType
from campaigns.paging import page_in_order
from dialer import history, limits
from dialer.answers import live_fragment
from dialer.models import State

POLL_SECONDS = 3


@require_GET
@vary_on_headers("HX-Request")
@permission_required("campaigns.view_campaign", raise_exception=True)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    tasks = ProviderTask.objects.select_related("campaign", "account", "requested_by", "resolved_by")
    task = get_object_or_404(tasks, reference=reference)
    context = {
        "task": task,
        "State": State,
        "CampaignState": Campaign.State,
        "steps": history.steps_of(task),
        "exchanges": history.exchanges_of(task.reference),
        "page": page_in_order(task.entries.all(), request.GET),
        "open_entries": task.entries.filter(state__in=[Entry.State.ORDERED, Entry.State.IN_DOUBT]).count(),
        "starts_by_hand": task.campaign.startup_type != StartupType.IMMEDIATE,
        "result_due": task.settled_at and task.settled_at + limits.task_result_window(),
        "live_url": request.get_full_path(),
        "poll_seconds": POLL_SECONDS,
    }
    if not request.htmx:
        return render(request, "campaigns/task_detail.html", context)
    version = (
        (task.state, task.reason, task.attempts, task.closed_at, context["open_entries"]),
        (task.campaign.state, task.account.is_active, task.account.suspended_at),
        (len(context["steps"]), len(context["exchanges"])),
        [(row.pk, row.state, row.disposition, row.reason) for row in context["page"].rows],
    )
    return live_fragment(request, "campaigns/_task.html", context, version=version, is_over=task.closed_at is not None)
