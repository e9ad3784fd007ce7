from __future__ import annotations

import pytest

from telephony.contract.errors import OutcomeUnknown, ProviderError, RequestNotSent, RequestRejected, SessionLost
from telephony.contract.vocabulary import Disposition
from telephony.providers.huawei_ccgateway import codes

ORDER_CODES: dict[str, type[ProviderError] | None] = {
    "0": None,
    "000-002": RequestRejected,
    "000-006": RequestRejected,
    "200-001": RequestRejected,
    "000-003": SessionLost,
    "100-006": SessionLost,
    "105-006": SessionLost,
    "105-007": SessionLost,
}


@pytest.mark.parametrize("code", [*codes.RESULT_CODES, "", "1", "200-999", "00", "-0"])
def test_an_order_is_refused_by_codes_that_say_so_and_unknown_otherwise(code: str) -> None:
    assert codes.error_for(code, order=True) is ORDER_CODES.get(code, OutcomeUnknown)


@pytest.mark.parametrize(
    ("error", "listed"),
    [
        (SessionLost, {"000-003", "100-006", "105-005", "105-006", "105-007"}),
        (RequestNotSent, {"000-004", "000-007", "100-003", "105-001", "105-002", "105-003", "105-004"}),
        (OutcomeUnknown, {"000-000", "100-007"}),
        (None, {"0"}),
    ],
)
def test_other_requests_are_sorted_by_what_helps(error: type[ProviderError] | None, listed: set[str]) -> None:
    assert {code for code in codes.RESULT_CODES if codes.error_for(code) is error} == listed
    assert codes.error_for("123-456") is OutcomeUnknown


@pytest.mark.parametrize("code", [*codes.RESULT_CODES, "300-001", "", "unlisted"])
def test_every_code_has_words(code: str) -> None:
    assert codes.explain(code).endswith(".")
    assert len(codes.explain(code)) < 160


def test_groups_of_functions_that_the_portal_does_not_use_are_named() -> None:
    assert "queues" in codes.explain("600-003")


@pytest.mark.parametrize("cause", [1, 255, *range(256, 265)])
def test_every_cause_of_a_sign_out_has_words(cause: int) -> None:
    assert codes.explain_sign_out(cause).endswith(".")


@pytest.mark.parametrize("cause", [None, 0, -1, 265, 10**12])
def test_an_unlisted_cause_has_none(cause: int | None) -> None:
    assert codes.explain_sign_out(cause) == ""


@pytest.mark.parametrize(
    ("code", "text", "disposition"),
    [
        ("1552", "", Disposition.FAILED),
        ("486", "User Busy", Disposition.BUSY),
        ("1", "被叫忙", Disposition.BUSY),
        ("1", "No answer from user", Disposition.NO_ANSWER),
        ("1", "The call was rejected", Disposition.NO_ANSWER),
        ("1", "用户拒接", Disposition.NO_ANSWER),
        ("1", "phone switched off, no answer", Disposition.FAILED),
        ("1", "空号", Disposition.FAILED),
        ("1", "Unallocated number", Disposition.FAILED),
        ("1", "cause 7f", Disposition.UNKNOWN),
        ("", "", Disposition.UNKNOWN),
    ],
)
def test_the_networks_cause_is_read_from_its_words(code: str, text: str, disposition: Disposition) -> None:
    assert codes.explain_cause(code, text)[0] is disposition
