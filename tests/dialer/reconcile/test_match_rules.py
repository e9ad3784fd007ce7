"""Generated orders and records: a pair is decided only where nothing else is possible, whatever came with it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dialer.reconcile.match_rules import (
    EARLY,
    LATE,
    SAME_CALL,
    PlacedOrder,
    UnmatchedRecord,
    certain_pairs,
    fits,
    matching_orders,
)
from tests.support.builders import CALLEE, DID, NOW

OTHER_DID, OTHER_CALLEE = "+442079460002", "+447700900002"


def told(pk: int = 1, *, after: float = 0, is_did_row: bool = False, **fields: object) -> UnmatchedRecord:
    return UnmatchedRecord(
        **{
            "pk": pk,
            "is_did_row": is_did_row,
            "did": DID,
            "callee": CALLEE,
            "started_at": NOW + timedelta(seconds=after),
            **fields,
        }
    )


def ordered(pk: int = 1, *, after: float = 0, **fields: object) -> PlacedOrder:
    return PlacedOrder(**{"pk": pk, "did": DID, "callee": CALLEE, "sent_at": NOW + timedelta(seconds=after), **fields})


seconds = st.integers(-1500, 1500)
numbers = st.sampled_from([(DID, CALLEE), (DID, OTHER_CALLEE), (OTHER_DID, CALLEE)])


@st.composite
def orders(draw):
    count = draw(st.integers(0, 5))
    return [
        ordered(
            pk,
            after=draw(seconds),
            did=(line := draw(numbers))[0],
            callee=line[1],
            delay=timedelta(seconds=draw(st.sampled_from([0, 0, 300]))),
            is_open=draw(st.booleans()),
            has_call_id=draw(st.booleans()),
            has_call_record=(has := draw(st.booleans())),
            call_record_at=NOW + timedelta(seconds=draw(seconds)) if has else None,
            has_did_row=draw(st.booleans()),
        )
        for pk in range(count)
    ]


@st.composite
def records(draw):
    return [
        told(
            pk,
            after=draw(seconds),
            is_did_row=draw(st.booleans()),
            did=(line := draw(numbers))[0],
            callee=line[1],
            has_waited=draw(st.booleans()),
        )
        for pk in range(draw(st.integers(0, 5)))
    ]


@given(records(), orders())
def test_nothing_is_decided_that_could_be_otherwise(records, orders):
    for record, order in certain_pairs(records, orders):
        assert fits(record, order)
        assert matching_orders(record, orders) == [order]
        rivals = [r for r in records if r.is_did_row == record.is_did_row and order in matching_orders(r, orders)]
        assert rivals == [record]
        assert (record.did, record.callee) == (order.did, order.callee)


@given(records(), orders(), st.data())
def test_more_knowledge_never_moves_a_record_to_another_order(records, orders, data):
    """Of a world, a pull sees a part: what it decides there, it may leave open or keep when it sees all."""
    decided = dict(certain_pairs(records, orders))
    seen = data.draw(st.lists(st.sampled_from(records), unique=True)) if records else []
    for record, order in certain_pairs(seen, orders):
        assert decided.get(record, order) == order


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=6, unique=True), st.integers(-60, 60), st.data())
def test_a_clock_that_is_off_by_a_minute_makes_no_false_match(times, skew, data):
    """Each order was called, some records never come: every match must still be the true one, or none."""
    orders = [ordered(pk, after=after) for pk, after in enumerate(sorted(times))]
    all_records = [told(pk, after=after + 10 + skew) for pk, after in enumerate(sorted(times))]
    came = data.draw(st.lists(st.sampled_from(all_records), unique_by=lambda record: record.pk))
    for record, order in certain_pairs(came, orders):
        near = [o for o in orders if fits(record, o)]
        assert near == [order]
        assert record.pk == order.pk


def test_the_window_is_as_wide_as_it_says():
    early, late = -EARLY.total_seconds(), LATE.total_seconds()
    assert [bool(certain_pairs([told(after=after)], [ordered()])) for after in (early - 1, early, late, late + 1)] == [
        False,
        True,
        True,
        False,
    ]
    assert certain_pairs([told(after=late + 60)], [ordered(delay=timedelta(minutes=1))])


def test_two_records_of_one_kind_leave_an_order_alone():
    assert certain_pairs([told(1), told(2, after=30)], [ordered()]) == []


def test_a_record_that_fits_two_orders_is_nobodys():
    assert certain_pairs([told()], [ordered(1), ordered(2, after=90)]) == []


def test_a_call_record_and_a_row_of_one_call_are_both_taken():
    both = [told(1), told(2, is_did_row=True, after=20)]
    assert len(certain_pairs(both, [ordered()])) == 2


def test_a_row_of_another_call_spoils_the_certainty():
    beyond = SAME_CALL.total_seconds() + 1
    assert certain_pairs([told(1), told(2, is_did_row=True, after=beyond)], [ordered()]) == []


def test_a_row_does_not_speak_for_an_order_that_two_call_records_fit():
    assert certain_pairs([told(1), told(2, after=30), told(3, is_did_row=True, after=15)], [ordered()]) == []


def test_an_order_with_its_own_record_takes_no_other_call():
    has = {"has_call_record": True, "call_record_at": NOW, "is_open": False}
    assert certain_pairs([told()], [ordered(**has)]) == []
    assert certain_pairs([told(is_did_row=True)], [ordered(**has)])
    assert (
        certain_pairs([told(is_did_row=True)], [ordered(**{**has, "call_record_at": NOW + timedelta(minutes=5)})]) == []
    )


def test_the_row_of_an_earlier_call_is_not_given_to_a_later_doubt():
    """The earlier call has its own record, whose row comes late, and the later order to the same number is in doubt."""
    earlier = ordered(1, has_call_record=True, call_record_at=NOW, is_open=False)
    assert certain_pairs([told(is_did_row=True, after=70)], [earlier, ordered(2, after=90)]) == []


def test_a_record_with_another_id_is_not_of_a_call_that_has_one():
    assert certain_pairs([told()], [ordered(has_call_id=True)]) == []


def test_a_row_waits_for_the_own_record_of_a_call_with_an_id():
    row = {"is_did_row": True}
    assert certain_pairs([told(**row, has_waited=False)], [ordered(has_call_id=True)]) == []
    assert certain_pairs([told(**row, has_waited=True)], [ordered(has_call_id=True)])


def test_an_order_that_is_closed_takes_nothing_by_itself():
    assert certain_pairs([told()], [ordered(is_open=False)]) == []
