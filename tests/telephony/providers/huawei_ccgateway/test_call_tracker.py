from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.contract.vocabulary import CallStage, Direction, Disposition
from telephony.providers.huawei_ccgateway.call_tracker import CallTracker
from telephony.providers.huawei_ccgateway.events import parse
from tests.telephony.providers.huawei_ccgateway.gateway import AGENT, CALL_ID, event_of

START = datetime(2024, 1, 1, tzinfo=UTC)
STAGES = list(CallStage)

ALERTING = event_of("AgentOther_PhoneAlerting")
OFF_HOOK = event_of("AgentOther_PhoneOffhook", {"type": "main"})
OCCUPIED = event_of("AgentState_Busy")
RINGS = event_of("AgentEvent_Customer_Alerting", {"callid": CALL_ID, "otherPhone": "447700900001"})
TALKS = event_of(
    "AgentEvent_Talking", {"callid": CALL_ID, "caller": "12025550142", "called": "447700900001", "feature": 7}
)
OUT_FAIL = event_of("AgentEvent_Call_Out_Fail", CALL_ID)
CONNECT_FAIL = event_of("AgentEvent_Connect_Fail", CALL_ID)
PHONE_DOWN = event_of("AgentOther_PhoneRelease", {"phoneState": 3})
AGENT_DOWN = event_of("AgentOther_PhoneRelease", {"phoneState": 2})
RELEASED = event_of("AgentEvent_Call_Release", CALL_ID)
LEFT = event_of("AgentEvent_Customer_Release", {"callid": CALL_ID, "number": "447700900001"})
READY = event_of("AgentState_Ready")


def cause(desc: str, code: int = 486) -> dict[str, Any]:
    return event_of("OUTBOUND_DETECT_EVENT", {"callId": CALL_ID, "detect": code, "desc": desc})


NO_ANSWER = [ALERTING, OFF_HOOK, OCCUPIED, RINGS, PHONE_DOWN, OUT_FAIL, CONNECT_FAIL, READY]
# The order table of devg 1423 and 4029, and what each row comes to.
TABLE: dict[str, tuple[list[dict[str, Any]], bool, Disposition, str]] = {
    "agent does not pick up": (
        [ALERTING, OUT_FAIL, CONNECT_FAIL, PHONE_DOWN],
        False,
        Disposition.FAILED,
        "The agent did not answer",
    ),
    "agent rejects": ([ALERTING, OUT_FAIL, CONNECT_FAIL, AGENT_DOWN], False, Disposition.FAILED, "The agent did not"),
    "agent's phone is busy": (
        [event_of("AgentOther_PhoneBusy"), OUT_FAIL, CONNECT_FAIL],
        False,
        Disposition.FAILED,
        "The agent's phone could not",
    ),
    "agent does not pick up, with a cause": (
        [ALERTING, OUT_FAIL, CONNECT_FAIL, PHONE_DOWN, cause("no answer")],
        False,
        Disposition.FAILED,
        "The agent did not answer",
    ),
    "answered, callee leaves": (
        [ALERTING, OFF_HOOK, OCCUPIED, RINGS, TALKS, LEFT, PHONE_DOWN, READY],
        False,
        Disposition.ANSWERED,
        "The callee hung up",
    ),
    "answered, agent leaves": (
        [ALERTING, OFF_HOOK, RINGS, TALKS, RELEASED, LEFT, AGENT_DOWN, READY],
        False,
        Disposition.ANSWERED,
        "The agent hung up",
    ),
    "answered, portal releases": (
        [ALERTING, OFF_HOOK, RINGS, TALKS, RELEASED, LEFT, PHONE_DOWN, READY],
        True,
        Disposition.ANSWERED,
        "Hung up in the portal",
    ),
    "portal releases while it rings": (
        [ALERTING, OFF_HOOK, RINGS, RELEASED, LEFT, PHONE_DOWN, READY],
        True,
        Disposition.CANCELLED,
        "Hung up in the portal",
    ),
    "agent hangs up while it rings": (
        [ALERTING, OFF_HOOK, RINGS, AGENT_DOWN, OUT_FAIL, CONNECT_FAIL, READY],
        False,
        Disposition.NO_ANSWER,
        "The callee did not answer",
    ),
    "agent leaves the call while it rings": (
        [ALERTING, OFF_HOOK, RINGS, RELEASED, LEFT, AGENT_DOWN, READY],
        False,
        Disposition.CANCELLED,
        "The agent hung up before",
    ),
    "callee does not answer": (NO_ANSWER, False, Disposition.NO_ANSWER, "The callee did not answer"),
    "callee is busy": ([*NO_ANSWER, cause("User busy")], False, Disposition.BUSY, "User busy"),
    "callee rejects": ([*NO_ANSWER, cause("call rejected")], False, Disposition.NO_ANSWER, "call rejected"),
    "callee's phone is off": ([*NO_ANSWER, cause("用户关机")], False, Disposition.FAILED, "用户关机"),
    "caller ID is not allowed": (
        [ALERTING, OFF_HOOK, OUT_FAIL, CONNECT_FAIL, PHONE_DOWN, cause("", 1552)],
        False,
        Disposition.FAILED,
        "The calling number is not allowed",
    ),
    "a cause that nobody knows": (
        [*NO_ANSWER, cause("cause 7f")],
        False,
        Disposition.NO_ANSWER,
        "The callee did not answer (cause 7f)",
    ),
    "fails before it rings": (
        [ALERTING, OFF_HOOK, OUT_FAIL, CONNECT_FAIL, PHONE_DOWN, READY],
        False,
        Disposition.FAILED,
        "The call failed before",
    ),
}


def feed(tracker: CallTracker, event: dict[str, Any], *, second: int = 0) -> None:
    parsed = parse(event, agent_id=AGENT)
    assert parsed is not None
    tracker.feed(parsed, at=START + timedelta(seconds=second))


def tracked(*events: dict[str, Any], asked: bool = False, call_id: str = CALL_ID) -> CallTracker:
    tracker = CallTracker(call_id=call_id)
    for second, event in enumerate(events):
        feed(tracker, event, second=second)
    if asked:
        tracker.hang_up_asked()
    return tracker


@pytest.mark.parametrize("row", TABLE)
def test_the_order_table_ends_as_it_should(row: str) -> None:
    events, asked, disposition, reason = TABLE[row]
    tracker = tracked(*events, asked=asked)
    record = tracker.record()

    assert tracker.over
    assert record.disposition is disposition
    assert record.hangup_reason.startswith(reason)
    assert (record.provider_call_id, record.direction) == (CALL_ID, Direction.OUTBOUND)


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]], int, str]:
    """A row of the table in any order and with repetitions, when the hang-up was asked, and the id from the answer."""
    row = draw(st.sampled_from(sorted(TABLE)))
    events = TABLE[row][0]
    again = draw(st.lists(st.sampled_from(events), max_size=4))
    order = draw(st.permutations([*events, *again]))
    return row, order, draw(st.integers(0, len(order))), draw(st.sampled_from([CALL_ID, ""]))


@given(shuffled())
def test_no_order_and_no_repetition_changes_the_end_or_goes_back_a_stage(
    case: tuple[str, list[dict[str, Any]], int, str],
) -> None:
    row, events, asked_at, call_id = case
    _, asked, disposition, reason = TABLE[row]
    tracker = CallTracker(call_id=call_id)
    reached = -1
    for second, event in enumerate(events):
        if asked and second == asked_at:
            tracker.hang_up_asked()
        feed(tracker, event, second=second)
        now = STAGES.index(tracker.stage) if tracker.stage else -1
        assert now >= reached
        reached = now
    if asked and asked_at == len(events):
        tracker.hang_up_asked()

    record = tracker.record()
    assert tracker.over
    assert record.disposition is disposition
    # Who put the phone down stands in an event without a call id, so it is told only where the order allows it.
    assert record.hangup_reason.startswith(reason) or disposition is Disposition.ANSWERED
    assert record.talk_seconds is None or record.talk_seconds >= 0
    named = any(event in events for event in (RINGS, TALKS, OUT_FAIL, CONNECT_FAIL))
    assert record.provider_call_id == (CALL_ID if call_id or named else "")


def test_the_stages_advance_as_the_events_tell() -> None:
    tracker = CallTracker(call_id=CALL_ID)
    assert (tracker.stage, tracker.over) == (None, False)
    wanted = [
        (ALERTING, CallStage.AGENT_RINGING),
        (OFF_HOOK, CallStage.AGENT_ANSWERED),
        (OCCUPIED, CallStage.AGENT_ANSWERED),
        (RINGS, CallStage.RINGING),
        (TALKS, CallStage.TALKING),
        (PHONE_DOWN, CallStage.ENDED),
    ]
    for event, stage in wanted:
        feed(tracker, event)
        assert tracker.stage is stage


def test_the_record_has_numbers_and_times() -> None:
    record = tracked(ALERTING, OFF_HOOK, RINGS, TALKS, TALKS, READY, LEFT).record()

    assert (record.caller, record.callee) == ("12025550142", "447700900001")
    assert record.started_at == START
    assert record.answered_at == START + timedelta(seconds=3)
    assert record.ended_at == START + timedelta(seconds=6)
    assert record.talk_seconds == 3


def test_a_call_that_is_not_over_is_unknown() -> None:
    record = tracked(ALERTING, OFF_HOOK, RINGS).record()

    assert (record.disposition, record.ended_at, record.hangup_reason) == (Disposition.UNKNOWN, None, "")


def test_a_late_cause_does_not_touch_an_answered_call() -> None:
    record = tracked(ALERTING, OFF_HOOK, RINGS, TALKS, LEFT, cause("User busy")).record()

    assert (record.disposition, record.hangup_code) == (Disposition.ANSWERED, "")


def test_events_of_another_call_are_ignored() -> None:
    other = "1419240999-3"
    tracker = tracked(
        ALERTING,
        OFF_HOOK,
        event_of("AgentEvent_Talking", {"callid": other, "feature": 0}),
        event_of("AgentEvent_Call_Release", other),
        event_of("AgentEvent_Call_Out_Fail", other),
        event_of("AgentEvent_linkagePhoneCallOut", {"callId": other}),
    )

    assert tracker.stage is CallStage.AGENT_ANSWERED


def test_an_inbound_call_does_not_give_its_id_to_an_order_without_one() -> None:
    tracker = tracked(event_of("AgentEvent_Talking", {"callid": "1419240999-3", "feature": 0}), RINGS, call_id="")

    assert (tracker.call_id, tracker.stage) == (CALL_ID, CallStage.RINGING)


def test_the_answers_id_counts_even_when_it_comes_late() -> None:
    tracker = tracked(ALERTING, OFF_HOOK, LEFT, call_id="")
    assert not tracker.over
    tracker.took(CALL_ID)

    assert tracker.over


def test_a_flood_of_ids_does_not_grow_it() -> None:
    tracker = tracked(*(event_of("AgentEvent_Call_Release", f"1-{number}") for number in range(1000)))

    assert len(tracker._seen) <= 200


def test_a_call_whose_end_nobody_heard_is_unknown_unless_they_talked() -> None:
    end = START + timedelta(seconds=60)
    lost, talked = tracked(ALERTING, OFF_HOOK, RINGS), tracked(ALERTING, OFF_HOOK, RINGS, TALKS)
    for tracker in (lost, talked):
        tracker.agent_is_free(at=end)

    assert lost.over
    assert (lost.record().disposition, lost.record().ended_at) == (Disposition.UNKNOWN, end)
    assert (talked.record().disposition, talked.record().talk_seconds) == (Disposition.ANSWERED, 57)
    feed(lost, OUT_FAIL)
    assert lost.record().disposition is Disposition.NO_ANSWER


def test_the_end_of_the_call_before_does_not_end_this_one() -> None:
    other = event_of("AgentEvent_Customer_Release", {"callid": "1-1"})
    tracker = tracked(other, AGENT_DOWN, READY, cause("busy") | {"content": {"callId": "1-1"}}, ALERTING, OFF_HOOK)
    assert tracker.stage is CallStage.AGENT_ANSWERED
    for event in (RINGS, TALKS):
        feed(tracker, event)
    assert tracker.stage is CallStage.TALKING

    feed(tracker, PHONE_DOWN)
    assert tracker.over


def test_the_phone_ends_a_call_that_the_portal_hung_up() -> None:
    for events in ([ALERTING, PHONE_DOWN], [PHONE_DOWN]):
        tracker = CallTracker(call_id=CALL_ID)
        tracker.hang_up_asked()
        for event in events:
            feed(tracker, event)
        assert tracker.over
        assert tracker.record().disposition is Disposition.CANCELLED


def test_a_lost_failure_is_made_up_for_by_the_phone_and_the_agent() -> None:
    tracker = tracked(ALERTING, OFF_HOOK, RINGS, PHONE_DOWN)
    assert not tracker.over
    feed(tracker, READY)

    assert tracker.over
    assert tracker.record().disposition is Disposition.NO_ANSWER


@pytest.mark.parametrize("asked", [False, True])
def test_nothing_follows_from_an_event_that_may_have_been_lost(asked):
    tracker = tracked(ALERTING, OFF_HOOK, RINGS, asked=asked)
    tracker.events_were_lost()
    for event in (RELEASED, LEFT, PHONE_DOWN, READY):
        feed(tracker, event, second=9)
    assert tracker.over
    assert tracker.record().disposition is Disposition.UNKNOWN


@pytest.mark.parametrize(
    ("events", "disposition"),
    [
        ([ALERTING, RINGS, TALKS, LEFT], Disposition.ANSWERED),
        (NO_ANSWER, Disposition.NO_ANSWER),
        ([ALERTING, OUT_FAIL, CONNECT_FAIL], Disposition.FAILED),
        ([OFF_HOOK, OUT_FAIL, cause("user busy")], Disposition.BUSY),
    ],
)
def test_what_was_heard_counts_even_where_events_were_lost(events, disposition):
    tracker = tracked(*events)
    tracker.events_were_lost()
    assert tracker.record().disposition is disposition


def test_a_hang_up_that_was_refused_did_not_end_the_call():
    tracker = tracked(ALERTING, OFF_HOOK, RINGS, asked=True)
    tracker.hang_up_refused()
    for event in (PHONE_DOWN, OUT_FAIL, CONNECT_FAIL):
        feed(tracker, event, second=9)
    assert tracker.record().disposition is Disposition.NO_ANSWER
