"""One chunk of a campaign as the provider got it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from campaigns.models import Campaign, Entry, ProviderTask, StartupType
from campaigns.planning import services
from dialer.calls import timeline
from dialer.models import State
from dialer.support import timing
from dialer.web.pagination import page_of
from dialer.web.request_user import person
from dialer.web.responses import go_to, live_fragment

POLL_SECONDS = 3


@require_GET
@vary_on_headers("HX-Request")
@permission_required("campaigns.view_campaign", raise_exception=True)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    tasks = ProviderTask.objects.select_related("campaign", "account", "requested_by", "resolved_by")
    task = get_object_or_404(tasks, reference=reference)
    can_give_back = task.state == State.REJECTED and task.campaign.state != Campaign.State.STOPPED
    context = {
        "task": task,
        "State": State,
        "CampaignState": Campaign.State,
        "steps": timeline.steps_of(task),
        "exchanges": timeline.exchanges_of(task.reference),
        "page": page_of(task.entries.all(), request.GET, newest_first=False),
        "to_give_back": task.entries.filter(state=Entry.State.NOT_CALLED).count() if can_give_back else 0,
        "open_entries": task.entries.still_open().count(),
        "starts_by_hand": task.campaign.startup_type != StartupType.IMMEDIATE,
        "result_due": task.settled_at and task.settled_at + timing.task_result_window(),
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


@require_POST
@permission_required("campaigns.run_campaign", raise_exception=True)
def give_back(request: HttpRequest, reference: str) -> HttpResponse:
    task = get_object_or_404(ProviderTask.objects.select_related("campaign"), reference=reference)
    try:
        count = services.give_back(task=task, by=person(request), now=timezone.now())
    except services.TransitionRefused as refusal:
        messages.warning(request, str(refusal))
        return go_to(request, task)
    text = ngettext("%(n)d number is waiting for a new chunk.", "%(n)d numbers are waiting for a new chunk.", count)
    messages.success(request, text % {"n": count})
    return go_to(request, task.campaign)
