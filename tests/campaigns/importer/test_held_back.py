"""Valid numbers that a list holds back: duplicates of each kind, and do-not-call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaigns.importer.run import import_call_list
from campaigns.models import Campaign, Entry
from dialer.models import DncEntry, DncList, State
from tests.support.builders import NOW, make_call_request
from tests.support.campaign_builders import make_call_list, make_campaign, make_task
from tests.support.imported_lists import accepted, chosen, counts, imported, in_blocks_of

pytestmark = pytest.mark.django_db
A, B, C = "+447700900001", "+447700900002", "+447700900003"


def reasons(call_list: Any) -> list[str]:
    return list(call_list.rejected_rows.values_list("reason", flat=True))


def test_a_number_of_an_earlier_list_is_a_duplicate_that_names_the_list() -> None:
    first = imported(f"phone\n{A}\n", name="spring.csv")
    second = imported(f"phone\n{B}\n{A}\n", campaign=first.campaign)
    assert counts(second) == (2, 1, 0, 1, 0, 0)
    assert reasons(second) == ["This number is already in the campaign: line 2 of spring.csv."]


def test_another_campaign_may_call_the_same_number() -> None:
    imported(f"phone\n{A}\n")
    assert imported(f"phone\n{A}\n", campaign=make_campaign("Winter")).accepted == 1


def test_numbers_that_wait_in_another_running_campaign_are_left_out_on_request() -> None:
    running = make_campaign("Winter", state=Campaign.State.RUNNING)
    make_call_list(running, entries=[A, B])
    Entry.objects.filter(callee=B).update(state=Entry.State.DONE)
    make_call_list(make_campaign("A draft"), entries=[C])
    call_list = imported(f"phone\n{A}\n{B}\n{C}\n", options={"skip_other_campaigns": True})
    assert accepted(call_list) == [B, C]
    assert reasons(call_list) == ["This number is in another running campaign: Winter."]


def test_numbers_called_in_the_last_days_are_left_out_on_request() -> None:
    make_task(entries=[A], state=State.ACCEPTED)
    make_task(make_campaign("Refused"), entries=[B], state=State.REJECTED)
    make_call_request(callee=C)
    call_list = chosen(f"phone\n{A}\n{B}\n{C}\n", options={"called_within_days": 7})
    import_call_list(call_list.pk, clock=lambda: NOW + timedelta(days=6))
    assert accepted(call_list) == [B]
    assert reasons(call_list)[0] == "This number was last called on 21 November 2026 UTC, within the last 7 days."


def test_calls_of_long_ago_do_not_count() -> None:
    make_task(entries=[A], state=State.ACCEPTED)
    call_list = chosen(f"phone\n{A}\n", options={"called_within_days": 7})
    import_call_list(call_list.pk, clock=lambda: NOW + timedelta(days=8))
    assert accepted(call_list) == [A]


def dnc(name: str, *callees: str, reason: str = "", is_active: bool = True) -> None:
    dnc_list = DncList.objects.create(name=name, is_active=is_active)
    for callee in callees:
        DncEntry.objects.create(dnc_list=dnc_list, callee=callee, reason=reason, added_at=NOW)


def test_numbers_of_every_active_do_not_call_list_are_rejected_with_its_reason() -> None:
    dnc("Regulator", A)
    dnc("Complaints", B, reason="Asked us by letter.")
    dnc("Old", C, is_active=False)
    call_list = imported(f"phone\n{A}\n07700 900002\n{C}\n")
    assert counts(call_list) == (3, 1, 0, 0, 2, 0)
    assert reasons(call_list) == [
        "This number is on the do-not-call list Regulator.",
        "This number is on the do-not-call list Complaints. Asked us by letter.",
    ]


def test_held_back_numbers_are_told_apart_from_those_of_the_same_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 2)
    dnc("Regulator", A, C)
    call_list = imported(f"phone\n{A}\n{B}\n{A}\n{C}\n{B}\n")
    assert list(call_list.rejected_rows.values_list("line_number", "reason_code")) == [
        (2, "do_not_call"),
        (4, "duplicate"),
        (5, "do_not_call"),
        (6, "duplicate"),
    ]
