"""The import job against the database: exact counts, restarts, two at once, failure."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.importer import run, store
from campaigns.importer.run import import_call_list
from campaigns.models import CallList, Campaign, Entry
from tests.builders import NOW
from tests.campaigns.builders import make_call_list, make_campaign

A, B, C = "+447700900001", "+447700900002", "+447700900003"
pytestmark = pytest.mark.django_db


def imported(content: str | bytes, *, campaign: Campaign | None = None, **columns: Any) -> CallList:
    call_list = make_call_list(campaign, entries=0, content=content, state=CallList.State.UPLOADED, **columns)
    import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    return call_list


def counts(call_list: CallList) -> tuple[int, ...]:
    """rows, accepted, repaired, duplicates, invalid"""
    return (
        call_list.rows,
        call_list.accepted,
        call_list.repaired,
        call_list.duplicates,
        call_list.invalid,
    )


def reasons(call_list: CallList) -> list[tuple[int, str]]:
    return list(call_list.rejected_rows.values_list("line_number", "reason_code"))


def test_a_list_becomes_entries_with_exact_counts() -> None:
    content = f"phone,name\n{A},Ann\n0{A[3:]},again\n07700 900 002,Bob\n\nnonsense,x\n"
    call_list = imported(content)
    assert call_list.state == CallList.State.READY
    assert counts(call_list) == (4, 2, 1, 1, 1)
    assert reasons(call_list) == [(3, "duplicate"), (6, "not_a_number")]
    assert list(Entry.objects.values_list("callee", "line_number", "state")) == [(A, 2, "waiting"), (B, 4, "waiting")]
    assert (call_list.bytes_read, call_list.finished_at) == (len(content), NOW)


def test_it_tells_what_it_found() -> None:
    call_list = imported(f"custID;Teléfono\n1;{A}\n2;x\n")
    assert call_list.columns["header"] == ["custID", "Teléfono"]
    assert (call_list.columns["delimiter"], call_list.columns["encoding"]) == (";", "utf-8")
    assert call_list.columns["reasons"] == {"not_a_number": 1}


def test_a_duplicate_names_the_line_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BATCH_ROWS", 2)
    call_list = imported(f"phone\n{A}\n{B}\n{C}\n{A}\n{A}\n")
    assert counts(call_list) == (5, 3, 0, 2, 0)
    said = list(call_list.rejected_rows.values_list("line_number", "reason"))
    assert said == [(5, "The same number stands on line 2 of this file."), (6, said[0][1])]


def test_a_number_of_an_earlier_list_is_a_duplicate_that_names_the_list() -> None:
    first = imported(f"phone\n{A}\n", name="spring.csv")
    second = imported(f"phone\n{B}\n{A}\n", campaign=first.campaign)
    assert counts(second) == (2, 1, 0, 1, 0)
    assert second.rejected_rows.get().reason == "This number is in the campaign already: line 2 of spring.csv."


def test_another_campaign_may_call_the_same_number() -> None:
    imported(f"phone\n{A}\n")
    assert imported(f"phone\n{A}\n", campaign=make_campaign("Winter")).accepted == 1


def test_the_files_id_is_the_order_id_where_that_is_possible() -> None:
    long_id, odd_id = "x" * 33, "A 1/2"
    imported(f"phone,order_id\n{A},taken\n", campaign=make_campaign("Winter"))
    imported(
        f"phone,order_id\n{A},A0001\n{B},A0001\n{C},taken\n+447700900004,{long_id}\n+447700900005,{odd_id}\n",
        campaign=make_campaign("Spring"),
    )
    entries = Entry.objects.filter(campaign__name="Spring")
    assert list(entries.values_list("external_id", flat=True)) == ["A0001", "A0001", "taken", long_id, odd_id]
    order_ids = list(entries.values_list("order_id", flat=True))
    assert order_ids[0] == "A0001"
    assert all(len(order_id) == 32 for order_id in order_ids[1:])
    assert len(set(order_ids)) == 5


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("phone\n", "The file has a header but no rows."),
        ("\n\n", "The file is empty."),
        (b"PK\x03\x04", "This is a workbook, not a CSV file."),
        (f"phone\n{A}\n".encode() + b"Jos\xe9\n", "Line 3 is not UTF-8: byte 0xE9 at offset 23"),
        (f"name,city\n{A},x\n", "No column with the numbers was found."),
    ],
)
def test_what_is_no_list_fails_with_one_sentence_and_no_entries(content: str | bytes, sentence: str) -> None:
    call_list = imported(content)
    assert call_list.state == CallList.State.FAILED
    assert call_list.error.startswith(sentence)
    assert counts(call_list) == (0, 0, 0, 0, 0)
    assert not Entry.objects.exists()


def test_a_failure_in_mid_file_takes_back_its_entries_and_touches_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BATCH_ROWS", 1)
    first = imported(f"phone\n{A}\n")
    second = imported(f"phone\n{B}\nx\n".encode() + b"\xff\n", campaign=first.campaign)
    assert second.state == CallList.State.FAILED
    assert not second.rejected_rows.exists()
    assert list(first.campaign.entries.values_list("callee", flat=True)) == [A]


def test_more_rows_than_possible_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MAX_ROWS", 2)
    assert imported(f"phone\n{A}\n{B}\n").state == CallList.State.READY
    assert "more than 2 rows" in imported(f"phone\n{A}\n{B}\n{C}\n", campaign=make_campaign("Winter")).error


def test_a_second_run_of_a_settled_list_does_nothing() -> None:
    call_list = imported(f"phone\n{A}\n")
    before = list(Entry.objects.values())
    import_call_list(call_list.pk, clock=lambda: NOW)
    assert list(Entry.objects.values()) == before


class Killed(BaseException):
    """What a SIGKILL leaves: no clean-up ran."""


def test_a_run_after_a_kill_starts_again_and_counts_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BATCH_ROWS", 2)
    content = f"phone\n{A}\n{A}\nx\n{B}\n{C}\n"
    call_list = make_call_list(entries=0, content=content, state=CallList.State.UPLOADED)
    real = store.add_entries
    batches = iter([real])

    def die_in_the_second_batch(*args: Any) -> Any:
        step = next(batches, None)
        if step is None:
            raise Killed
        return step(*args)

    monkeypatch.setattr(store, "add_entries", die_in_the_second_batch)
    with pytest.raises(Killed):
        import_call_list(call_list.pk, clock=lambda: NOW)
    monkeypatch.setattr(store, "add_entries", real)
    call_list.refresh_from_db()
    assert (call_list.state, call_list.rows) == (CallList.State.IMPORTING, 2)
    assert not call_list.campaign.entries.waiting().exists()

    import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert counts(call_list) == (5, 3, 0, 1, 1)
    assert reasons(call_list) == [(3, "duplicate"), (4, "not_a_number")]


def test_a_run_that_was_taken_over_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BATCH_ROWS", 1)
    call_list = make_call_list(entries=0, content=f"phone\n{A}\n{B}\n", state=CallList.State.UPLOADED)
    real = run.judge

    def be_overtaken(record: Any, *args: Any, **kwargs: Any) -> Any:
        if record.cells == (B,):
            monkeypatch.setattr(run, "judge", real)
            import_call_list(call_list.pk, clock=lambda: NOW)
        return real(record, *args, **kwargs)

    monkeypatch.setattr(run, "judge", be_overtaken)
    import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert (call_list.state, counts(call_list)) == (CallList.State.READY, (2, 2, 0, 0, 0))
    assert call_list.entries.count() == 2


def test_a_fault_of_our_own_fails_the_list_and_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(run, "judge", fault)
    call_list = make_call_list(entries=0, content=f"phone\n{A}\n", state=CallList.State.UPLOADED)
    with pytest.raises(ZeroDivisionError):
        import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.FAILED
    assert "ZeroDivisionError" in call_list.error


def test_a_running_campaign_goes_on_with_the_new_list() -> None:
    imported(f"phone\n{A}\n", campaign=make_campaign(state=Campaign.State.RUNNING))
    assert ProcrastinateJob.objects.filter(task_name="campaigns.tasks.pump").count() == 1


def test_a_list_that_outlives_its_campaign_says_so_on_every_number() -> None:
    campaign = make_campaign(state=Campaign.State.STOPPED)
    call_list = imported(f"phone\n{A}\n", campaign=campaign)
    entry = call_list.entries.get()
    assert (entry.state, entry.reason_code) == (Entry.State.NOT_CALLED, "campaign_ended")


def test_the_progress_shows_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BATCH_ROWS", 1)
    seen: list[tuple[str, int]] = []
    real = store.add_rejected

    def look(call_list: CallList, rows: Any) -> None:
        seen.append(CallList.objects.values_list("state", "rows").get(pk=call_list.pk))
        real(call_list, rows)

    monkeypatch.setattr(store, "add_rejected", look)
    imported(f"phone\n{A}\n{B}\n{C}\n")
    assert seen == [("importing", 0), ("importing", 1), ("importing", 2)]


cell = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
    st.sampled_from([A, B, "07700900003", "4.4E+11", '"', '"\n', ",", "", " "]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cell, max_size=4).map(",".join), max_size=12).map("\n".join))
def test_no_row_is_ever_lost(body: str) -> None:
    with transaction.atomic():
        call_list = imported(f"phone,name\n{A},Ann\n{body}")
        assert call_list.state == CallList.State.READY
        assert call_list.rows == call_list.accepted + call_list.duplicates + call_list.invalid
        assert call_list.accepted == call_list.entries.count()
        assert call_list.rejected == call_list.rejected_rows.count()
        transaction.set_rollback(True)


def a_large_file(rows: int) -> Iterator[bytes]:
    """Every tenth row repeats one, every hundredth is no number."""
    yield b"order_id,phone,other\n"
    for n in range(rows):
        number = "n/a" if n % 100 == 99 else f"+62812{10_000_000 + n - (n % 10 == 5)}"
        yield f"ID{n},{number},customer {n}\n".encode()


def test_a_hundred_thousand_rows_take_flat_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tracing slows everything down several times, so it looks at the last quarter of the file only."""
    call_list = make_call_list(entries=0, content=b"".join(a_large_file(100_000)), state=CallList.State.UPLOADED)
    kept: list[int] = []
    batches = itertools.count()
    real = store.add_rejected

    def measure(*args: Any) -> None:
        real(*args)
        if next(batches) == 14:
            tracemalloc.start()
        elif tracemalloc.is_tracing():
            kept.append(tracemalloc.get_traced_memory()[0])

    monkeypatch.setattr(store, "add_rejected", measure)
    try:
        import_call_list(call_list.pk, clock=lambda: NOW)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    call_list.refresh_from_db()
    assert counts(call_list) == (100_000, 89_000, 0, 10_000, 1_000)
    assert len(kept) == 5
    assert kept[-1] < kept[0] + 1024 * 1024
    assert peak < 30 * 1024 * 1024
