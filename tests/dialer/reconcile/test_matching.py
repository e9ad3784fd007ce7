"""Records without an id end doubts and give results, or wait for a person."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from dialer.models import Attempt, CallDetailRecord, CallRequest, Disposition, State
from dialer.outcomes import ingest
from dialer.reconcile import did_rows, matching
from tests.dialer.reconcile.builders import call_record, did_record, make_record
from tests.support.builders import CALLEE, NOW, make_account, make_call_request, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)


def match(now=LATER) -> int:
    return matching.match_account(make_account(), now=now)


def doubtful(**columns: object) -> CallRequest:
    return make_call_request(state=State.IN_DOUBT, **{"sent_at": NOW, **columns})


def kinds(call: CallRequest) -> list[str]:
    return [event.kind for event in call.events.order_by("pk")]


def test_a_lone_call_record_ends_the_doubt_and_gives_the_result():
    call = doubtful()
    ingest.apply_records([call_record()], account=make_account(), source="query", now=NOW)
    assert match() == 1
    call.refresh_from_db()
    assert (call.state, call.disposition, call.provider_call_id) == (State.ACCEPTED, Disposition.ANSWERED, "c1")
    assert call.closed_at
    assert kinds(call) == ["proven", "result"]
    assert "c1" in call.events.first().detail
    record = CallDetailRecord.objects.get()
    assert (record.reference, record.match) == (call.reference, "numbers")
    assert not Attempt.objects.still_open().exists()


def test_a_lone_row_of_the_did_does_so_too():
    call = doubtful()
    did_rows.store_did_rows([did_record("17")], account=make_account(), now=NOW)
    assert match() == 1
    call.refresh_from_db()
    assert (call.state, call.talk_seconds, call.provider_call_id) == (State.ACCEPTED, 30, "")
    assert CallDetailRecord.objects.get().provider_call_id == "did:17"


def test_matching_again_changes_nothing():
    call = doubtful()
    make_record()
    match()
    before = CallRequest.objects.values().get()
    assert match() == 0
    assert CallRequest.objects.values().get() == before
    assert kinds(call) == ["proven", "result"]


def test_two_fitting_records_are_left_to_a_person():
    call = doubtful()
    records = [make_record(), make_record(started_at=NOW + timedelta(minutes=1))]
    assert match() == 0
    call.refresh_from_db()
    assert call.state == State.IN_DOUBT
    found = matching.candidates_of(records, now=LATER)
    assert [found[record.pk] for record in records] == [[call], [call]]


@pytest.mark.parametrize(
    "other",
    [{"direction": "inbound"}, {"callee": "+447700900002"}, {"caller": "+442079460002"}, {"direction": "task"}],
    ids=str,
)
def test_other_calls_prove_nothing(other):
    call = doubtful()
    make_record(**other)
    assert match() == 0
    call.refresh_from_db()
    assert call.state == State.IN_DOUBT


def test_another_account_proves_nothing():
    doubtful()
    make_record(account=make_account("Second", env_prefix="SECOND"))
    for account in (make_account(), make_account("Second")):
        assert matching.match_account(account, now=LATER) == 0


def test_the_row_of_a_call_with_its_own_record_only_completes_it():
    call = make_call_request(state=State.ACCEPTED, provider_call_id="c1", sent_at=NOW)
    ingest.apply_records([call_record()], account=make_account(), source="webhook", now=NOW)
    did_rows.store_did_rows([did_record("17")], account=make_account(), now=NOW)
    assert match() == 1
    record = CallDetailRecord.objects.get()
    assert (record.provider_call_id, record.cost, record.did_row) == ("c1", Decimal("0.05"), "did:17")
    assert record.match == "call_id"
    call.refresh_from_db()
    assert kinds(call) == ["result"]


def test_a_row_that_is_kept_in_a_record_does_not_come_back():
    test_the_row_of_a_call_with_its_own_record_only_completes_it()
    assert did_rows.store_did_rows([did_record("17")], account=make_account(), now=LATER) == 0


def test_a_row_waits_for_the_calls_own_record_then_speaks_for_it():
    call = make_call_request(state=State.ACCEPTED, provider_call_id="c1", sent_at=NOW)
    did_rows.store_did_rows([did_record("17")], account=make_account(), now=NOW)
    assert match(NOW + timedelta(minutes=1)) == 0
    assert match() == 1
    call.refresh_from_db()
    assert call.disposition == Disposition.ANSWERED
    # The own record comes after all: one call, one record.
    ingest.apply_records([call_record()], account=make_account(), source="webhook", now=LATER)
    match()
    record = CallDetailRecord.objects.get()
    assert (record.provider_call_id, record.did_row, record.reference) == ("c1", "did:17", call.reference)


def test_a_call_record_that_follows_its_row_is_the_same_call():
    call = doubtful()
    did_rows.store_did_rows([did_record("17")], account=make_account(), now=NOW)
    match()
    ingest.apply_records([call_record()], account=make_account(), source="query", now=LATER)
    assert match() == 1
    record = CallDetailRecord.objects.get()
    assert (record.provider_call_id, record.reference, record.did_row) == ("c1", call.reference, "did:17")


def test_a_repeated_record_keeps_how_it_was_matched():
    doubtful()
    for _ in range(2):
        ingest.apply_records([call_record()], account=make_account(), source="query", now=NOW)
        match()
    assert CallDetailRecord.objects.get().match == "numbers"


def test_a_person_gives_a_record_to_one_of_two_orders():
    call = doubtful()
    first, second = make_record(), make_record(started_at=NOW + timedelta(minutes=1))
    matching.assign_record(record=second, call=call, by=make_user(), reason="The agent remembers it.", now=LATER)
    call.refresh_from_db()
    second.refresh_from_db()
    assert (call.state, call.disposition, second.match) == (State.ACCEPTED, Disposition.ANSWERED, "person")
    assert kinds(call) == ["proven", "result", "resolved"]
    assert "The agent remembers it." in call.events.last().detail
    with pytest.raises(matching.AssignRefused):
        matching.assign_record(record=first, call=call, by=make_user(), reason="This, too.", now=LATER)


def test_a_record_is_not_given_to_an_order_that_it_cannot_be_of():
    call = doubtful(callee="+447700900002")
    with pytest.raises(matching.AssignRefused):
        matching.assign_record(record=make_record(), call=call, by=make_user(), reason="?", now=LATER)


def test_whoever_may_not_resolve_may_not_assign():
    call, record = doubtful(), make_record()
    with pytest.raises(PermissionDenied):
        matching.assign_record(record=record, call=call, by=make_user("uma", group="Auditor"), reason="?", now=LATER)


def test_rows_without_an_id_are_the_same_row_each_time():
    for _ in range(2):
        did_rows.store_did_rows(
            [did_record(), did_record(started_at=NOW + timedelta(hours=1))], account=make_account(), now=NOW
        )
    assert CallDetailRecord.objects.count() == 2


def test_durations_are_never_longer_than_the_call():
    did_rows.store_did_rows(
        [did_record("1", talk_seconds=30_000), did_record("2", talk_seconds=0), did_record("3", talk_seconds=None)],
        account=make_account(),
        now=NOW,
    )
    rows = CallDetailRecord.objects.order_by("provider_call_id").values_list("talk_seconds", "disposition")
    assert list(rows) == [(35, "answered"), (0, "unknown"), (35, "answered")]


def test_a_row_with_nul_characters_can_be_kept():
    raw = {"note": "a\x00b", "path": r"C:\u0000"}
    assert did_rows.store_did_rows([did_record("1", raw=raw)], account=make_account(), now=NOW) == 1
    assert CallDetailRecord.objects.get().raw == {"note": "a\ufffdb", "path": r"C:\u0000"}


def test_the_callee_is_free_again_after_the_proof():
    doubtful()
    make_record()
    match()
    make_call_request(CALLEE)
