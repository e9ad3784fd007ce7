"""Single calls before the policy: each rule, what is kept of its verdicts, and overruling it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from dialer.calls import services
from dialer.calls.services import OrderRefused
from dialer.dnc import lists as dnc
from dialer.ledger import stop_switch, transitions
from dialer.models import Attempt, CallRequest, ConsentRule, Decision, DncEntry, DncList, State, StopSwitch
from dialer.models.dnc import Scope
from dialer.outcomes.results import follow_call
from dialer.policy import decisions, registry_evidence, registry_files
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
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
SINGAPORE, INDONESIA, CHINA = "+6581110001", "+628121110001", "+8613800000000"
REASON = "The customer asked for this call by e-mail."


def order(
    callee: str = CALLEE, *, by: User | None = None, now: datetime = NOW, override_reason: str = "", **columns: Any
) -> CallRequest:
    draft = make_draft(callee, **columns)
    return services.request_call(draft, by=by or make_user(), now=now, override_reason=override_reason)


def refusal(callee: str = CALLEE, **columns: Any) -> OrderRefused:
    with pytest.raises(OrderRefused) as refused:
        order(callee, **columns)
    return refused.value


def called(callee: str = CALLEE, *, at: datetime = NOW, **columns: Any) -> Attempt:
    return Attempt.objects.create(
        callee=callee, source="entry", source_id=1, opened_at=at, closed_at=at, **{"counts": True, **columns}
    )


def overrider() -> Any:
    user = make_user("olga")
    user.groups.add(Group.objects.get(name="Overrides"))
    return user


def test_a_call_outside_hours_is_refused_with_the_next_time() -> None:
    make_profile("GB", saturday="10:00-20:00")  # now it is Saturday, 09:30 in London
    found = refusal()
    assert found.code == "outside_hours"
    assert found.message == (
        "Local time at this phone is Sat 09:30. Calling hours today: 10:00-20:00 (hours of GB). "
        "Next: 21 November 2026, 10:00 UTC."
    )
    assert order(now=NOW + timedelta(minutes=30)).state == State.PENDING


def test_every_no_and_later_is_a_row() -> None:
    make_profile("GB", saturday="10:00-20:00")
    refusal()
    kept = Decision.objects.get()
    assert (kept.rule, kept.outcome, kept.source, kept.callee) == ("outside_hours", "later", "form", 447700900001)
    assert (kept.found, kept.limit) == ("Sat 09:30", "10:00-20:00 (hours of GB)")
    assert kept.next_at == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert kept.by == make_user()


def test_attempts_of_all_kinds_count_for_the_caps() -> None:
    make_profile(attempts_per_day=2)
    called(at=NOW - timedelta(hours=23))
    called(at=NOW - timedelta(hours=25))
    make_call_request(state=State.REJECTED)
    assert order().state == State.PENDING
    Attempt.objects.filter(closed_at=None).update(closed_at=NOW)
    found = refusal()
    assert found.code == "capped_day"
    assert found.message.startswith("Calls in the last 24 hours: 2, allowed: 2. Next: 21 November 2026, 10:30")


def test_the_weekly_cap_names_when_its_oldest_call_is_a_week_old() -> None:
    make_profile(attempts_per_week=3)
    for days in (6, 3, 1):
        called(at=NOW - timedelta(days=days))
    found = refusal()
    assert found.code == "capped_week"
    assert "Next: 22 November 2026, 09:30" in found.message


def test_an_abandoned_call_gives_rest() -> None:
    make_profile(hours_after_abandoned=72)
    called(at=NOW - timedelta(hours=70), abandoned=True)
    assert refusal().code == "abandoned"
    assert order(now=NOW + timedelta(hours=3)).state == State.PENDING


def test_a_capped_number_outside_hours_is_called_when_both_allow_it() -> None:
    make_profile(attempts_per_day=1, saturday="10:00-20:00")
    called(at=NOW - timedelta(hours=23, minutes=50))
    refusal()
    kept = Decision.objects.earliest("pk")
    assert (kept.rule, kept.next_at) == ("capped_day", NOW + timedelta(minutes=30))


def test_an_order_in_doubt_says_so() -> None:
    call = make_call_request(state=State.SENDING, lease_token="1" * 32)
    CallRequest.objects.filter(pk=call.pk).update(state=State.IN_DOUBT, lease_expires_at=None)
    call.refresh_from_db()
    follow_call(call, now=NOW)
    found = refusal()
    assert (found.code, found.blocking_order is not None) == ("open_order", True)
    assert Decision.objects.get().rule == "in_doubt"


@pytest.mark.parametrize(
    ("scope", "country", "is_listed"),
    [("everyone", "", True), ("country", "GB", True), ("country", "ID", False), ("campaign", "", False)],
)
def test_a_list_holds_for_whom_it_says(scope: str, country: str, is_listed: bool) -> None:
    listed = DncList.objects.create(name="Some", scope=scope, country=country)
    DncEntry.objects.create(dnc_list=listed, callee=CALLEE, reason="By letter.", added_at=NOW)
    if is_listed:
        assert refusal().code == "do_not_call"
    else:
        assert order().state == State.PENDING


def test_an_entry_holds_until_it_expires_and_can_be_renewed() -> None:
    listed = dnc.make_list(name="Some", description="", by=make_user("ada", group="Administrator"))
    entry = {"dnc_list": listed, "callee": CALLEE, "reason": "", "source": "", "by": make_user()}
    dnc.add(**entry, now=NOW - timedelta(days=9), expires_at=NOW - timedelta(days=1))
    assert dnc.listing_of(CALLEE, now=NOW) is None
    assert not dnc.add(**entry, now=NOW, expires_at=NOW + timedelta(days=1))
    assert dnc.listing_of(CALLEE, now=NOW) is not None
    dnc.add(**entry, now=NOW)
    assert DncEntry.objects.get().expires_at is None


def test_opting_out_takes_one_click_and_stops_the_next_call() -> None:
    assert dnc.opt_out(callee=CALLEE, source="call 1", by=make_user(), now=NOW)
    assert not dnc.opt_out(callee=CALLEE, source="call 1", by=make_user(), now=NOW)
    assert DncEntry.objects.get().dnc_list.name == dnc.OPT_OUT_LIST
    assert refusal().code == "do_not_call"


def test_a_stale_registry_blocks_and_a_fresh_answer_lets_go(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_profile("SG", registry="the No Voice Call Register", registry_days=21)
    assert refusal(SINGAPORE).message.startswith("Check this number against the No Voice Call Register")
    answer = {"country": "SG", "note": "", "says": "clean", "by": make_user(), "now": NOW}
    told = f"phone\n{SINGAPORE}\n".encode()
    for name, days in (("old.csv", 22), ("new.csv", 21)):
        assert refusal(SINGAPORE).code == "registry_stale"
        file = ContentFile(told, name)
        row = registry_evidence.record(**answer, received_on=NOW.date() - timedelta(days=days), file=file)
        registry_files.read_evidence(row.pk, clock=lambda: NOW)
    assert order(SINGAPORE).state == State.PENDING
    with pytest.raises(OrderRefused):
        order(SINGAPORE[:-1] + "2", now=NOW + timedelta(days=1))


def test_consent_is_asked_for_by_purpose() -> None:
    make_profile("CN", "marketing", consent=ConsentRule.ALWAYS)
    assert refusal(CHINA, purpose="marketing").code == "consent_missing"
    assert order(CHINA, purpose="marketing", consent_ref="contract 17").state == State.PENDING


def test_a_profile_of_the_country_wins_over_one_of_the_purpose() -> None:
    make_profile("", "marketing", saturday="")
    make_profile("GB")
    assert order(purpose="marketing").state == State.PENDING
    assert refusal(INDONESIA, purpose="marketing").code == "outside_hours"


def test_a_caller_id_that_the_country_refuses_is_refused_and_a_doubtful_one_only_warned_of() -> None:
    make_profile("CN", refused_caller_ids=["GB"], doubtful_caller_ids=["US"])
    assert refusal(CHINA).message == ("Numbers in CN must not be called with a caller ID from GB. Choose another DID.")
    american = make_did("+12025550101")
    assert order(CHINA, did=american).state == State.PENDING


def test_the_leg_to_the_agent_is_looked_at_too() -> None:
    make_profile("GB", refused_caller_ids=["US"])  # the Connect number is British
    assert refusal(INDONESIA, did=make_did("+12025550101")).code == "caller_id_refused"


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"calls_per_minute": 1}, "did_minute"), ({"calls_per_day": 1}, "did_day")],
)
def test_a_did_has_its_caps(limits: dict[str, int], code: str) -> None:
    did = make_did(**limits)
    order(did=did)
    found = refusal("+447700900002", did=did)
    assert found.code == code
    assert order("+447700900002", did=make_did("+441144960001")).state == State.PENDING


def test_a_country_limits_the_calls_a_minute_of_a_did() -> None:
    make_profile("GB", calls_per_minute=1)
    order()
    assert refusal("+447700900002").code == "did_minute"
    assert order("+447700900002", now=NOW + timedelta(minutes=1)).state == State.PENDING


def test_an_account_has_only_so_many_calls_at_a_time() -> None:
    make_account(concurrent_calls=1)
    first = order()
    assert refusal("+447700900002").code == "account_busy"
    transitions.cancel(first, now=NOW, code="x", reason="x")
    assert order("+447700900002").state == State.PENDING


def test_overruling_needs_a_permission_and_a_written_reason_and_is_kept() -> None:
    make_profile("GB", saturday="")
    assert refusal().may_be_overridden
    with pytest.raises(PermissionDenied):
        order(override_reason=REASON)
    call = order(by=overrider(), override_reason=REASON)
    kept = Decision.objects.filter(outcome="overridden").get()
    assert (kept.rule, kept.reason, kept.by.username, kept.source_id) == ("outside_hours", REASON, "olga", call.pk)
    assert REASON in call.events.get(kind="overridden").detail
    assert call.override_reason == REASON


def test_whoever_overrules_one_rule_is_told_of_all_of_them() -> None:
    make_profile("GB", saturday="", consent=ConsentRule.ALWAYS, attempts_per_day=1, attempts_per_week=1)
    called(at=NOW - timedelta(hours=1), abandoned=True)
    told = refusal()
    assert told.may_be_overridden
    for words in (
        "need the callee's consent",
        "in the last 7 days",
        "in the last 24 hours",
        "Local time at this phone",
    ):
        assert words in told.message
    codes = ["consent_missing", "capped_week", "capped_day", "outside_hours"]
    assert list(Decision.objects.order_by("pk").values_list("rule", flat=True)) == codes
    order(by=overrider(), override_reason=REASON)
    assert list(Decision.objects.filter(outcome="overridden").order_by("pk").values_list("rule", flat=True)) == codes


def test_nobody_overrules_a_do_not_call_list_or_an_open_order() -> None:
    listed = DncList.objects.create(name="Some")
    DncEntry.objects.create(dnc_list=listed, callee=CALLEE, added_at=NOW)
    found = refusal(by=overrider(), override_reason=REASON)
    assert (found.code, found.may_be_overridden) == ("do_not_call", False)


@pytest.mark.parametrize(
    ("in_doubt", "expires_at", "codes"),
    [
        (False, None, ["do_not_call", "open_order", "consent_missing", "outside_hours"]),
        (True, NOW + timedelta(days=1), ["do_not_call_until", "in_doubt", "consent_missing", "outside_hours"]),
    ],
)
def test_a_rule_that_nobody_overrules_hides_no_other_rule(
    in_doubt: bool, expires_at: datetime | None, codes: list[str], django_assert_num_queries: Any
) -> None:
    make_profile("GB", saturday="", consent=ConsentRule.ALWAYS)
    listed = DncList.objects.create(name="Some")
    DncEntry.objects.create(dnc_list=listed, callee=CALLEE, added_at=NOW, expires_at=expires_at)
    make_call_request()
    Attempt.objects.update(in_doubt=in_doubt)
    found = refusal(by=overrider(), override_reason=REASON)
    assert not found.may_be_overridden
    assert list(Decision.objects.order_by("pk").values_list("rule", flat=True)) == codes
    # Six for the rule book; then one for each rule that speaks against the call, and one that finds no other.
    with django_assert_num_queries(6 + len(codes) + 1):
        seen = outlook_on(CALLEE, purpose="service", now=NOW)
    assert [verdict.code for verdict in seen.verdicts] == codes


def test_what_may_not_be_overruled_is_named_first() -> None:
    make_profile("GB", saturday="")
    DncEntry.objects.create(dnc_list=DncList.objects.create(name="Some"), callee=CALLEE, added_at=NOW)
    make_account(is_active=False)
    assert refusal().code == "account_off"


# Once more before it leaves.


def test_a_call_that_waits_is_asked_about_once_more_before_it_leaves() -> None:
    call = order()
    DncEntry.objects.create(
        dnc_list=DncList.objects.create(name="Some"), callee=CALLEE, reason="Just now.", added_at=NOW
    )
    transitions.look_once_more(CallRequest, call.pk, now=NOW)
    call.refresh_from_db()
    assert (call.state, call.reason_code) == (State.CANCELLED, "do_not_call")
    assert "Just now." in call.reason
    assert transitions.claim(CallRequest, call.pk, now=NOW) is None
    assert not Attempt.objects.get().counts


def test_hours_that_ended_while_it_waited_cancel_it() -> None:
    make_profile("GB", saturday="00:00-09:31")
    call = order()
    transitions.look_once_more(CallRequest, call.pk, now=NOW)
    assert CallRequest.objects.get().state == State.PENDING
    transitions.look_once_more(CallRequest, call.pk, now=NOW + timedelta(minutes=1))
    assert CallRequest.objects.get().reason_code == "outside_hours"


def test_its_own_attempt_does_not_speak_against_it() -> None:
    make_profile(attempts_per_day=1)
    call = order()
    transitions.look_once_more(CallRequest, call.pk, now=NOW)
    assert CallRequest.objects.get().state == State.PENDING


def test_an_overruled_rule_stays_overruled() -> None:
    make_profile("GB", saturday="")
    call = order(by=overrider(), override_reason=REASON)
    transitions.look_once_more(CallRequest, call.pk, now=NOW)
    assert CallRequest.objects.get().state == State.PENDING


# The stop switch.


def test_nothing_is_ordered_or_claimed_while_everything_is_stopped() -> None:
    call, supervisor = order(), make_user()
    sent = make_call_request("+447700900009", state=State.ACCEPTED)
    left = stop_switch.stop_everything(by=supervisor, reason="Wrong list.", now=NOW)
    assert (left.sending, left.open, left.in_doubt, left.total) == (0, 1, 0, 1)
    call.refresh_from_db()
    assert (call.state, call.reason_code) == (State.CANCELLED, "stopped")
    assert refusal("+447700900002").message.startswith("sam stopped all orders: Wrong list.")
    assert transitions.claim(CallRequest, sent.pk, now=NOW) is None
    assert stop_switch.release(by=supervisor, reason="Mended.", now=NOW)
    assert order("+447700900002").state == State.PENDING


def test_a_second_press_changes_nothing() -> None:
    supervisor = make_user()
    stop_switch.stop_everything(by=supervisor, reason="First.", now=NOW)
    stop_switch.stop_everything(by=make_user("tom"), reason="Second.", now=NOW)
    assert StopSwitch.objects.current().reason == "First."  # type: ignore[union-attr]
    assert stop_switch.release(by=supervisor, reason="Fine.", now=NOW)
    assert not stop_switch.release(by=supervisor, reason="Fine.", now=NOW)


def test_who_may_stop_and_release() -> None:
    auditor = make_user("uma", group="Auditor")
    with pytest.raises(PermissionDenied):
        stop_switch.stop_everything(by=auditor, reason="", now=NOW)
    with pytest.raises(PermissionDenied):
        stop_switch.release(by=auditor, reason="", now=NOW)


# What is shown before anybody presses Call.


def test_the_outlook_tells_local_time_hours_and_what_speaks_against_it() -> None:
    make_profile("ID", saturday="08:00-15:00")
    seen = outlook_on(INDONESIA, purpose="service", now=NOW)
    assert (seen.country, seen.clocks) == ("ID", "Sat 16:30 to 18:30")
    assert seen.hours == "08:00-15:00"
    assert [verdict.code for verdict in seen.verdicts] == ["outside_hours"]
    assert not seen.may_be_called
    assert seen.may_be_overridden
    assert not Decision.objects.exists()


def test_old_laters_are_forgotten_and_overrides_are_not() -> None:
    make_profile("GB", saturday="")
    refusal()
    order(by=overrider(), override_reason=REASON)
    assert decisions.forget_old(now=NOW + decisions.KEPT + timedelta(days=1)) == 1
    assert Decision.objects.get().outcome == "overridden"


def test_scopes_are_checked_by_the_database() -> None:
    for columns in ({"scope": Scope.COUNTRY}, {"scope": Scope.EVERYONE, "country": "GB"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DncList.objects.create(name="Wrong", **columns)
