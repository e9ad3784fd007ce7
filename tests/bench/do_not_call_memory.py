"""Reads one do-not-call file and prints by how many MB the process grew at its peak. Run by do_not_call.py."""

from __future__ import annotations

import os
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from dialer.dnc.importer import import_numbers  # noqa: E402
from tests.bench.call_list_memory import memory  # noqa: E402


def main(dnc_import_id: int) -> None:
    connection.settings_dict["NAME"] = os.environ["BENCH_DATABASE"]
    connection.ensure_connection()
    settings.MEDIA_ROOT = os.environ["BENCH_MEDIA"]
    idle = memory("VmRSS")
    import_numbers(dnc_import_id, clock=timezone.now)
    print(round((memory("VmHWM") - idle) / 1024))


if __name__ == "__main__":
    main(int(sys.argv[1]))
