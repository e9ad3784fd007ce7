"""The table of scenarios: what happens to an order, chosen by the last two digits of the callee.

README.md prints the same table; a test compares the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    LINE = "line"
    """The order is taken and answered normally; the scenario is what happens on the line."""
    REFUSAL = "refusal"
    """The order is not taken; the answer carries a code other than 0."""
    FAULT = "fault"
    """The order is taken, but the answer does not say so as it should."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    name: str
    level: Level
    endings: tuple[int, ...]
    summary: str
    code: int = 0
    held: bool = False
    """No call record comes until the control endpoint releases it."""


def _line(name: str, endings: tuple[int, ...], summary: str, *, held: bool = False) -> Scenario:
    return Scenario(name=name, level=Level.LINE, endings=endings, summary=summary, held=held)


def _refusal(name: str, ending: int, code: int, summary: str) -> Scenario:
    return Scenario(name=name, level=Level.REFUSAL, endings=(ending,), summary=summary, code=code)


def _scripted_refusal(name: str, summary: str) -> Scenario:
    """No ending chooses it. A side without sessions refuses the key itself."""
    return Scenario(name=name, level=Level.REFUSAL, endings=(), summary=summary, code=1005)


# Held: a record that came by itself would end the doubt that the fault is there to make.
def _fault(name: str, ending: int, summary: str, *, held: bool = True) -> Scenario:
    return Scenario(name=name, level=Level.FAULT, endings=(ending,), summary=summary, held=held)


SCENARIOS: tuple[Scenario, ...] = (
    _line("answered", (), "The callee answers and talks. Every number without another rule."),
    _line("no_answer", tuple(range(10, 20)), "It rings until it times out (hang-up code 2104)."),
    _line("busy", tuple(range(20, 25)), "The line is busy (2203)."),
    _line("user_rejected", tuple(range(25, 28)), "The callee declines (2103)."),
    _line("unreachable", (28, 29), "The number cannot be connected (2205)."),
    _refusal("refused_41000", 80, 41000, "Code 41000, a parameter is wrong."),
    _refusal("failed_88", 81, 88, "Code 88, request failed."),
    _refusal("failed_99", 82, 99, "Code 99, system error."),
    _line("accepted_then_silent", (83,), "A normal answer, then no call record.", held=True),
    _fault("accepted_then_reset", 84, "The connection is reset without an answer."),
    _fault("accepted_then_500", 85, "HTTP 500 with a plain-text body."),
    _fault("garbage", 86, "HTTP 200 with an HTML page."),
    _fault("truncated", 87, "HTTP 200 whose JSON ends in the middle, short of its Content-Length."),
    _fault("redirect_302", 88, "HTTP 302 to /elsewhere."),
    _fault("status_408", 89, "HTTP 408."),
    _fault("slow", 90, "A normal answer, but only after SANDBOX_SLOW_SECONDS.", held=False),
    _refusal("auth_1001", 91, 1001, "Code 1001, common parameter missing."),
    _refusal("auth_1002", 92, 1002, "Code 1002, parameter error."),
    _refusal("auth_1003", 93, 1003, "Code 1003, invalid signature."),
    _refusal("auth_1004", 94, 1004, "Code 1004, timestamp expired."),
    _refusal("auth_1005", 95, 1005, "Code 1005, insufficient permissions."),
    _line("agent_no_pickup", (), "Huawei only: the agent's phone rings and nobody takes it."),
    _scripted_refusal("session_100006", "CC-Gateway only: the agent's session is over (100-006)."),
    _scripted_refusal("session_000003", "CC-Gateway only: the guid is not accepted (000-003)."),
)

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
ANSWERED = BY_NAME["answered"]

_BY_ENDING = {ending: scenario for scenario in SCENARIOS for ending in scenario.endings}
_RESERVED_FROM = 80

FAULT_BLOCKS = ("4477009007", "120255501")
"""Endings from 80 on work only in +44 7700 9007xx and +1 202 555 01xx: a long list of other numbers, dialled one by
one, must not suspend the account because some of them happen to end in 91."""


def by_ending(callee: str) -> Scenario:
    """The scenario of a callee (digits only) that nobody scripted."""
    if not callee[-2:].isdigit():
        return ANSWERED
    ending = int(callee[-2:])
    if ending >= _RESERVED_FROM and not callee.startswith(FAULT_BLOCKS):
        return ANSWERED
    return _BY_ENDING.get(ending, ANSWERED)


def by_name(name: str) -> Scenario:
    """Raises ValueError with the list of names."""
    try:
        return BY_NAME[name]
    except KeyError:
        raise ValueError(f"unknown scenario {name!r}; known: {', '.join(BY_NAME)}") from None


def in_task_name(task_name: str) -> Scenario | None:
    """The scenario written in square brackets in a task name: `Autumn [accepted_then_500] 3`."""
    for name in re.findall(r"\[(\w+)\]", task_name):
        if name in BY_NAME:
            return BY_NAME[name]
    return None


def markdown_table() -> str:
    """The table as README.md prints it."""
    rows = ["| Ending | Scenario | Order taken | Record | What happens |", "|---|---|---|---|---|"]
    for scenario in SCENARIOS:
        if scenario.level is Level.REFUSAL:
            is_taken, has_record = "no", "none"
        else:
            is_taken, has_record = "yes", "when released" if scenario.held else "yes"
        rows.append(f"| {_endings(scenario)} | `{scenario.name}` | {is_taken} | {has_record} | {scenario.summary} |")
    return "\n".join(rows)


def _endings(scenario: Scenario) -> str:
    if not scenario.endings:
        return "others" if scenario is ANSWERED else "script only"
    first, last = scenario.endings[0], scenario.endings[-1]
    return f"{first:02}" if first == last else f"{first:02}-{last:02}"
