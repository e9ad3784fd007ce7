"""Reads one call list and prints by how many MB the process grew at its peak. Run by call_list.py."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from campaigns.importer.run import import_call_list  # noqa: E402


def main(call_list_id: int) -> None:
    connection.settings_dict["NAME"] = os.environ["BENCH_DATABASE"]
    connection.ensure_connection()
    idle = memory("VmRSS")
    import_call_list(call_list_id, clock=timezone.now)
    print(round((memory("VmHWM") - idle) / 1024))


def memory(name: str) -> int:
    """Kilobytes. Not getrusage: its peak is inherited from the process that started this one."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main(int(sys.argv[1]))
