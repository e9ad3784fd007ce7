from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.contract.vocabulary import AgentState
from telephony.providers.huawei_ccgateway.events import KINDS, STATES, EventKind, parse
from tests.telephony.providers.huawei_ccgateway.gateway import AGENT, CALL_ID, Gateway, event_of

LEG = {"caller": "a1417", "called": "447700900001", "callid": CALL_ID, "feature": 7, "type": "main", "mediaAbility": 1}
# (type, content) → kind, call id, number, code, text; each content in the shape that the pages show.
SHAPES: list[tuple[str, Any, tuple[str, str, str, str, str]]] = [
    ("AgentOther_InService", None, ("in_service", "", "", "", "")),
    ("AgentState_Ready", None, ("ready", "", "", "", "")),
    ("AgentState_Busy", None, ("agent_occupied", "", "", "", "")),
    ("AgentOther_PhoneAlerting", None, ("phone_alerting", "", "", "", "")),
    ("AgentOther_PhoneOffhook", {"type": "main"}, ("phone_off_hook", "", "", "main", "")),
    ("AgentOther_PhoneBusy", None, ("phone_busy", "", "", "", "")),
    ("AgentOther_PhoneRelease", {"phoneState": 2}, ("phone_release", "", "", "2", "The agent hung up")),
    ("AgentOther_PhoneRelease", {"phoneState": "3"}, ("phone_release", "", "", "3", "The platform hung up")),
    (
        "AgentEvent_Customer_Alerting",
        {"callid": CALL_ID, "otherPhone": "447700900001", "otherPhoneWorkno": "", "type": "main"},
        ("customer_alerting", CALL_ID, "447700900001", "", ""),
    ),
    ("AgentEvent_Talking", LEG, ("talking", CALL_ID, "447700900001", "7", "")),
    ("AgentEvent_Talking", {**LEG, "called": AGENT, "caller": "5"}, ("talking", CALL_ID, "5", "7", "")),
    ("AgentEvent_Call_Out_Fail", CALL_ID, ("call_out_fail", CALL_ID, "", "", "")),
    ("AgentEvent_Call_Out_Fail", None, ("call_out_fail", "", "", "", "")),
    ("AgentEvent_Connect_Fail", CALL_ID, ("connect_fail", CALL_ID, "", "", "")),
    ("AgentEvent_Connect_Fail", {"callid": CALL_ID}, ("connect_fail", CALL_ID, "", "", "")),
    (
        "OUTBOUND_DETECT_EVENT",
        {"callId": CALL_ID, "detect": 1552, "desc": "not allowed"},
        ("call_cause", CALL_ID, "", "1552", "not allowed"),
    ),
    ("OUTBOUND_DETECT_EVENT", {"callid": CALL_ID}, ("call_cause", CALL_ID, "", "", "")),
    ("AgentEvent_Call_Release", CALL_ID, ("call_release", CALL_ID, "", "", "")),
    (
        "AgentEvent_Customer_Release",
        {"callid": CALL_ID, "number": "447700900001"},
        ("customer_release", CALL_ID, "447700900001", "", ""),
    ),
    ("AgentEvent_Ringing", {**LEG, "caller": "5", "called": "A1417"}, ("incoming", CALL_ID, "5", "7", "")),
    (
        "AgentEvent_Auto_Answer",
        {**LEG, "transfer": "", "transFrom": ""},
        ("incoming", CALL_ID, "447700900001", "7", ""),
    ),
    (
        "AgentState_SetNotReady_Success",
        {"reason": 2},
        ("not_ready", "", "", "2", "The agent did not answer for too long"),
    ),
    ("AgentState_SetNotReady_Success", {"reason": 200}, ("not_ready", "", "", "200", "")),
    ("AgentEvent_linkagePhoneCallOut", {"callId": CALL_ID, "skillId": 1}, ("dialled_by_hand", "", "", "", "")),
    ("AgentMediaEvent_Record", {"callid": CALL_ID}, ("recording", CALL_ID, "", "", "")),
    ("AgentOther_ShutdownService", None, ("signed_out", "", "", "", "")),
    (
        "AgentOther_ShutdownService",
        {"reason": 264},
        ("signed_out", "", "", "264", "Someone forced a sign-in with the same agent number elsewhere."),
    ),
    ("AgentSession_Destroyed", None, ("session_gone", "", "", "", "")),
    ("Something_New", {"callid": CALL_ID}, ("other", CALL_ID, "", "", "")),
    ("", None, ("other", "", "", "", "")),
]


@pytest.mark.parametrize(("event_type", "content", "wanted"), SHAPES)
def test_each_event_is_read_in_its_own_shape(event_type: str, content: Any, wanted: tuple[str, ...]) -> None:
    raw = event_of(event_type, content)
    event = parse(raw, agent_id=AGENT)

    assert event is not None
    assert (event.kind, event.call_id, event.number, event.code, event.text) == wanted
    assert (event.event_type, event.raw, event.at) == (event_type, raw, None)


def test_every_kind_can_come_but_other() -> None:
    assert set(KINDS.values()) == set(EventKind) - {EventKind.OTHER}


@pytest.mark.parametrize("event", [None, "", {}, [], "text", 7, [event_of("AgentState_Ready")]])
def test_no_event_is_no_event(event: object) -> None:
    assert parse(event, agent_id=AGENT) is None


def test_the_agents_number_may_be_a_number_or_missing() -> None:
    assert parse({"eventType": "AgentState_Ready", "workNo": int(AGENT)}, agent_id=AGENT) is not None
    assert parse({"eventType": "AgentState_Ready"}, agent_id=AGENT) is not None
    assert parse({"eventType": "AgentState_Ready", "workNo": "1418"}, agent_id=AGENT) is None


def test_the_providers_own_time_is_kept() -> None:
    event = parse(event_of("AgentState_Ready", eventGenTime="1700000000000"), agent_id=AGENT)

    assert event is not None
    assert event.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body",
    [
        {"eventType": "AgentOther_PhoneRelease", "workNo": AGENT, "content": {"phoneState": 3}},
        {"eventType": "AgentOther_PhoneRelease", "workNo": AGENT, "phoneState": 3},
        {"phoneState": 3},
        {"retcode": "0", "event": {"phoneState": 3}},
    ],
)
async def test_a_phone_release_may_lack_its_frame(body: dict[str, Any]) -> None:
    event = await (await Gateway(poll=httpx.Response(200, json=body)).signed_in()).poll()

    assert event is not None
    assert (event.kind, event.code) == (EventKind.PHONE_RELEASE, "3")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["callid", "callId", "phoneState", "detect", "desc", "caller", "called", "feature", "number", "otherPhone"]


@given(
    event=st.fixed_dictionaries(
        {"eventType": st.sampled_from([*KINDS, "x"]) | JSON},
        optional={
            "workNo": JSON,
            "content": st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON,
            "eventGenTime": JSON,
            "phoneState": JSON,
        },
    )
)
def test_an_absurd_event_never_raises(event: dict[str, Any]) -> None:
    parsed = parse(event, agent_id=AGENT)

    assert parsed is None or (len(parsed.call_id) <= 128 and len(parsed.text) <= 200)


def test_states_are_states() -> None:
    assert set(STATES) <= set(EventKind)
    assert STATES[EventKind.TALKING] is AgentState.TALKING
