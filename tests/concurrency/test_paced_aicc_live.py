"""Paced calls of agents' phones, real workers, a sandbox that calls back: one call at a time on each phone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.support.live import LivePortal, wait_for
from tests.support.paced import callees, make_campaign

pytestmark = pytest.mark.xdist_group("live-aicc")
PHONES = [f"44207946020{number}" for number in range(6)]
LONG = 90

# The sandbox's serial numbers begin with the milliseconds at which it took the order.
TIMES = """
    SELECT agent_phone_id, provider_call_id::bigint / 1000000, extract(epoch FROM ended_at) * 1000
      FROM dialer_callrequest WHERE closed_at IS NOT NULL ORDER BY 1, 2
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    live = LivePortal(tmp_path_factory.mktemp("portal"), SANDBOX_SPEED="0.05", SANDBOX_AICC_PHONES=",".join(PHONES))
    try:
        live.prepare()
        live.sql("UPDATE dialer_agentphone SET is_active = FALSE")
        live.sql(
            "INSERT INTO dialer_agentphone (account_id, number, label, is_active, created_at)"
            " SELECT a.id, n, '', TRUE, now() FROM dialer_provideraccount a, unnest(%s::text[]) n"
            " WHERE a.env_prefix = 'AICC'",
            PHONES,
        )
        live.start_sandbox()
        live.start_web()
        live.start_worker("worker1")
        live.start_worker("worker2")
        yield live
    finally:
        live.stop()


def start(portal: LivePortal, name: str, numbers: list[str]) -> int:
    campaign = make_campaign(portal, name, numbers, ours=("--account", "Huawei AICC"))
    assert portal.json("campaign", "start", name, "--user", "supervisor")["state"] == "running"
    return campaign


def has_finished(portal: LivePortal, *campaigns: int) -> bool:
    states = portal.sql("SELECT state FROM campaigns_campaign WHERE id = ANY(%s)", list(campaigns))
    return {state for (state,) in states} == {"finished"}


def orders_of(portal: LivePortal) -> Counter[str]:
    """How often the provider took an order to each callee.

    One without a valid token is not taken, and is sent again with a new one: the sandbox forgot all tokens.
    """
    rows = [row for row in portal.received()["received"] if row["path"].endswith("/createCall")]
    assert {row["code"] for row in rows} <= {0, 401}
    return Counter(f"+{row['body']['called']}" for row in rows if row["code"] == 0)


def overlapping(portal: LivePortal) -> list[tuple[int, int, int]]:
    """Calls that were ordered before the one before of the same phone had ended, by the provider's own times."""
    rows = portal.sql(TIMES)
    return [then for before, then in pairwise(rows) if before[0] == then[0] and then[1] < before[2]]


def test_everybody_is_ordered_once_and_no_phone_has_two_calls(portal):
    portal.control("reset")
    numbers = callees(60)
    campaign = start(portal, "Six phones", numbers)
    wait_for(lambda: has_finished(portal, campaign), seconds=LONG, what="the end of the campaign")
    assert orders_of(portal) == Counter(numbers)
    assert overlapping(portal) == []
    query = "SELECT disposition, count(*) FROM campaigns_entry WHERE campaign_id = %s AND state = 'done' GROUP BY 1"
    results = dict(portal.sql(query, campaign))
    # By the last two digits of each number, 00 to 59. AICC has no word for a busy line.
    assert results == {"answered": 40, "no_answer": 10, "failed": 10}
    used = portal.sql("SELECT agent_phone_id, count(*) FROM dialer_callrequest GROUP BY 1")
    print("calls of each phone:", sorted(count for _phone, count in used))
    assert len(used) == len(PHONES)


def test_two_campaigns_and_single_calls_share_the_phones(portal):
    portal.control("reset")
    first, second = callees(20, start=1_000), callees(20, start=2_000)
    single = "+447700900701"
    ids = [start(portal, "First of two", first), start(portal, "Second of two", second)]
    wait_for(lambda: _place(portal, single), seconds=LONG, what="a free moment of the phone")
    wait_for(lambda: has_finished(portal, *ids), seconds=LONG, what="the end of both campaigns")
    wait_for(lambda: portal.sql("SELECT 1 FROM dialer_callrequest WHERE closed_at IS NULL") == [], what="the last call")
    assert orders_of(portal) == Counter([*first, *second, single])
    assert overlapping(portal) == []


def _place(portal: LivePortal, callee: str) -> bool:
    """False while the phone has a call of a campaign."""
    options = ["--account", "Huawei AICC", "--caller", PHONES[0], "--user", "supervisor"]
    done = portal.manage("place_call", "--callee", callee, *options)
    assert done.returncode == 0 or "is not free" in done.stderr, done.stderr
    return done.returncode == 0
