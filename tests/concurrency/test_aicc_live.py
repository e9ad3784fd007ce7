"""Calls by AICC through a whole portal: callbacks over real sockets, and what happens when none of them comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live import LivePortal, wait_for

pytestmark = pytest.mark.xdist_group("live-aicc")
PHONES = ("442079460101", "442079460102", "442079460103")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    portal = LivePortal(Path(tmp_path_factory.mktemp("aicc")), SANDBOX_SPEED="0.3")
    try:
        portal.prepare()
        portal.start_sandbox()
        portal.start_worker()
        portal.start_web()
        yield portal
    finally:
        portal.stop()


def place(portal: LivePortal, callee: str, *, phone: int = 0) -> dict[str, Any]:
    arguments = ("--user", "supervisor", "--caller", PHONES[phone], "--callee", callee, "--wait", "15")
    return portal.json("place_call", *arguments)  # type: ignore[no-any-return]


def call_of(portal: LivePortal, reference: str) -> tuple[Any, ...]:
    columns = "state, disposition, closed_at IS NOT NULL, stage, provider_call_id"
    return portal.sql(f"SELECT {columns} FROM dialer_callrequest WHERE reference = %s", reference)[0]


def closed(portal: LivePortal, reference: str) -> tuple[Any, ...] | None:
    call = call_of(portal, reference)
    return call if call[2] else None


def events_of(portal: LivePortal, reference: str) -> list[str]:
    query = """SELECT e.kind FROM dialer_callevent e JOIN dialer_callrequest c ON c.id = e.call_id
                WHERE c.reference = %s ORDER BY e.id"""
    return [kind for (kind,) in portal.sql(query, reference)]


def test_the_answer_is_confirmed_and_the_end_is_believed(portal):
    told = place(portal, "+447700900001")
    assert told["state"] == "accepted"
    call = wait_for(lambda: closed(portal, told["reference"]), what="the result")
    assert call[:2] == ("accepted", "answered")
    events = events_of(portal, told["reference"])
    assert events[:3] == ["requested", "claimed", "accepted"]
    assert "talks" in events
    assert events.count("result") == 1
    rows = portal.sql("SELECT DISTINCT topic, is_signed FROM dialer_webhookdelivery ORDER BY topic")
    assert rows == [("connected", False), ("released", True)]
    waiting = "SELECT count(*) FROM dialer_webhookdelivery WHERE state <> 'applied'"
    wait_for(lambda: portal.sql(waiting)[0][0] == 0, what="both callbacks are applied")


def test_without_a_serial_number_the_callback_finds_its_order(portal):
    portal.control("config", aicc_serials="never")
    told = place(portal, "+447700900010", phone=1)
    portal.control("config", aicc_serials="always")
    assert (told["state"], told["provider_call_id"]) == ("accepted", "")
    call = wait_for(lambda: closed(portal, told["reference"]), what="the result")
    assert call[1] == "no_answer"
    assert call[4]


def test_without_any_callback_the_provider_is_asked(portal):
    portal.end("web")  # nobody takes callbacks
    try:
        told = place(portal, "+447700900002", phone=2)
        call = wait_for(lambda: closed(portal, told["reference"]), seconds=60, what="the result")
    finally:
        portal.start_web()
    assert call[1] == "answered"
    ((source,),) = portal.sql("SELECT source FROM dialer_calldetailrecord WHERE reference = %s", told["reference"])
    assert source in ("state", "query")


def test_a_lost_reply_is_proven_and_nobody_rings_twice(portal):
    portal.control("script", callee="+447700900003", scenario="accepted_then_reset")
    told = place(portal, "+447700900003")
    assert told["state"] == "in_doubt"
    portal.control("release", callee="+447700900003")
    call = wait_for(lambda: closed(portal, told["reference"]), seconds=60, what="the proof")
    assert call[:2] == ("accepted", "answered")
    assert "proven" in events_of(portal, told["reference"])
    assert portal.ledger()["repeated"] == {}
