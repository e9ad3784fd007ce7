"""What an answer to an order proves: accepted, refused, or nothing at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, ProviderError, RequestNotSent, RequestRejected
from telephony.providers.huawei_aicc import codes
from telephony.providers.huawei_aicc.adapter import AiccAdapter
from telephony.providers.huawei_aicc.client import AiccClient, encode
from tests.telephony.providers.huawei_aicc.support import (
    APP_SECRET,
    CALL_SECRET,
    CALLBACK_KEY,
    CALLBACK_URL,
    NOW_MS,
    SERIAL,
    TOKEN,
    FakeAicc,
    answer,
    asked,
    assert_no_leak,
    make_order,
    make_settings,
    recorded,
)

if TYPE_CHECKING:
    from telephony.contract.orders import Accepted
    from tests.telephony.providers.huawei_aicc.support import Answer


async def ordered(reply: Answer) -> Accepted:
    order = make_order(callback_url=CALLBACK_URL)
    return await asked(FakeAicc(reply), lambda adapter: adapter.place_call(order, now_ms=NOW_MS))


async def failure_of(reply: Answer) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await ordered(reply)
    error = caught.value
    assert_no_leak(error, error.message, error.exchange)
    assert error.exchange is not None
    return error


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "serial"), [("call_taken", SERIAL), ("call_taken_without_id", "")])
async def test_recorded_acceptance(name: str, serial: str) -> None:
    accepted = await ordered(httpx.Response(200, json=recorded(name)))

    assert accepted.provider_id == serial
    assert_no_leak(accepted)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "serial"),
    [
        ('{"retCode":"0","result":{"callSerialNo":"1037058396471308289"}}', SERIAL),
        ('{"retCode":0,"result":{"callSerialNo":1037058396471308289}}', SERIAL),
        ('{"retCode":" 0 ","result":{"callSerialNo":9999999999999999999}}', "9999999999999999999"),
        ('{"retCode":"0","result":{"callSerialNo":"1719829199-16777343"}}', "1719829199-16777343"),
        ('{"retCode":"0","callSerialNo":"77"}', "77"),
        ('{"retCode":"0","result":null}', ""),
        ('{"retCode":"0","result":[]}', ""),
        ('{"retCode":"0","result":"77"}', ""),
        *(
            (f'{{"retCode":"0","result":{{"callSerialNo":{value}}}}}', "")
            for value in (
                *("1.037058396471308e18", "1037058396471308289.0", "1.5", "1e400", "true", "null", "[]", "{}", "0"),
                *('"0"', '""', '"null"', '"None"', "-1", '"-1"', '"two words"', f'"{"1" * 51}"', '"１２３"', '"a\\nb"'),
            )
            if value != "1e400"
        ),
    ],
)
async def test_the_serial_number_is_exact_or_none(body: str, serial: str) -> None:
    assert (await ordered(httpx.Response(200, content=body.encode()))).provider_id == serial


UNBELIEVABLE = {
    "empty": b"",
    "html": b"<html>OK</html>",
    "text": b"success",
    "not UTF-8": b'{"retCode":"0","retMsg":"\xff"}',
    "broken off": b'{"retCode":"0","result":{"callSerialNo":"10',
    "two objects": b'{"retCode":"0"}{"retCode":"0"}',
    "list": b'[{"retCode":"0"}]',
    "string": b'"0"',
    "number": b"0",
    "NaN": b'{"retCode":"0","x":NaN}',
    "beyond double": b'{"retCode":"0","result":{"callSerialNo":1e400}}',
    "deep": b'{"retCode":"0","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "code twice": b'{"retCode":"5","retCode":"0"}',
    "huge number": b'{"retCode":' + b"9" * 5000 + b"}",
    "no code": b'{"retMsg":"success","result":{"callSerialNo":"77"}}',
    "empty object": b"{}",
    "code null": b'{"retCode":null}',
    "code false": b'{"retCode":false}',
    "code list": b'{"retCode":["0"]}',
    "code float": b'{"retCode":0.0}',
    "code empty": b'{"retCode":""}',
    "code long": b'{"retCode":"' + b"0" * 40 + b'"}',
    "code inside": b'{"result":{"retCode":"0"}}',
    "retcode": b'{"retcode":"0"}',
    "resultCode": b'{"resultCode":"0"}',
    "printed map": b"{retCode=0, retMsg=success}",
}


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [200, 400, 404, 429])
@pytest.mark.parametrize("name", sorted(UNBELIEVABLE))
async def test_an_answer_that_says_nothing_certain_is_an_unknown_outcome(name: str, status: int) -> None:
    error = await failure_of(httpx.Response(status, content=UNBELIEVABLE[name]))

    assert type(error) is OutcomeUnknown
    assert error.code in ("unreadable_reply", "no_code")
    assert "It is not known whether the provider accepted the request." in error.message


@pytest.mark.asyncio
@pytest.mark.parametrize("code", ["00", "+0", "0x0", "OK", "０", "99", "-1", "90100601", "999999", "success"])
async def test_an_unlisted_code_is_an_unknown_outcome(code: str) -> None:
    error = await failure_of(answer(code))

    assert (type(error), error.code) == (OutcomeUnknown, code)
    assert "does not list this code" in error.message


CREDENTIALS = (90100200, 90104001)
REFUSALS = (
    *(2, 5, 6, 8, 9, 16, 21, 90100100, 90100300, 90100400, 90102001, 90102002, 90104003, 90104004),
    *(90106002, 90106003, 90106004, 90106010, 90106011, 90106012),
)
IN_DOUBT = (1, 3, 90100600, 90104008, 90104029, 90106001, 90106005, 90106006)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, CredentialsRefused) for code in CREDENTIALS),
        *((code, RequestRejected) for code in REFUSALS),
        *((code, OutcomeUnknown) for code in IN_DOUBT),
    ],
)
async def test_every_code_has_one_meaning(code: int, kind: type[ProviderError], as_text: bool, status: int) -> None:
    error = await failure_of(answer(str(code) if as_text else code, status=status, said="Said so"))

    assert (type(error), error.code) == (kind, str(code))
    assert codes.CREATE_CALL.explain(str(code)) in error.message
    assert "“Said so”" in error.message
    assert ("not known" in error.message) is (kind is OutcomeUnknown)


def test_every_documented_code_is_sorted_on_purpose() -> None:
    assert set(codes.CREATE_CALL.texts) == {str(code) for code in (*CREDENTIALS, *REFUSALS, *IN_DOUBT)}
    for known in (codes.CREATE_CALL, codes.CALL_STATE, codes.CALL_RECORDS, codes.RECORDING, codes.PHONES):
        assert known.refusals | known.credentials <= set(known.texts)
        assert known.error_for("0") is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (answer(status=400), OutcomeUnknown, "http_400"),
        (answer(status=404), OutcomeUnknown, "http_404"),
        (answer(status=429), OutcomeUnknown, "http_429"),
        (answer("5", status=500), OutcomeUnknown, "http_500"),
        (httpx.Response(503), OutcomeUnknown, "http_503"),
        (httpx.Response(408), OutcomeUnknown, "http_408"),
        (httpx.Response(302, headers={"Location": "https://x.test/"}), OutcomeUnknown, "http_302"),
        (httpx.Response(403), CredentialsRefused, "http_403"),
        (httpx.ConnectError(""), RequestNotSent, "connect_error"),
        (httpx.ReadTimeout(""), OutcomeUnknown, "read_timeout"),
        (httpx.RemoteProtocolError(""), OutcomeUnknown, "remote_protocol_error"),
    ],
)
async def test_the_status_counts_too(reply: Answer, kind: type[ProviderError], code: str) -> None:
    error = await failure_of(reply)

    assert (type(error), error.code) == (kind, code)


@pytest.mark.asyncio
async def test_what_aicc_says_is_redacted_and_cut() -> None:
    said = f"447700900001, {APP_SECRET}, {CALLBACK_KEY}, {TOKEN}1, {CALL_SECRET}, {CALLBACK_URL} " + "x" * 500

    error = await failure_of(answer("5", said=said))

    assert "“4477009•••01, •••, •••, •••, •••, ••• xxx" in error.message
    assert len(error.message.split("“")[1].split("”")[0]) == 200


@pytest.mark.asyncio
async def test_a_secret_is_hidden_as_json_writes_it() -> None:
    error = await failure_of(answer("5", said=APP_SECRET))

    assert error.exchange is not None
    assert json.loads(error.exchange.reply_body)["retMsg"] == "•••"


@pytest.mark.asyncio
async def test_an_order_in_doubt_is_sent_once() -> None:
    server = FakeAicc(httpx.ReadTimeout(""))

    with pytest.raises(OutcomeUnknown):
        await asked(server, lambda adapter: adapter.place_call(make_order(), now_ms=NOW_MS))

    assert len(server.requests) == 1


@pytest.mark.asyncio
async def test_no_repr_shows_a_secret() -> None:
    async with FakeAicc().client() as client:
        assert_no_leak(AiccClient(make_settings(), client), AiccAdapter(make_settings(), client))


def test_a_body_that_is_no_json_is_not_made() -> None:
    assert json.loads(encode({"a": "牛"})) == {"a": "牛"}
    for value in (float("nan"), "\ud800"):
        with pytest.raises(ValueError, match=r"JSON|surrogates"):
            encode({"a": value})


def test_reasons_are_explained() -> None:
    for reason in codes.REASONS:
        assert codes.reason_text(reason)
    assert codes.reason_text("17") == "The call ended with AICC exception 17"
    assert codes.reason_text("") == codes.reason_text("x") == codes.reason_text("65536") == ""
