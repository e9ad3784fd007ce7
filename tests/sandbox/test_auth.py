"""Who may ask: NxCloud's codes 1001 to 1005, one cause at a time."""

from __future__ import annotations

import json

import pytest

from sandbox.nxcloud import auth
from tests.support.sandbox_client import (
    CALLEE,
    CDR_PAGE,
    CREATE_AND_CALL,
    DIALOUT,
    KEY,
    NOW,
    SECRET,
    dialout,
    make_app,
    post,
    send,
    sign,
    signed_headers,
)

pytestmark = pytest.mark.asyncio

BODY = json.dumps(dialout()).encode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"name":"牛小信","id":10001}', "87c3560d3331ae23f1021e2025722354"),
        ('{"id":10001,"name":"牛小信"}', "7750759da06333f20d0640be09355e34"),
        ('{"id": 10001, "name": "牛小信"}', "d0c24a9886c629330d7f3f2056c65bc2"),
    ],
)
async def test_it_signs_as_the_published_examples(body: str, expected: str) -> None:
    headers = {"accesskey": "fme2na3kdi3ki", "action": "send", "biztype": "1", "ts": "1655710885431"}
    assert auth.signature(headers, body.encode(), "abciiiko2k3") == expected


async def test_it_takes_a_correctly_signed_order() -> None:
    reply = await post(make_app(), DIALOUT, dialout())
    assert (reply.status_code, reply.json()["code"]) == (200, 0)


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
async def test_it_uses_the_algorithm_of_the_header(algorithm: str) -> None:
    headers = {**signed_headers(DIALOUT, BODY, algorithm=algorithm), "algorithm": algorithm}
    assert await code_of(headers) == 0


async def test_a_sha256_signature_without_the_header_is_wrong() -> None:
    headers = signed_headers(DIALOUT, BODY, algorithm="sha256")
    del headers["algorithm"]
    assert await code_of(headers) == 1003


async def test_an_unknown_algorithm_is_1003() -> None:
    assert await code_of({**signed_headers(DIALOUT, BODY), "algorithm": "sha1"}) == 1003


@pytest.mark.parametrize("name", ["accessKey", "ts", "bizType", "action", "sign"])
async def test_a_missing_header_is_1001(name: str) -> None:
    headers = signed_headers(DIALOUT, BODY)
    del headers[name]
    assert await code_of(headers) == 1001


@pytest.mark.parametrize("business", [("6", "didaws"), ("9", "cc"), ("8", "cc")])
async def test_a_wrong_biz_type_or_action_is_1002(business: tuple[str, str]) -> None:
    headers = signed_headers(DIALOUT, BODY)
    headers["bizType"], headers["action"] = business
    headers["sign"] = sign(headers, BODY.decode(), SECRET)
    assert await code_of(headers) == 1002


@pytest.mark.parametrize("path", [CREATE_AND_CALL, CDR_PAGE])
async def test_the_other_endpoints_have_a_business_of_their_own(path: str) -> None:
    reply = await send(make_app(), path, BODY, signed_headers(DIALOUT, BODY))
    assert reply.json()["code"] == 1002


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_wrong_content_type_is_1003(content_type: str) -> None:
    assert await code_of({**signed_headers(DIALOUT, BODY), "Content-Type": content_type}) == 1003


async def test_a_charset_in_the_content_type_is_fine() -> None:
    headers = {**signed_headers(DIALOUT, BODY), "Content-Type": "application/json; charset=utf-8"}
    assert await code_of(headers) == 0


async def test_another_body_than_the_signed_one_is_1003() -> None:
    assert await code_of(signed_headers(DIALOUT, BODY), body=BODY + b" ") == 1003


async def test_a_wrong_secret_is_1003() -> None:
    headers = signed_headers(DIALOUT, BODY)
    headers["sign"] = sign(headers, BODY.decode(), "another-secret")
    assert await code_of(headers) == 1003


async def test_an_upper_case_signature_is_1003() -> None:
    headers = signed_headers(DIALOUT, BODY)
    assert await code_of({**headers, "sign": headers["sign"].upper()}) == 1003


@pytest.mark.parametrize(("skew_ms", "code"), [(-60_001, 1004), (-60_000, 0), (60_000, 0), (60_001, 1004)])
async def test_the_clock_may_be_a_minute_off(skew_ms: int, code: int) -> None:
    assert await code_of(signed_headers(DIALOUT, BODY, now_ms=NOW * 1000 + skew_ms)) == code


@pytest.mark.parametrize("ts", [str(NOW), f"{NOW}.000", "now"])
async def test_a_time_that_is_not_13_digits_is_1004(ts: str) -> None:
    headers = {**signed_headers(DIALOUT, BODY), "ts": ts}
    headers["sign"] = sign(headers, BODY.decode(), SECRET)
    assert await code_of(headers) == 1004


async def test_a_wrong_access_key_is_1005() -> None:
    headers = {**signed_headers(DIALOUT, BODY), "accessKey": KEY + "x"}
    headers["sign"] = sign(headers, BODY.decode(), SECRET)
    assert await code_of(headers) == 1005


async def test_a_refused_request_takes_no_order_and_is_kept() -> None:
    app = make_app()
    await send(app, DIALOUT, BODY, {**signed_headers(DIALOUT, BODY), "sign": "0" * 32})
    assert app.sandbox.orders_by_callee[CALLEE] == 0
    assert [received.code for received in app.sandbox.received] == [1003]


async def test_an_empty_body_is_signed_without_a_body_part() -> None:
    reply = await send(make_app(), CDR_PAGE, b"", signed_headers(CDR_PAGE, b""))
    assert reply.json()["code"] == 41000, "past the signature, refused for its missing fields"


async def code_of(headers: dict[str, str], *, body: bytes = BODY) -> int:
    reply = await send(make_app(), DIALOUT, body, headers)
    assert reply.status_code == 200
    return int(reply.json()["code"])
