"""Stop switch, pause and do-not-call lists against real workers under load; the sandbox's own log is the judge."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.live import LivePortal, wait_for

pytestmark = pytest.mark.xdist_group("live-brakes")
WITHIN = 1.0
"""Seconds from the click to the last order."""


@pytest.fixture(scope="module")
def busy(portal: LivePortal) -> LivePortal:
    """Two workers and a web server; the account may send faster than they can."""
    portal.start_worker("second")
    portal.start_web()
    portal.control("config", speed=0)
    portal.sql("UPDATE dialer_provideraccount SET requests_per_second = 900")
    return portal


@pytest.fixture
def supervisor(busy: LivePortal) -> Iterator[httpx.Client]:
    password = next(user["password"] for user in busy.seeded["users"] if user["role"] == "Supervisor")
    with httpx.Client(base_url=busy.url, timeout=20) as browser:
        press(browser, "/account/login/", "/account/login/", login="supervisor", password=password)
        yield browser


def press(browser: httpx.Client, page: str, path: str, **form: str) -> float:
    """Presses a button of a page; the moment of the click."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(page).text)
    assert token
    clicked = time.time()
    answer = browser.post(path, data={**form, "csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 302, answer.text[:500]
    return clicked


def start(portal: LivePortal, folder: Path, area: int, *, numbers: int) -> tuple[int, list[str]]:
    """A running campaign that hands over one number after another, and its numbers."""
    callees = [f"+1{area + n // 100}55501{n % 100:02}" for n in range(numbers)]
    path = folder / f"{area}.csv"
    path.write_text("phone\n" + "\n".join(callees) + "\n")
    name = f"Area {area}"
    created = ("--create", "--country", "US", "--agent-group", "NX00000G000001", "--strategy", "Default Strategy")
    counts = portal.json(
        *("import_call_list", str(path), "--user", "supervisor", "--campaign", name, *created, "--chunk-size", "1")
    )
    assert counts["accepted"] == numbers
    assert portal.json("campaign", "start", name, "--user", "supervisor")["state"] == "running"
    return int(portal.sql("SELECT id FROM campaigns_campaign WHERE name = %s", name)[0][0]), callees


def orders(portal: LivePortal) -> list[tuple[float, str]]:
    """When the sandbox took each number of a task, by its own clock."""
    return [
        (row["wall"], entry["userPhone"])
        for row in portal.received()["received"]
        if isinstance(row.get("body"), dict)
        for entry in row["body"].get("callList", ())
    ]


def ordered_at_least(portal: LivePortal, count: int) -> None:
    before = len(orders(portal))
    wait_for(lambda: len(orders(portal)) >= before + count, seconds=60, what=f"{count} more orders")


def last_of(portal: LivePortal, callees: list[str]) -> float:
    digits = {callee.removeprefix("+") for callee in callees}
    return max((wall for wall, callee in orders(portal) if callee in digits), default=0.0)


def last_order(portal: LivePortal) -> float:
    """After time enough for anything that still was on its way."""
    time.sleep(3)
    return max(wall for wall, _callee in orders(portal))


def test_after_the_stop_switch_no_order_leaves_and_after_its_release_all_do_once(busy, supervisor, tmp_path):
    campaigns = [start(busy, tmp_path, area, numbers=40) for area in (210, 230, 250)]
    ordered_at_least(busy, 30)
    clicked = press(supervisor, "/policy/stop/", "/policy/stop/", to="stop", reason="Drill.")
    last = last_order(busy)
    print(f"last order {last - clicked:+.3f} s after the click, {len(orders(busy))} orders before it")
    assert last <= clicked + WITHIN
    page = supervisor.get("/policy/stop/").text
    assert "All orders are stopped" in page
    (left,) = busy.sql("SELECT on_the_way FROM dialer_stopevent WHERE is_on ORDER BY id DESC LIMIT 1")[0]
    assert f"{left}" in page

    press(supervisor, "/policy/stop/", "/policy/stop/", to="release", reason="Drill is over.")
    mine = sorted(callee.removeprefix("+") for _pk, callees in campaigns for callee in callees)
    waiting = "SELECT count(*) FROM campaigns_entry WHERE campaign_id = ANY(%s) AND state = 'waiting'"
    wait_for(lambda: busy.sql(waiting, [pk for pk, _ in campaigns]) == [(0,)], seconds=240, what="everybody's turn")
    wait_for(lambda: len(set(mine) - {callee for _wall, callee in orders(busy)}) == 0, seconds=60, what="all orders")
    assert sorted(callee for _wall, callee in orders(busy) if callee in set(mine)) == mine


def test_after_a_pause_no_order_of_the_campaign_leaves_and_the_others_go_on(busy, supervisor, tmp_path):
    (paused, mine), (_other, theirs) = (start(busy, tmp_path, area, numbers=120) for area in (310, 330))
    ordered_at_least(busy, 20)
    clicked = press(supervisor, f"/campaigns/{paused}/", f"/campaigns/{paused}/pause/")
    wait_for(lambda: last_of(busy, theirs) > clicked + WITHIN, seconds=30, what="an order of the other campaign")
    time.sleep(2)
    last = last_of(busy, mine)
    print(f"last order of the paused campaign {last - clicked:+.3f} s after the click")
    assert last <= clicked + WITHIN
    waiting = "SELECT count(*) > 0 FROM campaigns_entry WHERE campaign_id = %s AND state = 'waiting'"
    assert busy.sql(waiting, paused) == [(True,)]


def test_a_number_that_comes_onto_a_list_while_the_campaign_runs_is_not_ordered_any_more(busy, tmp_path):
    campaign, callees = start(busy, tmp_path, 350, numbers=80)
    committed: dict[str, Any] = {}
    # Right in front of the dialler, so that some are reached while they are being added.
    for callee in callees[10::5]:
        busy.sql(
            "INSERT INTO dialer_dncentry (dnc_list_id, callee, reason, source, added_at)"
            " SELECT id, %s, '', '', now() FROM dialer_dnclist WHERE name = 'Opt-outs'",
            int(callee),
        )
        committed[callee.removeprefix("+")] = time.time()
        time.sleep(0.05)
    done = "SELECT count(*) FROM campaigns_entry WHERE campaign_id = %s AND state IN ('waiting', 'ordered')"
    wait_for(lambda: busy.sql(done, campaign) == [(0,)], seconds=240, what="the campaign to end")
    taken = {callee: wall for wall, callee in orders(busy) if callee in committed}
    print(f"{len(committed)} added, {len(taken)} of them had been ordered before")
    assert len(taken) < len(committed)
    late = {callee: wall - committed[callee] for callee, wall in taken.items() if wall > committed[callee]}
    assert not late
    kept = busy.sql(
        "SELECT count(*) FROM campaigns_entry WHERE campaign_id = %s AND state = 'not_called'"
        " AND reason_code = 'do_not_call'",
        campaign,
    )
    assert kept == [(len(committed) - len(taken),)]
