"""Which accounts a campaign's channel can use, as the form, the command line and the services say it."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign, Channel
from campaigns.pages.forms import CampaignForm
from campaigns.planning import services
from campaigns.policy import account_fit
from dialer.models import AgentPhone, ProviderAccount
from tests.campaigns.management.test_commands import fails, run
from tests.support.builders import (
    NOW,
    make_account,
    make_agent_phone,
    make_aicc_account,
    make_connect_number,
    make_did,
    make_gateway_account,
    make_user,
)
from tests.support.campaign_builders import make_aicc_campaign, make_call_list, make_campaign, make_paced_campaign

pytestmark = pytest.mark.django_db
C = Campaign.State


@pytest.mark.parametrize(
    ("kind", "usable"),
    [
        ("nxcloud", {"task", "calls", "preview"}),
        ("huawei_aicc", {"calls", "preview"}),
        ("huawei_ccgateway", {"preview"}),
    ],
)
def test_what_a_kind_can_be_used_for(kind: str, usable: set[str]) -> None:
    assert {channel for channel in Channel.values if account_fit.is_usable(kind, channel)} == usable


@pytest.mark.parametrize(
    ("make", "channel", "sentence"),
    [
        (make_aicc_account, "task", "Choose an account of NxCloud."),
        (make_gateway_account, "task", "Choose an account of NxCloud."),
        (make_gateway_account, "calls", "Choose an account of NxCloud or Huawei AICC."),
    ],
)
def test_every_door_refuses_an_account_that_does_not_fit(file, make, channel, sentence):
    make_account()
    account, user = make(), make_user()
    campaign = Campaign(name="New", account=account, channel=channel, country="GB")
    with pytest.raises(services.TransitionRefused, match=sentence):
        services.create_campaign(campaign=campaign, by=user, now=NOW)
    form = CampaignForm({"channel": channel, "account": account.pk, "name": "New", "country": "GB"})
    assert sentence in form.errors["account"][0]
    options = ["--campaign", "New", "--create", "--channel", channel, "--country", "GB", "--account", account.name]
    assert sentence in fails("import_call_list", file, "--user", "sam", *options)[1]
    assert not Campaign.objects.exists()


def test_a_campaign_is_not_started_or_resumed_once_its_account_was_switched():
    user = make_user()
    draft = make_paced_campaign("Draft", state=C.DRAFT)
    paused = make_paced_campaign("Paused", state=C.PAUSED)
    for number, campaign in enumerate((draft, paused)):
        make_call_list(campaign, entries=[f"+44770090000{number}"])
    ProviderAccount.objects.update(kind="huawei_ccgateway")
    for act, pk in ((services.start_campaign, draft.pk), (services.resume_campaign, paused.pk)):
        with pytest.raises(services.TransitionRefused, match="Choose an account of"):
            act(campaign=Campaign.objects.get(pk=pk), by=user, now=NOW)


def test_a_campaign_without_what_its_account_needs_is_not_started():
    campaign = make_aicc_campaign(state=C.DRAFT)
    make_call_list(campaign)
    AgentPhone.objects.update(is_active=False)
    with pytest.raises(services.TransitionRefused, match="no active agent phone"):
        services.start_campaign(campaign=campaign, by=make_user(), now=NOW)
    ProviderAccount.objects.update(kind="nxcloud")
    campaign = Campaign.objects.get()
    with pytest.raises(services.TransitionRefused, match="needs a Connect number"):
        services.start_campaign(campaign=campaign, by=make_user(), now=NOW)


def test_limits_of_a_paused_campaign_are_still_changed_after_a_switch():
    campaign = make_campaign(state=C.PAUSED)
    ProviderAccount.objects.update(kind="huawei_aicc")
    campaign = Campaign.objects.get()
    services.edit_campaign(campaign=campaign, by=make_user(), columns={"priority": 2})
    assert Campaign.objects.get().priority == 2


CREATE = ["--user", "sam", "--campaign", "New", "--create", "--country", "GB", "--channel", "calls"]


def test_the_command_line_makes_an_aicc_campaign(file):
    make_user()
    make_account()
    for number in ("70001", "70002", "70003"):
        make_agent_phone(number)
    phones = ["--agent-phone", "70001", "--agent-phone", "70003"]
    run("import_call_list", file, *CREATE, *phones)
    campaign = Campaign.objects.get()
    # The phones name the account: only AICC has such.
    assert (campaign.account.kind, campaign.connect_number) == ("huawei_aicc", None)
    assert list(campaign.agent_phones.values_list("number", flat=True)) == ["70001", "70003"]
    assert "agent_phone" in fails("import_call_list", file, *CREATE, "--agent-phone", "70002")[1]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "There are 2 active provider accounts for “calls” (NxCloud or Huawei AICC). Choose one with --account."),
        (["--account", "NxCloud"], "also needs --connect-number"),
        (["--account", "AICC", "--connect-number", "+442079460900"], "Huawei AICC does not support --connect-number"),
        (["--account", "NxCloud", "--connect-number", "+442079460900", "--agent-phone", "70001"], "--agent-phone"),
        (["--agent-phone", "79999"], "The account AICC has no active agent phone 79999."),
        (["--account", "AICC", "--did", "+442079460001"], "The account AICC has no active DID +442079460001."),
    ],
)
def test_wrong_options_of_an_aicc_campaign(file, options, sentence):
    make_user()
    make_did()
    make_connect_number()
    make_agent_phone()
    status, said = fails("import_call_list", file, *CREATE, *options)
    assert (status, sentence in said) == (2, True), said
    assert not Campaign.objects.exists()
