"""Answered is stored: callbacks share commits, and no crash, lock or lost connection makes one of them untrue."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest
from django.db import Error, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.inbox import apply as inbox_apply
from dialer.inbox import store
from dialer.inbox.group_writer import GroupWriter
from dialer.inbox.store import Callback
from dialer.models import CallDetailRecord, CallEvent, CallRequest, State, WebhookDelivery
from dialer.outcomes import ingest
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Disposition
from tests.support.builders import NOW, make_account, make_call_request
from tests.support.committed import WAITING, Somebody, committed, remove_rows, together
from tests.support.live import LivePortal, wait_for
from tests.support.pushing import Pushed, body_of, push

pytestmark = pytest.mark.xdist_group("live-intake")
TOKEN = "live-test-token"


@pytest.fixture
def writer(db: None) -> Iterator[GroupWriter]:
    group_writer = GroupWriter()
    yield group_writer
    group_writer.stop()
    committed(remove_rows)


@pytest.fixture
def account_id(writer: GroupWriter) -> int:
    return int(committed(make_account).pk)


def callback(account_id: int, number: int) -> Callback:
    return Callback(account_id, NOW, json.dumps({"callId": f"c{number}"}).encode())


def stored() -> int:
    return int(committed(WebhookDelivery.objects.count))


def test_one_is_stored_and_its_job_deferred(writer: GroupWriter, account_id: int) -> None:
    writer(callback(account_id, 1))
    assert stored() == 1
    wait_for(lambda: committed(ProcrastinateJob.objects.filter(queueing_lock=store.APPLY_LOCK).count) == 1)


def test_nobody_is_answered_before_the_commit_and_those_who_wait_share_the_next(
    writer: GroupWriter, account_id: int
) -> None:
    may_go_on = threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE dialer_webhookdelivery IN SHARE MODE")
            may_go_on.wait()

    holder = Somebody(hold)
    time.sleep(WAITING)
    with ThreadPoolExecutor(30) as pool:
        waiting: list[Future[None]] = [pool.submit(writer, callback(account_id, number)) for number in range(30)]
        time.sleep(WAITING)
        assert not any(one.done() for one in waiting)
        may_go_on.set()
        for one in waiting:
            one.result(timeout=10)
    holder.done()
    assert stored() == 30
    commits = "SELECT count(DISTINCT xmin::text) FROM dialer_webhookdelivery"
    assert committed(partial(ask, commits)) <= 3


def ask(query: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()[0]


def test_a_lost_connection_is_made_again(writer: GroupWriter, account_id: int) -> None:
    writer(callback(account_id, 1))
    idle = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'"
    )
    wait_for(lambda: committed(partial(ask, idle)))
    writer(callback(account_id, 2))
    assert stored() == 2


def test_what_cannot_be_stored_is_said_and_the_next_is_stored(writer: GroupWriter, account_id: int) -> None:
    with pytest.raises(Error):
        writer(callback(account_id + 1000, 1))
    writer(callback(account_id, 2))
    assert stored() == 1


def accepted_calls(count: int) -> None:
    for number in range(count):
        make_call_request(f"+447700900{number:03}", state=State.ACCEPTED, provider_call_id=f"c{number}")


def test_two_that_apply_the_same_calls_both_come_to_an_end(account_id: int) -> None:
    committed(partial(accepted_calls, 60))
    records = [CallRecord(provider_call_id=f"c{number}", disposition=Disposition.BUSY) for number in range(60)]
    account = committed(make_account)
    apply = partial(ingest.apply_records, account=account, source="query", now=NOW)
    together(*(partial(apply, some) for some in (records, records[::-1], records[30:] + records[:30])))
    assert committed(CallDetailRecord.objects.count) == 60
    assert committed(CallRequest.objects.filter(disposition="busy", closed_at=NOW).count) == 60
    assert committed(CallEvent.objects.count) == 60


def test_two_jobs_share_what_waits(account_id: int) -> None:
    waiting = [callback(account_id, number) for number in range(900)]
    committed(partial(store.store_callbacks, waiting))
    apply = partial(inbox_apply.apply_callbacks, now=NOW)
    assert sum(together(apply, apply, apply)) == 900
    assert committed(WebhookDelivery.objects.filter(state="applied").count) == 900
    assert committed(CallDetailRecord.objects.count) == 900


@pytest.fixture(scope="module")
def intake_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    live = LivePortal(tmp_path_factory.mktemp("portal"))
    try:
        live.prepare()
        live.start_web()
        live.start_worker()
        yield live
    finally:
        live.stop()


def test_no_answered_callback_is_lost_when_the_web_server_is_killed(intake_portal: LivePortal) -> None:
    answered: set[str] = set()
    for burst in range(2):
        pushed = killed_in_the_middle(intake_portal, [f"b{burst}-{number}" for number in range(2_500)])
        assert pushed.answered, "it was killed too early"
        assert pushed.lost, "nothing was under way when it was killed"
        answered |= pushed.answered
        intake_portal.start_web()
    after = push(intake_portal.webhook_url, TOKEN, ["after-1", "after-2"], rate=100)
    assert after.answered == {"after-1", "after-2"}
    kept = {call_id for (call_id,) in intake_portal.sql(CALL_IDS)}
    assert answered | after.answered <= kept
    wait_for(lambda: not intake_portal.sql(UNAPPLIED), seconds=60, what="every callback is applied")
    records = {call_id for (call_id,) in intake_portal.sql("SELECT provider_call_id FROM dialer_calldetailrecord")}
    assert records == kept


CALL_IDS = "SELECT convert_from(body, 'UTF8')::json ->> 'callId' FROM dialer_webhookdelivery"
UNAPPLIED = "SELECT 1 FROM dialer_webhookdelivery WHERE state <> 'applied' LIMIT 1"


def killed_in_the_middle(portal: LivePortal, call_ids: list[str]) -> Pushed:
    stored = partial(portal.sql, "SELECT count(*) FROM dialer_webhookdelivery")
    before = stored()[0][0]
    with ThreadPoolExecutor(1) as pool:
        pushing = pool.submit(push, portal.webhook_url, TOKEN, call_ids, rate=1_000, connections=40)
        wait_for(lambda: stored()[0][0] > before + 300, what="the burst begins")
        portal.kill("web")
        return pushing.result()


def in_chunks(body: bytes) -> Iterator[bytes]:
    """Sent so, a body has no length that could be looked at before it is read."""
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


def test_a_wrong_secret_and_a_huge_body_are_refused_by_the_real_server(intake_portal: LivePortal) -> None:
    def status(url: str, body: bytes | Iterator[bytes] = b"", **headers: str) -> int:
        return httpx.post(url, content=body or body_of("c1"), headers=headers).status_code

    url = intake_portal.webhook_url
    assert status(url, token=TOKEN) == 200
    assert status(url, token="wrong") == 401
    assert status(url.replace("live-test-path", "live-test-part"), token=TOKEN) == 404
    assert status(url, b"x" * (store.BODY_LIMIT + 1), token=TOKEN) == 413
    assert status(url, body_of("c1").ljust(store.BODY_LIMIT), token=TOKEN) == 200
    assert status(url, in_chunks(b"x" * 40_000_000), token=TOKEN) == 413
    assert status(url, in_chunks(body_of("c-in-chunks").ljust(100_000)), token=TOKEN) == 200
    assert len(intake_portal.sql("SELECT 1 FROM dialer_webhookdelivery WHERE length(body) = 100000")) == 1
    assert "live-test-path" not in intake_portal.log_of("web")
