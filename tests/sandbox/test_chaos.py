"""What a load test asks for: lost answers, late and repeated pushes, and figures that stay small."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from sandbox.app import SandboxApp
from sandbox.chaos import share
from sandbox.ledger import worst_second
from tests.support.sandbox_client import (
    CALLEE,
    CREATE_AND_CALL,
    DIALOUT,
    Clock,
    control,
    dialout,
    entry,
    make_app,
    post,
    task,
)

CALLEES = [f"4477009002{number:02}" for number in range(80)]


async def order_all(app: SandboxApp) -> list[str]:
    """The callees whose order was not answered."""
    lost = []
    for callee in CALLEES:
        try:
            assert (await post(app, DIALOUT, dialout(callee=callee))).json()["code"] == 0
        except httpx.ReadError:
            lost.append(callee)
    return lost


async def ledger(app: SandboxApp) -> dict[str, Any]:
    told: dict[str, Any] = await control(app, "ledger", method="GET")
    return told


@pytest.mark.asyncio
async def test_a_share_of_answers_is_lost_after_the_order_was_taken() -> None:
    app = make_app()
    await control(app, "config", {"lose_answers": 0.25, "seed": 7})

    lost = await order_all(app)

    assert 8 <= len(lost) <= 32
    told = await ledger(app)
    assert told["lost"] == lost
    assert (told["orders"], told["callees"], told["repeated"]) == (80, 80, {})
    assert len(app.sandbox.records) == 80, "their calls were made, and have records"


@pytest.mark.asyncio
async def test_the_seed_decides_whose_answer_is_lost() -> None:
    async def lost_with(seed: int) -> list[str]:
        app = make_app()
        await control(app, "config", {"lose_answers": 0.25, "seed": seed})
        return await order_all(app)

    assert await lost_with(7) == await lost_with(7)
    assert await lost_with(7) != await lost_with(8)


@pytest.mark.asyncio
async def test_the_answer_to_a_task_is_lost_with_all_its_callees() -> None:
    app = make_app()
    await control(app, "config", {"lose_answers": 1})
    with pytest.raises(httpx.ReadError):
        await post(app, CREATE_AND_CALL, task(entry("A"), entry("B", userPhone="447700900002")))
    told = await ledger(app)
    assert (told["orders"], told["lost"]) == (2, [CALLEE, "447700900002"])


@pytest.mark.asyncio
async def test_refused_orders_are_answered_all_the_same() -> None:
    app = make_app()
    await control(app, "config", {"lose_answers": 1})
    assert (await post(app, DIALOUT, dialout(callee="447700900780"))).json()["code"] == 41000
    assert (await ledger(app))["lost"] == []


@pytest.mark.asyncio
async def test_a_scenario_that_resets_counts_as_lost() -> None:
    app = make_app()
    with pytest.raises(httpx.ReadError):
        await post(app, DIALOUT, dialout(callee="447700900784"))
    assert (await ledger(app))["lost"] == ["447700900784"]


@pytest.mark.asyncio
async def test_every_order_can_be_answered_late() -> None:
    app = make_app()
    await control(app, "config", {"answer_seconds": 30})
    ordering = asyncio.create_task(post(app, DIALOUT, dialout()))
    while not app.sandbox.orders_by_callee:
        await asyncio.sleep(0)
    assert not ordering.done(), "the order is taken and not answered yet"
    ordering.cancel()
    await control(app, "config", {"answer_seconds": 0})
    assert (await post(app, DIALOUT, dialout())).json()["code"] == 0


@pytest.mark.asyncio
async def test_pushes_can_be_late_and_out_of_order() -> None:
    clock = Clock()
    app = make_app(clock)
    await control(app, "config", {"callback_delay": [10, 20]})
    await order_all(app)
    assert len(app.sandbox.records) == 80, "the queries know them at once"

    taken = []
    for _ in range(20):
        clock.now += 1
        taken.append([call.order.callee for call in app.sandbox.pusher.take_due()])

    assert not any(taken[:9])
    pushed = [callee for second in taken for callee in second]
    assert sorted(pushed) == CALLEES
    assert pushed != CALLEES


@pytest.mark.asyncio
async def test_a_share_of_records_is_pushed_twice() -> None:
    app = make_app()
    await control(app, "config", {"callback_twice": 0.5})
    await order_all(app)
    pushed = [call.order.callee for call in app.sandbox.pusher.take_due()]
    assert set(pushed) == set(CALLEES)
    assert 100 <= len(pushed) <= 140


@pytest.mark.asyncio
async def test_the_ledger_names_only_who_was_ordered_more_than_once() -> None:
    app = make_app()
    app.sandbox.script("447700900002", "accepted_then_silent")
    for callee in (CALLEE, CALLEE, "447700900002"):
        await post(app, DIALOUT, dialout(callee=callee))
    assert await ledger(app) == {
        "orders": 3,
        "callees": 2,
        "repeated": {CALLEE: 2},
        "lost": [],
        "calls": {"dialled": 3, "ended": 2, "held": 1},
        "pushes": {"delivered": 0, "failed": 0, "given_up": 0, "waiting": 2},
    }


@pytest.mark.asyncio
async def test_the_rate_counts_orders_and_nothing_else() -> None:
    clock = Clock()
    app = make_app(clock)
    for pause in (0.0, 0.5, 0.4, 0.1, 5.0):
        clock.now += pause
        await post(app, DIALOUT, dialout(callee="447700900780"))
    await post(app, "/api/did/cdr", {})
    rate = await control(app, "rate", method="GET")
    assert (rate["requests"], rate["worst_second"]) == (5, 3)
    await control(app, "reset")
    rate = await control(app, "rate", method="GET")
    assert rate == {"requests": 0, "worst_second": 0, "worst_second_signed": 0, "seconds": 0}


@pytest.mark.parametrize(
    ("arrivals", "worst"),
    [([], 0), ([5.0], 1), ([0.0, 1.0, 2.0], 1), ([0.0, 0.999, 1.0], 2), ([0.0, 0.6, 1.1, 1.5, 9.0], 3), ([3.0] * 4, 4)],
)
def test_the_worst_second(arrivals: list[float], worst: int) -> None:
    assert worst_second(arrivals) == worst


def test_chance_is_even_and_comes_again() -> None:
    shares = [share(1, "lose", number) for number in range(2000)]

    assert shares == [share(1, "lose", number) for number in range(2000)]
    assert all(0 <= found < 1 for found in shares)
    for tenth in range(10):
        assert 150 <= sum(tenth / 10 <= found < (tenth + 1) / 10 for found in shares) <= 250
