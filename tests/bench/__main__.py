"""`make bench`: all benchmarks at small size; `make bench SIZE=full` at the full ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SIZES = {
    "small": {"call_list": (10_000, 100_000), "numbers": 25_000, "history": 50_000, "click_to_wire": 15},
    "full": {"call_list": (10_000, 100_000, 1_000_000), "numbers": 250_000, "history": 2_000_000, "click_to_wire": 60},
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
        from tests.bench import call_list, click_to_wire, history, numbers

        numbers.run(sizes["numbers"])
        for rows in sizes["call_list"]:
            call_list.run(rows)
        history.run(sizes["history"])
        click_to_wire.run(sizes["click_to_wire"])
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
