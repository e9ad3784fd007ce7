"""Valid rows by keyword. Related rows are consistent; nothing is random; numbers are from ranges kept for fiction."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User

from dialer.models import (
    Agent,
    AgentGroup,
    AgentPhone,
    AgentState,
    AgentStatus,
    Attempt,
    CallRequest,
    ConnectNumber,
    DidNumber,
    ProviderAccount,
    State,
)
from dialer.models.call_draft import CallDraft
from dialer.models.call_parties import CallParties

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
CALLEE = "+447700900001"
DID = "+442079460001"
CONNECT_NUMBER = "+442079460900"

_numbers = itertools.count(1)


def make_user(username: str = "sam", *, group: str = "Supervisor", **columns: Any) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, password="pass", **columns)
        if group:
            user.groups.add(Group.objects.get(name=group))
    return user


def make_account(name: str = "NxCloud", **columns: Any) -> ProviderAccount:
    defaults = {"kind": "nxcloud", "env_prefix": "NXCLOUD", "requests_per_second": Decimal(1000)}
    return ProviderAccount.objects.get_or_create(name=name, defaults={**defaults, **columns})[0]


def make_did(number: str = DID, **columns: Any) -> DidNumber:
    account = columns.pop("account", None) or make_account()
    return DidNumber.objects.get_or_create(number=number, defaults={"account": account, **columns})[0]


def make_connect_number(number: str = CONNECT_NUMBER, **columns: Any) -> ConnectNumber:
    return ConnectNumber.objects.get_or_create(number=number, defaults=columns)[0]


def make_agent_group(group_no: str = "NX00000G000001", **columns: Any) -> AgentGroup:
    account = columns.pop("account", None) or make_account()
    return AgentGroup.objects.get_or_create(group_no=group_no, account=account, defaults=columns)[0]


def make_gateway_account(**columns: Any) -> ProviderAccount:
    return make_account("CC-Gateway", **{"kind": "huawei_ccgateway", "env_prefix": "CCGATEWAY", **columns})


def make_aicc_account(**columns: Any) -> ProviderAccount:
    return make_account("AICC", **{"kind": "huawei_aicc", "env_prefix": "AICC", **columns})


def make_agent(agent_id: int = 1001, *, state: str = AgentState.IDLE, **columns: Any) -> Agent:
    """An agent of the gateway with a password; signed in unless `state` says otherwise."""
    account = columns.pop("account", None) or make_gateway_account()
    agent = Agent(account=account, agent_id=agent_id, **{"phone": f"7{agent_id}", **columns})
    agent.set_password("agent-password", now=NOW)
    agent.save()
    AgentStatus.objects.create(agent=agent, state=state, is_wanted=state != AgentState.SIGNED_OUT, since=NOW)
    return agent


def make_agent_phone(number: str = "70001", **columns: Any) -> AgentPhone:
    account = columns.pop("account", None) or make_aicc_account()
    return AgentPhone.objects.get_or_create(number=number, account=account, defaults=columns)[0]


def make_draft(
    callee: str = CALLEE,
    *,
    account: ProviderAccount | None = None,
    did: DidNumber | None = None,
    connect_number: ConnectNumber | None = None,
    agent: Agent | None = None,
    agent_phone: AgentPhone | None = None,
    **fields: Any,
) -> CallDraft:
    """With an agent or an agent's phone where one is given, else with a DID and a Connect number."""
    ours = agent or agent_phone
    if ours is None:
        did, connect_number = did or make_did(), connect_number or make_connect_number()
    parties = CallParties(did=did, connect_number=connect_number, agent=agent, agent_phone=agent_phone)
    found = ours or did
    assert found
    return CallDraft(account=account or found.account, callee=callee, parties=parties, **fields)


def make_call_request(callee: str = CALLEE, *, state: str = State.PENDING, **columns: Any) -> CallRequest:
    """A call in the given state, as the ledger would have left it, with its attempt."""
    ours = columns.get("agent") or columns.get("agent_phone")
    did = columns.pop("did", None) or (None if ours else make_did())
    is_dead = state in (State.REJECTED, State.CANCELLED)
    closed_at = columns.pop("closed_at", NOW if is_dead else None)
    lease = {"lease_token": "0" * 31 + "1", "lease_expires_at": NOW} if state == State.SENDING else {}
    defaults = {
        "account": ours.account if ours else did.account,
        "did": did,
        "callee": callee,
        "connect_number": columns.pop("connect_number", None) or (None if ours else make_connect_number()),
        "requested_by": columns.pop("requested_by", None) or make_user(),
        "requested_at": NOW,
        "not_before": NOW,
        "settled_at": None if state in (State.PENDING, State.SENDING) else NOW,
        "state": state,
        "closed_at": closed_at,
    }
    call = CallRequest.objects.create(**{**defaults, **lease, **columns})
    Attempt.objects.create(
        callee=callee, source="call", source_id=call.pk, opened_at=NOW, closed_at=closed_at, counts=not is_dead
    )
    return call
