"""The benchmarks run. What they measure at this size says nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.live import url_of

ROOT = Path(__file__).resolve().parent.parent
TITLES = [
    *("Numbers", "Call list", "Do-not-call list", "Verdicts", "History"),
    *("One call", "Paced calls", "Callbacks", "Polls"),
]


@pytest.mark.xdist_group("bench")
def test_every_benchmark_runs_from_its_beginning_to_its_end():
    environment = {**os.environ, "DATABASE_URL": url_of("bench")}
    command = [sys.executable, "-m", "tests.bench", "tiny"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr
    titles = [line.partition(":")[0] for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert [name for name in TITLES if not any(title.startswith(name) for title in titles)] == []
