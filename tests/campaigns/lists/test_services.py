"""What people decide about a call list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.chunks import chunker
from campaigns.importer import run
from campaigns.importer.layout import Role
from campaigns.lists import services as list_services
from campaigns.lists.services import ListRefused
from campaigns.models import CallList, Campaign, Entry
from sheets.reading import Choice
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_call_list, make_campaign
from tests.support.imported_lists import chosen, imported, looked_at, uploaded

pytestmark = pytest.mark.django_db
A, B = "+447700900001", "+447700900002"
State = CallList.State
LIST = f"phone\n{A}\n{B}\n"
DECISIONS: dict[str, Callable[..., CallList]] = {
    "confirm": list_services.confirm,
    "map_again": list_services.map_again,
    "cancel": list_services.cancel,
    "discard": list_services.discard,
    "undo": list_services.undo,
}
LEGAL = {
    ("uploaded", "cancel"): "cancelled",
    ("mapping", "cancel"): "cancelled",
    ("importing", "cancel"): "cancelled",
    ("checked", "confirm"): "ready",
    ("checked", "discard"): "discarded",
    ("checked", "map_again"): "mapping",
    ("failed", "map_again"): "mapping",
    ("cancelled", "map_again"): "mapping",
    ("ready", "undo"): "undone",
}


def jobs(name: str) -> int:
    return ProcrastinateJob.objects.filter(task_name=f"campaigns.tasks.{name}").count()


def decide(call_list: CallList, decision: str) -> CallList:
    return DECISIONS[decision](call_list=call_list, by=make_user(), now=NOW)


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("state", State.values)
def test_only_the_legal_steps_are_taken(state: str, decision: str) -> None:
    call_list = make_call_list(state=state, inspection={"kind": "text"})
    if (state, decision) in LEGAL:
        assert decide(call_list, decision).state == LEGAL[state, decision]
    else:
        with pytest.raises(ListRefused, match="You cannot do this because the list"):
            decide(call_list, decision)
        call_list.refresh_from_db()
        assert call_list.state == state


@pytest.mark.parametrize("decision", DECISIONS)
def test_nobody_decides_without_the_permission(decision: str) -> None:
    auditor = make_user("uma", group="Auditor")
    with pytest.raises(PermissionDenied):
        DECISIONS[decision](call_list=make_call_list(), by=auditor, now=NOW)


def test_a_look_at_the_file_asks_a_person_for_its_columns() -> None:
    call_list = uploaded(LIST)
    list_services.inspect_list(call_list.pk, now=NOW)
    list_services.inspect_list(call_list.pk, now=NOW)
    call_list.refresh_from_db()
    assert (call_list.state, call_list.inspection["kind"]) == (State.MAPPING, "text")


def test_reading_needs_exactly_one_column_of_numbers() -> None:
    call_list = looked_at(LIST)
    layout = list_services.ListLayout(("phone",), (Role.KEEP,), has_header=True)
    with pytest.raises(ListRefused, match="column that contains the numbers"):
        list_services.read(call_list=call_list, choice=Choice(), layout=layout, by=make_user(), now=NOW)


def test_reading_defers_the_job() -> None:
    call_list = looked_at(LIST)
    layout = list_services.ListLayout(("phone",), (Role.PHONE,), has_header=True)
    list_services.read(call_list=call_list, choice=Choice(), layout=layout, by=make_user(), now=NOW)
    assert (call_list.state, jobs("import_call_list")) == (State.IMPORTING, 1)


def test_a_confirmed_list_wakes_a_running_campaign() -> None:
    call_list = imported(LIST, campaign=make_campaign(state=Campaign.State.RUNNING), confirm=False)
    before = jobs("pump")
    decide(call_list, "confirm")
    assert (before, jobs("pump")) == (0, 1)
    assert call_list.decided_by == make_user()


def test_a_list_of_a_campaign_that_is_over_cannot_be_confirmed() -> None:
    call_list = imported(LIST, confirm=False)
    Campaign.objects.update(state=Campaign.State.STOPPED)
    with pytest.raises(ListRefused, match="has ended"):
        decide(call_list, "confirm")


@pytest.mark.parametrize(("confirm", "decision"), [(False, "discard"), (True, "undo"), (False, "map_again")])
def test_the_rows_of_a_dropped_list_go_away(confirm: bool, decision: str) -> None:
    call_list = imported(f"{LIST}nonsense\n", confirm=confirm)
    decide(call_list, decision)
    assert jobs("forget_call_list") == 1
    run.forget_call_list(call_list.pk)
    assert not call_list.entries.exists()
    assert not call_list.rejected_rows.exists()


def test_the_clean_up_of_a_list_that_is_read_again_leaves_its_new_rows() -> None:
    call_list = imported(LIST, confirm=False)
    columns = call_list.columns
    decide(call_list, "map_again")
    CallList.objects.filter(pk=call_list.pk).update(state=State.IMPORTING, columns=columns)
    run.import_call_list(call_list.pk, clock=lambda: NOW)
    run.forget_call_list(call_list.pk)
    assert call_list.entries.count() == 2


def test_a_list_of_which_something_was_handed_over_cannot_be_taken_back() -> None:
    call_list = imported(LIST, campaign=make_campaign(state=Campaign.State.RUNNING, chunk_size=1))
    assert list_services.can_undo(call_list)
    assert chunker.next_chunk(call_list.campaign_id, now=NOW)
    assert not list_services.can_undo(call_list)
    with pytest.raises(ListRefused, match="already been handed over"):
        decide(call_list, "undo")
    assert call_list.entries.filter(state=Entry.State.WAITING).count() == 1


def test_a_campaign_does_not_finish_while_a_list_waits_for_a_decision() -> None:
    campaign = make_campaign(state=Campaign.State.RUNNING)
    call_list = imported(LIST, campaign=campaign, confirm=False)
    Entry.objects.update(state=Entry.State.DONE)
    chunker.next_chunk(campaign.pk, now=NOW)
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.RUNNING
    decide(call_list, "discard")
    chunker.next_chunk(campaign.pk, now=NOW)
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.FINISHED


def test_a_file_that_is_no_list_cannot_be_read_another_way() -> None:
    call_list = make_call_list(state=State.FAILED)
    with pytest.raises(ListRefused, match="Upload another one"):
        decide(call_list, "map_again")


def test_the_same_file_may_be_uploaded_again_after_it_was_dropped() -> None:
    campaign = make_campaign()
    decide(imported(LIST, campaign=campaign, confirm=False), "discard")
    again: Any = chosen(LIST, campaign=campaign)
    assert again.state == State.IMPORTING


def test_a_list_of_which_a_number_was_only_left_out_can_be_taken_back() -> None:
    call_list = imported(LIST)
    Entry.objects.filter(callee=A).update(state=Entry.State.NOT_CALLED, reason_code="do_not_call", reason="Listed.")
    assert decide(call_list, "undo").state == State.UNDONE


def test_rows_that_a_dead_job_left_behind_are_removed_by_the_sweep() -> None:
    call_list = imported(f"{LIST}nonsense\n", confirm=False)
    list_services.forget_leftovers()
    assert jobs("forget_call_list") == 0
    CallList.objects.update(state=State.FAILED)
    list_services.forget_leftovers()
    list_services.forget_leftovers()
    assert jobs("forget_call_list") == 1
    run.forget_call_list(call_list.pk)
    assert not call_list.entries.exists()
