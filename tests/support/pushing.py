"""A provider that pushes call records at a given rate, over kept connections, whatever the portal makes of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

RECORD = {
    "orderId": "",
    "taskId": "",
    "other": None,
    "direction": 1,
    "agentName": "agent-1",
    "agentNickName": "Agent One",
    "caller": "442079460001",
    "callee": "447700900001",
    "answered": True,
    "startTime": 1_795_252_800_000,
    "ringTime": 1_795_252_802_000,
    "answerTime": 1_795_252_808_000,
    "endTime": 1_795_252_871_000,
    "callDuration": 63,
    "ringDuration": 6,
    "hangupBy": 1,
    "hangupCode": 2002,
    "callStatus": "answered",
    "hangupReason": "user hung up",
    "recordUrl": "https://records.invalid/a.mp3",
    "totalCustomerPrice": 0.0125,
}


def body_of(call_id: str, **changes: Any) -> bytes:
    return json.dumps({**RECORD, "callId": call_id, **changes}).encode()


@dataclass
class Pushed:
    """What became of a number of pushes. Seconds count from when a push was due, not from when it could be sent."""

    answered: set[str] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    took: float = 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def push(url: str, token: str, call_ids: Sequence[str], *, rate: float, connections: int = 64) -> Pushed:
    """Pushes a record of each call, `rate` of them a second; each connection has one request under way at a time."""
    return asyncio.run(_push(url, token, call_ids, rate=rate, connections=connections))


async def _push(url: str, token: str, call_ids: Sequence[str], *, rate: float, connections: int) -> Pushed:
    pushed = Pushed()
    start = time.perf_counter()
    left = iter(enumerate(call_ids))
    await asyncio.gather(*(_connection(url, token, left, start, rate, pushed) for _ in range(connections)))
    pushed.took = time.perf_counter() - start
    return pushed


async def _connection(url: str, token: str, left: Any, start: float, rate: float, pushed: Pushed) -> None:
    parts = urlsplit(url)
    stream = None
    for number, call_id in left:
        due = start + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        try:
            stream = stream or await asyncio.open_connection(parts.hostname, parts.port)
            status = await _request(*stream, parts.netloc, parts.path, token, body_of(call_id))
        except (OSError, asyncio.IncompleteReadError):
            if stream:
                stream[1].close()
            stream = None
            pushed.lost.append(call_id)
            continue
        pushed.seconds.append(time.perf_counter() - due)
        if status == 200:
            pushed.answered.add(call_id)
        else:
            pushed.refused[call_id] = status
    if stream:
        stream[1].close()
        await stream[1].wait_closed()


async def _request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str, token: str, body: bytes
) -> int:
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\ntoken: {token}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    status = int(answer.split(b" ", 2)[1])
    lengths = [line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    await reader.readexactly(int(lengths[0].partition(b":")[2]) if lengths else 0)
    return status
