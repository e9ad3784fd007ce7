"""Parts of the desk that need no gateway."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.agents.sessions import retention, sealed_sessions, sign_in_policy
from dialer.agents.sessions.desk import RenewalTimer
from dialer.agents.sessions.http_lanes import AGENTS_PER_LANE, HttpLanes
from dialer.agents.sessions.notifications import AgentNotifications
from dialer.models import AgentLogEntry
from dialer.support import crypto
from telephony.contract.agents import SavedSession
from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, RequestNotSent, RequestRejected
from tests.support.builders import NOW, make_agent

SESSION = SavedSession(guid="abc.AgentGateway0", cookies=(("NODE", "1"),))


def test_a_session_is_kept_sealed():
    ciphertext = sealed_sessions.seal_session(SESSION, now=NOW)
    assert "AgentGateway0" not in ciphertext
    assert sealed_sessions.unseal_session(ciphertext, now=NOW) == SESSION


def test_the_moment_until_which_the_gateway_holds_a_poll_is_kept():
    ciphertext = sealed_sessions.seal_session(replace(SESSION, polled_for=9.0), now=NOW)
    soon, later = (sealed_sessions.unseal_session(ciphertext, now=NOW + timedelta(seconds=s)) for s in (4, 20))
    assert (soon.polled_for, later.polled_for) == (5.0, 0.0)
    assert soon == later == SESSION


@pytest.mark.parametrize(
    "ciphertext",
    ["", "nonsense", crypto.seal("[]"), crypto.seal('{"guid": "a", "cookies": [1]}')],
    ids=["empty", "nonsense", "no object", "cookies of another form"],  # a sealed text differs each time
)
def test_a_ciphertext_that_cannot_be_opened_is_no_session(ciphertext):
    assert sealed_sessions.unseal_session(ciphertext, now=NOW) is None


@pytest.mark.parametrize(
    ("error", "may_be_ours", "again", "offers_force"),
    [
        (RequestRejected("in already", code="100-002"), False, False, True),
        (RequestRejected("in already", code="100-002"), True, True, False),
        (RequestRejected("wrong password", code="100-004"), True, False, False),
        (CredentialsRefused("no settings"), False, False, False),
        (RequestNotSent("no connection"), False, True, False),
        (OutcomeUnknown("reset"), False, True, False),
    ],
)
def test_what_follows_from_a_refused_sign_in(error, may_be_ours, again, offers_force):
    failure = sign_in_policy.assess_failure(error, may_be_ours=may_be_ours, tries=1)
    assert (failure.retry_in is not None, failure.offers_force) == (again, offers_force)
    assert failure.may_be_signed_in == isinstance(error, OutcomeUnknown)


def test_tries_come_less_often():
    away = RequestNotSent("away")
    failures = [sign_in_policy.assess_failure(away, may_be_ours=False, tries=n) for n in range(1, 8)]
    assert [failure.retry_in for failure in failures] == [2, 4, 8, 16, 30, 30, 30]


def test_twenty_agents_share_a_client():
    lanes = HttpLanes()
    assert [lanes.lane_for(1, agent) for agent in range(AGENTS_PER_LANE + 1)] == [0] * AGENTS_PER_LANE + [1]
    assert lanes.lane_for(2, 100) == 0
    assert lanes.lane_for(1, 3) == 0
    lanes.leave_lane(3)
    assert lanes.lane_for(1, 200) == 0


def test_the_timer_notices_a_clock_that_jumped():
    timer = RenewalTimer()
    assert not timer.has_passed(20)
    monotonic, wall = RenewalTimer.now()
    timer.restart((monotonic, wall - 60))
    assert timer.has_passed(20)
    timer.restart((monotonic - 60, wall))
    assert timer.has_passed(20)


def test_notifications_of_known_agents_claim_nobody():
    async def story():
        notifications = AgentNotifications()
        notifications.receive("7")
        notifications.receive("not a number")
        await notifications.wait(5)
        return notifications.named_others_than([7]), notifications.named_others_than([])

    assert asyncio.run(story()) == (False, False)


def test_a_notification_of_an_unknown_agent_is_noticed():
    async def story():
        notifications = AgentNotifications()
        notifications.receive("7")
        return notifications.named_others_than([8])

    assert asyncio.run(story())


@pytest.mark.django_db
def test_old_events_are_deleted():
    agent = make_agent()
    for days in (29, 31):
        AgentLogEntry.objects.create(agent=agent, at=NOW - timedelta(days=days), kind="AgentState_Ready")
    assert retention.delete_old_entries(now=NOW) == 1
    assert AgentLogEntry.objects.get().at == NOW - timedelta(days=29)
