from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.chunks import chunker
from campaigns.models import CallList, Campaign, Entry, ProviderTask
from dialer.models import Attempt, DncEntry, DncList, State
from tests.support.builders import NOW, make_call_request, make_did
from tests.support.campaign_builders import callees, make_call_list, make_campaign, make_task

pytestmark = pytest.mark.django_db


def running(**columns: object) -> Campaign:
    return make_campaign(state=Campaign.State.RUNNING, **columns)


def test_a_chunk_takes_the_first_numbers_in_the_order_of_the_file() -> None:
    campaign = running(chunk_size=2)
    make_call_list(campaign, entries=5)
    task = chunker.next_chunk(campaign.pk, now=NOW)
    assert task is not None
    assert (task.number, task.size, task.state) == (1, 2, State.PENDING)
    assert list(task.entries.values_list("callee", flat=True)) == callees(2)
    assert list(Attempt.objects.still_open().values_list("callee", flat=True)) == callees(2)
    assert ProcrastinateJob.objects.filter(task_name="dialer.tasks.dispatch").count() == 1


def test_the_chunks_of_a_campaign_share_its_numbers_out() -> None:
    campaign = running(chunk_size=2)
    make_call_list(campaign, entries=5)
    sizes = []
    while task := chunker.next_chunk(campaign.pk, now=NOW):
        sizes.append(task.size)
        ProviderTask.objects.filter(pk=task.pk).update(state=State.ACCEPTED)
    assert sizes == [2, 2, 1]
    assert not campaign.entries.waiting().exists()


def test_the_next_chunk_waits_until_the_last_one_is_settled() -> None:
    task = make_task(state=State.SENDING)
    make_call_list(task.campaign, entries=callees(3, start=10))
    assert chunker.next_chunk(task.campaign_id, now=NOW) is None


@pytest.mark.parametrize("state", [state for state in Campaign.State.values if state != Campaign.State.RUNNING])
def test_only_a_running_campaign_hands_over(state: str) -> None:
    campaign = make_campaign(state=state)
    make_call_list(campaign)
    assert chunker.next_chunk(campaign.pk, now=NOW) is None
    assert not ProviderTask.objects.exists()


def test_a_list_that_is_not_read_to_its_end_is_not_dialled() -> None:
    campaign = running()
    make_call_list(campaign, state=CallList.State.IMPORTING)
    assert chunker.next_chunk(campaign.pk, now=NOW) is None


def test_a_callee_with_an_open_call_is_passed_over_and_taken_when_that_ends() -> None:
    campaign = running()
    call = make_call_request(callees(1)[0])
    make_call_list(campaign, entries=2)
    first = chunker.next_chunk(campaign.pk, now=NOW)
    assert first is not None
    assert list(first.entries.values_list("callee", flat=True)) == callees(1, start=1)
    ProviderTask.objects.filter(pk=first.pk).update(state=State.ACCEPTED)

    assert chunker.next_chunk(campaign.pk, now=NOW) is None
    waiting = campaign.entries.waiting().get()
    assert waiting.reason_code == "open_order"
    assert ProcrastinateJob.objects.filter(task_name="campaigns.tasks.pump").get().scheduled_at > NOW

    Attempt.objects.filter(source="call", source_id=call.pk).update(closed_at=NOW)
    second = chunker.next_chunk(campaign.pk, now=NOW + timedelta(seconds=31))
    assert second is not None
    entry = second.entries.get()
    assert (entry.callee, entry.state, entry.reason) == (call.callee, Entry.State.ORDERED, "")


def test_looking_again_does_not_write_the_same_reason_again() -> None:
    campaign = running()
    make_call_request(callees(1)[0], did=make_did())
    make_call_list(campaign, entries=1)
    for _ in range(2):
        chunker.next_chunk(campaign.pk, now=NOW)
    before = campaign.entries.extra(select={"xmin": "xmin::text"}).values_list("xmin", flat=True).get()
    chunker.next_chunk(campaign.pk, now=NOW)
    assert campaign.entries.extra(select={"xmin": "xmin::text"}).values_list("xmin", flat=True).get() == before


def test_a_number_of_two_campaigns_is_handed_over_by_one_at_a_time() -> None:
    first, second = running(), make_campaign("Winter", state=Campaign.State.RUNNING)
    make_call_list(first, entries=1)
    make_call_list(second, entries=1)
    assert chunker.next_chunk(first.pk, now=NOW) is not None
    assert chunker.next_chunk(second.pk, now=NOW) is None


def test_peek_names_the_entries_that_the_chunk_then_takes() -> None:
    campaign = running(chunk_size=2)
    make_call_request(callees(1)[0])
    make_call_list(campaign, entries=4)
    peeked = [entry.pk for entry in chunker.preview_entries(campaign, now=NOW)]
    assert not ProviderTask.objects.exists()
    task = chunker.next_chunk(campaign.pk, now=NOW)
    assert task is not None
    assert peeked == list(task.entries.values_list("pk", flat=True))


def listed(*numbers: str, is_active: bool = True) -> None:
    dnc_list = DncList.objects.create(name=f"List {is_active}", is_active=is_active)
    for callee in numbers:
        DncEntry.objects.create(dnc_list=dnc_list, callee=callee, reason="Asked by letter.", added_at=NOW)


def test_a_number_that_came_onto_a_do_not_call_list_is_not_handed_over() -> None:
    campaign = running(chunk_size=2)
    make_call_list(campaign, entries=8)
    first, second, third, *rest = callees(8)
    listed(first, third, rest[-1])
    listed(second, is_active=False)
    assert [entry.callee for entry in chunker.preview_entries(campaign, now=NOW)] == [second, rest[0]]
    task = chunker.next_chunk(campaign.pk, now=NOW)
    assert task is not None
    assert list(task.entries.values_list("callee", flat=True)) == [second, rest[0]]
    left_out = campaign.entries.filter(state=Entry.State.NOT_CALLED)
    assert list(left_out.values_list("callee", "reason_code")) == [(first, "do_not_call"), (third, "do_not_call")]
    assert left_out[0].reason == (
        "This number is on the do-not-call list List True. Asked by letter. It must not be called."
    )


def test_a_campaign_finishes_when_everybody_left_is_on_a_do_not_call_list() -> None:
    campaign = running(chunk_size=1)
    make_call_list(campaign, entries=5)
    listed(*callees(5))
    assert chunker.next_chunk(campaign.pk, now=NOW) is None
    assert not campaign.entries.exclude(state=Entry.State.NOT_CALLED).exists()
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.FINISHED
