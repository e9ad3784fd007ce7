"""`make soak`: 200 agents for five minutes; `make soak SIZE=small`: 40 for half a minute.

Status 1: something differs.
"""

from __future__ import annotations

from pathlib import Path

from tests.soak.run import Plan, Soak
from tests.support import long_run
from tests.support.own_postgres import OwnPostgres

# A poll of a killed worker ends before another worker may take the agent.
BRISK = {"PORTAL_AGENT_HOLD_SECONDS": "8", "PORTAL_LEASE_SECONDS": "8", "SANDBOX_CCGATEWAY_POLL_SECONDS": "3"}
SIZES = {
    "small": Plan(agents=40, seconds=30, kill_after=12, calls_at_once=10, call_every=4, settings=BRISK),
    "full": Plan(agents=200, seconds=300, kill_after=120, calls_at_once=50, call_every=10),
}


def run(plan: Plan, logs: Path, _server: OwnPostgres) -> bool:
    wrong = Soak(plan, folder=logs).run()
    for line in wrong:
        print(f"  WRONG: {line}")
    return not wrong


if __name__ == "__main__":
    long_run.main("soak", SIZES, run)
