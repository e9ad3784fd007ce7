"""One call, from the click to the first byte at the provider, with an idle worker, against a job that finds nothing."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
import uuid
from pathlib import Path

import httpx

from tests.bench.table import Line, show
from tests.support.live import LivePortal, wait_for


def run(calls: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        portal = LivePortal(Path(folder), SANDBOX_SPEED="0")
        try:
            users = portal.prepare()["users"]
            portal.start_sandbox()
            portal.start_web()
            portal.start_worker()
            measure(portal, users[0], calls)
        finally:
            portal.stop()


def measure(portal: LivePortal, user: dict[str, str], calls: int) -> None:
    with httpx.Client(base_url=portal.url, follow_redirects=False) as browser:
        sign_in(browser, user)
        place(browser, "+447700900100")  # connections are open afterwards, as in a shift
        wait_for(lambda: portal.requests_for("+447700900100"))
        callees = [f"+4477009002{number:02}" for number in range(calls)]
        clicks = [place(browser, callee) for callee in callees]
    wait_for(lambda: portal.requests_for(callees[-1]))
    wire = {
        request["body"]["callee"]: request["wall"]
        for request in portal.received()["received"]
        if isinstance(request.get("body"), dict) and "callee" in request["body"]
    }
    to_wire = [wire[callee.removeprefix("+")] - clicked for callee, clicked in zip(callees, clicks, strict=True)]
    floor = [idle_job(portal) for _ in range(5)]
    show(
        f"One call, click to wire: {calls} calls one after another (median)",
        [
            Line("floor: a job that finds nothing, until it is gone", statistics.median(floor)),
            Line("ours: POST of the form until the provider has it", statistics.median(to_wire)),
            Line("ours: the slowest of them", max(to_wire)),
            Line("peer: a worker that polls every second (mean)", 0.5 + statistics.median(to_wire), note="computed"),
        ],
    )


def sign_in(browser: httpx.Client, user: dict[str, str]) -> None:
    page = browser.get("/account/login/")
    form = {"login": user["username"], "password": user["password"], "csrfmiddlewaretoken": token(page.text)}
    assert browser.post("/account/login/", data=form, headers={"Referer": str(browser.base_url)}).status_code == 302


def token(html: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert found
    return found[1]


def place(browser: httpx.Client, callee: str) -> float:
    """Sends the call form; returns the Unix time of the click in seconds."""
    html = browser.get("/calls/new/").text
    form = {
        "csrfmiddlewaretoken": token(html),
        "account": first_option(html, "account"),
        "callee": callee,
        "did": first_option(html, "did"),
        "connect_number": first_option(html, "connect_number"),
        "ring_order": "connect_first",
        "idempotency_key": str(uuid.uuid4()),
    }
    time.sleep(0.15)  # the worker is idle when the click comes
    clicked = time.time()
    answer = browser.post("/calls/new/", data=form)
    assert answer.status_code == 302, answer.text
    return clicked


def first_option(html: str, name: str) -> str:
    found = re.search(rf'<select name="{name}".*?<option value="(\d+)"', html, re.DOTALL)
    assert found, name
    return found[1]


def idle_job(portal: LivePortal) -> float:
    time.sleep(0.15)
    start = time.perf_counter()
    portal.sql(
        "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('dial', 'dialer.tasks.dispatch', 0, NULL, NULL,"
        ' \'{"kind": "call", "pk": 0}\'::jsonb, NULL)::procrastinate_job_to_defer_v1])'
    )
    while portal.sql("SELECT 1 FROM procrastinate_jobs WHERE args->>'pk' = '0'"):
        time.sleep(0.002)
    return time.perf_counter() - start
