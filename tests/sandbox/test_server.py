"""The real thing on a real socket: `python -m sandbox` as a process."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.support.sandbox_client import CREATE_AND_CALL, DIALOUT, TOKEN, dialout, entry, signed_headers, task
from tests.support.sandbox_process import ROOT, start, stop


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    process, port = start()
    yield port
    stop(process)


@pytest.fixture
def client(port: int) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5, trust_env=False) as client:
        client.post("/_sandbox/reset")
        yield client


def order(client: httpx.Client, path: str, payload: Any, **options: Any) -> httpx.Response:
    body = json.dumps(payload).encode()
    headers = signed_headers(path, body, now_ms=int(time.time() * 1000))
    return client.post(path, content=body, headers=headers, **options)


def raw_order(port: int, callee: str) -> socket.socket:
    body = json.dumps(dialout(callee=callee)).encode()
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    connection.sendall(head_of(DIALOUT, body) + body)
    return connection


def head_of(path: str, body: bytes, **more: str) -> bytes:
    headers = {**signed_headers(path, body, now_ms=int(time.time() * 1000)), "Content-Length": str(len(body)), **more}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: sandbox\r\n{lines}\r\n".encode()


def read_until(connection: socket.socket, end: bytes) -> bytes:
    answer = b""
    while not answer.endswith(end):
        more = connection.recv(4096)
        assert more, answer
        answer += more
    return answer


def received(client: httpx.Client) -> dict[str, Any]:
    told: dict[str, Any] = client.get("/_sandbox/received").json()
    return told


def test_it_takes_an_order_over_a_socket(client: httpx.Client) -> None:
    assert order(client, DIALOUT, dialout()).json()["code"] == 0
    assert received(client)["orders_by_callee"] == {dialout()["callee"]: 1}


def test_a_reset_is_a_tcp_reset_after_the_order_was_taken(client: httpx.Client, port: int) -> None:
    with raw_order(port, "447700900784") as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    assert received(client)["orders_by_callee"] == {"447700900784": 1}
    with pytest.raises(httpx.ReadError):
        order(client, DIALOUT, dialout(callee="447700900784"))


def test_a_truncated_answer_is_shorter_than_it_says(client: httpx.Client, port: int) -> None:
    with raw_order(port, "447700900787") as connection:
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert length
    assert len(body) == int(length[1]) // 2
    with pytest.raises(httpx.RemoteProtocolError):
        order(client, DIALOUT, dialout(callee="447700900787"))


def test_slow_outlasts_the_clients_patience(client: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        order(client, DIALOUT, dialout(callee="447700900790"), timeout=0.2)
    assert received(client)["orders_by_callee"] == {"447700900790": 1}


def test_it_keeps_the_connection(port: int) -> None:
    ask = b"GET /healthz HTTP/1.1\r\nHost: sandbox\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(ask)
            assert read_until(connection, b"ok\n").startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_large_task_with_expect_continue(client: httpx.Client, port: int) -> None:
    entries = [entry(f"O{number}", userPhone=f"447700900{number % 700:03}") for number in range(5000)]
    body = json.dumps(task(*entries, startupType=1)).encode()
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(head_of(CREATE_AND_CALL, body, Expect="100-continue"))
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert b'"code":0' in read_until(connection, b"}")
    assert sum(received(client)["orders_by_callee"].values()) == 5000


def test_what_is_not_http_is_400(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"not http at all\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 400")


def test_it_does_hundreds_of_requests_a_second(client: httpx.Client) -> None:
    client.get("/healthz")
    began = time.monotonic()
    for _ in range(100):
        assert client.get("/healthz").status_code == 200
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_a_second_whatever_goes_on(how: int) -> None:
    process, port = start()
    with raw_order(port, "447700900790"), socket.create_connection(("127.0.0.1", port)):
        wait_for_order(port)
        seconds = stop(process, how)
    assert process.returncode == 0
    assert seconds < 1


def test_it_pushes_the_record_over_a_socket() -> None:
    pushed: list[tuple[str | None, dict[str, Any]]] = []

    class Portal(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            pushed.append((self.headers["token"], json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Portal) as portal:
        thread = Thread(target=portal.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{portal.server_port}/hook"
        process, port = start(SANDBOX_WEBHOOK_URL=url, SANDBOX_WEBHOOK_TOKEN=TOKEN)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            call_id = order(client, DIALOUT, dialout()).json()["data"]["callId"]
        thread.join(timeout=5)
        stop(process)
    assert [(token, record["callId"]) for token, record in pushed] == [(TOKEN, call_id)]


def test_it_offers_recordings_under_its_own_address(client: httpx.Client, port: int) -> None:
    order(client, DIALOUT, dialout())
    (record,) = received(client)["records"]
    assert record["recordUrl"] == f"http://127.0.0.1:{port}/recordings/{record['callId']}.wav"
    reply = client.get(record["recordUrl"])
    assert (reply.headers["content-type"], reply.content[:4]) == ("audio/wav", b"RIFF")


def test_recordings_can_be_left_out() -> None:
    process, port = start(SANDBOX_RECORDING_BASE="")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        order(client, DIALOUT, dialout())
        (record,) = received(client)["records"]
    stop(process)
    assert record["recordUrl"] is None


def test_a_lost_answer_is_a_tcp_reset(client: httpx.Client) -> None:
    client.post("/_sandbox/config", json={"lose_answers": 1})
    with pytest.raises(httpx.ReadError):
        order(client, DIALOUT, dialout())
    told = client.get("/_sandbox/ledger").json()
    assert (told["orders"], told["lost"]) == (1, [dialout()["callee"]])


def test_a_taken_port_is_a_readable_error(port: int) -> None:
    command = [sys.executable, "-m", "sandbox", "--port", str(port)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10)
    assert result.returncode == 1
    assert result.stderr.startswith(f"sandbox: cannot listen on port {port}")
    assert "Traceback" not in result.stderr


def wait_for_order(port: int) -> None:
    """Until the slow order is being answered."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        deadline = time.monotonic() + 5
        while not received(client)["orders_by_callee"]:
            assert time.monotonic() < deadline


GATEWAY = "/agentgateway/resource/"


def signed_in(client: httpx.Client, number: str = "1001") -> dict[str, str]:
    """The headers of an agent's requests."""
    body = {"password": "agent-password", "phonenum": "800101"}
    reply = client.put(f"{GATEWAY}onlineagent/{number}", json=body)
    headers = {"Guid": reply.headers["Set-GUID"].removeprefix("JSESSIONID=")}
    client.post(f"{GATEWAY}onlineagent/{number}/resetskill/true", headers=headers)
    return headers


def test_a_long_poll_is_answered_when_something_happens(client: httpx.Client) -> None:
    headers = signed_in(client)
    first = [client.get(GATEWAY + "agentevent/1001", headers=headers).json()["event"]["eventType"] for _ in range(2)]
    assert first == ["AgentOther_InService", "AgentState_Ready"]
    client.post("/_sandbox/config", json={"ccgateway_poll_seconds": 0.2})
    began = time.monotonic()
    assert client.get(GATEWAY + "agentevent/1001", headers=headers).json() == {"message": "", "retcode": "0"}
    assert time.monotonic() - began > 0.19


def test_a_lost_poll_is_a_reset_on_the_socket(client: httpx.Client) -> None:
    headers = signed_in(client)
    client.post("/_sandbox/config", json={"ccgateway_lose_polls": 1})
    with pytest.raises(httpx.ReadError):
        client.get(GATEWAY + "agentevent/1001", headers=headers)


def test_a_client_that_leaves_its_poll_does_no_harm(client: httpx.Client) -> None:
    headers = signed_in(client)
    client.post("/_sandbox/config", json={"ccgateway_poll_seconds": 0.3})
    for _ in range(2):
        client.get(GATEWAY + "agentevent/1001", headers=headers)
    with pytest.raises(httpx.ReadTimeout):
        client.get(GATEWAY + "agentevent/1001", headers=headers, timeout=0.05)
    answer = client.get(GATEWAY + "agentevent/1001", headers=headers).json()
    assert answer == {"message": "", "retcode": "0"}
    agent = client.get("/_sandbox/agents").json()[0]
    assert (agent["polls"], agent["double_polls"], agent["signed_in"]) == (4, 1, True)


def test_an_aicc_call_with_its_recording(client: httpx.Client) -> None:
    keys = {"app_key": "aicc-sandbox-key", "app_secret": "aicc-sandbox-secret"}
    told = client.post("/apigovernance/api/oauth/tokenByAkSk", json=keys, headers={"X-Token-Expire": "600"}).json()
    headers = {"Authorization": f"Bearer {told['AccessToken']}", "X-APP-Key": keys["app_key"]}
    api = "/apiaccess/CC-Management/v1/mobileAgent/"
    order = {"caller": "442079460101", "called": "447700900001"}
    serial = client.post(api + "createCall", json=order, headers=headers).json()["result"]["callSerialNo"]
    asked = client.post(api + "getRecordingAddress", json={"callSerialNo": str(serial)}, headers=headers)
    assert client.get(asked.json()["result"]["url"]).content[:4] == b"RIFF"
