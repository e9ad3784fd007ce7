"""Provider tasks get only the numbers that they reach before calling hours end."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.chunks import chunker
from campaigns.models import Campaign, DispatchType, Entry, ProviderTask
from campaigns.models.entry import EPOCH
from campaigns.planning import services
from campaigns.policy import hold_back, own_hours
from campaigns.policy.closing_time import GUARD, minutes_per_number
from dialer.dnc import lists as dnc
from dialer.models import AgentGroupMember, DncEntry, DncList, State
from dialer.policy.rulebook import Rulebook
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_call_list, make_campaign
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
# Now it is Saturday, 09:30 in London; one agent with calls of two minutes: a number every two minutes.


def running(**columns: object) -> Campaign:
    return make_campaign(state=Campaign.State.RUNNING, **columns)


def settle(task: ProviderTask) -> None:
    ProviderTask.objects.filter(pk=task.pk).update(state=State.ACCEPTED)


def test_a_chunk_is_no_larger_than_what_is_reached_before_the_hours_end() -> None:
    make_profile("GB", saturday="09:00-10:00")  # 30 minutes, without the last five: 12 numbers
    campaign = running()
    make_call_list(campaign, entries=40)
    task = chunker.next_chunk(campaign.pk, now=NOW)
    assert task is not None
    assert task.size == 12
    settle(task)
    assert chunker.next_chunk(campaign.pk, now=NOW) is None
    assert set(campaign.entries.waiting().values_list("reason_code", flat=True)) == {""}


def test_numbers_that_the_provider_has_already_take_their_time_too() -> None:
    make_profile("GB", saturday="09:00-10:00")
    campaign = running()
    make_call_list(campaign, entries=40)
    first = chunker.next_chunk(campaign.pk, now=NOW)
    assert first is not None
    settle(first)
    first.entries.order_by("pk").filter(pk__in=list(first.entries.values_list("pk", flat=True)[:5])).update(
        state=Entry.State.DONE, disposition="answered"
    )
    later = chunker.next_chunk(campaign.pk, now=NOW + timedelta(minutes=2))
    assert later is not None
    assert later.size == 11 - 7  # 23 minutes are left for 11, and seven are on their way


def test_in_the_last_minutes_nothing_is_handed_over_and_the_numbers_wait_for_the_next_hours() -> None:
    make_profile("GB", saturday="09:00-10:00")
    campaign = running()
    make_call_list(campaign, entries=2)
    assert chunker.next_chunk(campaign.pk, now=NOW + timedelta(minutes=24)) is None
    entry = campaign.entries.first()
    assert entry is not None
    assert entry.reason_code == "hours_end_soon"
    assert entry.not_before == NOW + timedelta(hours=14, minutes=30)  # midnight: Sunday is open all day


def test_a_number_whose_hours_end_soon_does_not_keep_the_others_back() -> None:
    make_profile("GB", saturday="09:00-09:33")
    make_profile("DE", saturday="09:00-20:00")
    campaign = running()
    make_call_list(campaign, entries=4)
    last = campaign.entries.order_by("-pk")[:2].values("pk")
    campaign.entries.filter(pk__in=last).update(country="DE", zones=None)
    task = chunker.next_chunk(campaign.pk, now=NOW)
    assert task is not None
    assert set(task.entries.values_list("country", flat=True)) == {"DE"}


def test_hours_without_an_end_set_no_limit() -> None:
    campaign = running()
    make_call_list(campaign, entries=60)
    task = chunker.next_chunk(campaign.pk, now=NOW)
    assert task is not None
    assert task.size == 60


def test_the_pace_goes_by_agents_and_by_what_the_provider_dials_for_each() -> None:
    campaign = running(dispatch_type=DispatchType.RATIO, ratio_call_rate=Decimal("2.0"))
    group = campaign.agent_group
    assert group is not None
    for name in ("a", "b", "c"):
        AgentGroupMember.objects.create(group=group, user_name=name)
    book = Rulebook.current()
    assert minutes_per_number(campaign, book=book) == timedelta(minutes=2) / 6
    campaign.dispatch_type, campaign.predict_call_rate = DispatchType.PREDICTIVE, Decimal("0.5")
    assert minutes_per_number(campaign, book=book) == timedelta(minutes=2) / 3


def test_a_chunk_that_waited_is_cut_to_what_is_still_reached() -> None:
    make_profile("GB", saturday="09:00-10:00")
    campaign = running()
    make_call_list(campaign, entries=12)
    task = chunker.next_chunk(campaign.pk, now=NOW)
    assert task is not None
    assert hold_back.last_look(task, now=NOW + timedelta(minutes=10)) is None
    task.refresh_from_db()
    assert task.size == 7
    out = campaign.entries.filter(state=Entry.State.WAITING)
    assert set(out.values_list("reason_code", flat=True)) == {"too_many_before"}
    verdict = hold_back.last_look(task, now=NOW + timedelta(minutes=30) - GUARD)
    assert verdict is not None
    assert verdict.code == "nobody_left"


def test_an_entry_of_a_list_that_ends_waits_for_its_end() -> None:
    campaign = running()
    make_call_list(campaign, entries=2)
    first = campaign.entries.order_by("pk")[0]
    ends = NOW + timedelta(days=2)
    dnc_list = DncList.objects.create(name="This week")
    DncEntry.objects.create(dnc_list=dnc_list, callee=first.callee, added_at=NOW, expires_at=ends)
    task = chunker.next_chunk(campaign.pk, now=NOW)
    assert task is not None
    assert task.size == 1
    first.refresh_from_db()
    assert (first.state, first.reason_code, first.not_before) == (Entry.State.WAITING, "do_not_call_until", ends)
    settle(task)
    again = chunker.next_chunk(campaign.pk, now=ends)
    assert again is not None
    assert list(again.entries.all()) == [first]


@pytest.mark.parametrize("what", ["entry", "list"])
def test_a_wish_that_is_taken_back_wakes_who_waits_for_its_end(
    what: str, django_capture_on_commit_callbacks: Any
) -> None:
    campaign = running()
    make_call_list(campaign, entries=1)
    entry = campaign.entries.get()
    dnc_list = DncList.objects.create(name="This week")
    wish = DncEntry.objects.create(
        dnc_list=dnc_list, callee=entry.callee, added_at=NOW, expires_at=NOW + timedelta(days=2)
    )
    assert chunker.next_chunk(campaign.pk, now=NOW) is None
    ada = make_user("ada", group="Administrator")
    with django_capture_on_commit_callbacks(execute=True):
        if what == "entry":
            dnc.remove(entry=wish, by=ada)
        else:
            dnc.switch(dnc_list=dnc_list, is_active=False, by=ada)
    assert ProcrastinateJob.objects.filter(task_name=hold_back.LOOK_AGAIN_JOB).count() == 1
    hold_back.wake_held_entries()
    entry.refresh_from_db()
    assert entry.not_before == EPOCH


# Hours that leave nothing.


def test_hours_that_leave_nothing_are_refused_with_what_the_rules_allow() -> None:
    make_profile("GB", **dict.fromkeys(("saturday", "sunday"), ""), monday="09:00-18:00")
    campaign = Campaign(country="GB", purpose="marketing", hours_from=time(19), weekdays="1")
    assert "GB: Mon 09:00-18:00, Tue–Fri 00:00-24:00, Sat–Sun closed" in own_hours.what_is_wrong(campaign)
    assert own_hours.what_is_wrong(Campaign(country="GB", purpose="marketing", weekdays="67"))
    assert (
        own_hours.what_is_wrong(Campaign(country="GB", purpose="marketing", hours_from=time(19), weekdays="12")) == ""
    )
    assert own_hours.what_is_wrong(Campaign(country="GB", purpose="marketing")) == ""


def test_one_country_of_several_that_is_open_will_do() -> None:
    make_profile("GB", sunday="")
    campaign = make_campaign()
    make_call_list(campaign, entries=2)
    campaign.weekdays = "7"
    assert own_hours.what_is_wrong(campaign)
    campaign.entries.filter(pk__in=campaign.entries.values("pk")[:1]).update(country="ID")
    assert own_hours.what_is_wrong(campaign) == ""


def test_no_way_of_saving_takes_such_hours(supervisor_client: Client) -> None:
    make_profile("GB", sunday="")
    campaign = make_campaign()
    with pytest.raises(services.TransitionRefused, match="no call is ever allowed"):
        services.edit_campaign(campaign=campaign, by=make_user(), columns={"weekdays": "7"})
    campaign.refresh_from_db()
    assert campaign.weekdays == ""
    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.PAUSED)
    page = supervisor_client.post(reverse("campaigns:campaign_edit", args=[campaign.pk]), {"weekdays": ["7"]})
    assert page.status_code == 422
    assert "no call is ever allowed" in page.context["form"].errors["hours_from"][0]
