"""Both sources of an account are read side by side: two workers match at the same time, on two connections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dialer.models import CallDetailRecord, CallEvent, CallRequest, State
from dialer.reconcile import cursors, matching
from tests.dialer.reconcile.builders import make_record
from tests.support.builders import NOW, make_account, make_call_request
from tests.support.committed import committed, remove_rows, together

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)
CALLEES = [f"+44770090{number:04}" for number in range(20)]


@pytest.fixture(autouse=True)
def _remove_what_was_committed() -> Iterator[None]:
    yield
    committed(remove_rows)


def doubts_told_twice() -> None:
    for callee in CALLEES:
        make_call_request(callee, state=State.IN_DOUBT, sent_at=NOW)
        make_record(callee=callee)
        make_record(callee=callee, is_did_row=True)


def test_two_that_match_at_once_leave_one_record_a_call():
    committed(doubts_told_twice)
    account = committed(make_account)
    together(*[lambda: matching.match_account(account, now=LATER)] * 4)

    def look() -> tuple[int, int, int, int]:
        accepted = CallRequest.objects.filter(state=State.ACCEPTED, closed_at__isnull=False).count()
        linked = CallDetailRecord.objects.exclude(reference="").exclude(did_row="").count()
        return accepted, linked, CallDetailRecord.objects.count(), CallEvent.objects.filter(kind="proven").count()

    assert committed(look) == (20, 20, 20, 20)


def test_of_workers_that_take_a_cursor_at_once_one_has_it():
    committed(make_account)
    committed(cursors.ensure_cursors)
    pk = committed(lambda: make_account().record_cursors.get(source="calls").pk)
    taken = together(*[lambda: cursors.claim_cursor(pk, now=NOW)] * 4)
    assert len([cursor for cursor in taken if cursor]) == 1
