"""The import job against the database: exact counts, whatever the file holds."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.importer import run, store
from campaigns.importer.layout import ListLayout, Role
from campaigns.importer.run import import_call_list
from campaigns.lists import services as list_services
from campaigns.lists.services import ListRefused
from campaigns.models import CallList, Entry
from dialer.support.uploads import UploadRefused
from sheets.reading import Choice
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_campaign
from tests.support.imported_lists import accepted, chosen, counts, imported, in_blocks_of, rejected

A, B, C = "+447700900001", "+447700900002", "+447700900003"
pytestmark = pytest.mark.django_db


def test_a_list_becomes_entries_with_exact_counts() -> None:
    content = f"phone,name\n{A},Ann\n0{A[3:]},again\n07700 900 002,Bob\n\nnonsense,x\n"
    call_list = imported(content, confirm=False)
    assert call_list.state == CallList.State.CHECKED
    assert counts(call_list) == (4, 2, 1, 1, 0, 1)
    assert rejected(call_list) == [(3, "duplicate"), (6, "not_a_number")]
    assert list(Entry.objects.values_list("callee", "line_number", "state")) == [(A, 2, "waiting"), (B, 4, "waiting")]
    assert (call_list.bytes_read, call_list.finished_at) == (len(content), NOW)


def test_nobody_is_called_before_a_person_confirmed() -> None:
    call_list = imported(f"phone\n{A}\n", confirm=False)
    assert not call_list.campaign.entries.waiting().exists()
    list_services.confirm(call_list=call_list, by=make_user(), now=NOW)
    assert call_list.campaign.entries.waiting().count() == 1


def test_the_report_counts_reasons_repairs_countries_and_kinds() -> None:
    call_list = imported(f"phone\n{A}\n07700 900002\n+12125550123\n+442079460001\nx\ny\n112\n")
    assert call_list.report == {
        "reasons": {"not_a_number": 2, "emergency": 1},
        "repairs": {"punctuation": 1, "country_added": 1},
        "examples": {"punctuation": [3], "country_added": [3]},
        "countries": {"GB": 3, "US": 1},
        "kinds": {"1": 2, "0": 1, "2": 1},
        "no_zone": 0,
        "opted_out": 0,
        "joined": 0,
        "joined_lines": [],
        "questions": [],
    }


def test_kind_country_zones_and_repairs_are_kept_with_the_number() -> None:
    imported("phone\n07700 900001\n")
    entry = Entry.objects.select_related("zones").get()
    assert (entry.country, entry.get_kind_display()) == ("GB", "mobile")
    assert entry.zones is not None
    assert "Europe/London" in entry.zones.zones
    assert entry.repairs == 32 + 256


def test_premium_numbers_are_refused() -> None:
    call_list = imported(f"phone\n+449098790001\n{A}\n")
    assert rejected(call_list) == [(2, "premium")]
    assert accepted(call_list) == [A]


def test_a_duplicate_names_the_line_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 2)
    call_list = imported(f"phone\n{A}\n{B}\n{C}\n{A}\n{A}\n{C}\n")
    assert counts(call_list) == (6, 3, 0, 3, 0, 0)
    said = list(call_list.rejected_rows.values_list("line_number", "reason"))
    same = "The same number is on line {} of this file."
    assert said == [(5, same.format(2)), (6, same.format(2)), (7, same.format(4))]


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


def test_text_with_every_special_character_arrives_as_it_was() -> None:
    texts = ["back\\slash", "tab\there", "line\nend", "car\rriage", "\\N", "quote\"'", "emoji 😀", "\\."]
    quoted = [text.replace('"', '""') for text in texts]
    rows = [f'+4477009000{n:02d},"{text}","{text}"\n' for n, text in enumerate(quoted, start=10)]
    call_list = imported("phone,other,city\n" + "".join(rows))
    stored = call_list.entries.order_by("pk").values_list("other", "extra")
    assert list(stored) == [(text, {"columns": {"city": text}}) for text in texts]


def test_the_other_columns_are_kept() -> None:
    imported(
        f"phone,First Name,Last Name,Time Zone,consent_ref,City\n{A},Ann,Smith,Europe/London,C-1,Leeds\n{B},,,,,\n"
    )
    assert list(Entry.objects.order_by("pk").values_list("extra", flat=True)) == [
        {"name": "Ann Smith", "time_zone": "Europe/London", "consent_ref": "C-1", "columns": {"City": "Leeds"}},
        None,
    ]


def test_columns_of_one_name_are_kept_apart() -> None:
    imported(f"phone,note,note,Note,,\n{A},a,b,c,d,e\n")
    entry = Entry.objects.get()
    assert entry.other == "a"
    assert entry.extra == {"columns": {"note (3)": "b", "Note": "c", "column 5": "d", "column 6": "e"}}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("phone\n", "The file has no rows with numbers."),
        ("\n\n", "The file is empty."),
    ],
)
def test_what_is_no_list_fails_with_one_sentence_and_no_entries(content: str, sentence: str) -> None:
    call_list = imported(content)
    assert call_list.state == CallList.State.FAILED
    assert call_list.error.startswith(sentence)
    assert counts(call_list) == (0, 0, 0, 0, 0, 0)
    assert not Entry.objects.exists()


def test_more_rows_than_possible_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MAX_ROWS", 2)
    assert imported(f"phone\n{A}\n{B}\n").state == CallList.State.READY
    call_list = imported(f"phone\n{A}\n{B}\n{C}\n", campaign=make_campaign("Winter"))
    assert "more than 2 rows" in call_list.error
    assert not call_list.entries.exists()


def test_a_second_run_of_a_settled_list_does_nothing() -> None:
    call_list = imported(f"phone\n{A}\n")
    before = list(Entry.objects.values())
    import_call_list(call_list.pk, clock=lambda: NOW)
    assert list(Entry.objects.values()) == before


cell = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
    st.sampled_from([A, B, "07700900003", "4.4E+11", '"', '"\n', ",", "", " ", "112", "+449098790001"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cell, max_size=4).map(",".join), max_size=12).map("\n".join))
def test_no_row_is_ever_lost(body: str) -> None:
    with transaction.atomic():
        layout = ListLayout(("phone", "name"), (Role.PHONE, Role.NAME), has_header=True)
        call_list = imported(f"phone,name\n{A},Ann\n{body}", choice=Choice(header_line=1), layout=layout)
        assert call_list.state == CallList.State.READY
        left_out = call_list.duplicates + call_list.do_not_call + call_list.held + call_list.invalid
        assert call_list.rows == call_list.accepted + left_out
        assert call_list.accepted == call_list.entries.count()
        assert call_list.rejected == call_list.rejected_rows.count()
        assert call_list.repaired == call_list.entries.filter(repairs__gt=0).count()
        transaction.set_rollback(True)


anything = st.one_of(
    st.binary(max_size=120),
    st.lists(
        st.sampled_from([A.encode(), b"07700900002", b"x", b",", b"\n", b'"', b"\xe9", b"\x00", b"\t", b"{", b"}"])
    ).map(b"".join),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anything)
def test_any_file_at_all_is_refused_or_every_row_of_it_is_counted(content: bytes) -> None:
    with transaction.atomic():
        with suppress(UploadRefused, ListRefused):
            call_list = imported(content)
            if call_list.state == CallList.State.FAILED:
                assert call_list.error
            assert call_list.rows == call_list.accepted + call_list.rejected
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
    """Tracing slows everything down several times, so it looks at the last batches only."""
    in_blocks_of(monkeypatch, 5_000)
    call_list = chosen(b"".join(a_large_file(100_000)))
    kept: list[int] = []
    batches = iter(range(100))
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
    assert counts(call_list) == (100_000, 89_000, 0, 10_000, 0, 1_000)
    assert len(kept) == 6
    assert kept[-1] < kept[0] + 4 * 1024 * 1024
    assert peak < 40 * 1024 * 1024
