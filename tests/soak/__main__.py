"""`make soak`: 200 agents for five minutes; `make soak SIZE=small`: 40 for half a minute.

Status 1: something differs.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from tests.chaos.postgres import OwnPostgres
from tests.soak.run import Plan, Soak

# A poll of a killed worker ends before another worker may take the agent.
BRISK = {"PORTAL_AGENT_HOLD_SECONDS": "8", "PORTAL_LEASE_SECONDS": "8", "SANDBOX_CCGATEWAY_POLL_SECONDS": "3"}
SIZES = {
    "small": Plan(agents=40, seconds=30, kill_after=12, calls_at_once=10, call_every=4, settings=BRISK),
    "full": Plan(agents=200, seconds=300, kill_after=120, calls_at_once=50, call_every=10),
}
LOGS = Path(__file__).resolve().parents[2] / "var" / "soak"


def main() -> None:
    size = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else "full"
    if size not in SIZES:
        sys.exit(f"SIZE is one of {', '.join(SIZES)}, not {size}")
    # So that `finally` runs, and no process is left behind, whichever way it is ended.
    signal.signal(signal.SIGTERM, _interrupt)
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    server = OwnPostgres()
    try:
        server.start()
        os.environ["DATABASE_URL"] = server.url
        wrong = Soak(SIZES[size], folder=LOGS).run()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        server.stop()
    for line in wrong:
        print(f"  WRONG: {line}")
    sys.exit(1 if wrong else 0)


def _interrupt(*_signal: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
