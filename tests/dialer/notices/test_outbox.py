"""What is told when campaigns, accounts and orders change: with the change, or not at all."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from campaigns.models import Campaign
from campaigns.planning import services as campaign_services
from dialer.ledger import services, sweep, transitions
from dialer.models import CallRequest, Level, NoticeEvent, NoticeMessage, Notification, State, WaitingDoubt
from dialer.notices import bell, events, outbox
from dialer.providers import rate_and_suspension
from telephony.contract.errors import OutcomeUnknown
from tests.dialer.notices.builders import make_notification, make_target
from tests.support.builders import NOW, make_account, make_call_request, make_user
from tests.support.campaign_builders import make_call_list, make_campaign, make_task

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("pk").values_list("event", "level"))


def doubt(callee: str) -> CallRequest:
    call = make_call_request(callee, state=State.SENDING)
    transitions.settle(call, OutcomeUnknown("No answer.", code="read_timeout"), now=NOW)
    return call


def test_the_life_of_a_campaign_is_told() -> None:
    make_target()
    campaign = make_campaign()
    make_call_list(campaign=campaign)
    by: dict[str, Any] = {"by": make_user(), "now": NOW}
    campaign_services.start_campaign(campaign=campaign, **by)
    campaign_services.pause_campaign(campaign=campaign, **by)
    campaign_services.resume_campaign(campaign=campaign, **by)
    campaign_services.pause_campaign(campaign=campaign, by=None, now=NOW, reason="The answer named +447700900001.")
    campaign_services.stop_campaign(campaign=campaign, **by)
    assert told() == [
        ("campaign.started", "info"),
        ("campaign.paused", "info"),
        ("campaign.resumed", "info"),
        ("campaign.paused", "warning"),
        ("campaign.stopped", "info"),
    ]
    first, *_others, trouble, _last = Notification.objects.order_by("pk")
    assert (first.title, first.text, first.url) == ("Campaign Autumn started", "By sam.", campaign.get_absolute_url())
    assert trouble.text == "The answer named +4477009•••01."
    data = [json.loads(row.body)["data"] for row in NoticeMessage.objects.order_by("pk")]
    assert data[0]["campaign"] == {"id": campaign.pk, "name": "Autumn"}
    assert [piece["by"] for piece in data] == ["sam", "sam", "sam", None, "sam"]


def test_a_campaign_that_ends_by_itself_is_told() -> None:
    campaign = make_campaign(state=Campaign.State.RUNNING)
    assert campaign_services.finish_if_done(campaign, now=NOW)
    assert not campaign_services.finish_if_done(campaign, now=NOW)
    assert told() == [("campaign.finished", "success")]


def test_what_is_rolled_back_is_told_to_nobody() -> None:
    make_target()
    campaign = make_campaign(state=Campaign.State.RUNNING)
    with transaction.atomic():
        campaign_services.pause_campaign(campaign=campaign, by=make_user(), now=NOW)
        assert told()
        transaction.set_rollback(True)
    assert told() == []
    assert not NoticeMessage.objects.exists()


def test_a_refused_transition_tells_nothing() -> None:
    with pytest.raises(campaign_services.TransitionRefused):
        campaign_services.pause_campaign(campaign=make_campaign(), by=make_user(), now=NOW)
    assert told() == []


def test_an_account_is_suspended_and_resumed_once() -> None:
    make_target()
    account = make_account()
    for _n in range(2):
        rate_and_suspension.suspend(account=account, reason="Wrong key.", now=NOW)
    administrator = make_user("ada", group="Administrator")
    for _n in range(2):
        services.resume_account(account=account, by=administrator, now=NOW)
    assert told() == [("account.suspended", "warning"), ("account.resumed", "success")]
    data = json.loads(NoticeMessage.objects.order_by("pk")[0].body)["data"]
    assert data["account"] == {"id": account.pk, "name": "NxCloud"}
    assert data["text"] == "Wrong key."


def test_many_doubts_are_one_notification_a_minute() -> None:
    for n in range(12):
        doubt(f"+4477009000{n:02}")
    assert bell.notify_of_waiting_doubts(now=NOW) == 12
    doubt("+447700900020")
    assert bell.notify_of_waiting_doubts(now=NOW + MINUTE / 2) == 0
    assert bell.notify_of_waiting_doubts(now=NOW + MINUTE) == 1
    assert bell.notify_of_waiting_doubts(now=NOW + 2 * MINUTE) == 0
    titles = Notification.objects.order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["12 orders are in doubt", "1 order is in doubt"]
    assert not WaitingDoubt.objects.exists()


def test_webhooks_hear_of_each_doubt_and_of_no_number() -> None:
    make_target(events=["call.in_doubt"])
    call = doubt("+447700900001")
    (message,) = NoticeMessage.objects.all()
    url = f"http://127.0.0.1:8000/calls/{call.reference}/"
    assert json.loads(message.body)["data"] == {"reference": call.reference, "kind": "call", "url": url}
    assert "7700900001" not in message.body


def test_a_lost_lease_of_a_chunk_is_told_as_doubt() -> None:
    task = make_task(state=State.SENDING)
    type(task).objects.update(lease_expires_at=NOW - MINUTE)
    sweep.expire_leases(type(task), now=NOW)
    assert WaitingDoubt.objects.get().reference == task.reference


def test_only_active_targets_that_want_an_event_get_it() -> None:
    wants = make_target("wants", events=["campaign.finished", "campaign.stopped"])
    make_target("other", events=["campaign.started"])
    make_target("off", is_active=False)
    events.notify(NoticeEvent.CAMPAIGN_STOPPED, subject="Autumn", now=NOW)
    assert NoticeMessage.objects.get().target == wants


def test_a_job_is_deferred_after_the_commit(django_capture_on_commit_callbacks: Any) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    target = make_target()
    with django_capture_on_commit_callbacks(execute=True):
        for _n in range(2):
            events.write_test_message(target, now=NOW)
        assert not ProcrastinateJob.objects.exists()
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == (outbox.DELIVER_JOB, {"target_id": target.pk})


def test_what_is_old_is_forgotten() -> None:
    target = make_target()
    kept, old = NOW - bell.KEPT_FOR + MINUTE, NOW - bell.KEPT_FOR - MINUTE
    for at in (kept, old):
        make_notification(created_at=at, level=Level.INFO)
        events.write_test_message(target, now=at)
    bell.delete_old_notifications(now=NOW)
    outbox.delete_old_messages(now=NOW)
    assert Notification.objects.get().created_at == kept
    assert NoticeMessage.objects.get().created_at == kept
