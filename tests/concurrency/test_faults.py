"""The fault table over real sockets: a real worker process against the sandbox, one order per request, the right state.

The scenario is chosen by the callee's last two digits (sandbox/README.md).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.live import LivePortal, wait_for

pytestmark = pytest.mark.xdist_group("live-faults")

DID, CONNECT = "+442079460001", "+442079460900"
TAKEN, REFUSED = 1, 0

# ending → state of the order, orders that the sandbox took.
FAULTS = {
    "01": ("accepted", TAKEN),
    "10": ("accepted", TAKEN),
    "20": ("accepted", TAKEN),
    "80": ("rejected", REFUSED),
    "81": ("in_doubt", REFUSED),
    "82": ("in_doubt", REFUSED),
    "83": ("accepted", TAKEN),
    "84": ("in_doubt", TAKEN),
    "85": ("in_doubt", TAKEN),
    "86": ("in_doubt", TAKEN),
    "87": ("in_doubt", TAKEN),
    "88": ("in_doubt", TAKEN),
    "89": ("in_doubt", TAKEN),
    "90": ("in_doubt", TAKEN),
}


def place(portal: LivePortal, callee: str, *, wait: int = 20) -> dict[str, Any]:
    numbers = ("--did", DID, "--callee", callee, "--connect-number", CONNECT)
    return portal.json("place_call", "--user", "supervisor", *numbers, "--wait", str(wait))  # type: ignore[no-any-return]


def orders_taken(portal: LivePortal, callee: str) -> int:
    return int(portal.received()["orders_by_callee"].get(callee.removeprefix("+"), 0))


def state_of(portal: LivePortal, callee: str) -> str:
    rows = portal.sql("SELECT state FROM dialer_callrequest WHERE callee = %s ORDER BY id DESC LIMIT 1", int(callee))
    return str(rows[0][0])


@pytest.fixture(scope="module")
def placed(portal: LivePortal) -> dict[str, dict[str, Any]]:
    """Every call of the table, placed at once; the worker sends them side by side.

    What the sandbox saw is taken down here, because another test restarts it, and it forgets.
    """
    callees = [f"+4477009007{ending}" for ending in FAULTS]
    with ThreadPoolExecutor(4) as pool:
        printed = dict(zip(callees, pool.map(lambda callee: place(portal, callee), callees), strict=True))
    seen = {"requests": portal.requests_for, "taken": lambda callee: orders_taken(portal, callee)}
    return {callee: {**printed[callee], **{name: count(callee) for name, count in seen.items()}} for callee in callees}


@pytest.mark.parametrize("ending", FAULTS)
def test_each_scenario_ends_in_its_state_with_at_most_one_order(portal, placed, ending):
    order = placed[f"+4477009007{ending}"]
    assert (order["state"], order["requests"], order["taken"]) == (FAULTS[ending][0], 1, FAULTS[ending][1])


def test_refused_credentials_hold_the_account_until_a_person_resumes_it(portal, placed):
    for ending in ("91", "92", "93", "94", "95"):
        callee = f"+4477009007{ending}"
        place(portal, callee, wait=0)
        wait_for(lambda: portal.sql("SELECT 1 FROM dialer_provideraccount WHERE suspended_at IS NOT NULL"))
        assert state_of(portal, callee) == "pending"
        assert portal.requests_for(callee) == 1
        assert portal.json("account", "status", "NxCloud", "--user", "administrator")["suspended"]

        blocked = portal.manage(
            *("place_call", "--user", "supervisor", "--did", DID, "--callee", "+447700900602"),
            *("--connect-number", CONNECT),
        )
        assert blocked.returncode == 1
        assert "suspended" in blocked.stderr

        portal.control("script", callee=callee, scenario="answered")
        resumed = portal.json("account", "resume", "NxCloud", "--user", "administrator")
        assert resumed["released"] == 1
        wait_for(lambda callee=callee: state_of(portal, callee) == "accepted", what=f"{callee} accepted")
        assert orders_taken(portal, callee) == 1


def test_a_killed_worker_leaves_a_doubt_and_no_second_order(portal, placed):
    callee = "+447700900611"
    portal.control("script", callee=callee, scenario="slow")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(place, portal, callee, wait=40)
        wait_for(lambda: portal.requests_for(callee) == 1, what="the order on the wire")
        portal.kill("worker")
        assert state_of(portal, callee) == "sending"
        portal.start_worker()
        assert waiting.result()["state"] == "in_doubt"
    assert portal.requests_for(callee) == 1
    assert orders_taken(portal, callee) == 1


def test_a_provider_that_is_down_gets_the_order_once_it_is_back(portal, placed):
    callee = "+447700900612"
    portal.end("sandbox")
    order = place(portal, callee, wait=1)
    assert order["state"] in ("pending", "sending")
    portal.start_sandbox()
    wait_for(lambda: state_of(portal, callee) == "accepted", what=f"{callee} accepted")
    assert orders_taken(portal, callee) == 1


def test_two_workers_and_a_job_run_twice_make_one_order(portal, placed, request):
    callee = "+447700900613"
    portal.start_worker("second")
    request.addfinalizer(lambda: portal.end("second"))
    order = place(portal, callee)
    (pk,) = portal.sql("SELECT id FROM dialer_callrequest WHERE reference = %s", order["reference"])[0]
    for _ in range(3):
        portal.sql(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('dial', 'dialer.tasks.dispatch', 0, NULL, NULL,"
            " jsonb_build_object('kind', 'call', 'pk', %s::int), NULL)::procrastinate_job_to_defer_v1])",
            pk,
        )
    jobs_of_call = "SELECT 1 FROM procrastinate_jobs WHERE args->>'kind' = 'call' AND args->>'pk' = %s"
    wait_for(lambda: not portal.sql(jobs_of_call, str(pk)), what="the repeated jobs done")
    assert portal.requests_for(callee) == 1


def test_a_dead_workers_job_gives_way_to_one_that_waits(portal, placed):
    portal.sql(
        "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
        " VALUES (now() - interval '1 hour') RETURNING id)"
        " INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id, scheduled_at)"
        " SELECT 'upkeep', 'dialer.tasks.sweep', 'twin', 'doing'::procrastinate_job_status, dead.id, NULL FROM dead"
        " UNION ALL SELECT 'upkeep', 'dialer.tasks.sweep', 'twin', 'todo', NULL, now() + interval '1 day'"
    )
    twins = "SELECT status::text FROM procrastinate_jobs WHERE queueing_lock = 'twin'"
    wait_for(lambda: portal.sql(twins) == [("todo",)], seconds=50, what="one of the twins left")


def test_nothing_is_pending_or_sending_for_ever(portal, placed):
    wait_for(
        lambda: not portal.sql("SELECT 1 FROM dialer_callrequest WHERE state IN ('pending', 'sending')"),
        seconds=40,
        what="every order settled",
    )


def test_the_workers_log_names_no_secret_and_no_number(portal, placed):
    log = "".join(path.read_text() for path in portal.folder.glob("*.log") if path.stem != "sandbox")
    assert "Launching a worker" in log
    assert "live-test-secret" not in log
    assert "live-test-token" not in log
    assert "77009007" not in log
