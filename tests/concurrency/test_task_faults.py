"""The fault table of createandcall: real workers hand chunks to the sandbox; one order a chunk, and the right state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.live import LivePortal, wait_for

pytestmark = pytest.mark.xdist_group("live-task-faults")

# scenario of the request → state of the chunk, of its entries, of the campaign that has more to hand over.
FAULTS = {
    "answered": ("accepted", "done", "finished"),
    "refused_41000": ("rejected", "not_called", "paused"),
    "failed_88": ("in_doubt", "in_doubt", "paused"),
    "failed_99": ("in_doubt", "in_doubt", "paused"),
    "accepted_then_reset": ("in_doubt", "in_doubt", "paused"),
    "accepted_then_500": ("in_doubt", "in_doubt", "paused"),
    "garbage": ("in_doubt", "in_doubt", "paused"),
    "truncated": ("in_doubt", "in_doubt", "paused"),
    # The answer is lost, but the records of the calls come, and prove that the order was taken.
    "slow": ("accepted", "done", "finished"),
}
CHUNK = 3


def start_campaign(portal: LivePortal, folder: Path, scenario: str, number: int) -> str:
    name = f"Faults {number} {scenario}"
    path = folder / f"{scenario}.csv"
    path.write_text("phone\n" + "\n".join(f"+447700900{number:02}{digit}" for digit in range(CHUNK * 2)) + "\n")
    created = ("--create", "--country", "GB", "--agent-group", "NX00000G000001", "--strategy", "Default Strategy")
    size = ("--chunk-size", str(CHUNK))
    counts = portal.json("import_call_list", str(path), "--user", "supervisor", "--campaign", name, *created, *size)
    assert counts["accepted"] == CHUNK * 2
    if scenario != "answered":
        portal.control("script_task", scenario=scenario)
    assert portal.json("campaign", "start", name, "--user", "supervisor")["state"] == "running"
    return name


def chunks_of(portal: LivePortal, name: str) -> list[tuple[Any, ...]]:
    return portal.sql(
        "SELECT t.state, t.number FROM campaigns_providertask t JOIN campaigns_campaign c ON c.id = t.campaign_id"
        " WHERE c.name = %s ORDER BY t.number",
        name,
    )


def entries_of(portal: LivePortal, name: str, number: int) -> set[str]:
    rows = portal.sql(
        "SELECT DISTINCT e.state FROM campaigns_entry e JOIN campaigns_providertask t ON t.id = e.task_id"
        " JOIN campaigns_campaign c ON c.id = t.campaign_id WHERE c.name = %s AND t.number = %s",
        name,
        number,
    )
    return {state for (state,) in rows}


def requests_named(portal: LivePortal, name: str) -> int:
    bodies = (request.get("body") for request in portal.received()["received"])
    return sum(1 for body in bodies if isinstance(body, dict) and str(body.get("taskName", "")).startswith(name))


def state_of(portal: LivePortal, name: str) -> str:
    return str(portal.sql("SELECT state FROM campaigns_campaign WHERE name = %s", name)[0][0])


@pytest.fixture(scope="module")
def with_web(portal: LivePortal) -> LivePortal:
    """Records come back by the webhook, so that campaigns can finish."""
    portal.start_web()
    portal.control("config", speed=0)
    return portal


def test_each_scenario_ends_in_its_state_with_one_order_a_chunk(with_web, tmp_path):
    for number, (scenario, (chunk, entries, campaign)) in enumerate(FAULTS.items(), start=10):
        name = start_campaign(with_web, tmp_path, scenario, number)
        wait_for(
            lambda name=name, campaign=campaign: state_of(with_web, name) == campaign,
            seconds=60,
            what=f"{name} {campaign}",
        )
        chunks = chunks_of(with_web, name)
        assert chunks[0] == (chunk, 1), scenario
        assert entries_of(with_web, name, 1) == {entries}, scenario
        assert requests_named(with_web, name) == len(chunks) == (2 if campaign == "finished" else 1), scenario
    orders = with_web.received()["orders_by_callee"]
    assert set(orders.values()) <= {1}


def test_a_killed_worker_leaves_the_chunk_in_doubt_and_a_record_proves_it(with_web, tmp_path, request):
    with_web.control("config", webhook_url="")
    request.addfinalizer(lambda: with_web.control("config", webhook_url=with_web.environment["SANDBOX_WEBHOOK_URL"]))
    name = start_campaign(with_web, tmp_path, "slow", 41)
    wait_for(lambda: requests_named(with_web, name) == 1, what="the order on the wire")
    with_web.kill("worker")
    assert chunks_of(with_web, name) == [("sending", 1)]
    with_web.start_worker()
    # Nothing is pushed, so the periodic pull finds the records of the order that the sandbox took, and proves it.
    wait_for(lambda: chunks_of(with_web, name)[0] == ("accepted", 1), seconds=60, what="proven by a record")
    assert with_web.sql(
        "SELECT count(*) FROM campaigns_taskevent v JOIN campaigns_providertask t ON t.id = v.task_id"
        " JOIN campaigns_campaign c ON c.id = t.campaign_id WHERE c.name = %s AND v.kind = 'proven'",
        name,
    ) == [(1,)]
    if state_of(with_web, name) == "paused":  # a doubt pauses the campaign, unless the records were faster
        with_web.json("campaign", "resume", name, "--user", "supervisor")
    wait_for(lambda: state_of(with_web, name) == "finished", seconds=60, what="finished")
    assert requests_named(with_web, name) == 2


def test_a_paused_campaign_hands_nothing_over(with_web, tmp_path):
    name = start_campaign(with_web, tmp_path, "refused_41000", 42)
    wait_for(lambda: state_of(with_web, name) == "paused", what="paused")
    before = requests_named(with_web, name)
    stopped = with_web.json("campaign", "stop", name, "--user", "supervisor")
    assert stopped["state"] == "stopped"
    assert stopped["entries"]["not_called"] == CHUNK * 2
    reasons = with_web.sql("SELECT count(*) FROM campaigns_entry WHERE state = 'not_called' AND reason = ''")
    assert reasons == [(0,)]
    assert requests_named(with_web, name) == before
