"""The agent's state, hanging up and signing out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from telephony.contract.errors import RequestRejected
from telephony.contract.vocabulary import AgentState
from tests.telephony.providers.huawei_ccgateway.gateway import Gateway, failure_of, reply


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        ({"agentState": 4, "isWorking": False}, (AgentState.IDLE, False)),
        ({"agentState": "3", "isWorking": "true"}, (AgentState.BUSY, True)),
        ({"agentState": 7}, (AgentState.TALKING, True)),
        ({"agentState": 2, "isWorking": 1}, (AgentState.SIGNED_OUT, False)),
        ({"agentState": 9, "isWorking": None}, (AgentState.REST, False)),
    ],
)
async def test_the_state_is_read_in_the_gateways_own_numbering(result: Any, wanted: tuple[AgentState, bool]) -> None:
    assert await (await Gateway(agentstatus=reply(result=result)).signed_in()).state() == wanted


@pytest.mark.asyncio
@pytest.mark.parametrize("result", [None, {}, {"agentState": 0}, {"agentState": 99}, {"agentState": True}, "4", [4]])
async def test_an_unlisted_state_is_unknown(result: Any) -> None:
    session = await Gateway(agentstatus=reply(result=result)).signed_in()

    assert (await failure_of(session.state())).code == "no_state"


@pytest.mark.asyncio
async def test_nothing_to_hang_up_is_done() -> None:
    session = await Gateway(release=reply("200-017"), dropcall=reply("200-017")).signed_in()

    await session.release()


@pytest.mark.asyncio
@pytest.mark.parametrize("call_id", ["", "1/../../logout", "1?x", "1 2", "x" * 65, "é"])
async def test_only_a_call_id_becomes_part_of_an_address(call_id: str) -> None:
    gateway = Gateway()
    session = await gateway.signed_in()

    assert (await failure_of(session.drop(call_id))).code == "bad_call_id"
    assert len(gateway.requests) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("answer", [reply(), reply("100-008"), reply("100-006")])
async def test_whoever_is_signed_out_is_signed_out(answer: httpx.Response) -> None:
    gateway = Gateway(logout=answer)
    session = await gateway.signed_in()
    await session.sign_out()

    assert session.saved is None
    await session.sign_out()
    assert len(gateway.named("logout")) == 1


@pytest.mark.asyncio
async def test_sign_out_in_a_call_is_refused_unless_forced() -> None:
    gateway = Gateway(logout=reply("100-010"))
    session = await gateway.signed_in()

    assert type(await failure_of(session.sign_out())) is RequestRejected
    assert session.saved is not None
    await session.sign_out(force=True)
    assert gateway.names()[-1] == "forcelogout"
    assert session.saved is None
