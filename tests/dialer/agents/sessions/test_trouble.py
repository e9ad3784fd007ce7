"""What a desk does when answers, events, sessions or whole processes are lost."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

from asgiref.sync import sync_to_async
from django.utils import timezone

from dialer.agents import services as agent_services
from dialer.agents.sessions import call_follower, leases, sealed_sessions
from dialer.ledger import sweep
from dialer.models import (
    AgentCommand,
    AgentLogEntry,
    AgentState,
    AgentStatus,
    CallDetailRecord,
    CallRequest,
    EventKind,
    State,
)
from tests.dialer.agents.sessions.conftest import ANSWERED, TIMES, stop
from tests.dialer.agents.sessions.test_calls import kinds


def guid_of(ciphertext):
    return sealed_sessions.unseal_session(ciphertext, now=timezone.now()).guid


def dies(office):
    """The process is gone: nothing is released, and the lease runs out."""
    AgentStatus.objects.update(held_by="00000000-0000-0000-0000-000000000001", held_until="2026-01-01T00:00:00Z")


async def killed(office, task):
    """As kill -9: no ending."""
    for runner_task in list(office.desk._tasks.values()):
        runner_task.cancel()
    office.desk._tasks.clear()
    office.desk.runners.clear()
    office.desk.token = leases.uuid.uuid4()
    await stop(task)
    await sync_to_async(dies)(office)


@asynccontextmanager
async def another_desk(office):
    office.desk = office.new_desk()
    task = asyncio.create_task(office.desk.run())
    try:
        yield
    finally:
        await stop(task)


def test_another_desk_goes_on_with_the_session_and_the_call(open_office):
    office = open_office(speed=0.3)

    async def story():
        first = asyncio.create_task(office.desk.run())
        await office.signed_in()
        call = await office.call(ANSWERED)
        await office.until(office.is_in(AgentState.TALKING), seconds=15)
        await killed(office, first)
        async with another_desk(office):
            return await office.closed(call)

    call = office.run(story, is_open=False)
    gateway = office.gateway_agent()
    assert (call.disposition, gateway.sign_ins, gateway.double_polls) == ("answered", 1, 0)
    assert kinds(call).count(EventKind.TALKS) == 1


def test_a_desk_that_stops_releases_and_keeps_the_agent_signed_in(office):
    async def story():
        task = asyncio.create_task(office.desk.run())
        await office.signed_in()
        await stop(task)

    office.run(story, is_open=False)
    status = office.status()
    assert (status.held_by, status.is_wanted, status.state) == (None, True, AgentState.IDLE)
    assert guid_of(status.session_box) == office.gateway_agent().session.guid


def test_a_desk_that_stops_hands_over_its_poll(open_office):
    """The gateway does not notice that nobody waits for the answer any more."""
    office = open_office(ccgateway_poll_seconds=20)

    async def story():
        task = asyncio.create_task(office.desk.run())
        await office.signed_in()
        await office.until(lambda: office.desk.runners[office.agent.pk].connection.session.listening_for > 0.2)
        await stop(task)
        stopped = await sync_to_async(office.status)()
        polls = office.gateway_agent().polls
        async with another_desk(office):
            command = await office.ask(agent_services.set_ready, ready=False)
            await office.until(lambda: AgentCommand.objects.get(pk=command.pk).done_at)
            assert office.gateway_agent().polls == polls
        return stopped

    stopped = office.run(story, is_open=False)
    left = sealed_sessions.unseal_session(stopped.session_box, now=timezone.now()).polled_for
    assert 0 < left < 11
    assert (stopped.held_by, stopped.is_wanted) == (None, True)


def test_a_session_that_the_gateway_forgot_is_opened_anew(open_office):
    office = open_office(ccgateway_silence_seconds=1.0)

    async def story():
        first = asyncio.create_task(office.desk.run())
        await office.signed_in()
        await killed(office, first)
        await sync_to_async(AgentStatus.objects.update)(session_box="")
        async with another_desk(office):
            await office.until(lambda: office.gateway_agent().sign_ins == 2)
            await office.until(office.is_in(AgentState.IDLE))

    office.run(story, is_open=False)
    assert office.gateway_agent().forced_sign_ins == 0


def test_a_changed_guid_is_saved(open_office):
    office = open_office(ccgateway_guid_seconds=0.5)

    async def story():
        await office.signed_in()
        first = office.status
        box = (await sync_to_async(first)()).session_box
        await office.until(lambda: guid_of(first().session_box) != guid_of(box))
        await asyncio.sleep(1)

    office.run(story)
    assert office.gateway_agent().sign_ins == 1


def test_a_call_whose_events_are_lost_is_closed_by_the_agents_state(open_office, monkeypatch):
    monkeypatch.setattr(call_follower, "SETTLING", 0.5)
    office = open_office()

    async def story():
        await office.signed_in()
        office.sandbox.config = office.sandbox.config.__class__(
            **{**vars(office.sandbox.config), "ccgateway_lose_polls": 1.0}
        )
        return await office.closed(await office.call(ANSWERED))

    call = office.run(story)
    assert (call.state, call.disposition) == (State.ACCEPTED, "unknown")
    closed = call.events.get(kind=EventKind.CLOSED)
    assert "events were lost" in closed.detail


def test_a_lost_answer_is_proven_by_the_agents_events(office):
    async def story():
        await office.signed_in()
        call = await office.call("+447700900784")
        await office.until(lambda: CallRequest.objects.get(pk=call.pk).state == State.IN_DOUBT)
        office.sandbox.gateway.release_call(office.sandbox.gateway.calls[0])
        return await office.closed(call)

    call = office.run(story)
    assert (call.state, call.disposition) == (State.ACCEPTED, "answered")
    assert call.provider_call_id == office.sandbox.gateway.calls[0].call_id
    assert EventKind.PROVEN in kinds(call)
    assert CallDetailRecord.objects.get().reference == call.reference


def test_an_order_that_finds_no_session_is_sent_after_the_next_sign_in(office):
    async def story():
        await office.signed_in()
        office.sandbox.script("447700900000", "session_100006")
        call = await office.call(ANSWERED)
        await office.until(lambda: office.gateway_agent().sign_ins == 2)
        office.sandbox.script("447700900000", None)
        return await office.closed(call)

    call = office.run(story)
    assert (call.state, call.disposition) == (State.ACCEPTED, "answered")
    assert EventKind.NOT_SENT in kinds(call)
    assert len(office.sandbox.gateway.calls) == 1


def test_repeated_and_shuffled_events_change_nothing(open_office):
    office = open_office(ccgateway_repeat=1.0, ccgateway_shuffle=True)

    async def story():
        await office.signed_in()
        results = [await office.closed(await office.call(f"+44770090000{n}")) for n in (0, 1)]
        await office.until(office.is_in(AgentState.IDLE))
        return results

    for call in office.run(story):
        assert (call.state, call.disposition) == (State.ACCEPTED, "answered")
        assert kinds(call).count(EventKind.RESULT) == 1
        assert kinds(call).count(EventKind.TALKS) == 1


def test_an_event_of_a_call_that_we_did_not_order_changes_the_agent_only(office):
    async def story():
        await office.signed_in()
        office.gateway_agent().tell("AgentEvent_Talking", {"caller": "1", "called": "2", "callid": "9-9", "feature": 7})
        await office.until(office.is_in(AgentState.TALKING))
        await office.until(office.is_in(AgentState.IDLE))

    office.run(story)
    assert not CallDetailRecord.objects.exists()


def looks_like_never_answered(call):
    """As the process left it that died before the gateway's answer was written down."""
    CallRequest.objects.filter(pk=call.pk).update(
        state=State.SENDING, provider_call_id="", settled_at=None, lease_token=call.idempotency_key,
        lease_expires_at="2026-01-01T00:00:00Z",
    )  # fmt: skip


def test_an_order_in_a_dead_process_is_proven_by_what_the_next_one_hears(open_office):
    office = open_office(speed=0.5)

    async def story():
        first = asyncio.create_task(office.desk.run())
        await office.signed_in()
        call = await office.call(ANSWERED)
        await office.until(office.is_in(AgentState.RINGING), seconds=15)
        await killed(office, first)
        await sync_to_async(looks_like_never_answered)(call)
        async with another_desk(office):
            await sync_to_async(sweep.expire_leases)(CallRequest, now=timezone.now())
            return await office.closed(call)

    call = office.run(story, is_open=False)
    assert (call.state, call.disposition) == (State.ACCEPTED, "answered")
    assert EventKind.PROVEN in kinds(call)
    assert len(office.sandbox.gateway.calls) == 1


def test_a_desk_that_cannot_renew_its_leases_stops_polling(office):
    async def story():
        await office.signed_in()
        office.desk.times = replace(TIMES, safe=0.0)
        await office.until(lambda: not office.desk.runners)
        polls = office.gateway_agent().polls
        await asyncio.sleep(1)
        assert office.gateway_agent().polls == polls

    office.run(story)
    assert office.gateway_agent().session is not None


def test_a_session_that_could_not_be_saved_goes_on(open_office):
    """The database is away for long, and the gateway changes the Guid before anybody notices."""
    office = open_office(ccgateway_guid_seconds=0.2, ccgateway_guid_overlap=0.0)
    office.desk.times = replace(TIMES, save=60)

    async def story():
        await office.signed_in()
        written = office.desk.runners[office.agent.pk].connection.saved
        await office.until(lambda: office.desk.runners[office.agent.pk].connection.session.saved != written)
        office.desk.times = replace(TIMES, save=60, safe=0.0)
        await office.until(lambda: not office.desk.runners)
        await sync_to_async(dies)(office)
        polls = office.gateway_agent().polls
        office.desk.times = TIMES
        await office.until(lambda: office.gateway_agent().polls > polls + 3)
        return written

    written = office.run(story)
    assert office.gateway_agent().sign_ins == 1
    assert AgentLogEntry.objects.filter(kind="portal_lost").count() == 0
    assert guid_of(office.status().session_box) != written.guid


def test_a_runner_that_fails_does_not_take_the_others_with_it(office, monkeypatch):
    async def story():
        await office.signed_in()
        monkeypatch.setattr("dialer.agents.sessions.store.store_event", None)
        office.gateway_agent().tell("AgentState_Work", None)
        await office.until(lambda: not office.desk.runners)

    office.run(story)
    status = office.status()
    assert status.held_by == office.desk.token or status.held_by is None


def test_what_the_gateway_answers_to_nobody_is_a_lost_session(office):
    async def story():
        await office.signed_in()
        office.gateway_agent().tell("AgentSession_Destroyed", None)
        office.gateway_agent().end_session()
        await office.until(lambda: office.gateway_agent().sign_ins == 2)
        await office.until(office.is_in(AgentState.IDLE))

    office.run(story)


def test_the_gateway_signs_an_agent_out(office):
    async def story():
        await office.signed_in()
        office.gateway_agent().tell("AgentOther_ShutdownService", None)
        await office.until(office.is_in(AgentState.SIGNED_OUT))

    office.run(story)
    assert office.status().reason == "The gateway signed the agent out."
