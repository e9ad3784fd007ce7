from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telephony.http.transport import Transport
from telephony.providers.nxcloud.client import DIAL_OUT, Endpoint, NxCloudClient, NxCloudSettings, encode
from telephony.providers.nxcloud.signing import shown_string_to_sign, sign, string_to_sign
from tests.telephony.support import ACCESS_KEY, ACCESS_SECRET, BASE_URL, NOW_MS, TASK_BASE_URL, FakeServer, recorded

VECTORS: list[dict[str, Any]] = recorded("signing_vectors")


def signed_part(vector: dict[str, Any]) -> dict[str, Any]:
    return {name: vector[name] for name in ("access_key", "action", "biz_type", "ts")} | {
        "body": vector["body"].encode()
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_known_answers(vector: dict[str, Any]) -> None:
    signed = string_to_sign(**signed_part(vector), secret=vector["secret"])

    assert sign(signed, vector["algorithm"]) == vector["sign"]


def test_three_published_vectors_are_among_them() -> None:
    assert sum(vector["published"] for vector in VECTORS) == 3


def test_the_string_has_a_fixed_order_and_ends_with_the_secret() -> None:
    signed = string_to_sign(access_key="K", action="didaws", biz_type="9", ts="17", body=b'{"a":1}', secret="S")

    assert signed == b'accessKey=K&action=didaws&bizType=9&ts=17&body={"a":1}&accessSecret=S'


def test_an_empty_body_has_no_part_but_an_empty_object_has() -> None:
    head: dict[str, Any] = {"access_key": "K", "action": "a", "biz_type": "1", "ts": "17", "secret": "S"}

    assert string_to_sign(**head, body=b"") == b"accessKey=K&action=a&bizType=1&ts=17&accessSecret=S"
    assert string_to_sign(**head, body=b"{}") == b"accessKey=K&action=a&bizType=1&ts=17&body={}&accessSecret=S"


def test_bytes_that_are_no_text_are_signed_as_they_are_and_shown_with_marks() -> None:
    head: dict[str, Any] = {"access_key": "K", "action": "a", "biz_type": "1", "ts": "17", "body": b"\xff\n"}

    assert b"&body=\xff\n&" in string_to_sign(**head, secret="S")
    assert shown_string_to_sign(**head) == "accessKey=K&action=a&bizType=1&ts=17&body=\ufffd\n&accessSecret=•••"


def independent_sign(request: httpx.Request, secret: str) -> str:
    """The rule once more, from what arrived and without the code under test."""
    names = ("accessKey", "action", "bizType", "ts")
    parts = [f"{name}={request.headers[name]}".encode() for name in names]
    if request.content:
        parts.append(b"body=" + request.content)
    parts.append(b"accessSecret=" + secret.encode())
    algorithm = request.headers.get("algorithm", "md5")
    return {"md5": hashlib.md5, "sha256": hashlib.sha256}[algorithm](b"&".join(parts)).hexdigest()


BODIES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
        st.one_of(st.none(), st.integers(), st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
    ).map(encode),
)


@pytest.mark.asyncio
@given(body=BODIES, algorithm=st.sampled_from(["md5", "sha256"]))
@example(body=b"", algorithm="md5")
@example(body=b"{}", algorithm="md5")
@example(body=b" \r\n", algorithm="sha256")
@example(body='{"name":"牛小信"}'.encode(), algorithm="md5")
async def test_what_is_signed_is_what_is_sent(body: bytes, algorithm: Any) -> None:
    server = FakeServer()
    settings = NxCloudSettings(
        base_url=BASE_URL,
        task_base_url=TASK_BASE_URL,
        access_key=ACCESS_KEY,
        access_secret=ACCESS_SECRET,
        algorithm=algorithm,
    )
    async with server.client() as client:
        prepared = NxCloudClient(settings, client).prepare(DIAL_OUT, body, now_ms=NOW_MS)
        await Transport(client).send(prepared)

    assert server.last.content == body
    assert server.last.headers["sign"] == independent_sign(server.last, ACCESS_SECRET)


@pytest.mark.asyncio
async def test_another_byte_secret_or_header_makes_another_signature() -> None:
    def signature(body: bytes = b"{}", secret: str = ACCESS_SECRET, now_ms: int = NOW_MS, action: str = "cc") -> str:
        settings = NxCloudSettings(base_url=BASE_URL, task_base_url="", access_key=ACCESS_KEY, access_secret=secret)
        prepared = NxCloudClient(settings, client).prepare(Endpoint("/x", "8", action), body, now_ms=now_ms)
        return dict(prepared.headers)["sign"]

    async with FakeServer().client() as client:
        signatures = [
            signature(),
            signature(body=b"{} "),
            signature(secret="other"),
            signature(now_ms=NOW_MS + 1),
            signature(action="didaws"),
        ]

    assert len(set(signatures)) == 5
