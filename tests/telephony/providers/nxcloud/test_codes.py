from __future__ import annotations

import pytest

from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, RequestRejected
from telephony.contract.vocabulary import Disposition
from telephony.providers.nxcloud.codes import (
    HANGUP_CODES,
    RESULT_CODES,
    disposition_for,
    error_for,
    explain,
    hangup_text,
    was_abandoned,
)

DOCUMENTED_RESULTS = [0, 88, 99, 41000, 2001, 2002, -1, 20000, 211, 1100, 1102, 9000, 9001, 9003, 9018, 15001, 15002]
DOCUMENTED_RESULTS += [1000, 1001, 1002, 1003, 1004, 1005, 1006]


@pytest.mark.parametrize("code", DOCUMENTED_RESULTS)
def test_every_documented_code_is_explained(code: int) -> None:
    assert explain(code).endswith(".")
    assert "does not list" not in explain(code)


def test_nothing_else_is_explained() -> None:
    assert set(RESULT_CODES) == set(DOCUMENTED_RESULTS)
    assert "does not list" in explain(31337)


def test_only_seven_codes_are_refusals_and_all_others_unknown() -> None:
    errors = {code: error_for(code) for code in range(-100, 50_000)}

    assert [code for code, error in errors.items() if error is None] == [0]
    assert [code for code, error in errors.items() if error is CredentialsRefused] == [1001, 1002, 1003, 1004, 1005]
    assert [code for code, error in errors.items() if error is RequestRejected] == [2001, 41000]
    assert {error for code, error in errors.items() if code in (88, 99, 1000, 1006, 2002, -1)} == {OutcomeUnknown}


ANSWERED, NO_ANSWER, BUSY, FAILED = Disposition.ANSWERED, Disposition.NO_ANSWER, Disposition.BUSY, Disposition.FAILED
VOICEMAIL, CANCELLED, UNKNOWN = Disposition.VOICEMAIL, Disposition.CANCELLED, Disposition.UNKNOWN

DOCUMENTED_HANGUPS = {
    **dict.fromkeys(["1000", "1001", "1002", "1109", "1111"], ANSWERED),
    **dict.fromkeys(["1003", "10031", "10032"], VOICEMAIL),
    **dict.fromkeys(["1004", "1107", "1110"], FAILED),
    **dict.fromkeys(["1101", "1102", "1103", "11031", "11032", "1104", "11041", "11042", "1105", "1106"], NO_ANSWER),
    "1108": CANCELLED,
    **dict.fromkeys(["2000", "2001", "2002"], ANSWERED),
    **dict.fromkeys(["2003", "2101", "2206"], CANCELLED),
    **dict.fromkeys(["2102", "2103", "2104"], NO_ANSWER),
    **dict.fromkeys(["2004", "2105", "2106", "2107", "2201", "2202", "2204", "2205"], FAILED),
    "2203": BUSY,
    **dict.fromkeys(["3000", "3001", "3002", "3003", "3101", "3102", "3103"], ANSWERED),
    **dict.fromkeys(["3104", "31041", "31042", "3105", "3106", "3107"], ANSWERED),
}


BY_NUMBER = [1000, 1001, 1002, 1003, 10031, 10032, 1004, 1101, 1102, 1103, 11031, 11032, 1104, 11041, 11042, 1105, 1106]
BY_NUMBER += [1107, 1108, 1109, 1110, 1111]
BY_NUMBER += [
    2000,
    2001,
    2002,
    2003,
    2004,
    2101,
    2102,
    2103,
    2104,
    2105,
    2106,
    2107,
    2201,
    2202,
    2203,
    2204,
    2205,
    2206,
]
BY_NUMBER += [3000, 3001, 3002, 3003, 3101, 3102, 3103, 3104, 31041, 31042, 3105, 3106, 3107]


def test_every_hangup_code_of_the_page_is_known_by_number() -> None:
    codes = [str(number) for number in BY_NUMBER]

    assert sorted(HANGUP_CODES) == sorted(codes)
    assert [code for code in codes if was_abandoned(code)] == [code for code in codes if code.startswith("31")]
    assert UNKNOWN not in {disposition_for(code, answered=flag) for code in codes for flag in (None, True, False)}


def test_the_table_of_hangup_codes_is_the_documented_one() -> None:
    assert {code: hang_up.disposition for code, hang_up in HANGUP_CODES.items()} == DOCUMENTED_HANGUPS


def test_every_hangup_code_has_its_own_text() -> None:
    texts = [hangup_text(code) for code in DOCUMENTED_HANGUPS]

    assert all(texts)
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("code", ["9999", "0", "-7", "2000 ", "31043", "busy"])
@pytest.mark.parametrize("answered", [None, True, False])
def test_an_unlisted_hangup_code_stays_unknown(code: str, answered: bool | None) -> None:
    assert disposition_for(code, answered=answered) is Disposition.UNKNOWN
    assert hangup_text(code) == ""


@pytest.mark.parametrize(
    ("answered", "disposition"), [(True, ANSWERED), (False, NO_ANSWER), (None, Disposition.UNKNOWN)]
)
def test_without_a_code_the_record_itself_decides(answered: bool | None, disposition: Disposition) -> None:
    assert disposition_for("", answered=answered) is disposition


@pytest.mark.parametrize("code", ["1004", "2003", "2004"])
def test_a_call_that_broke_off_after_the_answer_was_answered(code: str) -> None:
    assert disposition_for(code, answered=True) is ANSWERED
    assert disposition_for(code, answered=False) is DOCUMENTED_HANGUPS[code]


@pytest.mark.parametrize("code", ["2104", "2203", "1003"])
def test_other_codes_outweigh_the_flag(code: str) -> None:
    assert disposition_for(code, answered=True) is DOCUMENTED_HANGUPS[code]
