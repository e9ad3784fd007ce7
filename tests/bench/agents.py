"""What a poll costs the desk, against the barest client that could poll as many agents at all."""

from __future__ import annotations

import asyncio
import functools
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone

from dialer.agents import services as agent_services
from dialer.agents.sessions.desk import Desk
from dialer.models import Agent, AgentState, AgentStatus
from dialer.providers import adapters
from tests.bench.table import Line, show
from tests.support.builders import make_agent, make_user
from tests.support.live import free_port, wait_for

SETTLE = 3.0
POLL_SECONDS = 1.0
"""Shorter than the gateway's ten, so that there are polls enough to measure in a few seconds."""
PAUSE = 0.2


class Gateway:
    """The sandbox in a process of its own, so that its work is not counted."""

    def __init__(self, agents: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            "SANDBOX_CCGATEWAY_AGENTS": str(agents),
            "SANDBOX_CCGATEWAY_POLL_SECONDS": str(POLL_SECONDS),
            "PATH": "/usr/bin:/bin",
        }
        command = [sys.executable, "-m", "sandbox", "--port", str(self.port)]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._answers, what="sandbox")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def polls(self) -> int:
        told = httpx.get(f"{self.url}/_sandbox/agents", timeout=30).raise_for_status().json()
        return sum(agent["polls"] for agent in told)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)


def run(*, agents: int, seconds: float) -> None:
    bare = measure(agents, seconds, bare_loops)
    desk = measure(agents, seconds, the_desk)
    show(
        f"Polls of {agents} signed-in agents, CPU of each",
        [
            Line("httpx, one loop an agent", bare[0], note=f"{bare[1]} polls, {bare[2]:.0f} MiB"),
            Line("the desk", desk[0], note=f"{desk[1]} polls, {desk[2]:.0f} MiB; goal 2"),
        ],
    )


def _memory() -> float:
    """MiB of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


Story = Callable[[Gateway, int, "Callable[[], Awaitable[None]]"], Awaitable[None]]


def measure(agents: int, seconds: float, story: Story) -> tuple[float, int, float]:
    """CPU seconds of one poll, how many there were, and the memory in use."""
    gateway = Gateway(agents)
    found: list[float] = []

    async def look() -> None:
        await asyncio.sleep(SETTLE)
        polls, began = await asyncio.to_thread(gateway.polls), time.process_time()
        await asyncio.sleep(seconds)
        used = time.process_time() - began
        found.extend((used, await asyncio.to_thread(gateway.polls) - polls, _memory()))

    try:
        async_to_sync(functools.partial(story, gateway, agents, look))()
    finally:
        gateway.stop()
    return found[0] / found[1], int(found[1]), found[2]


async def bare_loops(gateway: Gateway, agents: int, look: Callable[[], Awaitable[None]]) -> None:
    """Signs in and polls with a client for twenty agents, and looks at nothing but the status."""
    base = f"{gateway.url}/agentgateway/resource"
    limits = httpx.Limits(max_connections=60, max_keepalive_connections=30, keepalive_expiry=2.0)
    clients = [httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) for _lane in range(-(-agents // 20))]
    loops = [
        asyncio.create_task(_bare_loop(clients[number // 20], base, str(1001 + number))) for number in range(agents)
    ]
    await look()
    for task in loops:
        task.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    for client in clients:
        await client.aclose()


async def _bare_loop(client: httpx.AsyncClient, base: str, agent: str) -> None:
    body: dict[str, Any] = {"password": "agent-password", "phonenum": f"7{agent}"}
    signed_in = await client.put(f"{base}/onlineagent/{agent}", json=body)
    headers = {"Guid": signed_in.headers["Set-GUID"].partition("=")[2], "Cookie": signed_in.headers["Set-Cookie"]}
    while True:
        answer = await client.get(f"{base}/agentevent/{agent}", headers=headers)
        if guid := answer.headers.get("Set-GUID"):
            headers["Guid"] = guid.partition("=")[2]
        await asyncio.sleep(PAUSE)


async def the_desk(gateway: Gateway, agents: int, look: Callable[[], Awaitable[None]]) -> None:
    await sync_to_async(_prepare)(agents)
    real = adapters.config_of
    adapters.config_of = lambda account: {"BASE_URL": f"{gateway.url}/agentgateway/resource"}
    task = asyncio.create_task(Desk().run())
    try:
        while await sync_to_async(_not_idle)():
            assert not task.done(), task
            await asyncio.sleep(0.2)
        await look()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        adapters.config_of = real


def _not_idle() -> bool:
    return AgentStatus.objects.exclude(state=AgentState.IDLE).exists()


def _prepare(agents: int) -> None:
    user = make_user("bench-agents", group="Supervisor")
    Agent.objects.all().delete()
    for number in range(agents):
        agent = make_agent(1001 + number, state=AgentState.SIGNED_OUT)
        agent_services.sign_in(agent=agent, by=user, now=timezone.now())
