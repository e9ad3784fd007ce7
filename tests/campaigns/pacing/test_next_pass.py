"""Another pass over numbers that were not reached."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.models import Campaign, CampaignEvent, Entry
from campaigns.models.entry import EPOCH
from campaigns.pacing import next_pass
from campaigns.planning import progress
from campaigns.planning.services import TransitionRefused
from dialer.models import Disposition
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import callees, make_call_list, make_campaign, make_paced_campaign

pytestmark = pytest.mark.django_db
C, E = Campaign.State, Entry.State


def ended(campaign: Campaign) -> None:
    """One entry for every result, one that was not called, one in doubt."""
    results = Disposition.values
    make_call_list(campaign, entries=callees(len(results) + 2))
    entries = list(campaign.entries.order_by("pk"))
    for entry, result in zip(entries, results, strict=False):
        Entry.objects.filter(pk=entry.pk).update(state=E.DONE, disposition=result, calls=3, not_before=NOW)
    Entry.objects.filter(pk=entries[-2].pk).update(state=E.NOT_CALLED, reason="No.", reason_code="capped_day")
    from tests.support.builders import make_call_request

    doubt = make_call_request(entries[-1].callee, state="in_doubt")
    Entry.objects.filter(pk=entries[-1].pk).update(state=E.IN_DOUBT, call=doubt)


def test_what_may_be_called_again_is_counted():
    campaign = make_paced_campaign(state=C.PAUSED)
    ended(campaign)
    counts = next_pass.count_outcomes(campaign, progress.of_campaign(campaign))
    assert counts == dict.fromkeys(next_pass.OUTCOMES, 1)
    assert Disposition.ANSWERED not in counts


@pytest.mark.parametrize("state", [C.DRAFT, C.RUNNING, C.STOPPED])
def test_only_a_campaign_at_rest_offers_it(state):
    campaign = make_paced_campaign(state=state)
    ended(campaign)
    assert next_pass.count_outcomes(campaign, progress.of_campaign(campaign)) == {}
    with pytest.raises(TransitionRefused):
        next_pass.start_pass(campaign=campaign, outcomes=["busy"], by=make_user(), now=NOW)


def test_chosen_numbers_wait_in_a_new_pass_and_the_others_stay():
    campaign = make_paced_campaign(state=C.FINISHED)
    ended(campaign)
    assert next_pass.start_pass(campaign=campaign, outcomes=["busy", "not_called"], by=make_user(), now=NOW) == 2
    waiting = campaign.entries.filter(state=E.WAITING)
    assert set(waiting.values_list("pass_number", "calls", "disposition", "reason", "not_before")) == {
        (2, 0, "", "", EPOCH)
    }
    assert campaign.entries.filter(pass_number=1).count() == len(Disposition.values)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.pass_number, campaign.ended_at) == (C.PAUSED, 2, None)
    assert "Pass 2: 2 numbers" in CampaignEvent.objects.latest("pk").detail


@pytest.mark.parametrize("outcome", ["answered", "in_doubt", "waiting", "nonsense"])
def test_nobody_who_answered_or_may_have_been_called_is_called_again(outcome):
    campaign = make_paced_campaign(state=C.PAUSED)
    ended(campaign)
    with pytest.raises(TransitionRefused):
        next_pass.start_pass(campaign=campaign, outcomes=[outcome], by=make_user(), now=NOW)
    assert not campaign.entries.filter(state=E.WAITING).exists()


def test_numbers_of_provider_tasks_are_not():
    with pytest.raises(TransitionRefused):
        next_pass.start_pass(campaign=make_campaign(state=C.PAUSED), outcomes=["busy"], by=make_user(), now=NOW)


def test_it_needs_the_permission():
    campaign = make_paced_campaign(state=C.PAUSED)
    with pytest.raises(PermissionDenied):
        next_pass.start_pass(campaign=campaign, outcomes=["busy"], by=make_user("uma", group="Auditor"), now=NOW)
