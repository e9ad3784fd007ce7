"""The import job when something goes wrong: killed, full, cancelled, faulty, two at once. Nothing is half done."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from campaigns.importer import preparation, run, store
from campaigns.importer.run import import_call_list
from campaigns.lists import services as list_services
from campaigns.models import CallList, Campaign, Entry
from tests.support.builders import NOW, make_user
from tests.support.imported_lists import chosen, counts, imported, in_blocks_of, rejected

A, B, C = "+447700900001", "+447700900002", "+447700900003"
pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What a SIGKILL leaves: no clean-up ran."""


def die_at(monkeypatch: pytest.MonkeyPatch, batch: int, error: type[BaseException] = Killed) -> None:
    """At the end of that batch (from 1), before it is committed."""
    real, calls = store.add_rejected, iter(range(1, 100))

    def add_rejected(*args: Any) -> None:
        real(*args)
        if next(calls) == batch:
            monkeypatch.setattr(store, "add_rejected", real)
            raise error

    monkeypatch.setattr(store, "add_rejected", add_rejected)


def test_a_run_after_a_kill_starts_again_and_counts_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 2)
    call_list = chosen(f"phone\n{A}\n{A}\nx\n{B}\n{C}\n")
    die_at(monkeypatch, 2)
    with pytest.raises(Killed):
        import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert (call_list.state, call_list.rows) == (CallList.State.IMPORTING, 2)
    assert not call_list.campaign.entries.waiting().exists()

    import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert counts(call_list) == (5, 3, 0, 1, 0, 1)
    assert rejected(call_list) == [(3, "duplicate"), (4, "not_a_number")]


def test_a_full_disk_is_said_and_a_second_try_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 2)
    first = imported(f"phone\n{C}\n")
    call_list = chosen(f"phone\n{A}\n{B}\n", campaign=first.campaign)

    class DiskFull(Exception):
        sqlstate = "53100"

    def full(*args: Any) -> None:
        raise OperationalError("could not extend file") from DiskFull()

    with monkeypatch.context() as patch:
        patch.setattr(store, "add_rejected", full)
        with pytest.raises(OperationalError):
            import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.FAILED
    assert call_list.error.startswith("The database disk is full. Nothing from this list was saved.")
    assert list(first.campaign.entries.values_list("callee", flat=True)) == [C]

    list_services.map_again(call_list=call_list, by=make_user(), now=NOW)
    assert imported(f"phone\n{A}\n{B}\n").accepted == 2


def test_a_fault_of_our_own_fails_the_list_and_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 2)
    call_list = chosen(f"phone\n{A}\n{B}\n{C}\n")
    die_at(monkeypatch, 2, ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.FAILED
    assert "ZeroDivisionError" in call_list.error
    assert not Entry.objects.exists()


def test_a_fault_in_the_thread_that_reads_ahead_is_a_fault_of_the_import(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*args: Any, **more: Any) -> Any:
        raise ZeroDivisionError

    call_list = chosen(f"phone\n{A}\n")
    monkeypatch.setattr(preparation, "judge", fault)
    with pytest.raises(ZeroDivisionError):
        import_call_list(call_list.pk, clock=lambda: NOW)


def when_batch_is_kept(monkeypatch: pytest.MonkeyPatch, batch: int, job: Any) -> None:
    """Does something between two batches."""
    real, calls = run._Run._store_batch, iter(range(1, 100))

    def keep(self: Any, *args: Any) -> None:
        if next(calls) == batch:
            job()
        real(self, *args)

    monkeypatch.setattr(run._Run, "_store_batch", keep)


def test_a_cancelled_import_ends_quietly_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 1)
    call_list = chosen(f"phone\n{A}\n{B}\n{C}\n")
    when_batch_is_kept(monkeypatch, 2, lambda: list_services.cancel(call_list=call_list, by=make_user(), now=NOW))
    import_call_list(call_list.pk, clock=lambda: NOW)
    run.forget_call_list(call_list.pk)
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.CANCELLED
    assert not Entry.objects.exists()


def test_a_worker_that_shuts_down_leaves_the_list_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 1)
    call_list = chosen(f"phone\n{A}\n{B}\n{C}\n")
    answers = iter([False, False, True])
    with pytest.raises(run.Stopped):
        import_call_list(call_list.pk, clock=lambda: NOW, should_stop=lambda: next(answers))
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.IMPORTING
    import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert (call_list.state, call_list.accepted) == (CallList.State.CHECKED, 3)


def test_a_list_read_another_way_is_not_finished_by_the_run_before(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 1)
    call_list = chosen(f"phone,mobile\n{A},{B}\n")
    columns = dict(call_list.columns)

    def read_again() -> None:
        list_services.cancel(call_list=call_list, by=make_user(), now=NOW)
        list_services.map_again(call_list=call_list, by=make_user(), now=NOW)
        CallList.objects.filter(pk=call_list.pk).update(
            state=CallList.State.IMPORTING, columns=columns, reading_since=NOW.replace(minute=59)
        )

    when_batch_is_kept(monkeypatch, 1, read_again)
    import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.IMPORTING
    assert not Entry.objects.exists()


def test_a_list_that_outlives_its_campaign_keeps_nothing() -> None:
    call_list = chosen(f"phone\n{A}\n")
    Campaign.objects.update(state=Campaign.State.STOPPED)
    import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert call_list.error == "The campaign ended before this list was read. Nothing from it was saved."
    assert not Entry.objects.exists()


def test_the_progress_shows_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 1)
    seen: list[tuple[str, int]] = []
    real = store.add_rejected

    def look(call_list: CallList, rows: Any) -> None:
        seen.append(CallList.objects.values_list("state", "rows").get(pk=call_list.pk))
        real(call_list, rows)

    monkeypatch.setattr(store, "add_rejected", look)
    imported(f"phone\n{A}\n{B}\n{C}\n")
    assert seen == [("importing", 0), ("importing", 1), ("importing", 2)]


def test_rows_that_a_dropped_list_left_behind_are_no_duplicates() -> None:
    first = imported(f"phone\n{A}\n", confirm=False)
    list_services.discard(call_list=first, by=make_user(), now=NOW)
    assert imported(f"phone\n{A}\n\n", campaign=first.campaign).accepted == 1


def test_one_list_of_a_campaign_is_read_at_a_time() -> None:
    call_list = chosen(f"phone\n{A}\n")
    with run._only_one(call_list.campaign_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database AND datname = current_database()"
            " WHERE locktype = 'advisory' AND classid = %s",
            [run._CAMPAIGN_LOCK],
        )
        assert cursor.fetchone() == (1,)
