from __future__ import annotations

import uuid
from typing import Any

import pytest

from dialer.call_forms import PlaceCallForm
from dialer.forms import CallFilterForm, ResolveForm
from dialer.models import CallRequest, ConnectNumber, DidNumber, Disposition, Ring, State
from tests.builders import CALLEE, make_account, make_call_request, make_connect_number, make_did

pytestmark = pytest.mark.django_db


def entered(**changes: Any) -> dict[str, Any]:
    """What a browser posts for a plain call."""
    data = {
        "did": make_did().pk,
        "callee": CALLEE,
        "connect_number": make_connect_number().pk,
        "ring_order": Ring.CONNECT_FIRST.value,
        "delay_seconds": "",
        "idempotency_key": str(uuid.uuid4()),
    }
    return {**data, **changes}


def valid(**changes: Any) -> PlaceCallForm:
    form = PlaceCallForm(entered(**changes))
    assert form.is_valid(), form.errors
    return form


@pytest.mark.parametrize(
    "pasted",
    ["+447700900001", "+44 (0)7700 900-001", "0044 7700 900001", " tel:+44-7700-900001 ", "‪+44 7700 900001‬"],
)
def test_it_reads_a_pasted_number(pasted: str) -> None:
    assert valid(callee=pasted).order()["callee"] == "+447700900001"


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("", "Enter the number to call"),
        ("07700 900001", "Write + and the country code in front, such as"),
        ("+44 7700", "Check that no digit is missing"),
        ("+447700900001 ext. 5", "Remove the extension"),
        ("call me", "Use digits only"),
    ],
)
def test_it_refuses_a_number_with_what_to_do(pasted: str, says: str) -> None:
    form = PlaceCallForm(entered(callee=pasted))
    assert says in " ".join(form.errors["callee"])
    assert "of the list" not in " ".join(form.errors["callee"])


@pytest.mark.parametrize(("seconds", "ms"), [("", 0), ("0", 0), ("2.5", 2500), ("0.001", 1), ("3600", 3_600_000)])
def test_it_turns_the_delay_into_milliseconds(seconds: str, ms: int) -> None:
    assert valid(delay_seconds=seconds).order()["delay_ms"] == ms


@pytest.mark.parametrize("seconds", ["-1", "3600.001", "0.0001", "soon", "NaN", "1e9"])
def test_it_refuses_a_delay_out_of_bounds(seconds: str) -> None:
    assert "delay_seconds" in PlaceCallForm(entered(delay_seconds=seconds)).errors


def test_it_needs_no_choice_of_the_only_account() -> None:
    form = valid()
    assert "account" not in form.fields
    assert form.order()["account"] == make_account()


def test_it_groups_the_dids_by_account_when_there_are_several() -> None:
    make_did(label="Sales")
    make_did("+12025550123", account=make_account("Second", env_prefix="SECOND"))
    form = PlaceCallForm()
    assert form.fields["did"].choices[1:] == [
        ("NxCloud", [(DidNumber.objects.get(label="Sales").pk, "+44 20 7946 0001 · Sales · GB")]),
        ("Second", [(DidNumber.objects.get(account__name="Second").pk, "+1 202-555-0123 · US")]),
    ]
    assert "account" in PlaceCallForm(entered()).errors


def test_it_offers_only_what_is_active() -> None:
    make_did(label="On")
    make_did("+442079460002", label="Off", is_active=False)
    make_did("+442079460003", account=make_account("Off", env_prefix="OFF", is_active=False))
    make_connect_number("+442079460901", is_active=False)
    form = PlaceCallForm(entered(did=DidNumber.objects.get(label="Off").pk))
    assert [label for _value, label in form.fields["did"].choices] == ["+44 20 7946 0001 · On · GB"]
    assert len(form.fields["connect_number"].choices) == 1
    assert "did" in form.errors


def test_it_starts_from_the_last_call() -> None:
    last = make_call_request(ring_order=Ring.CALLEE_FIRST)
    form = PlaceCallForm.fresh(last)
    assert form["did"].value() == last.did_id
    assert form["connect_number"].value() == last.connect_number_id
    assert form["ring_order"].value() == Ring.CALLEE_FIRST
    assert form["callee"].value() is None
    assert form["idempotency_key"].value() != PlaceCallForm.fresh(last)["idempotency_key"].value()


def test_it_says_what_is_missing() -> None:
    assert len(PlaceCallForm().missing) == 3
    make_did()
    assert [item["label"] for item in PlaceCallForm().missing] == ["An active Connect number"]
    ConnectNumber.objects.create(number="+442079460900")
    assert PlaceCallForm().missing == []


def found(**query: Any) -> set[str]:
    return {call.callee for call in CallFilterForm(query).apply(CallRequest.objects.all())}


def test_it_filters_by_state_result_and_account() -> None:
    make_call_request("+447700900001", state=State.PENDING)
    make_call_request("+447700900002", state=State.ACCEPTED, disposition=Disposition.BUSY)
    other = make_did("+12025550123", account=make_account("Second", env_prefix="SECOND"))
    make_call_request("+447700900003", state=State.ACCEPTED, did=other)
    assert found(state="pending") == {"+447700900001"}
    assert found(disposition="busy") == {"+447700900002"}
    assert found(account=str(other.account_id), state="accepted") == {"+447700900003"}
    assert len(found()) == 3


@pytest.mark.parametrize(
    "text",
    ["+447700900123", "+44 (0)7700 900-123", "0044 7700 900123", "447700900123", "07700 900123", "900123", "0123"],
)
def test_it_finds_a_number_in_any_spelling(text: str) -> None:
    make_call_request("+447700900123")
    make_call_request("+447700900999")
    assert found(q=text) == {"+447700900123"}


def test_it_finds_a_reference_and_a_provider_call_id() -> None:
    call = make_call_request("+447700900001", provider_call_id="c-17")
    make_call_request("+447700900002")
    assert found(q=call.reference[:8].upper()) == found(q=call.reference) == found(q=" c-17 ") == {call.callee}
    assert found(q="c-1") == found(q="zz") == set()


def test_it_marks_a_filter_that_is_no_choice() -> None:
    make_call_request()
    form = CallFilterForm({"state": "nonsense"})
    assert form.apply(CallRequest.objects.all()).count() == 1
    assert "state" in form.errors


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"verdict": "called", "reason": "Nine char"}, "reason"),
        ({"verdict": "called", "reason": "          "}, "reason"),
        ({"verdict": "called"}, "reason"),
        ({"reason": "Looked in the console."}, "verdict"),
        ({"verdict": "maybe", "reason": "Looked in the console."}, "verdict"),
    ],
)
def test_a_doubt_needs_a_verdict_and_a_reason(data: dict[str, str], wrong: str) -> None:
    assert list(ResolveForm(data).errors) == [wrong]


@pytest.mark.parametrize(("verdict", "called"), [("called", True), ("not_called", False)])
def test_a_doubt_is_resolved_either_way(verdict: str, called: bool) -> None:
    form = ResolveForm({"verdict": verdict, "reason": "Ten chars."})
    assert form.is_valid()
    assert form.called is called
