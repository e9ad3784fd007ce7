"""An account's limit against real workers: campaigns and single calls together, timed by the provider's own clock."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from tests.live import LivePortal, wait_for
from tests.paced import callees, make_campaign

pytestmark = pytest.mark.xdist_group("live-rate")
SECONDS = 4
"""For which the orders of one case suffice."""
SINGLES = 6
_numbers = count(0, 1000)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """No call records: nothing but orders is measured."""
    live = LivePortal(tmp_path_factory.mktemp("portal"), SANDBOX_SPEED="0", SANDBOX_WEBHOOK_URL="")
    try:
        live.prepare()
        live.start_sandbox()
        yield live
    finally:
        live.stop()


def place(portal: LivePortal, callee: str) -> None:
    numbers = ("--did", "+442079460001", "--callee", callee, "--connect-number", "+442079460900")
    portal.json("place_call", "--user", "supervisor", *numbers)


@pytest.mark.parametrize(("rate", "workers"), [(120, 1), (120, 4), (40, 4)])
def test_no_second_holds_more_orders_than_the_limit_and_hardly_fewer(portal, rate, workers):
    for name in range(workers):
        if f"worker{name}" not in portal.processes:
            portal.start_worker(f"worker{name}")
    portal.control("reset")
    portal.control("config", answer_seconds=0.05)
    portal.sql("UPDATE dialer_provideraccount SET requests_per_second = %s, next_slot_at = NULL", rate)
    first, each = next(_numbers), rate * SECONDS // 2
    names = [f"{rate} by {workers}: {part}" for part in (1, 2)]
    for part, name in enumerate(names):
        make_campaign(portal, name, callees(each, start=first + part * each))
    singles = [f"+447700900{200 + (first // 1000) * SINGLES + n}" for n in range(SINGLES)]
    with ThreadPoolExecutor(3) as pool:
        starts = [pool.submit(portal.json, "campaign", "start", name, "--user", "supervisor") for name in names]
        placed = [pool.submit(place, portal, callee) for callee in singles]
        assert [start.result()["state"] for start in starts] == ["running", "running"]
        assert [call.result() for call in placed] == [None] * SINGLES
    orders = 2 * each + SINGLES
    wait_for(lambda: portal.orders_rate()["requests"] >= orders, seconds=30, what=f"{orders} orders")
    seen = portal.orders_rate()
    print(f"{rate}/s, {workers} workers: {seen}")
    assert portal.ledger()["orders"] == orders
    assert seen["worst_second"] <= rate
    assert seen["requests"] / seen["seconds"] >= 0.8 * rate
