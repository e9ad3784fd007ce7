"""What AICC tells by itself: how it is written, whether it is believed, and which order it is of."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import subprocess
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from telephony.contract.records import CallProgress, CallRecord
from telephony.contract.vocabulary import CallStage, Disposition, Trust
from telephony.http.transport import open_client
from telephony.http.untrusted_json import UnreadableBody
from telephony.providers.huawei_aicc.adapter import AiccAdapter
from telephony.providers.huawei_aicc.body_parsing import FIELDS, read_body
from telephony.providers.huawei_aicc.callbacks import signature_of, text_to_sign
from tests.telephony.providers.huawei_aicc.support import (
    BASE_URL,
    CALLBACK_KEY,
    DATA,
    NOW_MS,
    REFERENCE,
    SERIAL,
    make_push,
    make_settings,
)

RELEASED = (DATA / "released.txt").read_text(encoding="utf-8").strip()
OTHER_REFERENCE = "f" * 32
ADAPTER = AiccAdapter(make_settings(), open_client(BASE_URL))


def printed(fields: dict[str, Any]) -> str:
    """As Java prints a map."""
    return "{" + ", ".join(f"{name}={value}" for name, value in fields.items()) + "}"


WRITERS = {"json": json.dumps, "form": urlencode, "map": printed}
FIELDS_OF_RELEASE = read_body(RELEASED.encode())


@pytest.mark.parametrize("syntax", sorted(WRITERS))
def test_the_end_of_a_call_in_every_syntax(syntax: str) -> None:
    record = ADAPTER.parse_push(make_push(WRITERS[syntax](FIELDS_OF_RELEASE)))

    assert isinstance(record, CallRecord)
    assert (record.provider_call_id, record.order_id, record.other) == (SERIAL, REFERENCE, "row 7")
    assert (record.caller, record.callee) == ("442079460900", "447700900001")
    assert (record.disposition, record.hangup_code) == (Disposition.ANSWERED, "0")
    assert record.hangup_reason == "The callee hung up"
    assert record.started_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert record.answered_at == datetime(2023, 11, 14, 22, 13, 23, 500_000, tzinfo=UTC)
    assert record.ended_at == datetime(2023, 11, 14, 22, 13, 50, 500_000, tzinfo=UTC)
    assert record.talk_seconds == 27
    assert record.raw == FIELDS_OF_RELEASE


@pytest.mark.parametrize("syntax", sorted(WRITERS))
def test_the_answer_of_a_call_in_every_syntax(syntax: str) -> None:
    told = {"callSerialNo": SERIAL, "serviceNo": "101", "called": "447700900001", "callData": f"{REFERENCE} row 7"}

    progress = ADAPTER.parse_push(make_push(WRITERS[syntax](told), topic="connected"))

    assert isinstance(progress, CallProgress)
    assert (progress.provider_call_id, progress.order_id) == (SERIAL, REFERENCE)
    assert (progress.stage, progress.callee, progress.record) == (CallStage.TALKING, "447700900001", None)


@pytest.mark.parametrize("call_data", ["", "null", "row 7"])
def test_the_address_names_the_order_where_the_call_data_does_not(call_data: str) -> None:
    body = printed({"callSerialNo": SERIAL, "callData": call_data, "releaseReason": "5"})

    record = ADAPTER.parse_push(make_push(body, order_id=OTHER_REFERENCE))

    assert record.order_id == OTHER_REFERENCE


def test_address_and_call_data_must_name_the_same_order() -> None:
    assert ADAPTER.parse_push(make_push(RELEASED, order_id=REFERENCE)).order_id == REFERENCE
    with pytest.raises(ValueError, match="at the address of one order but names another"):
        ADAPTER.parse_push(make_push(RELEASED, order_id=OTHER_REFERENCE))


def test_a_release_is_an_end_whatever_state_it_claims() -> None:
    record = ADAPTER.parse_push(make_push(json.dumps({"callSerialNo": SERIAL, "state": 1})))

    assert (record.provider_call_id, record.raw) == (SERIAL, {"callSerialNo": SERIAL, "state": 1})


@pytest.mark.parametrize("topic", ["connected", "released"])
@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b" ",
            b"{}",
            b"[]",
            b"null",
            b'"x"',
            b"callSerialNo",
            b"{callSerialNo}",
            b"{=77}",
            b"{ callSerialNo=77}",
        ),
        *(b"{callSerialNo=77", b"{callSerialNo=77, callSerialNo=78}", b"{callSerialNo=}", b"{callSerialNo=null}"),
        *(b'{"callSerialNo":"77","callSerialNo":"78"}', b'{"callSerialNo":1.5e18}', b'{"callSerialNo":"77"'),
        *(b"callSerialNo=77&callSerialNo=78", b"callSerialNo=", b"callSerialNo=%FF", b"callSerialNo=\xff", b"{\xff=1}"),
        *(b"&".join([b"a%d=1" % n for n in range(101)]), b"callSerialNo=77&x=" + b"x" * 70_000, b"<xml/>"),
        *(b'{"callSerialNo":' + b"[" * 50_000, b'{"callSerialNo":["77"]}', b"{called=1, called=2, callSerialNo=7}"),
    ],
)
def test_what_tells_of_no_call_is_said_to_be_so(body: bytes, topic: str) -> None:
    with pytest.raises(ValueError, match=r"^The callback describes no call: it (is|has) ") as caught:
        ADAPTER.parse_push(make_push(body, topic=topic))

    assert "7" not in str(caught.value)


def test_an_unknown_topic_is_refused() -> None:
    push = make_push(RELEASED, topic="call-record")

    assert ADAPTER.trust(push, now_ms=NOW_MS) is Trust.REFUSED
    with pytest.raises(ValueError, match="describes no call"):
        ADAPTER.parse_push(push)


# Values as AICC may print them: commas without a blank behind them, equal signs, the word null, nothing at all.
plain_values = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=30) | st.sampled_from(
    ["", "null", "2022/02/17,13:10:06:836", "Y:/1/0/20231114/101/2213.V3", "YWJjZA==", "a=b", "{x=1}", "1,2=3"]
)
field_maps = st.dictionaries(
    st.sampled_from(sorted(FIELDS)) | st.from_regex(r"[a-z]{3}[A-Z]", fullmatch=True), plain_values
)


@given(field_maps)
def test_a_printed_map_reads_back(fields: dict[str, str]) -> None:
    names = list(fields)
    # An unknown name behind the call data counts as a part of it.
    assume(fields and not any(a == "callData" and b not in FIELDS for a, b in pairwise(names)))

    assert read_body(printed(fields).encode()) == fields


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80), st.booleans())
def test_call_data_may_hold_anything_that_names_no_field(text: str, last: bool) -> None:
    text = text.strip()
    assume(not any(f", {name}=" in f", {text}" for name in FIELDS))
    behind = {} if last else {"caller": "442079460900"}

    fields = {"callSerialNo": SERIAL, "callData": f"{REFERENCE} {text}".strip(), **behind}

    assert read_body(printed(fields).encode()) == fields


def test_call_data_that_looks_like_a_name_stays_call_data() -> None:
    body = f"{{callSerialNo=77, callData={REFERENCE} pay, rate=5, more=1, caller=442079460900, extra=1}}"

    assert read_body(body.encode()) == {
        "callSerialNo": "77",
        "callData": f"{REFERENCE} pay, rate=5, more=1",
        "caller": "442079460900",
        "extra": "1",
    }


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(), min_size=1))
def test_json_and_forms_read_back(fields: dict[str, str]) -> None:
    fields = {
        name.replace("\x00", "").strip() or "x": value.replace("\x00", "").encode("utf-8", "replace").decode()
        for name, value in fields.items()
    }

    assert read_body(json.dumps(fields).encode()) == fields
    encoded = urlencode(fields)
    assume(not encoded.startswith("{") and len(fields) <= 100)
    assert read_body(encoded.encode()) == fields


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for wrapped in (body, b"{" + body + b"}", b"{callSerialNo=" + body + b"}"):
        try:
            fields = read_body(wrapped)
        except UnreadableBody:
            continue
        assert isinstance(fields, dict)
        assert all(isinstance(name, str) for name in fields)
        assert ADAPTER.trust(make_push(wrapped, order_id=REFERENCE), now_ms=NOW_MS) is Trust.REFUSED


def test_zone_of_the_account_is_used() -> None:
    adapter = AiccAdapter(make_settings(records_zone=datetime.strptime("+0800", "%z").tzinfo), open_client(BASE_URL))

    record = adapter.parse_push(make_push(RELEASED))

    assert isinstance(record, CallRecord)
    assert record.ended_at == datetime(2023, 11, 14, 14, 13, 50, 500_000, tzinfo=UTC)


# The signature, by the rule of page 1317 alone.

SIGNED = {
    "serviceNo": "",
    "callSerialNo": SERIAL,
    "called": "447700900001",
    "callData": f"{REFERENCE} row  7",
    "callerPresent": None,
    "talkDuration": 27,
    "timestamp": str(NOW_MS),
    "nonce": "a1b2 c3",
}
SIGNED_TEXT = (
    f"{CALLBACK_KEY}_{NOW_MS}_a1b2 c3_callData={REFERENCE}row7,callSerialNo={SERIAL},called=447700900001,"
    "callerPresent=null,serviceNo=,talkDuration=27"
)


def hmac_of(text: str, key: str = CALLBACK_KEY) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


def sha256_of(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_text_that_is_signed() -> None:
    assert text_to_sign(SIGNED | {"signature": "x"}, key=CALLBACK_KEY) == SIGNED_TEXT


def test_both_digests() -> None:
    assert signature_of(SIGNED, key=CALLBACK_KEY, digest="hmac-sha256") == hmac_of(SIGNED_TEXT)
    assert signature_of(SIGNED, key=CALLBACK_KEY, digest="sha256") == sha256_of(SIGNED_TEXT)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize(
    ("digest", "options"), [("hmac-sha256", ["-hmac", CALLBACK_KEY]), ("sha256", [])], ids=["hmac", "plain"]
)
def test_openssl_agrees(digest: Any, options: list[str]) -> None:
    made = subprocess.run(
        ["openssl", "dgst", "-sha256", "-binary", *options], input=SIGNED_TEXT.encode(), capture_output=True, check=True
    )

    assert base64.b64encode(made.stdout).decode() == signature_of(SIGNED, key=CALLBACK_KEY, digest=digest)


def signed_push(syntax: str = "json", *, digest: str = "hmac-sha256", **changes: Any) -> Any:
    """A release, signed first and changed afterwards."""
    fields = {name: "null" if value is None else value for name, value in SIGNED.items()}
    signature = hmac_of(SIGNED_TEXT) if digest == "hmac-sha256" else sha256_of(SIGNED_TEXT)
    fields = fields | {"signature": signature} | changes
    return make_push(WRITERS[syntax](fields), order_id=REFERENCE)


def trust(push: Any, *, now_ms: int = NOW_MS, **account: Any) -> Trust:
    return AiccAdapter(make_settings(**account), open_client(BASE_URL)).trust(push, now_ms=now_ms)


@pytest.mark.parametrize("syntax", sorted(WRITERS))
@pytest.mark.parametrize("digest", ["hmac-sha256", "sha256"])
def test_a_right_signature_is_believed(syntax: str, digest: Any) -> None:
    push = signed_push(syntax, digest=digest)
    other = "sha256" if digest == "hmac-sha256" else "hmac-sha256"

    assert trust(push, callback_digest=digest) is Trust.SIGNED
    assert trust(push, callback_digest=other) is Trust.REFUSED


@pytest.mark.parametrize("syntax", sorted(WRITERS))
@pytest.mark.parametrize(
    "change",
    [
        {"called": "447700900002"},
        {"releaseReason": "0"},
        {"callData": "row  7"},
        {"timestamp": str(NOW_MS + 1)},
        {"nonce": "a1b2c3"},
        {"signature": ""},
        {"signature": "null"},
        {"signature": sha256_of(SIGNED_TEXT)},
        {"signature": hmac_of(SIGNED_TEXT, key="another-key-of-16")},
        {"signature": "täuschend"},
        {"talkDuration": 28},
    ],
)
def test_anything_else_is_refused(change: dict[str, Any], syntax: str) -> None:
    assert trust(signed_push(syntax, **change)) is Trust.REFUSED


@pytest.mark.parametrize("value", [1.5, [1], {"a": 1}])
def test_a_value_that_cannot_be_signed_is_refused(value: Any) -> None:
    assert trust(signed_push(callerPresent=value)) is Trust.REFUSED


@pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce", "called"])
def test_a_missing_field_is_refused(missing: str) -> None:
    fields = json.loads(signed_push().body)
    del fields[missing]

    assert trust(make_push(json.dumps(fields), order_id=REFERENCE)) is Trust.REFUSED


def timed(timestamp: Any) -> Any:
    fields = {"callSerialNo": SERIAL, "timestamp": timestamp, "nonce": "n"}
    text = f"{CALLBACK_KEY}_{timestamp}_n_callSerialNo={SERIAL}"
    return make_push(json.dumps(fields | {"signature": hmac_of(text)}), order_id=REFERENCE)


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        *((NOW_MS + delta, Trust.SIGNED) for delta in (0, -3_600_000, 3_600_000)),
        *((NOW_MS + delta, Trust.REFUSED) for delta in (-3_600_001, 3_600_001)),
        (str(NOW_MS), Trust.SIGNED),
        (NOW_MS // 1000, Trust.SIGNED),
        (str(NOW_MS // 1000 - 3590), Trust.SIGNED),
        (NOW_MS // 1000 - 3601, Trust.REFUSED),
        ("2023/11/14,22:13:20:000", Trust.SIGNED),
        ("2023/11/14,20:13:20:000", Trust.REFUSED),
        *((value, Trust.REFUSED) for value in ("", "null", "now", 0, -1, 5, "9" * 15, "9" * 40)),
    ],
)
def test_a_signature_ages_within_the_hour(timestamp: Any, expected: Trust) -> None:
    assert trust(timed(timestamp)) is expected


def test_a_plus_sign_in_a_form_may_come_as_it_is() -> None:
    nonces = (f"n{n}" for n in range(1000))
    text = f"{CALLBACK_KEY}_{NOW_MS}_%s_callSerialNo={SERIAL}"
    nonce = next(nonce for nonce in nonces if "+" in hmac_of(text % nonce))

    body = f"callSerialNo={SERIAL}&timestamp={NOW_MS}&nonce={nonce}&signature={hmac_of(text % nonce)}"

    assert trust(make_push(body, order_id=REFERENCE)) is Trust.SIGNED


def test_only_the_address_of_one_order_is_signed() -> None:
    push = signed_push()

    assert trust(make_push(push.body, topic="connected", order_id=REFERENCE)) is Trust.UNSIGNED
    assert trust(make_push(push.body, topic="released")) is Trust.UNSIGNED
    assert trust(make_push("garbage", topic="released")) is Trust.UNSIGNED
    assert trust(push, callback_key="") is Trust.UNSIGNED


def test_what_is_kept_of_a_callback_has_no_signature() -> None:
    assert "signature" not in ADAPTER.parse_push(signed_push()).raw


def test_two_topics_are_known() -> None:
    assert ADAPTER.push_topics == {"connected", "released"}
