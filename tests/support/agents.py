"""Agents of the simulated gateway in a live portal: asked of the portal's own services, seen in its database."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.live import LivePortal, wait_for


def states(portal: LivePortal) -> dict[int, str]:
    rows = portal.sql("SELECT a.agent_id, s.state FROM dialer_agentstatus s JOIN dialer_agent a ON a.id = s.agent_id")
    return dict(rows)


def are_idle(portal: LivePortal, agents: list[int]) -> bool:
    now = states(portal)
    return all(now[agent] == "idle" for agent in agents)


def sign_in(portal: LivePortal, agents: list[int], *, seconds: float = 60) -> None:
    portal.run("ask_agents", what="sign_in", agents=agents)
    wait_for(lambda: are_idle(portal, agents), seconds=seconds, what="agents signed in")


def gateway(portal: LivePortal) -> dict[int, dict[str, Any]]:
    """Every agent as the sandbox sees it."""
    told = httpx.get(f"{portal.sandbox_url}/_sandbox/agents", timeout=30).raise_for_status().json()
    return {int(agent["agent"]): agent for agent in told}


def place(portal: LivePortal, agent: int, callee: str, *, wait: int = 0) -> dict[str, Any]:
    options = ("--agent", str(agent), "--callee", callee)
    return portal.json("place_call", "--user", "supervisor", *options, "--wait", str(wait))  # type: ignore[no-any-return]


def call(portal: LivePortal, reference: str) -> dict[str, Any]:
    columns = ("state", "stage", "disposition", "closed_at", "provider_call_id")
    query = f"SELECT {', '.join(columns)} FROM dialer_callrequest WHERE reference = %s"
    return dict(zip(columns, portal.sql(query, reference)[0], strict=True))


def holder(portal: LivePortal, agent: int, workers: list[str]) -> str:
    """The worker whose desk holds the agent: each names its desk in its log."""
    rows = portal.sql(
        "SELECT s.held_by FROM dialer_agentstatus s JOIN dialer_agent a ON a.id = s.agent_id WHERE a.agent_id = %s",
        agent,
    )
    return next((name for name in workers if rows[0][0] and str(rows[0][0]) in portal.log_of(name)), "")
