"""A paced campaign through a provider that answers after 50 ms, against a bare client that keeps no ledger."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.bench.table import Line, show
from tests.support.live import SECRETS, LivePortal, wait_for
from tests.support.paced import callees, make_campaign

ANSWER_SECONDS = 0.05
IN_FLIGHT = 40
"""Of the bare client: enough for 800 orders a second at 50 ms."""
PATH = "/did/openapi/amazon/dialout"


def run(calls: int, *, held_rate: int = 540) -> None:
    with tempfile.TemporaryDirectory() as folder:
        portal = LivePortal(Path(folder), SANDBOX_SPEED="0", SANDBOX_WEBHOOK_URL="")
        try:
            portal.prepare()
            portal.start_sandbox()
            portal.control("config", answer_seconds=ANSWER_SECONDS)
            floor = asyncio.run(bare(portal.sandbox_url, calls))
            # What became of the calls is read by other jobs; here it is not, so that only the dispatch is measured.
            portal.sql(
                "INSERT INTO dialer_recordcursor (account_id, source, failures, error, next_at)"
                " SELECT id, s, 0, '', now() + interval '1 day' FROM dialer_provideraccount, unnest(%s::text[]) AS s",
                ["calls", "dids"],
            )
            portal.start_worker()
            ours = dispatch(portal, calls, rate=1000, start=0)
            held = dispatch(portal, calls, rate=held_rate, start=calls)
        finally:
            portal.stop()
    show(
        f"Paced calls: {calls} orders, the provider answers after {ANSWER_SECONDS * 1000:.0f} ms",
        [
            Line("floor: bare httpx client, no database", floor, note=f"{calls / floor:.0f}/s"),
            Line("ours: campaign, every order in the ledger", ours["seconds"], note=f"{calls / ours['seconds']:.0f}/s"),
            Line(
                f"ours: held at a limit of {held_rate}/s",
                held["seconds"],
                note=f"{calls / held['seconds']:.0f}/s, worst second {held['worst_second']}",
            ),
        ],
    )


async def bare(url: str, calls: int) -> float:
    """The same requests, signed by the same code, one client in each lane of eight."""
    from telephony.contract.orders import DialOrder
    from telephony.providers.nxcloud.adapter import NxCloudAdapter
    from telephony.providers.nxcloud.client import NxCloudSettings

    settings = NxCloudSettings(
        base_url=url,
        task_base_url=url,
        access_key=SECRETS["NXCLOUD_ACCESS_KEY"],
        access_secret=SECRETS["NXCLOUD_ACCESS_SECRET"],
    )
    clients = [httpx.AsyncClient(trust_env=False) for _ in range(IN_FLIGHT // 8)]
    signer = NxCloudAdapter(settings, clients[0])
    numbers = iter(callees(calls))

    async def send(client: httpx.AsyncClient) -> None:
        for number in numbers:
            order = DialOrder(reference="", did="+12025550101", callee=number, connect_number="+12025550190")
            prepared = signer.prepare_call(order, now_ms=int(time.time() * 1000))
            reply = await client.post(prepared.url, content=prepared.body, headers=list(prepared.headers))
            assert json.loads(reply.content)["code"] == 0

    started = time.perf_counter()
    await asyncio.gather(*(send(clients[lane % len(clients)]) for lane in range(IN_FLIGHT)))
    seconds = time.perf_counter() - started
    for client in clients:
        await client.aclose()
    return seconds


def dispatch(portal: LivePortal, calls: int, *, rate: int, start: int) -> dict[str, Any]:
    """Seconds from the first to the last order of a campaign, and the busiest second, by the provider's clock."""
    portal.control("reset")
    portal.control("config", answer_seconds=ANSWER_SECONDS)
    portal.sql("UPDATE dialer_provideraccount SET requests_per_second = %s, next_slot_at = NULL", rate)
    name = f"{rate} a second"
    campaign = make_campaign(portal, name, callees(calls, start=start))
    assert portal.json("campaign", "start", name, "--user", "supervisor")["state"] == "running"
    done = "SELECT count(*) FROM campaigns_entry WHERE campaign_id = %s AND state = 'waiting'"
    wait_for(lambda: portal.sql(done, campaign) == [(0,)], seconds=300, what="every order")
    wait_for(lambda: portal.orders_rate()["requests"] == calls, seconds=30, what="every order at the provider")
    return portal.orders_rate()
