"""Each scenario: what the client gets, whether the order was taken, whether a record comes."""

from __future__ import annotations

import json

import httpx
import pytest

from sandbox.app import SandboxApp
from sandbox.asgi import AnswerCutShort, ConnectionDropped
from sandbox.scenarios import SCENARIOS, Level, Scenario
from tests.support.sandbox_client import DIALOUT, dialout, in_process, make_app, post, send, signed_headers

pytestmark = pytest.mark.asyncio

BLOCKS = ("4477009007", "120255501")


def ending_in(ending: int) -> str:
    return f"{BLOCKS[0]}{ending:02}"


@pytest.mark.parametrize(
    ("ending", "answered", "hangup_code"),
    [(1, True, 2002), (2, True, 2001), (10, False, 2104), (20, False, 2203), (25, False, 2103), (28, False, 2205)],
)
async def test_what_happens_on_the_line_is_in_the_record(ending: int, answered: bool, hangup_code: int) -> None:
    app = make_app()
    reply = (await post(app, DIALOUT, dialout(callee=ending_in(ending)))).json()
    (record,) = app.sandbox.records
    assert record["callId"] == reply["data"]["callId"]
    assert (record["answered"], record["hangupCode"]) == (answered, hangup_code)
    assert bool(record["answerTime"]) is bool(record["callDuration"]) is answered


@pytest.mark.parametrize(
    ("ending", "code"),
    [(80, 41000), (81, 88), (82, 99), (91, 1001), (92, 1002), (93, 1003), (94, 1004), (95, 1005)],
)
async def test_a_refusal_takes_no_order(ending: int, code: int) -> None:
    app = make_app()
    reply = (await post(app, DIALOUT, dialout(callee=ending_in(ending)))).json()
    assert (reply["code"], reply["data"]) == (code, {})
    assert not app.sandbox.orders_by_callee
    assert not app.sandbox.calls
    assert app.sandbox.received[0].code == code


async def test_accepted_then_silent_answers_well_and_stays_silent() -> None:
    app = make_app()
    assert (await post(app, DIALOUT, dialout(callee=ending_in(83)))).json()["code"] == 0
    assert_taken_without_record(app, ending_in(83))


async def test_accepted_then_reset_breaks_the_connection() -> None:
    app = make_app()
    with pytest.raises(httpx.ReadError):
        await post(app, DIALOUT, dialout(callee=ending_in(84)))
    assert_taken_without_record(app, ending_in(84))


async def test_truncated_ends_in_the_middle() -> None:
    app = make_app()
    with pytest.raises(httpx.RemoteProtocolError):
        await post(app, DIALOUT, dialout(callee=ending_in(87)))
    assert_taken_without_record(app, ending_in(87))


@pytest.mark.parametrize(("ending", "error"), [(84, ConnectionDropped), (87, AnswerCutShort)])
async def test_httpx_own_transport_sees_a_connection_reset_error(ending: int, error: type[Exception]) -> None:
    body = json.dumps(dialout(callee=ending_in(ending))).encode()
    transport = httpx.ASGITransport(app=make_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        with pytest.raises(error) as raised:
            await client.post(DIALOUT, content=body, headers=signed_headers(DIALOUT, body))
    assert isinstance(raised.value, ConnectionResetError)


@pytest.mark.parametrize(("ending", "status"), [(85, 500), (86, 200), (88, 302), (89, 408)])
async def test_an_answer_that_says_nothing_of_the_order(ending: int, status: int) -> None:
    app = make_app()
    reply = await post(app, DIALOUT, dialout(callee=ending_in(ending)))
    assert reply.status_code == status
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert_taken_without_record(app, ending_in(ending))


async def test_garbage_is_a_web_page() -> None:
    reply = await post(make_app(), DIALOUT, dialout(callee=ending_in(86)))
    assert reply.headers["content-type"].startswith("text/html")
    assert "<title>" in reply.text


async def test_a_followed_redirect_shows_up() -> None:
    app = make_app()
    body = json.dumps(dialout(callee=ending_in(88))).encode()
    async with in_process(app, follow_redirects=True) as client:
        reply = await client.post(DIALOUT, content=body, headers=signed_headers(DIALOUT, body))
    assert reply.status_code == 404
    assert [received.path for received in app.sandbox.received] == [DIALOUT, "/elsewhere"]


async def test_slow_takes_the_order_before_the_client_gives_up() -> None:
    app = make_app(slow_seconds=30)
    body = json.dumps(dialout(callee=ending_in(90))).encode()
    async with in_process(app, timeout=0.05) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(DIALOUT, content=body, headers=signed_headers(DIALOUT, body))
    assert app.sandbox.orders_by_callee == {ending_in(90): 1}
    assert len(app.sandbox.records) == 1, "its record comes by itself"


async def test_slow_answers_in_the_end() -> None:
    reply = await post(make_app(slow_seconds=0.01), DIALOUT, dialout(callee=ending_in(90)))
    assert reply.json()["code"] == 0


async def test_an_order_sent_twice_is_taken_twice() -> None:
    app = make_app()
    for _ in range(2):
        with pytest.raises(httpx.ReadError):
            await post(app, DIALOUT, dialout(callee=ending_in(84)))
    assert app.sandbox.orders_by_callee == {ending_in(84): 2}


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_every_scenario_is_reached_by_a_fictional_number(block: str, scenario: Scenario) -> None:
    app = make_app()
    if not scenario.endings and scenario.name != "answered":
        app.sandbox.script(f"{block}01", scenario.name)
        assert app.sandbox.scenario_of_call(f"{block}01") is scenario, "by a script only"
        return
    for ending in scenario.endings or (0, 9, 30, 79, 96, 99):
        assert app.sandbox.scenario_of_call(f"{block}{ending:02}") is scenario


async def test_other_numbers_never_fail_by_their_ending() -> None:
    app = make_app()
    for number in range(1000):
        if number // 100 != 7:
            assert app.sandbox.scenario_of_call(f"447700900{number:03}").level is Level.LINE
    assert app.sandbox.scenario_of_call("447700900083").name == "answered"


@pytest.mark.parametrize("callee", ["*21#", "#", "12*5", ""])
async def test_a_number_that_ends_in_no_digits_is_answered(callee: str) -> None:
    assert make_app().sandbox.scenario_of_call(callee).name == "answered"


async def test_a_session_that_nxcloud_does_not_have_is_a_wrong_key_there() -> None:
    app = make_app()
    app.sandbox.script("447700900001", "session_100006")
    assert (await post(app, DIALOUT, dialout())).json()["code"] == 1005
    assert not app.sandbox.orders_by_callee


async def test_a_script_wins_over_the_ending() -> None:
    app = make_app()
    app.sandbox.script("+447700900001", "accepted_then_500")
    app.sandbox.script("447700900784", "busy")
    assert (await post(app, DIALOUT, dialout())).status_code == 500
    assert (await post(app, DIALOUT, dialout(callee=ending_in(84)))).json()["code"] == 0


async def test_an_unknown_scenario_cannot_be_scripted() -> None:
    with pytest.raises(ValueError, match="unknown scenario 'bussy'"):
        make_app().sandbox.script("+447700900001", "bussy")


async def test_the_wrong_method_and_path_are_kept() -> None:
    app = make_app()
    async with in_process(app) as client:
        assert (await client.get(DIALOUT)).status_code == 405
    assert (await send(app, "/api/did/none", b"{}", {})).status_code == 404
    assert [(r.method, r.path) for r in app.sandbox.received] == [("GET", DIALOUT), ("POST", "/api/did/none")]


async def test_it_says_what_it_is() -> None:
    async with in_process(make_app()) as client:
        assert "simulator" in (await client.get("/")).text
        assert (await client.get("/healthz")).text == "ok\n"


def assert_taken_without_record(app: SandboxApp, callee: str) -> None:
    assert app.sandbox.orders_by_callee == {callee: 1}
    assert app.sandbox.received[0].code == 0
    assert app.sandbox.records == []
    assert len(app.sandbox.release(callee="+" + callee)) == 1
    assert [record["callee"] for record in app.sandbox.records] == [callee]
