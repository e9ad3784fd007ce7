"""The sandbox as a process of its own: records are asked for over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.sandbox_client import KEY, SECRET
from tests.support.sandbox_process import start, stop


class Provider:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def control(self, name: str, **body: Any) -> Any:
        reply = httpx.post(f"{self.url}/_sandbox/{name}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def received(self, path: str) -> list[dict[str, Any]]:
        """Bodies of the requests to this path, oldest first."""
        rows = httpx.get(f"{self.url}/_sandbox/received").json()["received"]
        return [row["body"] for row in rows if row["path"] == path]


@pytest.fixture(scope="module")
def sandbox_process() -> Iterator[int]:
    process, port = start()
    yield port
    stop(process)


@pytest.fixture
def provider(sandbox_process: int, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Reset, and the account's environment pointing to it."""
    there = Provider(sandbox_process)
    names = {
        "BASE_URL": there.url,
        "TASK_BASE_URL": there.url,
        "ACCESS_KEY": KEY,
        "ACCESS_SECRET": SECRET,
        "TENANT_ID": "7",
    }
    for name, value in names.items():
        monkeypatch.setenv(f"NXCLOUD_{name}", value)
    there.control("reset")
    return there
