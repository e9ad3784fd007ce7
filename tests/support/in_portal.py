"""What tests have a portal's own code do, in a process of that portal: `LivePortal.run("upload_list", path=…)`.

Functions that mypy checks, and no scripts in strings: a name that moves is noticed at once, and not by a slow test.
Options and results are JSON. Imported only in that process: what starts a portal need not set up Django.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.files.base import File
from django.utils import timezone

from campaigns.importer.layout import ListLayout
from campaigns.importer.reading import propose_reading
from campaigns.lists import services as list_services
from campaigns.lists.uploads import upload_call_list
from campaigns.models import CallList, Campaign
from dialer.agents import services as agent_services
from dialer.calls import services as call_services
from dialer.models import Agent, AgentStatus, CallRequest, ConnectNumber, DidNumber, ProviderAccount
from dialer.models.call_draft import CallDraft
from dialer.models.call_parties import CallParties
from sheets.reading import Choice


def _supervisor() -> User:
    return User.objects.get(username="supervisor")


# Call lists


def upload_list(*, path: str, campaign: str) -> int:
    """The list's id. It is asked for as proposed."""
    by = _supervisor()
    with open(path, "rb") as file:
        row = upload_call_list(
            campaign=Campaign.objects.get(name=campaign),
            file=File(file, "list.csv"),
            by=by,
            now=timezone.now(),
            read_later=False,
        )
    list_services.inspect_list(row.pk, now=timezone.now())
    row.refresh_from_db()
    layout = propose_reading(row, Choice()).layout
    list_services.read(call_list=row, choice=Choice(), layout=layout, by=by, now=timezone.now())
    return int(row.pk)


def read_list_again(*, pk: int) -> None:
    by, row = _supervisor(), CallList.objects.get(pk=pk)
    layout = ListLayout.from_json(row.columns)
    list_services.map_again(call_list=row, by=by, now=timezone.now())
    list_services.read(call_list=row, choice=Choice(), layout=layout, by=by, now=timezone.now())


# Calls


def place_did_calls(*, callees: list[str]) -> None:
    did = DidNumber.objects.select_related("account").get(number="+442079460001")
    parties = CallParties(did=did, connect_number=ConnectNumber.objects.get(number="+442079460900"))
    by = _supervisor()
    for callee in callees:
        draft = CallDraft(account=did.account, callee=callee, parties=parties)
        call_services.request_call(draft, by=by, now=timezone.now())


def place_agent_calls(*, count: int, start: int) -> list[str]:
    """By agents who are idle; the refusals."""
    by, refused = _supervisor(), []
    free = Agent.objects.filter(status__state="idle", status__call=None).order_by("?")[:count]
    for place, agent in enumerate(free.select_related("account")):
        number = start + place
        callee = f"+1{203 + number // 100}55501{number % 100:02}"
        draft = CallDraft(account=agent.account, callee=callee, parties=CallParties(agent=agent))
        try:
            call_services.request_call(draft, by=by, now=timezone.now())
        except call_services.OrderRefused as exc:
            refused.append(str(exc))
    return refused


# Agents


def ask_agents(*, what: str, agents: list[int]) -> None:
    """To "sign_in" or to "sign_out"."""
    ask = {"sign_in": agent_services.sign_in, "sign_out": agent_services.sign_out}[what]
    by = _supervisor()
    for agent in Agent.objects.filter(agent_id__in=agents):
        ask(agent=agent, by=by, now=timezone.now())


def hang_up(*, reference: str) -> None:
    call = CallRequest.objects.get(reference=reference)
    agent_services.hang_up(call=call, by=_supervisor(), now=timezone.now())


def make_agents(*, count: int) -> list[int]:
    """With the sandbox's password; their ids."""
    account = ProviderAccount.objects.get(env_prefix="CCGATEWAY")
    ids = range(1001, 1001 + count)
    first = Agent(account=account, agent_id=1001, phone="71001")
    first.set_password("agent-password", now=timezone.now())
    Agent.objects.bulk_create(
        [Agent(account=account, agent_id=it, phone=f"7{it}", password_box=first.password_box) for it in ids],
        ignore_conflicts=True,
    )
    AgentStatus.objects.bulk_create(
        [AgentStatus(agent=agent) for agent in Agent.objects.filter(account=account, status=None)]
    )
    ProviderAccount.objects.filter(pk=account.pk).update(requests_per_second=1000)
    return list(ids)
