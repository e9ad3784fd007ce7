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

from dialer import ingest
from dialer.ingest import Callback
from dialer.intake_writer import GroupWriter
from dialer.models import WebhookDelivery
from tests.builders import NOW, make_account
from tests.committed import WAITING, Somebody, committed, remove_rows
from tests.live import LivePortal, wait_for
from tests.pushing import Pushed, body_of, push

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
    wait_for(lambda: committed(ProcrastinateJob.objects.filter(queueing_lock=ingest.APPLY_LOCK).count) == 1)


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
    call_ids = [f"c{number}" for number in range(6_000)]
    pushed: list[Pushed] = []
    provider = threading.Thread(
        target=lambda: pushed.append(push(intake_portal.webhook_url, TOKEN, call_ids, rate=1_000, connections=40))
    )
    provider.start()
    for _ in range(2):
        time.sleep(0.8)
        intake_portal.kill("web")
        intake_portal.start_web()
    provider.join()
    (result,) = pushed
    kept = intake_portal.sql("SELECT convert_from(body, 'UTF8')::json ->> 'callId' FROM dialer_webhookdelivery")
    assert result.lost, "nothing was under way when the server was killed"
    assert len(result.answered) > 500
    assert call_ids[-1] in result.answered
    assert result.answered <= {call_id for (call_id,) in kept}
    unapplied = "SELECT 1 FROM dialer_webhookdelivery WHERE state <> 'applied' LIMIT 1"
    wait_for(lambda: not intake_portal.sql(unapplied), what="every callback is applied")
    records = intake_portal.sql("SELECT provider_call_id FROM dialer_calldetailrecord")
    assert {call_id for (call_id,) in records} == {call_id for (call_id,) in kept}


def test_a_wrong_secret_and_a_huge_body_are_refused_by_the_real_server(intake_portal: LivePortal) -> None:
    def status(url: str, body: bytes = body_of("c1"), **headers: str) -> int:
        return httpx.post(url, content=body, headers=headers).status_code

    url = intake_portal.webhook_url
    assert status(url, token=TOKEN) == 200
    assert status(url, token="wrong") == 401
    assert status(url.replace("live-test-path", "live-test-part"), token=TOKEN) == 404
    assert status(url, b"x" * (ingest.BODY_LIMIT + 1), token=TOKEN) == 413
    assert status(url, body_of("c1").ljust(ingest.BODY_LIMIT), token=TOKEN) == 200
    assert "live-test-path" not in intake_portal.log_of("web")
