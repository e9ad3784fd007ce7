from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.contract.agents import SavedSession
from telephony.providers.huawei_ccgateway.session_credentials import Identity
from tests.telephony.providers.huawei_ccgateway.gateway import COOKIE, GUID, NEWER, assert_hidden

NOW = datetime(2024, 1, 1, tzinfo=UTC)
HOST = "gw.huawei.test"


def hear(identity: Identity, headers: httpx.Headers) -> None:
    identity.hear_guid(headers)
    identity.hear_cookies(headers, now=NOW)


def heard(*headers: tuple[str, str], identity: Identity | None = None) -> Identity:
    identity = identity or Identity(HOST)
    hear(identity, httpx.Headers([(name, value.encode()) for name, value in headers]))
    return identity


def cookies_after(*lines: str) -> str:
    return dict(heard(*(("Set-Cookie", line) for line in lines)).headers()).get("Cookie", "")


@pytest.mark.parametrize(
    ("value", "guid"),
    [
        (f"JSESSIONID={GUID}", GUID),
        (f"jsessionid={GUID}; Path=/agentgateway; HttpOnly", GUID),
        (f" JSESSIONID= {GUID} ", GUID),
        (GUID, GUID),
        ("JSESSIONID=YWJj==.AgentGateway0", "YWJj==.AgentGateway0"),
        ("", ""),
        ("JSESSIONID=", ""),
        ("JSESSIONID=two words", ""),
        ("JSESSIONID=ä", ""),
        ("x" * 513, ""),
    ],
)
def test_the_guid_is_what_stands_behind_jsessionid(value: str, guid: str) -> None:
    identity = heard(("Set-GUID", value))

    assert identity.headers() == ((("Guid", guid),) if guid else ())


def test_of_several_guids_the_last_counts() -> None:
    assert heard(("Set-GUID", GUID), ("set-guid", f"JSESSIONID={NEWER}")).guid == NEWER


def test_an_answer_that_comes_late_does_not_bring_the_former_guid_back() -> None:
    identity = heard(("Set-GUID", NEWER), identity=heard(("Set-GUID", GUID)))
    assert heard(("Set-GUID", GUID), identity=identity).guid == NEWER

    identity.begin(GUID)
    assert identity.guid == GUID


def test_an_unusable_guid_leaves_the_old_one() -> None:
    assert heard(("Set-GUID", ""), identity=heard(("Set-GUID", GUID))).guid == GUID


@pytest.mark.parametrize(
    ("lines", "cookies"),
    [
        (["a=1; Path=/; HttpOnly; Secure", "b=2"], "a=1; b=2"),
        (["a=1", "a=2"], "a=2"),
        (['a="quoted"'], "a=quoted"),
        (["a="], "a="),
        (["a=b=c"], "a=b=c"),
        (["a=1", "a=2; Max-Age=0"], ""),
        (["a=1", "a=2; max-age=-5"], ""),
        (["a=1", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], ""),
        (["a=1", "a=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT"], "a=2"),
        (["a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "a=1"),
        (["a=1; Expires=nonsense; Max-Age=soon"], "a=1"),
        (["a=1; Domain=.huawei.test"], "a=1"),
        (["a=1; domain=GW.huawei.test"], "a=1"),
        (["a=1; Domain=elsewhere.test", "b=2; Domain=awei.test", "c=3; Domain=test.gw.huawei.test"], ""),
        (["novalue", "=x", "sp ace=1", "a=1 2", "a=ä", "a=1,2", 'a=q"q', "", ";", "\x01=2"], ""),
        (["a=" + "x" * 2049], ""),
        ([f"c{number}=1" for number in range(30)], "; ".join(f"c{number}=1" for number in range(20))),
        ([f"c{number}={'x' * 2000}" for number in range(9)], "; ".join(f"c{n}={'x' * 2000}" for n in range(4))),
    ],
)
def test_cookies_are_kept_and_replayed(lines: list[str], cookies: str) -> None:
    assert cookies_after(*lines) == cookies


def test_a_session_can_be_saved_and_taken_up_again() -> None:
    identity = heard(("Set-GUID", GUID), ("Set-Cookie", f"lb={COOKIE}"))
    saved = identity.saved

    assert saved == SavedSession(guid=GUID, cookies=(("lb", COOKIE),))
    assert Identity(HOST, saved).headers() == identity.headers() == (("Guid", GUID), ("Cookie", f"lb={COOKIE}"))
    assert_hidden(identity, saved)


def test_what_is_over_is_not_saved_but_stays_secret() -> None:
    identity = heard(("Set-GUID", GUID), ("Set-Cookie", f"lb={COOKIE}"))
    identity.forget()

    assert identity.saved is None
    assert identity.headers() == (("Cookie", f"lb={COOKIE}"),)
    assert identity.headers(with_guid=False) == (("Cookie", f"lb={COOKIE}"),)
    assert {GUID, COOKIE} <= set(identity.secrets())


@given(st.lists(st.tuples(st.sampled_from(["Set-GUID", "Set-Cookie"]), st.text(max_size=80)), max_size=5))
def test_nothing_that_is_heard_makes_a_header_that_cannot_be_sent(lines: list[tuple[str, str]]) -> None:
    identity = Identity(HOST)
    hear(identity, httpx.Headers([(name, line.encode("utf-8", "replace")) for name, line in lines]))

    assert all(value.isascii() and value.isprintable() and value == value.strip() for _, value in identity.headers())


@given(st.text(max_size=60))
def test_absurd_dates_do_not_raise(date: str) -> None:
    hear(Identity(HOST), httpx.Headers([("Set-Cookie", f"a=1; Expires={date}".encode())]))
