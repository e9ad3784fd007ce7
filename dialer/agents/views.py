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

from dialer.agents import services as agent_services
from dialer.agents.forms import AgentFilterForm
from dialer.agents.presenters import BUTTONS, MOVING, heard_of, row_of, totals_of
from dialer.agents.services import AgentRefused
from dialer.models import Agent, CallRequest
from dialer.web.pagination import page_of
from dialer.web.request_user import person
from dialer.web.responses import live_fragment

# How often, in seconds, the list is asked for while somebody is signed in, and otherwise.
BUSY_POLL, QUIET_POLL = 3, 15
MOST_LINES = 20

DOES: MappingProxyType[str, Callable[..., Any]] = MappingProxyType(
    {
        "sign-in": lambda **who: agent_services.sign_in(**who, force=False),
        "take-over": lambda **who: agent_services.sign_in(**who, force=True),
        "sign-out": lambda **who: agent_services.sign_out(**who, force=False),
        "end-and-sign-out": lambda **who: agent_services.sign_out(**who, force=True),
        "ready": lambda **who: agent_services.set_ready(**who, ready=True),
        "not-ready": lambda **who: agent_services.set_ready(**who, ready=False),
    }
)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_agent", raise_exception=True)
def agent_list(request: HttpRequest) -> HttpResponse:
    form = AgentFilterForm(request.GET)
    page = page_of(form.apply(Agent.objects.listed().for_pages()), request.GET, newest_first=False)
    now = timezone.now()
    rows = [row_of(agent, now=now) for agent in page.rows]
    totals = totals_of()
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "totals": totals,
        "in_list": True,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "live_url": request.get_full_path(),
        "poll_seconds": BUSY_POLL if any(row.state in MOVING for row in rows) else QUIET_POLL,
    }
    if not request.htmx:
        return render(request, "dialer/agent_list.html", context)
    shown = [page.previous_url, page.next_url, totals, *(row.version for row in rows)]
    return live_fragment(request, "dialer/_agents.html", context, version=shown)


@require_GET
@vary_on_headers("HX-Request")
@permission_required("dialer.view_agent", raise_exception=True)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = _context(get_object_or_404(Agent.objects.for_pages(), pk=pk))
    if not request.htmx:
        return render(request, "dialer/agent_detail.html", context)
    return live_fragment(request, "dialer/_agent.html", context, version=_version(context))


def _context(agent: Agent) -> dict[str, Any]:
    """Four queries; the page is polled."""
    calls = CallRequest.objects.for_pages().filter(agent=agent)
    return {
        "row": row_of(agent, now=timezone.now()),
        "commands": list(agent.commands.select_related("by", "call")[:MOST_LINES]),
        "log": [heard_of(entry) for entry in agent.log.select_related("call")[:MOST_LINES]],
        "calls": list(calls.order_by("-pk")[:MOST_LINES]),
        "poll_seconds": BUSY_POLL,
    }


def _version(context: dict[str, Any]) -> tuple[Any, ...]:
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
    """One of agent_pages.BUTTONS. What takes something away from somebody has a page that asks first."""
    if action not in BUTTONS:
        raise Http404
    agent = get_object_or_404(Agent.objects.for_pages(), pk=pk)
    if request.method == "GET":
        if not BUTTONS[action].asks_first:
            return HttpResponseNotAllowed(["POST"])
        return render(
            request, "dialer/agent_confirm.html", {"row": row_of(agent, now=timezone.now()), "action": action}
        )
    try:
        _do(request, agent, action)
    except AgentRefused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseClientRefresh() if request.htmx else _back(request, agent)
    return _done(request, agent)


def _do(request: HttpRequest, agent: Agent, action: str) -> None:
    by, now = person(request), timezone.now()
    if action == "hang-up":
        calls = CallRequest.objects.for_pages().filter(agent=agent)
        call = get_object_or_404(calls, reference=slugify(request.POST.get("call", "")))
        agent_services.hang_up(call=call, by=by, now=now)
    else:
        DOES[action](agent=agent, by=by, now=now)


def _done(request: HttpRequest, agent: Agent) -> HttpResponse:
    if not request.htmx:
        return _back(request, agent)
    agent = Agent.objects.for_pages().get(pk=agent.pk)
    if _is_from_list(request):
        context = {"row": row_of(agent, now=timezone.now()), "in_list": True}
        return render(request, "dialer/_agent_row.html", context)
    return render(request, "dialer/_agent.html", _context(agent))


def _is_from_list(request: HttpRequest) -> bool:
    return "list" in request.GET


def _back(request: HttpRequest, agent: Agent) -> HttpResponse:
    return redirect(reverse("agents:list") if _is_from_list(request) else reverse("agents:detail", args=[agent.pk]))
