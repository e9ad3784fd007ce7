"""`make chaos`: 20,000 numbers with a restart of PostgreSQL; `make chaos SIZE=small`: 2,000. Status 1: a difference."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.run import Plan, Run
from tests.support import long_run
from tests.support.own_postgres import OwnPostgres

SIZES = {
    "small": Plan(count=2_000, rate=150, storm_seconds=240),
    "full": Plan(count=20_000, rate=400, storm_seconds=900),
}


def run(plan: Plan, logs: Path, server: OwnPostgres) -> bool:
    return not Run(plan, folder=logs, server=server).run()


if __name__ == "__main__":
    long_run.main("chaos", SIZES, run)
