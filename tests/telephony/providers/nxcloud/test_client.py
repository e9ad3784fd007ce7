from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, ProviderError, RequestNotSent, RequestRejected
from telephony.http.untrusted_json import UnreadableBody
from telephony.providers.nxcloud import codes
from telephony.providers.nxcloud.client import (
    CREATE_TASK,
    DIAL_OUT,
    RECORDS_PAGE,
    Envelope,
    NxCloudClient,
    encode,
    parse_envelope,
)
from tests.telephony.providers.nxcloud.asked import make_settings
from tests.telephony.support import (
    ACCESS_KEY,
    ACCESS_SECRET,
    BASE_URL,
    NOW_MS,
    TASK_BASE_URL,
    WEBHOOK_TOKEN,
    FakeServer,
    assert_no_leak,
    recorded,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from telephony.contract.orders import PreparedRequest


def prepare(client: httpx.AsyncClient, **changes: Any) -> PreparedRequest:
    return NxCloudClient(make_settings(**changes), client).prepare(
        DIAL_OUT, b'{"callee":"447700900001"}', now_ms=NOW_MS, numbers=["447700900001"]
    )


async def ask(reply: httpx.Response | Exception | Callable[[], httpx.Response]) -> Envelope:
    async with FakeServer(reply).client() as client:
        envelope, _ = await NxCloudClient(make_settings(), client).send(prepare(client))
    return envelope


async def failure_of(reply: httpx.Response | Exception | Callable[[], httpx.Response]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await ask(reply)
    error = caught.value
    assert_no_leak(error, error.message, error.exchange)
    assert error.exchange is not None
    return error


@pytest.mark.asyncio
async def test_a_prepared_request_has_the_documented_headers() -> None:
    async with FakeServer().client() as client:
        prepared = prepare(client)

    names = [name for name, _ in prepared.headers]
    headers = dict(prepared.headers)
    assert names == ["Content-Type", "accessKey", "ts", "bizType", "action", "sign"]
    assert headers["Content-Type"] == "application/json"
    assert (headers["accessKey"], headers["ts"]) == (ACCESS_KEY, "1700000000123")
    assert (headers["bizType"], headers["action"]) == ("9", "didaws")
    assert (prepared.method, prepared.url) == ("POST", f"{BASE_URL}/did/openapi/amazon/dialout")
    assert prepared.sensitive_headers == {"sign"}
    assert prepared.string_to_sign == (
        'accessKey=AK-test-key&action=didaws&bizType=9&ts=1700000000123&body={"callee":"447700900001"}&accessSecret=•••'
    )


@pytest.mark.asyncio
async def test_the_algorithm_is_named_only_when_it_is_not_the_default() -> None:
    async with FakeServer().client() as client:
        sha256 = dict(prepare(client, algorithm="sha256").headers)
        md5 = dict(prepare(client).headers)

    assert sha256["algorithm"] == "sha256"
    assert (len(sha256["sign"]), len(md5["sign"])) == (64, 32)


@pytest.mark.asyncio
async def test_only_tasks_go_to_the_task_host() -> None:
    async with FakeServer().client() as client:
        nxcloud = NxCloudClient(make_settings(), client)
        hosts = {
            endpoint: nxcloud.prepare(endpoint, b"", now_ms=1).url.removesuffix(endpoint.path)
            for endpoint in (DIAL_OUT, CREATE_TASK, RECORDS_PAGE)
        }

    assert hosts == {DIAL_OUT: BASE_URL, CREATE_TASK: TASK_BASE_URL, RECORDS_PAGE: BASE_URL}


def test_the_body_is_compact_utf8() -> None:
    assert encode({"a": "牛", "b": [1, None]}) == '{"a":"牛","b":[1,null]}'.encode()


@pytest.mark.parametrize("value", [float("nan"), "\ud800"])
def test_a_body_that_is_no_json_is_not_made(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON|surrogates"):
        encode({"a": value})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "call_id", "request_id"),
    [
        ('{"code":0,"reqId":"r","data":{"callId":"abc"}}', "abc", "r"),
        ('{"code":"0","reqId":"r","data":{"callId":"abc"}}', "abc", "r"),
        ('{"code":" 0 ","traceId":"t","data":{"callId":"abc"}}', "abc", "t"),
        ('{"code":0,"callId":"abc"}', "abc", ""),
        ('{"code":0,"callId":"outer","data":{"callId":"inner"}}', "inner", ""),
        ('{"code":0,"data":{"callId":12345678901234567890}}', "12345678901234567890", ""),
        ('\ufeff{"code":0,"data":{"callId":"abc"}}', "abc", ""),
        (' \n{"code":0,"data":{"callId":"abc"}}\n', "abc", ""),
        ('{"code":0,"data":{"callId":true}}', "", ""),
        ('{"code":0,"data":{"callId":["abc"]}}', "", ""),
        ('{"code":0,"data":{"callId":null}}', "", ""),
        ('{"code":0,"data":["abc"]}', "", ""),
        ('{"code":0,"data":"abc","reqId":{}}', "", ""),
        ('{"code":0,"data":null}', "", ""),
        ('{"code":0}', "", ""),
        (json.dumps({"code": 0, "callId": "x" * 5000}), "", ""),
        ('{"code":0,"callId":"a\\u0000\\ud800b"}', "a\ufffd?b", ""),
    ],
)
async def test_success_is_code_zero_whatever_else_is_missing(body: str, call_id: str, request_id: str) -> None:
    envelope = await ask(httpx.Response(200, content=body.encode()))

    assert (envelope.code, envelope.call_id, envelope.request_id) == (0, call_id, request_id)


UNBELIEVABLE = {
    "empty": b"",
    "spaces": b" \r\n ",
    "html": b"<html><body>OK</body></html>",
    "text": b"success",
    "not UTF-8": b'{"code":0,"msg":"\xff"}',
    "UTF-16": '{"code":0}'.encode("utf-16"),
    "broken off": b'{"code":0,"data":{"callId":"ab',
    "two objects": b'{"code":0}{"code":0}',
    "list": b'[{"code":0}]',
    "number": b"0",
    "string": b'"0"',
    "null": b"null",
    "true": b"true",
    "NaN": b'{"code":0,"data":NaN}',
    "Infinity": b'{"code":0,"data":-Infinity}',
    "beyond double": b'{"code":0,"data":1e999}',
    "deep": b'{"code":0,"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 50_000 + b"0" + b"}" * 50_000,
    "code twice": b'{"code":41000,"code":0}',
    "key twice inside": b'{"code":0,"data":{"callId":"a","callId":"b"}}',
    "huge number": b'{"code":' + b"9" * 5000 + b"}",
    "no code": b'{"msg":"success","data":{"callId":"abc"}}',
    "empty object": b"{}",
    "code null": b'{"code":null}',
    "code true": b'{"code":true}',
    "code false": b'{"code":false}',
    "code list": b'{"code":[0]}',
    "code object": b'{"code":{"value":0}}',
    "code float": b'{"code":0.0}',
    "code float beside": b'{"code":41000.0}',
    "code empty": b'{"code":""}',
    "code words": b'{"code":"OK"}',
    "code plus": b'{"code":"+0"}',
    "code full-width": '{"code":"０"}'.encode(),
    "code long": b'{"code":1000000000000000}',
    "Code": b'{"Code":0}',
    "retCode": b'{"retCode":0}',
}


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("name", sorted(UNBELIEVABLE))
async def test_a_reply_that_says_nothing_certain_is_an_unknown_outcome(name: str, status: int) -> None:
    error = await failure_of(httpx.Response(status, content=UNBELIEVABLE[name]))

    assert type(error) is OutcomeUnknown
    assert error.code in ("unreadable_reply", "no_code")
    assert "It is not known whether the provider accepted the request." in error.message


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [100, 101, 400, 404, 409, 429])
async def test_success_under_another_status_is_an_unknown_outcome(status: int) -> None:
    error = await failure_of(httpx.Response(status, json={"code": 0, "data": {"callId": "abc"}}))

    assert (type(error), error.code) == (OutcomeUnknown, f"http_{status}")


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [200, 201, 202])
async def test_success_under_any_2xx_is_success(status: int) -> None:
    assert (await ask(httpx.Response(status, json={"code": 0}))).code == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, CredentialsRefused) for code in (1001, 1002, 1003, 1004, 1005)),
        *((code, RequestRejected) for code in (41000, 2001)),
        *((code, OutcomeUnknown) for code in (-1, 1, 88, 99, 211, 1000, 1006, 1100, 1102, 2002, 2009, 9000, 9001)),
        *((code, OutcomeUnknown) for code in (9003, 9018, 15001, 15002, 20000, 41001, 999_999)),
    ],
)
async def test_every_code_has_one_meaning(code: int, kind: type[ProviderError], as_text: bool, status: int) -> None:
    body = {"reqId": "r", "code": str(code) if as_text else code, "msg": "Said so", "data": {}}

    error = await failure_of(httpx.Response(status, json=body))

    assert (type(error), error.code) == (kind, str(code))
    assert codes.explain(code) in error.message
    assert "“Said so”" in error.message
    assert ("not known" in error.message) is (kind is OutcomeUnknown)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["dialout_rejected", "records_rejected"])
async def test_recorded_refusals(name: str) -> None:
    error = await failure_of(httpx.Response(200, json=recorded(name)))

    assert type(error) is RequestRejected
    assert recorded(name)["msg"] in error.message


@pytest.mark.parametrize("key", ["msg", "message"])
def test_the_message_has_two_names(key: str) -> None:
    assert parse_envelope(json.dumps({"code": 88, key: "失败"}).encode()).message == "失败"


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_an_unreadable_body_is_said_to_be_so_without_a_quotation(body: bytes) -> None:
    with pytest.raises(UnreadableBody, match=r"^it is (empty|not a JSON object|not JSON)$"):
        parse_envelope(body)


@pytest.mark.asyncio
async def test_what_the_provider_says_is_redacted_and_cut() -> None:
    said = f"callee 447700900001 or 07700900001 wrong, secret {ACCESS_SECRET}, token {WEBHOOK_TOKEN} " + "x" * 500

    error = await failure_of(httpx.Response(200, json={"code": 41000, "msg": said}))

    assert "callee 4477009•••01 or 077009•••01 wrong, secret •••, token ••• xxx" in error.message
    assert len(error.message.split("“")[1].split("”")[0]) == 200


@pytest.mark.asyncio
async def test_the_signature_is_not_kept() -> None:
    async with FakeServer().client() as client:
        prepared = prepare(client)
        _, reply = await NxCloudClient(make_settings(), client).send(prepared)

    signature = dict(prepared.headers)["sign"]
    assert ("sign", "•••") in reply.exchange.request_headers
    assert signature not in repr(reply.exchange)
    assert_no_leak(reply.exchange, reply)


@pytest.mark.asyncio
async def test_transport_errors_keep_their_class() -> None:
    assert type(await failure_of(httpx.ConnectTimeout("447700900001"))) is RequestNotSent
    assert type(await failure_of(httpx.ReadTimeout("447700900001"))) is OutcomeUnknown
    assert type(await failure_of(httpx.Response(403))) is CredentialsRefused


@pytest.mark.asyncio
async def test_no_repr_shows_a_secret() -> None:
    async with FakeServer().client() as client:
        assert_no_leak(make_settings(), NxCloudClient(make_settings(), client))
