"""A run from the command line that takes minutes: a PostgreSQL and a folder for logs of its own, ended either way."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tests.support.own_postgres import OwnPostgres

Plan = TypeVar("Plan")
VAR = Path(__file__).resolve().parents[2] / "var"


def main(name: str, sizes: Mapping[str, Plan], run: Callable[[Plan, Path, OwnPostgres], bool]) -> None:
    """Runs the plan of the size that was asked for, "full" by default. Exits with 1 where something differs."""
    size = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else "full"
    if size not in sizes:
        sys.exit(f"SIZE is one of {', '.join(sizes)}, not {size}")
    # So that `finally` runs, and no process is left behind, whichever way it is ended.
    signal.signal(signal.SIGTERM, _interrupt)
    logs = VAR / name
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    server = OwnPostgres()
    try:
        server.start()
        os.environ["DATABASE_URL"] = server.url
        is_well = run(sizes[size], logs, server)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        server.stop()
    sys.exit(0 if is_well else 1)


def _interrupt(*_signal: Any) -> None:
    raise KeyboardInterrupt
