from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    name: str
    seconds: float
    rows: int = 1
    note: str = ""


def timed(job: Callable[[], Any], *, repeat: int = 1) -> float:
    """Seconds of the median run."""
    runs = []
    for _ in range(repeat):
        start = time.perf_counter()
        job()
        runs.append(time.perf_counter() - start)
    return statistics.median(runs)


def show(title: str, lines: list[Line]) -> None:
    """The first line is the floor; every ratio is against it."""
    floor = lines[0].seconds
    print(f"\n{title}")
    print(f"  {'':<44} {'ms':>10} {'rows/s':>12} {'× floor':>9}")
    for line in lines:
        rate = f"{line.rows / line.seconds:,.0f}" if line.rows > 1 else ""
        ratio = f"{line.seconds / floor:.2f}"
        print(f"  {line.name:<44} {line.seconds * 1000:>10,.1f} {rate:>12} {ratio:>9}  {line.note}", flush=True)
