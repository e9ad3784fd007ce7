"""`make chaos`: 20,000 numbers with a restart of PostgreSQL; `make chaos SIZE=small`: 2,000. Status 1: a difference."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from tests.chaos.postgres import OwnPostgres
from tests.chaos.run import Plan, Run

SIZES = {
    "small": Plan(count=2_000, rate=150, storm_seconds=240),
    "full": Plan(count=20_000, rate=400, storm_seconds=900),
}
LOGS = Path(__file__).resolve().parents[2] / "var" / "chaos"


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
        wrong = Run(SIZES[size], folder=LOGS, server=server).run()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        server.stop()
    sys.exit(1 if wrong else 0)


def _interrupt(*_signal: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
