from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.models import CallList, Campaign, CampaignEvent, Entry, ProviderTask
from campaigns.planning import services
from campaigns.planning.services import TransitionRefused
from dialer.ledger import transitions
from dialer.models import Attempt, State
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_call_list, make_campaign, make_task

pytestmark = pytest.mark.django_db
C = Campaign.State

ACTIONS = {
    "start": services.start_campaign,
    "pause": services.pause_campaign,
    "resume": services.resume_campaign,
    "stop": services.stop_campaign,
}
LEGAL = {
    (C.DRAFT, "start"): C.RUNNING,
    (C.RUNNING, "pause"): C.PAUSED,
    (C.RUNNING, "stop"): C.STOPPED,
    (C.PAUSED, "resume"): C.RUNNING,
    (C.PAUSED, "stop"): C.STOPPED,
}


def jobs(name: str) -> int:
    return ProcrastinateJob.objects.filter(task_name=name).count()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", C.values)
def test_only_legal_transitions(state: str, action: str) -> None:
    campaign = make_campaign(state=state)
    make_call_list(campaign)
    expected = LEGAL.get((C(state), action))
    if expected is None:
        with pytest.raises(TransitionRefused, match=f"You cannot do this because the campaign .* is {state}"):
            ACTIONS[action](campaign=campaign, by=make_user(), now=NOW)
    else:
        ACTIONS[action](campaign=campaign, by=make_user(), now=NOW)
    campaign.refresh_from_db()
    assert campaign.state == (expected or state)
    assert CampaignEvent.objects.count() == (1 if expected else 0)


def test_the_pages_offer_exactly_the_legal_actions() -> None:
    offered = {(C(state), action) for state, actions in services.LEGAL_ACTIONS.items() for action in actions}
    assert offered == set(LEGAL)


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_acts_without_the_permission(action: str) -> None:
    campaign = make_campaign(state=C.RUNNING)
    with pytest.raises(PermissionDenied):
        ACTIONS[action](campaign=campaign, by=make_user("uma", group="Auditor"), now=NOW)


def test_a_campaign_with_nobody_to_call_does_not_start() -> None:
    with pytest.raises(TransitionRefused, match="no numbers to call"):
        services.start_campaign(campaign=make_campaign(), by=make_user(), now=NOW)


@pytest.mark.parametrize("state", [CallList.State.UPLOADED, CallList.State.IMPORTING])
def test_a_campaign_does_not_start_on_half_a_list(state: str) -> None:
    campaign = make_campaign()
    make_call_list(campaign, state=state)
    with pytest.raises(TransitionRefused, match="Start when it is ready"):
        services.start_campaign(campaign=campaign, by=make_user(), now=NOW)


def test_start_enqueues_one_pump() -> None:
    campaign = make_campaign()
    make_call_list(campaign)
    services.start_campaign(campaign=campaign, by=make_user(), now=NOW)
    services.enqueue_pump(campaign.pk)
    assert jobs("campaigns.tasks.pump") == 1


def test_a_pump_for_later_does_not_hold_back_one_for_now() -> None:
    campaign = make_campaign()
    services.enqueue_pump(campaign.pk, at=NOW)
    services.enqueue_pump(campaign.pk)
    assert jobs("campaigns.tasks.pump") == 2


def test_after_a_pause_nothing_can_be_claimed_and_after_resume_it_leaves_at_once() -> None:
    task = make_task()
    services.pause_campaign(campaign=task.campaign, by=make_user(), now=NOW)
    assert transitions.claim(type(task), task.pk, now=NOW) is None
    services.resume_campaign(campaign=task.campaign, by=make_user(), now=NOW)
    assert jobs("dialer.tasks.dispatch") == 1
    assert transitions.claim(type(task), task.pk, now=NOW) is not None


def test_stop_tells_every_number_that_was_not_handed_over_why() -> None:
    task = make_task(entries=["+447700900001"])
    make_call_list(task.campaign, entries=["+447700900002"])
    services.stop_campaign(campaign=task.campaign, by=make_user(), now=NOW)
    task.refresh_from_db()
    assert task.state == State.CANCELLED
    reason = "The campaign was stopped by sam before this number was handed over."
    entries = Entry.objects.order_by("pk").values_list("state", "reason_code", "reason")
    assert list(entries) == [(Entry.State.NOT_CALLED, "campaign_stopped", reason)] * 2
    assert not Attempt.objects.still_open().exists()


def test_stop_leaves_what_the_provider_has_as_it_is() -> None:
    task = make_task(state=State.ACCEPTED)
    services.stop_campaign(campaign=task.campaign, by=make_user(), now=NOW)
    assert set(task.entries.values_list("state", flat=True)) == {Entry.State.ORDERED}


def test_it_finishes_once_nobody_waits_and_every_chunk_is_closed() -> None:
    task = make_task(state=State.ACCEPTED)
    campaign = task.campaign
    assert not services.finish_if_done(campaign, now=NOW)
    task.entries.update(state=Entry.State.DONE)
    type(task).objects.update(closed_at=NOW)
    assert services.finish_if_done(campaign, now=NOW)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.ended_at) == (C.FINISHED, NOW)


def test_it_does_not_finish_while_a_list_is_still_to_be_read() -> None:
    campaign = make_campaign(state=C.RUNNING)
    make_call_list(campaign, entries=0, state=CallList.State.UPLOADED)
    assert not services.finish_if_done(campaign, now=NOW)


def test_only_a_draft_is_edited() -> None:
    campaign = make_campaign()
    services.edit_campaign(campaign=campaign, by=make_user(), columns={"strategy_name": "Evening"})
    assert campaign.strategy_name == "Evening"
    running = make_campaign("Winter", state=C.RUNNING)
    with pytest.raises(TransitionRefused, match="you cannot edit it"):
        services.edit_campaign(campaign=running, by=make_user(), columns={"strategy_name": "Evening"})


def refused_chunk(*, campaign_state: str = Campaign.State.PAUSED) -> ProviderTask:
    task = make_task(make_campaign(state=campaign_state), state=State.REJECTED)
    task.entries.update(state=Entry.State.NOT_CALLED, reason_code="41000", reason="Refused.")
    return task


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Campaign.State.PAUSED, Campaign.State.PAUSED),
        (Campaign.State.RUNNING, Campaign.State.RUNNING),
        (Campaign.State.FINISHED, Campaign.State.PAUSED),
    ],
)
def test_the_numbers_of_a_refused_chunk_can_wait_for_a_new_one(before: str, after: str) -> None:
    task = refused_chunk(campaign_state=before)
    assert services.give_back(task=task, by=make_user(), now=NOW) == 3
    task.campaign.refresh_from_db()
    assert task.campaign.state == after
    assert set(task.campaign.entries.values_list("state", "task", "reason")) == {("waiting", None, "")}
    assert [event.kind for event in task.events.all()] == ["given_back"]
    with pytest.raises(services.TransitionRefused, match="left to call"):
        services.give_back(task=task, by=make_user(), now=NOW)


@pytest.mark.parametrize(
    ("left", "detail"), [(1, "1 number was given back."), (2, "2 numbers were given back.")], ids=["one", "two"]
)
def test_the_history_of_a_finished_campaign_says_how_many_numbers_came_back(left: int, detail: str) -> None:
    task = refused_chunk(campaign_state=Campaign.State.FINISHED)
    waiting = task.entries.order_by("pk").values("pk")[:left]
    task.entries.exclude(pk__in=waiting).update(state=Entry.State.DONE)
    assert services.give_back(task=task, by=make_user(), now=NOW) == left
    assert [event.detail for event in task.campaign.events.all()] == [detail]


def test_a_stopped_campaign_takes_no_numbers_back() -> None:
    task = refused_chunk(campaign_state=Campaign.State.STOPPED)
    with pytest.raises(services.TransitionRefused, match="stopped"):
        services.give_back(task=task, by=make_user(), now=NOW)
    assert not task.campaign.entries.filter(state=Entry.State.WAITING).exists()


@pytest.mark.parametrize("state", [state for state in State if state != State.REJECTED])
def test_only_what_the_provider_never_took_is_given_back(state: State) -> None:
    task = make_task(make_campaign(state=Campaign.State.PAUSED), state=state)
    with pytest.raises(services.TransitionRefused):
        services.give_back(task=task, by=make_user(), now=NOW)


def test_an_auditor_gives_nothing_back() -> None:
    with pytest.raises(PermissionDenied):
        services.give_back(task=refused_chunk(), by=make_user("uma", group="Auditor"), now=NOW)
