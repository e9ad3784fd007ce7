"""`python -m sandbox` as a process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.support.sandbox_client import KEY, SECRET

ROOT = Path(__file__).parents[2]


def _without_providers(environ: Mapping[str, str]) -> dict[str, str]:
    """The sandbox takes from their variables what nobody sets for itself."""
    return {name: value for name, value in environ.items() if not name.startswith(("NXCLOUD", "AICC", "CCGATEWAY"))}


def start(**environment: str) -> tuple[subprocess.Popen[str], int]:
    names = {
        "SANDBOX_ACCESS_KEY": KEY,
        "SANDBOX_ACCESS_SECRET": SECRET,
        "SANDBOX_SPEED": "0",
        "SANDBOX_SLOW_SECONDS": "20",
        "SANDBOX_WEBHOOK_URL": "",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0"],
        cwd=ROOT,
        env={**_without_providers(os.environ), **names, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    said = re.fullmatch(r"sandbox listening on http://127\.0\.0\.1:(\d+)\n", line)
    assert said, line
    return process, int(said[1])


def stop(process: subprocess.Popen[str], how: int = signal.SIGTERM) -> float:
    """Returns the seconds that it took."""
    began = time.monotonic()
    process.send_signal(how)
    try:
        process.wait(timeout=5)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    return time.monotonic() - began
