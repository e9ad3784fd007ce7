"""One agent's calls from the order to the result, against the simulated gateway."""

from __future__ import annotations

import pytest

from dialer.agents import services as agent_services
from dialer.models import AgentLogEntry, AgentState, CallDetailRecord, Disposition, EventKind, Stage, State
from tests.dialer.agents.sessions.conftest import ANSWERED, BUSY, NO_ANSWER

STAGES = [EventKind.AGENT_RINGS, EventKind.AGENT_ANSWERS, EventKind.RINGS, EventKind.TALKS]


def kinds(call):
    return list(call.events.values_list("kind", flat=True))


def test_a_call_goes_through_all_its_stages(office):
    async def story():
        await office.signed_in()
        call = await office.closed(await office.call(ANSWERED))
        await office.until(office.is_in(AgentState.IDLE))
        return call

    call = office.run(story)
    assert (call.state, call.disposition, call.stage) == (State.ACCEPTED, Disposition.ANSWERED, Stage.TALKING)
    assert [kind for kind in kinds(call) if kind in STAGES] == STAGES
    assert call.provider_call_id == office.sandbox.gateway.calls[0].call_id
    record = CallDetailRecord.objects.get()
    assert (record.source, record.reference) == ("events", call.reference)
    assert office.status().call_id is None
    assert office.gateway_agent().double_polls == 0


@pytest.mark.parametrize(("callee", "disposition"), [(NO_ANSWER, "no_answer"), (BUSY, "busy")])
def test_the_networks_cause_is_the_result(office, callee, disposition):
    async def story():
        await office.signed_in()
        return await office.closed(await office.call(callee))

    call = office.run(story)
    assert call.disposition == disposition
    assert kinds(call).count(EventKind.RESULT) == 1


def test_a_call_is_hung_up_from_the_portal(open_office):
    office = open_office(speed=0.3)

    async def story():
        await office.signed_in()
        call = await office.call(ANSWERED)
        await office.until(office.is_in(AgentState.TALKING), seconds=15)
        await office.ask(agent_services.hang_up, call=call)
        return await office.closed(call)

    call = office.run(story)
    assert call.disposition == Disposition.ANSWERED
    assert CallDetailRecord.objects.get().hangup_reason == "Hung up in the portal"
    assert EventKind.HANG_UP in kinds(call)


def test_every_event_is_kept_once_as_it_came(office):
    async def story():
        await office.signed_in()
        call = await office.closed(await office.call(ANSWERED))
        await office.until(office.is_in(AgentState.IDLE))
        return call

    office.run(story)
    delivered = [event.event_type for event in office.gateway_agent().delivered]
    kept = AgentLogEntry.objects.filter(content__has_key="eventType").order_by("id")
    assert list(kept.values_list("kind", flat=True)) == delivered
