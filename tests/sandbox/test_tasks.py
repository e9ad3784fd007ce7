"""Tasks: when they dial, what their entries do, and how a whole task is made to fail."""

from __future__ import annotations

import httpx
import pytest

from tests.support.sandbox_client import CALLEE, CREATE_AND_CALL, Clock, control, entry, make_app, post, task

pytestmark = pytest.mark.asyncio


async def test_a_task_with_immediate_start_dials_at_once() -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(entry("A"), entry("B", userPhone="447700900010"), startupType=3))
    assert [(r["orderId"], r["answered"]) for r in app.sandbox.records] == [("A", True), ("B", False)]


@pytest.mark.parametrize("startup_type", [None, 0, 1, 2])
async def test_other_tasks_wait_for_their_start(startup_type: int | None) -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(startupType=startup_type))
    assert app.sandbox.orders_by_callee == {CALLEE: 1}
    assert app.sandbox.records == []
    assert await control(app, "start_tasks") == {"started": 1}
    assert len(app.sandbox.records) == 1
    assert await control(app, "start_tasks") == {"started": 0}


async def test_a_record_of_a_task_has_the_customer_as_caller() -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(entry("A", other="ref-7")))
    (record,) = app.sandbox.records
    assert record["direction"] == 2
    assert (record["orderId"], record["other"]) == ("A", "ref-7")
    assert (record["caller"], record["callee"]) == (CALLEE, "NX09445G000025@127.0.0.1:5060")
    assert len(record["taskId"]) == 32


async def test_tasks_have_ids_of_their_own() -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(entry("A"), entry("B")))
    await post(app, CREATE_AND_CALL, task(entry("C")))
    first, second, third = (record["taskId"] for record in app.sandbox.records)
    assert first == second != third


async def test_a_thousand_mixed_numbers_do_not_fail_by_accident() -> None:
    app = make_app()
    entries = [entry(f"O{number}", userPhone=f"447700900{number:03}") for number in range(1000)]
    assert (await post(app, CREATE_AND_CALL, task(*entries))).json()["code"] == 0
    assert len(app.sandbox.calls) == 1000
    outcomes = [record["hangupCode"] for record in app.sandbox.records]
    assert [outcomes.count(code) for code in (2104, 2203, 2103, 2205)] == [100, 50, 30, 20]
    assert len(outcomes) == 999, "only 447700900783 is silent"


async def test_a_fault_ending_is_answered_inside_a_task() -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(entry("A", userPhone="447700900784"), entry("B", userPhone="447700900795")))
    assert [record["answered"] for record in app.sandbox.records] == [True, True]


async def test_a_task_name_can_ask_for_a_fault() -> None:
    app = make_app()
    reply = await post(app, CREATE_AND_CALL, task(entry("A"), entry("B"), taskName="Autumn [accepted_then_500] 3"))
    assert reply.status_code == 500
    assert app.sandbox.orders_by_callee == {CALLEE: 2}
    assert app.sandbox.records == []
    assert len(app.sandbox.release(order_id="A")) == 1
    assert [record["orderId"] for record in app.sandbox.records] == ["A"]
    assert len(app.sandbox.release(task_name="Autumn [accepted_then_500] 3")) == 1


async def test_a_task_name_can_ask_for_a_refusal() -> None:
    app = make_app()
    assert (await post(app, CREATE_AND_CALL, task(taskName="[auth_1004]"))).json()["code"] == 1004
    assert not app.sandbox.orders_by_callee


async def test_other_brackets_in_a_task_name_mean_nothing() -> None:
    app = make_app()
    assert (await post(app, CREATE_AND_CALL, task(taskName="[VIP] spring"))).json()["code"] == 0
    assert app.sandbox.received[0].scenario is None


async def test_a_line_scenario_of_a_task_is_that_of_every_entry() -> None:
    app = make_app()
    await post(app, CREATE_AND_CALL, task(entry("A"), entry("B", userPhone="447700900010"), taskName="[busy]"))
    assert [record["hangupCode"] for record in app.sandbox.records] == [2203, 2203]


async def test_only_the_next_task_is_scripted() -> None:
    app = make_app()
    app.sandbox.script_task("accepted_then_reset")
    with pytest.raises(httpx.ReadError):
        await post(app, CREATE_AND_CALL, task(entry("A")))
    assert (await post(app, CREATE_AND_CALL, task(entry("B")))).json()["code"] == 0
    assert [received.scenario for received in app.sandbox.received] == ["accepted_then_reset", None]


async def test_a_refused_request_does_not_use_up_the_script() -> None:
    app = make_app()
    app.sandbox.script_task("failed_99")
    assert (await post(app, CREATE_AND_CALL, task(country="?"))).json()["code"] == 41000
    assert (await post(app, CREATE_AND_CALL, task())).json()["code"] == 99


async def test_a_scripted_callee_counts_inside_a_task() -> None:
    app = make_app()
    app.sandbox.script(CALLEE, "accepted_then_silent")
    await post(app, CREATE_AND_CALL, task(entry("A")))
    assert app.sandbox.records == []
    assert len(app.sandbox.release(order_id="A")) == 1


async def test_a_task_dials_thirty_numbers_at_a_time() -> None:
    clock = Clock()
    app = make_app(clock, speed=1.0)
    entries = [entry(f"O{number}", userPhone=f"4477009002{number % 10:02}") for number in range(60)]
    await post(app, CREATE_AND_CALL, task(*entries))
    assert app.sandbox.records == []
    starts = [call.times.start for call in app.sandbox.calls]
    assert starts[:30] == [starts[0]] * 30
    assert all(start > starts[0] for start in starts[30:])
    clock.now += 60
    assert len(app.sandbox.records) == 60
