"""What else the account can be asked: its agent groups, who is in them, and its balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BALANCE = {"currency": "USD", "amount_cus": "1234.5600", "credit_cus": "100.0000"}
BALANCE_INTERVAL = 2.0
"""Seconds between two questions for the balance. NxCloud limits them without saying how."""


@dataclass(frozen=True, kw_only=True)
class Group:
    number: str
    name: str
    remark: str | None
    ring_policy: int
    """1: all phones ring. 2: in turn."""
    agents: tuple[int, ...]


GROUPS = (
    Group(number="NX00000G000001", name="First line", remark="All languages", ring_policy=1, agents=(1, 2, 3, 4)),
    Group(number="NX00000G000002", name="Renewals", remark=None, ring_policy=2, agents=(3, 5, 6, 7)),
    Group(number="NX00000G000003", name="Night desk", remark="", ring_policy=2, agents=()),
)


def groups_page(query: dict[str, Any]) -> list[dict[str, Any]]:
    """`queueName` is a group's number; empty asks for all."""
    found = [group for group in GROUPS if query["queueName"] in ("", group.number)]
    first = (query["page"] - 1) * query["size"]
    return [
        {
            "groupName": group.name,
            "groupNo": group.number,
            "remark": group.remark,
            "familiarizeFirst": False,
            "ringPolicy": group.ring_policy,
        }
        for group in found[first : first + query["size"]]
    ]


def members(group_number: str) -> list[dict[str, Any]]:
    """Nobody for a group that does not exist."""
    return [
        {"nickName": f"Agent {agent}", "userName": f"agent{agent}", "sipNumber": f"{800100 + agent}"}
        for group in GROUPS
        if group.number == group_number
        for agent in group.agents
    ]
