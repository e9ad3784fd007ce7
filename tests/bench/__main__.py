"""`make bench`: all benchmarks at small size; `make bench SIZE=full`: at the full ones.

`tiny` only shows that they run.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

SIZES: dict[str, dict[str, Any]] = {
    "tiny": {
        "call_list": (200,),
        "do_not_call": 1_000,
        "verdicts": {"entries": (500, 300), "listed": 1_000, "attempts": 2_000},
        "numbers": 500,
        "history": 1_000,
        "click_to_wire": 2,
        "paced": 60,
        "callbacks": {"seconds": 0.2, "applied": 60},
        "agents": {"agents": 5, "seconds": 2},
    },
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
    from tests.bench import (
        agents,
        call_list,
        callbacks,
        click_to_wire,
        do_not_call,
        fresh,
        history,
        numbers,
        paced,
        verdicts,
    )

    for number, run in enumerate(
        (
            partial(numbers.run, sizes["numbers"]),
            *(partial(call_list.run, rows) for rows in sizes["call_list"]),
            partial(do_not_call.run, sizes["do_not_call"]),
            partial(verdicts.run, **sizes["verdicts"]),
            partial(history.run, sizes["history"]),
            partial(click_to_wire.run, sizes["click_to_wire"]),
            partial(paced.run, sizes["paced"]),
            partial(callbacks.run, **sizes["callbacks"]),
            partial(agents.run, **sizes["agents"]),
        )
    ):
        with fresh.database(f"bench_{os.getpid()}_{number}"):
            run()


if __name__ == "__main__":
    main()
