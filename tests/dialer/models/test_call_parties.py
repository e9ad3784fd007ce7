"""What a call of each kind of provider needs, and what it cannot be given."""

from __future__ import annotations

import pytest

from dialer.calls.services import OrderRefused, preview_call, request_call
from dialer.models import CallRequest
from dialer.models.call_draft import CallDraft
from dialer.models.call_parties import CallParties, what_is_wrong
from tests.support.builders import (
    CALLEE,
    NOW,
    make_account,
    make_agent,
    make_agent_phone,
    make_aicc_account,
    make_call_request,
    make_connect_number,
    make_did,
    make_draft,
    make_gateway_account,
    make_user,
)

pytestmark = pytest.mark.django_db


def order(draft: CallDraft) -> CallRequest:
    return request_call(draft, by=make_user(), now=NOW)


@pytest.mark.parametrize(
    ("account", "needed"),
    [
        (make_account, "needs a DID and a Connect number"),
        (make_gateway_account, "needs an agent"),
        (make_aicc_account, "needs an agent phone"),
    ],
)
def test_an_order_that_lacks_what_its_provider_needs_is_refused_in_plain_words(account, needed):
    draft = CallDraft(account=account(), callee=CALLEE, parties=CallParties())
    for place in (order, lambda draft: preview_call(draft, now=NOW)):
        with pytest.raises(OrderRefused, match=needed) as refused:
            place(draft)
        assert refused.value.code == "incomplete"
    assert not CallRequest.objects.exists()


def test_a_field_of_another_provider_is_refused_instead_of_ignored():
    with pytest.raises(OrderRefused, match=r"does not support a Connect number or a skill: leave it out\."):
        order(make_draft(agent_phone=make_agent_phone(), connect_number=make_connect_number(), options={"skill_id": 4}))


def test_the_order_of_an_agent_carries_the_agents_id_and_its_fields():
    call = order(make_draft(agent=make_agent(1002), options={"skill_id": 4, "call_data": "A-17"}))
    built = call.build_order()
    assert (built.agent_id, built.skill_id, built.call_data, built.did, built.connect_number) == (
        "1002",
        4,
        "A-17",
        "",
        "",
    )
    assert what_is_wrong(call.account, built) == ""


@pytest.mark.parametrize("number", ["+442079460001", "+442079460900"])
def test_our_own_numbers_are_known(number: str):
    parties = CallParties(did=make_did(), connect_number=make_connect_number())
    assert number in parties.numbers


def test_an_agents_own_phone_is_ours_too():
    phone = make_agent_phone("442079460777")
    with pytest.raises(OrderRefused, match="a number of your own"):
        order(make_draft("+442079460777", agent_phone=phone))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "Call to +4477009•••01 from +442079460001"),
        ({"agent": 1001}, "Call to +4477009•••01 by 1001"),
        ({"agent_phone": "70001"}, "Call to +4477009•••01 by 70001"),
    ],
)
def test_it_describes_itself_without_what_it_has_not(columns, words):
    makers = {"agent": make_agent, "agent_phone": make_agent_phone}
    call = make_call_request(**{name: makers[name](value) for name, value in columns.items()})
    assert call.describe() == words
