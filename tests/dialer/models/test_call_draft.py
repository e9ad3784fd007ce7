"""What makes two drafts one call, and what makes them two."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

import pytest

from dialer.models import Agent, CallRequest, Purpose, Ring
from dialer.models.call_draft import LABELS, CallDraft
from dialer.models.call_parties import CallParties
from dialer.models.calls import OPTIONS
from tests.support.builders import (
    make_account,
    make_agent,
    make_agent_phone,
    make_connect_number,
    make_did,
    make_draft,
    make_user,
)

pytestmark = pytest.mark.django_db

OTHER: dict[str, Any] = {
    "account": lambda: make_account("Second", env_prefix="SECOND"),
    "callee": lambda: "+447700900002",
    "parties": lambda: CallParties(did=make_did("+442079460002"), connect_number=make_connect_number()),
    "options": lambda: {"skill_id": 7},
    "ring_order": lambda: Ring.CALLEE_FIRST,
    "delay_ms": lambda: 1,
    "purpose": lambda: Purpose.MARKETING,
    "consent_ref": lambda: "contract 17",
}
PARTIES: dict[str, Any] = {
    "did": lambda: make_did("+442079460002"),
    "connect_number": lambda: make_connect_number("+442079460901"),
    "agent": make_agent,
    "agent_phone": make_agent_phone,
}
OPTION_VALUES = {"agent_sees": "4401", "skill_id": 0, "call_data": "order 12", "media": 1, "agent_id": "12"}


def is_another_call(first: CallDraft, second: CallDraft) -> bool:
    """By the key, and by the columns of a row that has no fingerprint."""
    row = first.as_call()
    row.fingerprint = ""
    return first.fingerprint() != second.fingerprint() and not second.was_ordered_as(row)


@pytest.mark.parametrize("name", [field.name for field in fields(CallDraft)])
def test_every_field_makes_it_another_call(name: str) -> None:
    draft = make_draft()
    assert is_another_call(draft, replace(draft, **{name: OTHER[name]()}))


@pytest.mark.parametrize("name", [field.name for field in fields(CallParties)])
def test_every_party_makes_it_another_call(name: str) -> None:
    draft = make_draft()
    other = replace(draft, parties=replace(draft.parties, **{name: PARTIES[name]()}))
    assert is_another_call(draft, other)


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_makes_it_another_call(name: str) -> None:
    draft = make_draft()
    assert is_another_call(draft, replace(draft, options={name: OPTION_VALUES[name]}))


def test_the_same_call_has_the_same_fingerprint_wherever_it_is_asked_for() -> None:
    options = {"media": 1, "skill_id": 7}
    draft = make_draft(agent=make_agent(), options=options, purpose=Purpose.SERVICE)
    again = make_draft(agent=Agent.objects.get(), options=dict(reversed(options.items())))
    assert draft.fingerprint() == again.fingerprint()
    assert re.fullmatch(r"1:[0-9a-f]{32}", draft.fingerprint())


def test_a_fingerprint_of_this_version_stays_what_it_was() -> None:
    """Whoever changes what is hashed counts VERSION on."""
    account = make_account()
    account.pk = 1
    draft = CallDraft(account=account, callee="+447700900001", parties=CallParties(), options={"skill_id": 7})
    assert draft.fingerprint() == "1:467db24f2123529d12c38f4f02cb8934"


def test_every_difference_has_words() -> None:
    facts = make_draft(agent=make_agent(), options=OPTION_VALUES)._facts()
    assert set(facts) == set(LABELS)
    assert set(OPTION_VALUES) == set(OPTIONS)


def test_differences_are_named_in_the_order_of_the_form() -> None:
    draft = make_draft()
    row = draft.as_call()
    other = replace(draft, consent_ref="contract 17", ring_order=Ring.CALLEE_FIRST, parties=OTHER["parties"]())
    assert draft.differences(row) == []
    assert other.differences(row) == ["the DID", "the ring order", "the consent"]


def test_a_draft_comes_back_from_the_row_that_it_became() -> None:
    draft = make_draft(agent_phone=make_agent_phone(), options={"agent_id": "12"}, delay_ms=7, consent_ref="c")
    made = draft.as_call(requested_by=make_user(), requested_at="2026-11-21T09:30Z", not_before="2026-11-21T09:30Z")
    made.save()
    stored = CallRequest.objects.get()
    assert CallDraft.of(stored) == draft
    assert stored.fingerprint == draft.fingerprint() == CallDraft.of(stored).fingerprint()


def test_a_row_that_was_changed_later_is_still_the_order_of_its_draft() -> None:
    draft = make_draft()
    row = draft.as_call()
    row.consent_ref = "written down later"
    assert draft.was_ordered_as(row)
