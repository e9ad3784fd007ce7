"""Numbers of campaigns that the policy holds back: when they are looked at again, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile

from campaigns.chunks import chunker
from campaigns.models import Campaign, Entry, ProviderTask
from campaigns.models.entry import EPOCH
from campaigns.planning import progress, services
from campaigns.planning.services import TransitionRefused
from campaigns.policy import hold_back, safeguards
from campaigns.policy.evaluator import Evaluator
from dialer.ledger import transitions
from dialer.models import Attempt, Decision, DncEntry, DncList, PortalRules, Price, State
from dialer.policy import registry_evidence, registry_files, what_if
from dialer.policy.rulebook import Rulebook
from tests.support.builders import NOW, make_call_request, make_user
from tests.support.campaign_builders import callees, make_call_list, make_campaign
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
A, B, C = callees(3)


def running(**columns: Any) -> Campaign:
    return make_campaign(state=Campaign.State.RUNNING, **columns)


def entries_of(task: ProviderTask | None) -> list[str]:
    assert task is not None
    return list(task.entries.order_by("pk").values_list("callee", flat=True))


def next_chunk(campaign: Campaign, *, now: datetime = NOW) -> ProviderTask | None:
    return chunker.next_chunk(campaign.pk, now=now)


def test_outside_hours_everybody_waits_with_the_time_and_goes_then() -> None:
    make_profile("GB", saturday="10:00-20:00")
    campaign = running()
    make_call_list(campaign, entries=3)
    assert next_chunk(campaign) is None
    opens = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert set(campaign.entries.values_list("state", "reason_code", "not_before")) == {
        ("waiting", "outside_hours", opens)
    }
    assert Decision.objects.filter(rule="outside_hours", outcome="later", next_at=opens, source="entry").count() == 3
    assert next_chunk(campaign, now=opens - timedelta(minutes=1)) is None
    assert entries_of(next_chunk(campaign, now=opens)) == [A, B, C]


def test_a_number_that_is_held_back_lets_others_by() -> None:
    make_profile(attempts_per_day=1)
    Attempt.objects.create(callee=A, source="call", source_id=1, opened_at=NOW - timedelta(hours=2), closed_at=NOW)
    campaign = running(chunk_size=1)
    make_call_list(campaign, entries=2)
    assert entries_of(next_chunk(campaign)) == [B]
    held = campaign.entries.get(callee=A)
    assert (held.reason_code, held.not_before) == ("capped_day", NOW + timedelta(hours=22))
    assert held.held == "daily cap"


def test_looking_again_at_an_open_order_leaves_one_decision() -> None:
    make_call_request(A)
    campaign = running()
    make_call_list(campaign, entries=[A])
    for minutes in range(3):
        next_chunk(campaign, now=NOW + timedelta(minutes=minutes))
    assert Decision.objects.filter(rule="open_order").count() == 1


def test_the_same_answer_once_more_leaves_no_second_decision() -> None:
    make_profile("GB", registry="the Preference Service")
    campaign = running()
    make_call_list(campaign, entries=2)
    for minutes in (0, 11, 22):
        assert next_chunk(campaign, now=NOW + timedelta(minutes=minutes)) is None
    assert Decision.objects.filter(rule="registry_stale").count() == 2
    assert campaign.entries.first().not_before == NOW + timedelta(minutes=32)


def test_a_campaigns_own_hours_and_days_only_narrow() -> None:
    make_profile("GB", saturday="10:00-20:00")
    campaign = running(hours_from="08:00", hours_to="12:00", weekdays="67")
    campaign.refresh_from_db()
    make_call_list(campaign, entries=1)
    next_chunk(campaign)
    assert campaign.entries.get().not_before == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    hold_back.wake_held_entries()
    next_chunk(campaign, now=datetime(2026, 11, 22, 13, 0, tzinfo=UTC))  # Sunday, too late for the campaign
    assert campaign.entries.get().not_before == datetime(2026, 11, 28, 10, 0, tzinfo=UTC)


def test_a_campaigns_own_do_not_call_list_holds_for_it_alone() -> None:
    listed = DncList.objects.create(name="Customers of ours", scope="campaign")
    DncEntry.objects.create(dnc_list=listed, callee=A, added_at=NOW)
    careful, other = running(), make_campaign("Other", state=Campaign.State.RUNNING)
    careful.dnc_lists.add(listed)
    for campaign in (careful, other):
        make_call_list(campaign, entries=[A, B])
    assert entries_of(next_chunk(careful)) == [B]
    assert careful.entries.get(callee=A).reason_code == "do_not_call"
    assert entries_of(next_chunk(other)) == [A]


def test_an_entry_without_the_consent_it_needs_is_not_called() -> None:
    make_profile("GB", "marketing", consent="for_ai", consent_days=30)
    campaign = running(uses_ai=True)
    call_list = make_call_list(campaign, entries=[*callees(4)])
    first, second, third, fourth = call_list.entries.order_by("pk")
    Entry.objects.filter(pk=second.pk).update(extra={"consent_ref": "c2"}, consented_on=date(2026, 9, 1))
    Entry.objects.filter(pk=third.pk).update(extra={"consent_ref": "c3"}, consented_on=date(2026, 11, 1))
    Entry.objects.filter(pk=fourth.pk).update(purpose="service")
    assert entries_of(next_chunk(campaign)) == [third.callee, fourth.callee]
    assert [Entry.objects.get(pk=row.pk).reason_code for row in (first, second)] == ["consent_missing", "consent_old"]


def test_a_number_of_no_country_is_not_called_and_told_what_to_do() -> None:
    campaign = running()
    call_list = make_call_list(campaign, entries=["+80012345678"])
    call_list.entries.update(country="")
    next_chunk(campaign)
    entry = call_list.entries.get()
    assert (entry.state, entry.reason_code) == (Entry.State.NOT_CALLED, "no_time_zone")
    assert "Add a column time_zone" in entry.reason


def test_a_change_of_the_rules_wakes_those_who_wait() -> None:
    make_profile("GB", saturday="")
    campaign = running()
    make_call_list(campaign, entries=2)
    assert next_chunk(campaign) is None
    make_profile("GB")
    assert next_chunk(campaign) is None
    assert hold_back.wake_held_entries() == 2
    assert set(campaign.entries.values_list("not_before", flat=True)) == {EPOCH}
    assert entries_of(next_chunk(campaign)) == [A, B]


# A chunk that is about to leave.


def test_numbers_that_came_onto_a_list_are_taken_out_of_a_chunk_before_it_leaves() -> None:
    campaign = running()
    make_call_list(campaign, entries=3)
    task = next_chunk(campaign)
    assert task is not None
    DncEntry.objects.create(dnc_list=DncList.objects.create(name="Some"), callee=B, added_at=NOW)
    transitions.look_once_more(ProviderTask, task.pk, now=NOW)
    task.refresh_from_db()
    assert (task.state, task.size, entries_of(task)) == (State.PENDING, 2, [A, C])
    out = campaign.entries.get(callee=B)
    assert (out.state, out.reason_code, out.task_id) == (Entry.State.NOT_CALLED, "do_not_call", None)
    assert not Attempt.objects.get(callee=B).counts
    assert Attempt.objects.still_open().count() == 2


def test_a_chunk_of_which_nobody_is_left_is_cancelled_and_the_campaign_goes_on() -> None:
    make_profile("GB", saturday="00:00-10:00")
    campaign = running()
    make_call_list(campaign, entries=2)
    task = next_chunk(campaign)
    assert task is not None
    transitions.look_once_more(ProviderTask, task.pk, now=NOW + timedelta(minutes=30))
    task.refresh_from_db()
    assert (task.state, task.reason_code) == (State.CANCELLED, "nobody_left")
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.RUNNING
    assert set(campaign.entries.values_list("state", "reason_code")) == {("waiting", "outside_hours")}
    assert not Attempt.objects.still_open().exists()


# Brakes.


def test_a_large_campaign_waits_for_a_second_person() -> None:
    PortalRules.objects.update_or_create(pk=1, defaults={"approval_above": 2})
    campaign = make_campaign()
    make_call_list(campaign, entries=3)
    start = {"campaign": campaign, "by": make_user(), "now": NOW}
    with pytest.raises(TransitionRefused, match="3 numbers exceed the limit of 2"):
        services.start_campaign(**start)
    with pytest.raises(safeguards.ApprovalRefused):
        safeguards.approve(campaign=campaign, by=make_user(), now=NOW)
    with pytest.raises(PermissionDenied):
        safeguards.approve(campaign=campaign, by=make_user("uma", group="Auditor"), now=NOW)
    safeguards.approve(campaign=campaign, by=make_user("tom"), now=NOW)
    services.start_campaign(**start)
    assert campaign.approved_numbers == 3


def test_numbers_added_after_the_approval_want_another_one() -> None:
    PortalRules.objects.update_or_create(pk=1, defaults={"approval_above": 2})
    campaign = running(approved_numbers=3)
    make_call_list(campaign, entries=3)
    make_call_list(campaign, entries=callees(2, start=10))
    assert next_chunk(campaign) is None
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.PAUSED
    assert "a second person has to approve" in campaign.trouble


def priced(per_minute: str = "0.50") -> None:
    Price.objects.create(country="GB", per_minute=Decimal(per_minute))  # a call of 2 minutes costs twice that


def test_a_budget_is_never_exceeded_and_the_campaign_pauses_when_it_is_used_up() -> None:
    priced()
    campaign = running(budget=Decimal(2))
    make_call_list(campaign, entries=3)
    task = next_chunk(campaign)
    assert (entries_of(task), safeguards.ordered_cost(campaign)) == ([A, B], Decimal(2))
    ProviderTask.objects.update(state=State.ACCEPTED, closed_at=NOW)
    hold_back.wake_held_entries()
    assert next_chunk(campaign) is None
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.PAUSED
    assert campaign.trouble.startswith("The campaign budget of 2.00 USD is used up: 2.00 USD has been ordered.")


def test_the_budget_of_the_day_is_there_again_tomorrow() -> None:
    priced()
    campaign = running(budget_per_day=Decimal(1))
    make_call_list(campaign, entries=2)
    assert entries_of(next_chunk(campaign)) == [A]
    ProviderTask.objects.update(state=State.ACCEPTED, closed_at=NOW)
    held = campaign.entries.get(callee=B)
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    assert (held.reason_code, held.not_before) == ("budget_day", midnight)
    assert entries_of(next_chunk(campaign, now=midnight)) == [B]


def test_without_a_price_a_budget_cannot_be_kept() -> None:
    campaign = running(budget=Decimal(5))
    make_call_list(campaign, entries=1)
    assert next_chunk(campaign) is None
    assert campaign.entries.get().reason_code == "price_unknown"


def test_chunks_that_never_left_cost_nothing() -> None:
    priced()
    campaign = running(budget=Decimal(5))
    make_call_list(campaign, entries=1)
    task = next_chunk(campaign)
    assert task is not None
    transitions.cancel(task, now=NOW, code="x", reason="x")
    assert safeguards.ordered_cost(campaign) == 0


def test_a_campaign_does_not_start_while_a_registry_has_to_be_asked(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_profile("GB", registry="the Preference Service", registry_days=28)
    campaign = make_campaign()
    make_call_list(campaign, entries=1)
    start = {"campaign": campaign, "by": make_user(), "now": NOW}
    with pytest.raises(TransitionRefused, match="Check this number against the Preference Service before calling it"):
        services.start_campaign(**start)
    number = campaign.entries.get().callee
    file = ContentFile(f"number,result\n{number},not listed\n".encode(), "x.csv")
    row = registry_evidence.record(country="GB", received_on=NOW.date(), file=file, note="", by=make_user(), now=NOW)
    registry_files.read_evidence(row.pk, clock=lambda: NOW)
    assert services.start_campaign(**start).state == Campaign.State.RUNNING


# What people see.


def test_progress_counts_what_holds_numbers_back() -> None:
    make_profile("GB", saturday="10:00-20:00")
    campaign = running()
    make_call_list(campaign, entries=3)
    make_call_request(A)
    next_chunk(campaign)
    done = progress.of_campaign(campaign)
    assert [(reason.code, reason.count) for reason in done.held] == [("outside_hours", 2), ("open_order", 1)]
    assert done.held[0].next_at == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert [row["count"] for row in done.held_segments("/x/")] == [2, 1]


def test_what_a_change_would_do_is_counted_before_it_is_saved() -> None:
    campaign = running()
    make_call_list(campaign, entries=3)
    book = Rulebook.current()
    closed = make_profile("GB", saturday="")
    after = book.with_profile(closed)
    found = what_if.effect_of(book, after, now=NOW)
    assert [(row.label, row.before, row.after, row.difference) for row in found.rows] == [
        ("may be called now", 3, 0, "-3"),
        ("outside calling hours", 0, 3, "+3"),
    ]
    assert (found.looked_at, found.changes_anything) == (3, True)
    assert Evaluator(campaign, now=NOW, book=book).count_waiting() == {"": 3}


def test_only_limits_can_be_changed_while_a_campaign_is_paused() -> None:
    campaign = make_campaign(state=Campaign.State.PAUSED)
    edit = {"campaign": campaign, "by": make_user()}
    services.edit_campaign(**edit, columns={"budget": Decimal(9)})
    assert campaign.budget == 9
    with pytest.raises(TransitionRefused):
        services.edit_campaign(**edit, columns={"budget": Decimal(9), "name": "New"})
