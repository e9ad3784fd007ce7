"""An agent is held by one desk at a time, whatever two database connections do."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest

from dialer.agents.sessions import leases, store
from dialer.agents.sessions.leases import AgentLease, LeaseLost
from dialer.models import AgentState, AgentStatus
from tests.support.builders import NOW, make_agent
from tests.support.committed import committed, race, remove_rows, together

pytestmark = pytest.mark.django_db

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture(autouse=True)
def _remove_what_was_committed() -> Iterator[None]:
    yield
    committed(remove_rows)


def agents(count: int = 1) -> list[int]:
    return committed(lambda: [make_agent(1000 + n).pk for n in range(1, count + 1)])  # type: ignore[no-any-return]


def claim(token: uuid.UUID) -> dict[int, bool]:
    return leases.claim_agents(token, most=10, seconds=15)


def renew(token: uuid.UUID, heard: dict[int, datetime | None]) -> set[int]:
    return leases.renew_leases(token, heard, seconds=15)


def run_out() -> None:
    AgentStatus.objects.update(held_until="2026-01-01T00:00:00Z")


def test_two_desks_never_claim_one_agent():
    (agent,) = agents()
    first, second = race(lambda: claim(ONE), lambda: claim(TWO))
    assert (first, second) == ({agent: False}, {})


def test_agents_are_shared_out_without_an_overlap():
    everybody = agents(20)
    claimed = together(lambda: claim(ONE), lambda: claim(TWO))
    assert sorted([*claimed[0], *claimed[1]]) == everybody


def test_a_lease_that_ran_out_is_claimed_and_said_to_be_dropped():
    (agent,) = agents()
    committed(lambda: claim(ONE))
    assert committed(lambda: claim(TWO)) == {}
    committed(run_out)
    assert committed(lambda: claim(TWO)) == {agent: True}
    assert committed(lambda: renew(ONE, {agent: None})) == set()
    assert committed(lambda: renew(TWO, {agent: NOW})) == {agent}


def test_renewing_and_claiming_at_once_leaves_one_holder():
    (agent,) = agents()
    committed(lambda: claim(ONE))
    committed(run_out)
    renewed, claimed = race(lambda: renew(ONE, {agent: None}), lambda: claim(TWO))
    assert (renewed, claimed) == ({agent}, {})
    committed(run_out)
    claimed, renewed = race(lambda: claim(TWO), lambda: renew(ONE, {agent: None}))
    assert (claimed, renewed) == ({agent: True}, set())


def test_who_lost_an_agent_writes_nothing_of_it():
    (agent,) = agents()
    committed(lambda: claim(TWO))
    with pytest.raises(LeaseLost):
        committed(lambda: store.write_status(AgentLease(agent, ONE), now=NOW, state=AgentState.BUSY))
    assert committed(lambda: AgentStatus.objects.get(agent=agent).state) == AgentState.IDLE


def test_a_released_agent_is_free():
    (agent,) = agents()
    committed(lambda: claim(ONE))
    committed(lambda: leases.release_agents(TWO, [agent]))
    assert committed(lambda: claim(TWO)) == {}
    committed(lambda: leases.release_agents(ONE, [agent]))
    assert committed(lambda: claim(TWO)) == {agent: False}


def test_no_desk_claims_an_agent_that_nobody_wants():
    (agent,) = agents()
    committed(lambda: AgentStatus.objects.filter(agent=agent).update(is_wanted=False))
    assert committed(lambda: claim(ONE)) == {}
