"""Who is signed in to the contact centre, and what may be asked of an agent."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from dialer.agents import services
from dialer.agents.forms import AgentFilterForm
from dialer.agents.presenters import ATTENDED, BUTTONS, agent_row, count_agents, log_line
from dialer.agents.services import AgentRefused
from dialer.models import Agent, CallRequest
from dialer.web.pagination import page_of
from dialer.web.request_user import person
from dialer.web.responses import live_fragment

BUSY_POLL, QUIET_POLL = 3, 15
"""Seconds after which a page asks again, while a desk looks after a listed agent, and otherwise."""
MOST_LINES = 20

ACTIONS: MappingProxyType[str, Callable[..., Any]] = MappingProxyType(
    {
        "sign-in": lambda **who: services.sign_in(**who, force=False),
        "take-over": lambda **who: services.sign_in(**who, force=True),
        "sign-out": lambda **who: services.sign_out(**who, force=False),
        "end-and-sign-out": lambda **who: services.sign_out(**who, force=True),
        "ready": lambda **who: services.set_ready(**who, ready=True),
        "not-ready": lambda **who: services.set_ready(**who, ready=False),
    }
)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_agent", raise_exception=True)
def agent_list(request: HttpRequest) -> HttpResponse:
    form = AgentFilterForm(request.GET)
    page = page_of(form.apply(Agent.objects.listed().for_pages()), request.GET, newest_first=False)
    now = timezone.now()
    rows = [agent_row(agent, now=now) for agent in page.rows]
    totals = count_agents()
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "totals": totals,
        "in_list": True,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "live_url": request.get_full_path(),
        "poll_seconds": BUSY_POLL if any(row.state in ATTENDED for row in rows) else QUIET_POLL,
    }
    if not request.htmx:
        return render(request, "dialer/agent_list.html", context)
    shown = [page.previous_url, page.next_url, totals, *(row.version for row in rows)]
    return live_fragment(request, "dialer/_agents.html", context, version=shown)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_agent", raise_exception=True)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = _detail_context(get_object_or_404(Agent.objects.for_pages(), pk=pk))
    if not request.htmx:
        return render(request, "dialer/agent_detail.html", context)
    return live_fragment(request, "dialer/_agent.html", context, version=_version_of_detail(context))


def _detail_context(agent: Agent) -> dict[str, Any]:
    """Four queries; the page is polled."""
    calls = CallRequest.objects.for_pages().filter(agent=agent)
    return {
        "row": agent_row(agent, now=timezone.now()),
        "commands": list(agent.commands.select_related("by", "call")[:MOST_LINES]),
        "log": [log_line(entry) for entry in agent.log.select_related("call")[:MOST_LINES]],
        "calls": list(calls.order_by("-pk")[:MOST_LINES]),
        "poll_seconds": BUSY_POLL,
    }


def _version_of_detail(context: dict[str, Any]) -> tuple[Any, ...]:
    agent = context["row"].agent
    facts = (agent.skills, agent.auto_answer, agent.auto_idle, agent.is_active, bool(agent.password_box))
    commands = [(row.pk, row.done_at, row.error) for row in context["commands"]]
    calls = [(row.pk, row.state, row.stage, row.disposition, row.closed_at) for row in context["calls"]]
    return (*context["row"].version, *facts, commands, [line.entry.pk for line in context["log"]], calls)


@never_cache
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@permission_required("dialer.use_agent", raise_exception=True)
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """One of presenters.BUTTONS. What takes something away from somebody has a page that asks first."""
    if action not in BUTTONS:
        raise Http404
    agent = get_object_or_404(Agent.objects.for_pages(), pk=pk)
    if request.method == "GET":
        if not BUTTONS[action].asks_first:
            return HttpResponseNotAllowed(["POST"])
        return render(
            request, "dialer/agent_confirm.html", {"row": agent_row(agent, now=timezone.now()), "action": action}
        )
    try:
        _carry_out(request, agent, action)
    except AgentRefused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseClientRefresh() if request.htmx else _redirect_back(request, agent)
    if not request.htmx:
        return _redirect_back(request, agent)
    agent = Agent.objects.for_pages().get(pk=agent.pk)
    if "list" in request.GET:
        context = {"row": agent_row(agent, now=timezone.now()), "in_list": True}
        return render(request, "dialer/_agent_row.html", context)
    return render(request, "dialer/_agent.html", _detail_context(agent))


def _carry_out(request: HttpRequest, agent: Agent, action: str) -> None:
    by, now = person(request), timezone.now()
    if action == "hang-up":
        calls = CallRequest.objects.for_pages().filter(agent=agent)
        call = get_object_or_404(calls, reference=slugify(request.POST.get("call", "")))
        services.hang_up(call=call, by=by, now=now)
    else:
        ACTIONS[action](agent=agent, by=by, now=now)


def _redirect_back(request: HttpRequest, agent: Agent) -> HttpResponse:
    """To the page whose button was pressed."""
    is_from_list = "list" in request.GET
    return redirect(reverse("agents:list") if is_from_list else reverse("agents:detail", args=[agent.pk]))
