"""`make bench`: all benchmarks at small size; `make bench SIZE=full` at the full ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

SIZES: dict[str, dict[str, Any]] = {
    "small": {
        "call_list": (10_000, 100_000),
        "do_not_call": 100_000,
        "verdicts": {"entries": (20_000, 10_000), "listed": 200_000, "attempts": 1_000_000},
        "numbers": 25_000,
        "history": 50_000,
        "click_to_wire": 15,
        "paced": 5_000,
        "callbacks": {"seconds": 3, "applied": 5_000},
        "agents": {"agents": 100, "seconds": 10},
    },
    "full": {
        "call_list": (10_000, 100_000, 1_000_000),
        "do_not_call": 1_000_000,
        "verdicts": {"entries": (100_000, 10_000, 1_000_000), "listed": 1_000_000, "attempts": 5_000_000},
        "numbers": 250_000,
        "history": 2_000_000,
        "click_to_wire": 60,
        "paced": 20_000,
        "callbacks": {"seconds": 10, "applied": 20_000},
        "agents": {"agents": 400, "seconds": 30},
    },
}


def main() -> None:
    os.environ.setdefault("PORTAL_TEST_VAR_DIR", str(Path(__file__).resolve().parents[2] / "var" / "bench"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    sizes = SIZES[sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else "small"]
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        from tests.bench import (
            agents,
            call_list,
            callbacks,
            click_to_wire,
            do_not_call,
            history,
            numbers,
            paced,
            verdicts,
        )

        numbers.run(sizes["numbers"])
        for rows in sizes["call_list"]:
            call_list.run(rows)
        do_not_call.run(sizes["do_not_call"])
        verdicts.run(**sizes["verdicts"])
        history.run(sizes["history"])
        click_to_wire.run(sizes["click_to_wire"])
        paced.run(sizes["paced"])
        callbacks.run(**sizes["callbacks"])
        agents.run(**sizes["agents"])
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
