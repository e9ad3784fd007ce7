"""Rests after a conversation and a refusal, caps of a month, lists that end, caller IDs, regions: by single calls."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dialer.calls import services
from dialer.calls.services import OrderRefused
from dialer.dnc import lists as dnc
from dialer.models import (
    Attempt,
    CallDetailRecord,
    CallRequest,
    Disposition,
    DncEntry,
    DncList,
    Holiday,
    RegionRule,
    State,
)
from dialer.outcomes import callee_refusals, results
from dialer.policy.single_call import outlook_on
from tests.support.builders import (
    CALLEE,
    NOW,
    make_account,
    make_call_request,
    make_did,
    make_draft,
    make_user,
)
from tests.support.rules import ALL_DAY, make_profile

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ALABAMA, OHIO = "+12055550101", "+12165550101"


def order(
    callee: str = CALLEE, *, by: User | None = None, now: datetime = NOW, override_reason: str = "", **columns: Any
) -> CallRequest:
    draft = make_draft(callee, **columns)
    return services.request_call(draft, by=by or make_user(), now=now, override_reason=override_reason)


def refusal(callee: str = CALLEE, **columns: Any) -> OrderRefused:
    with pytest.raises(OrderRefused) as refused:
        order(callee, **columns)
    return refused.value


def ended_call(disposition: str = Disposition.ANSWERED, **columns: Any) -> CallRequest:
    """A call whose record has come."""
    call = make_call_request(state=State.ACCEPTED, provider_call_id="c1", settled_at=NOW)
    record = CallDetailRecord.objects.create(
        account=call.account, provider_call_id="c1", disposition=disposition, received_at=NOW, **columns
    )
    results.apply_results([(call, record)], now=NOW)
    call.refresh_from_db()
    return call


def test_after_a_conversation_the_days_of_rest_begin_with_its_end() -> None:
    make_profile("GB", days_after_answered=7)
    ended_call()
    found = refusal(now=NOW + 7 * DAY - timedelta(minutes=1))
    assert found.code == "rest_after_answered"
    assert "the waiting time is 7 days. Next: 28 November 2026, 09:30 UTC." in found.message
    assert order(now=NOW + 7 * DAY).state == State.PENDING


@pytest.mark.parametrize("columns", [{"disposition": Disposition.NO_ANSWER}, {"abandoned": True}])
def test_a_call_without_a_conversation_gives_no_such_rest(columns: dict[str, Any]) -> None:
    make_profile("GB", days_after_answered=7)
    ended_call(**columns)
    assert order(now=NOW + timedelta(minutes=1)).state == State.PENDING


def test_an_answer_that_is_heard_of_later_counts_too() -> None:
    make_profile("GB", days_after_answered=7)
    call = ended_call(Disposition.NO_ANSWER)
    record = CallDetailRecord.objects.get()
    record.disposition = Disposition.ANSWERED
    record.ended_at = NOW
    record.save()
    results.apply_results([(call, record)], now=NOW + timedelta(hours=1))
    assert refusal(now=NOW + DAY).code == "rest_after_answered"


def test_a_refusal_that_somebody_noted_gives_rest() -> None:
    make_profile("GB", days_after_refusal=60)
    call = ended_call()
    assert callee_refusals.note_refusal(call=call, by=make_user(), now=NOW)
    assert not callee_refusals.note_refusal(call=call, by=make_user(), now=NOW)
    assert refusal(now=NOW + 59 * DAY).code == "rest_after_refusal"
    assert order(now=NOW + 60 * DAY).state == State.PENDING


def test_the_page_of_a_call_notes_a_refusal(supervisor_client: Client, auditor_client: Client) -> None:
    call = ended_call()
    url = reverse("dialer:said_no", args=[call.reference])
    assert "call-said-no" in supervisor_client.get(call.get_absolute_url()).content.decode()
    assert auditor_client.post(url).status_code == 403
    supervisor_client.post(url)
    assert Attempt.objects.get().refused
    page = supervisor_client.get(call.get_absolute_url()).content.decode()
    assert "call-said-no" not in page
    assert "Refusal recorded" in page
    assert "This could not be saved" in supervisor_client.post(url, follow=True).content.decode()


def test_a_cap_of_thirty_days_names_when_the_oldest_call_is_that_old() -> None:
    make_profile("GB", attempts_per_month=2)
    for days in (29, 10, 31):
        at = NOW - days * DAY
        Attempt.objects.create(callee=CALLEE, source="entry", source_id=1, opened_at=at, closed_at=at)
    found = refusal()
    assert found.code == "capped_month"
    assert "Calls in the last 30 days: 2, allowed: 2. Next: 22 November 2026" in found.message


def test_a_list_entry_that_ends_lets_wait_and_one_without_an_end_does_not() -> None:
    numbers, user = DncList.objects.create(name="A month"), make_user()
    dnc.add(dnc_list=numbers, callee=CALLEE, reason="", source="", by=user, now=NOW, expires_at=NOW + DAY)
    found = refusal()
    assert (found.code, found.may_be_overridden) == ("do_not_call_until", False)
    assert "Next: 22 November 2026, 09:30 UTC." in found.message
    dnc.opt_out(callee=CALLEE, source="", by=user, now=NOW)
    assert refusal().code == "do_not_call"
    DncEntry.objects.filter(expires_at=None).delete()
    assert order(now=NOW + DAY).state == State.PENDING


def test_only_caller_ids_of_the_required_ranges_are_shown() -> None:
    make_profile("GB", required_caller_prefixes=["4420", "91140"])
    account = make_account()
    outside, inside = make_did("+12025550103", account=account), make_did("+442079460102", account=account)
    found = refusal(did=outside)
    assert found.code == "caller_id_required"
    assert "begin with +4420, +91140" in found.message
    assert order(did=inside).state == State.PENDING


def rule_of(region: str, prefixes: list[str], **columns: Any) -> RegionRule:
    return RegionRule.objects.create(region=region, name="Alabama", prefixes=prefixes, **{**ALL_DAY, **columns})


def test_a_region_closes_a_day_that_the_country_leaves_open() -> None:
    rule_of("US-AL", ["1205"], saturday="")
    found = refusal(ALABAMA)
    assert found.code == "outside_hours"
    assert "no calls on this day (hours of Alabama (US-AL))" in found.message
    assert order(OHIO).state == State.PENDING
    assert "Alabama (US-AL)" in outlook_on(ALABAMA, purpose="service", now=NOW).whose


def test_a_region_never_opens_what_the_country_closes() -> None:
    make_profile("US", saturday="")
    rule_of("US-AL", ["1205"])
    found = refusal(ALABAMA)
    assert "(hours of US)" in found.message


def test_the_stricter_cap_of_country_and_region_holds() -> None:
    make_profile("US", attempts_per_day=3)
    rule_of("US-AL", ["1205"], attempts_per_day=1)
    for callee in (ALABAMA, OHIO):
        Attempt.objects.create(callee=callee, source="entry", source_id=1, opened_at=NOW, closed_at=NOW)
    assert "allowed: 1" in refusal(ALABAMA).message
    assert order(OHIO).state == State.PENDING


def test_a_rule_of_a_region_may_hold_for_one_purpose_alone() -> None:
    rule_of("US-AL", ["1205"], saturday="", purpose="marketing")
    assert refusal(ALABAMA, purpose="marketing").code == "outside_hours"
    assert order(ALABAMA, purpose="service").state == State.PENDING


def test_holidays_of_the_country_close_its_territories() -> None:
    make_profile("US", closed_on_holidays=True)
    Holiday.objects.create(country="US", day=date(2026, 11, 21))
    assert refusal("+17875550101").code == "outside_hours"
    make_profile("PR")
    assert order("+17875550101").state == State.PENDING


@pytest.mark.parametrize("reason", ["because", ".............", "12345 67890", "  a b c d e "])
def test_an_override_needs_ten_letters_by_command_too(reason: str) -> None:
    make_profile("GB", saturday="")
    assert refusal(override_reason=reason).code == ("short_reason" if reason.strip() else "outside_hours")
