"""Callbacks over real sockets: how many, how fast answered, and how fast applied.

The disk is waited for as in production, though the tests' own database does not otherwise. Seconds of an answer count
from when its push was due.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from django.db import connection
from django.utils import timezone

from dialer.inbox import apply, store
from dialer.inbox.store import Callback
from dialer.models import Attempt, CallDetailRecord, CallRequest, WebhookDelivery
from tests.bench.table import Line, show, timed
from tests.support import builders
from tests.support.live import LivePortal, free_port, wait_for
from tests.support.pushing import Pushed, body_of, push

TOKEN = "live-test-token"
CONNECTIONS = 64
PEER_ROWS = 500
WAITING = "SELECT count(*) FROM dialer_webhookdelivery WHERE state = 'received'"
SAFE = ("fsync", "synchronous_commit", "full_page_writes")


def run(seconds: float, applied: int) -> None:
    with durable():
        with tempfile.TemporaryDirectory() as folder:
            portal = LivePortal(Path(folder), SANDBOX_SPEED="0")
            try:
                portal.prepare()
                portal.start_web()
                taking_in(portal, seconds)
                applying_beside(portal, seconds)
            finally:
                portal.stop()
        applying(applied)


@contextmanager
def durable() -> Iterator[None]:
    """Lets the server wait for the disk; the tests' own one is told not to (tests/settings.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s) AND setting <> 'on'", [list(SAFE)])
        before = dict(cursor.fetchall())
    _set(dict.fromkeys(before, "on"))
    try:
        yield
    finally:
        _set(before)


def _set(values: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        cursor.execute("SELECT pg_reload_conf()")


def taking_in(portal: LivePortal, seconds: float) -> None:
    peer_url = start_peer(portal)
    for url in (portal.webhook_url, peer_url):
        pushes(portal, url, rate=200, count=200, name="warm")
    rows = int(2_000 * seconds)
    flat_out = pushes(portal, portal.webhook_url, rate=math.inf, count=rows, name="flat")
    peer = pushes(portal, peer_url, rate=math.inf, count=rows // 4, name="peer")
    show(
        f"Callbacks taken in, {CONNECTIONS} connections, as fast as they are answered",
        [
            Line("floor: one INSERT of the same rows", insert_at_once(rows), rows),
            Line("ours: answered after the commit", flat_out.took, rows),
            Line("peer: a view that saves each (scaled)", peer.took * 4, rows),
        ],
    )
    lines = [Line("floor: one commit of one row", timed(lambda: insert_at_once(1), repeat=50))]
    for rate in (1_000, 2_000):
        for name, url in (("ours", portal.webhook_url), ("peer", peer_url)):
            pushed = pushes(portal, url, rate=rate, count=int(rate * seconds), name=f"{name}{rate}")
            lines.append(answer_line(f"{name}: p99 at {rate:,}/s for {seconds} s", pushed))
    show("Callbacks answered", lines)
    portal.end("peer")


def start_peer(portal: LivePortal) -> str:
    port = free_port()
    granian = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
    options = ["--port", str(port), "--no-ws", "--log-level", "error", "--blocking-threads", "32"]
    portal._start("peer", [*granian, *options, "tests.bench.callback_peer:application"])
    wait_for(lambda: listens(f"http://127.0.0.1:{port}/"), what="peer")
    return f"http://127.0.0.1:{port}/callback"


def listens(url: str) -> bool:
    try:
        return bool(httpx.get(url, timeout=2).status_code)
    except httpx.TransportError:
        return False


def pushes(portal: LivePortal, url: str, *, rate: float, count: int, name: str) -> Pushed:
    call_ids = [f"{name}-{number}" for number in range(count)]
    before = portal.sql("SELECT count(*) FROM dialer_webhookdelivery")[0][0]
    pushed = push(url, TOKEN, call_ids, rate=rate, connections=CONNECTIONS)
    stored = portal.sql("SELECT count(*) FROM dialer_webhookdelivery")[0][0] - before
    assert len(pushed.answered) == stored == count, (len(pushed.answered), stored, count)
    return pushed


def answer_line(name: str, pushed: Pushed) -> Line:
    rate = len(pushed.answered) / pushed.took
    note = f"p50 {pushed.percentile(0.5) * 1000:,.1f} ms, slowest {pushed.percentile(1) * 1000:,.0f} ms, {rate:,.0f}/s"
    return Line(name, pushed.percentile(0.99), note=note)


def insert_at_once(rows: int) -> float:
    account = builders.make_account()
    callbacks = [Callback(account.pk, timezone.now(), body_of(f"floor-{number}")) for number in range(rows)]
    return timed(lambda: store.store_callbacks(callbacks))


def applying_beside(portal: LivePortal, seconds: float) -> None:
    """The worker catches up first, and then gives results to calls while these are pushed."""
    waiting = portal.sql(WAITING)[0][0]
    started = time.perf_counter()
    portal.start_worker()
    wait_for(lambda: portal.sql(WAITING)[0][0] < waiting, what="the worker begins")
    began = time.perf_counter()
    wait_for(lambda: not portal.sql(WAITING)[0][0], seconds=300, what="the worker catches up")
    caught_up = time.perf_counter() - began
    assert began - started < 30
    count = int(1_000 * seconds)
    make_calls(portal.sql, count)
    pushed = push(portal.webhook_url, TOKEN, [f"call-{n}" for n in range(1, count + 1)], rate=1_000)
    ended = time.perf_counter()
    open_calls = "SELECT count(*) FROM dialer_callrequest WHERE provider_call_id LIKE 'call-%%' AND disposition = ''"
    wait_for(lambda: not portal.sql(open_calls)[0][0], seconds=300, what="every call has its result")
    behind = time.perf_counter() - ended
    show(
        "Callbacks applied by one worker beside the web server",
        [
            Line(f"a backlog of {waiting:,} of unknown calls", caught_up, waiting),
            Line(f"{count:,} calls, pushed at 1,000/s, until the last result", pushed.took + behind, count),
            answer_line("p99 of the answers meanwhile", pushed),
        ],
    )


CALLS = """
    INSERT INTO dialer_callrequest
           (reference, account_id, state, reason_code, reason, attempts, not_before, provider_request_id,
            requested_by_id, requested_at, settled_at, resolution, did_id, callee, connect_number_id, ring_order,
            delay_ms, purpose, consent_ref, override_reason, idempotency_key, provider_call_id, disposition,
            options)
    SELECT md5(n::text), did.account_id, 'accepted', '', '', 0, now(), '', (SELECT min(id) FROM auth_user),
           now(), now(), '', did.id, 6281200000000 + n, agent.id, 'connect_first', 0, 'service',
           '', '', gen_random_uuid(), 'call-' || n, '', '{{}}'
      FROM generate_series(1, {count}) AS n,
           (SELECT id, account_id FROM dialer_didnumber ORDER BY id LIMIT 1) AS did,
           (SELECT id FROM dialer_connectnumber ORDER BY id LIMIT 1) AS agent
"""
ATTEMPTS = """
    INSERT INTO dialer_attempt (callee, source, source_id, opened_at)
    SELECT callee, 'call', id, now() FROM dialer_callrequest WHERE disposition = ''
"""


def make_calls(sql: Callable[[str], object], count: int) -> None:
    """Accepted calls, each with the attempt that holds its callee; none of these numbers leaves this machine."""
    sql(CALLS.format(count=count))
    sql(ATTEMPTS)
    sql("ANALYZE dialer_callrequest, dialer_attempt")


def applying(rows: int) -> None:
    """In this process alone, nothing beside."""
    account = builders.make_account()
    builders.make_did(), builders.make_connect_number(), builders.make_user()
    WebhookDelivery.objects.all().delete()
    with connection.cursor() as cursor:
        make_calls(cursor.execute, rows)
    bodies = [body_of(f"call-{number}") for number in range(1, rows + 1)]
    for start in range(0, rows, 500):
        store.store_callbacks([Callback(account.pk, timezone.now(), body) for body in bodies[start : start + 500]])
    peer_rows = min(PEER_ROWS, rows // 2)
    sample = list(WebhookDelivery.objects.order_by("-pk").values_list("pk", flat=True)[:peer_rows])
    one_by_one = timed(lambda: [apply_one(pk) for pk in sample])
    ours = timed(apply_all)
    assert CallRequest.objects.filter(disposition="answered").count() == rows == CallDetailRecord.objects.count()
    assert not Attempt.objects.still_open().exists()
    show(
        f"{rows:,} callbacks applied, each to a call of its own",
        [
            Line("floor: one INSERT of the same records", copy_records(), rows),
            Line("ours: from the stored body to the closed call", ours, rows - peer_rows),
            Line("peer: the same, one after another (scaled)", one_by_one * rows / peer_rows, rows),
        ],
    )


def apply_one(pk: int) -> None:
    now = timezone.now()
    apply._apply_batch(apply._due(now).filter(pk=pk), now=now)


def apply_all() -> None:
    while apply.apply_callbacks(now=timezone.now()):
        pass


def copy_records() -> float:
    names = ", ".join(
        f.column for f in CallDetailRecord._meta.concrete_fields if f.column not in ("id", "provider_call_id")
    )
    copy = (
        f"INSERT INTO dialer_calldetailrecord (provider_call_id, {names})"
        f" SELECT 'copy-' || id, {names} FROM dialer_calldetailrecord"
    )
    with connection.cursor() as cursor:
        return timed(lambda: cursor.execute(copy))
