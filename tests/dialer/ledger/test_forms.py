from __future__ import annotations

import pytest

from dialer.ledger.forms import ResolveForm


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
