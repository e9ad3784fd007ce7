"""Two spellings of one phone are one callee: for do-not-call lists, open orders, caps and searches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from dialer.calls import services
from dialer.calls.services import OrderRefused
from dialer.dnc import lists as dnc
from dialer.dnc.coverage import uncovered
from dialer.dnc.lists import Listing
from dialer.ledger import open_orders
from dialer.models import Attempt, CallRequest, DncEntry, DncList, State
from dialer.models.identity import key_of, spellings
from dialer.policy import decisions
from dialer.policy.rules import Verdict
from dialer.policy.single_call import outlook_on
from telephony.numbers.phone_identity import RANGES, identity_of
from tests.dialer.dnc.test_lists import counts, imported
from tests.support.builders import NOW, make_call_request, make_draft, make_user
from tests.support.rules import make_profile
from tests.telephony.numbers.plans import REGIONS, Plan

pytestmark = pytest.mark.django_db

MOBILE, FIXED = "+5491123456789", "+541123456789"
"""One phone of Buenos Aires."""
NEW_MOBILE, OLD_MOBILE = "+5511981234567", "+551181234567"
"""One phone of São Paulo."""
NEXTEL, NINE = "+551171234567", "+5511971234567"
"""Two phones of São Paulo, or one: nobody can tell."""
PAIRS = [(MOBILE, FIXED), (FIXED, MOBILE), (NEW_MOBILE, OLD_MOBILE), (NEXTEL, NINE), (NINE, NEXTEL)]
"""One spelling, and the other that is called."""
PUERTO_RICO, JERSEY, LONDON = "+17875550142", "+447797300001", "+447700900001"


def listed(*callees: str, name: str = "Regulator", **columns: Any) -> DncList:
    dnc_list = DncList.objects.create(name=name, **columns)
    for callee in callees:
        DncEntry.objects.create(dnc_list=dnc_list, callee=callee, reason="By letter.", added_at=NOW)
    return dnc_list


def order(callee: str, *, now: datetime = NOW) -> CallRequest:
    return services.request_call(make_draft(callee), by=make_user(), now=now)


def refusal(callee: str) -> OrderRefused:
    with pytest.raises(OrderRefused) as refused:
        order(callee)
    return refused.value


def numbers() -> Iterator[int]:
    for low, high, _shift in RANGES:
        yield from (low - 1, low, (low + high) // 2, high, high + 1)
    for region in REGIONS:
        yield from map(int, Plan(region, seed=2).numbers(20))


def test_the_database_makes_the_same_key_as_telephony() -> None:
    asked = sorted({number for number in numbers() if number >= 1_000_000})
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO dialer_attempt (callee, source, source_id, opened_at, closed_at)
            SELECT callee, 'call', 1, now(), now() FROM unnest(%s::bigint[]) AS c (callee)
            RETURNING callee, identity
            """,
            [asked],
        )
        keys = dict(cursor.fetchall())
    assert keys == {number: identity_of(number) for number in asked}
    assert sum(key != number for number, key in keys.items()) > 200


def test_a_row_knows_its_key_once_it_is_stored() -> None:
    attempt = Attempt.objects.create(callee=MOBILE, source="call", source_id=1, opened_at=NOW)
    assert (attempt.callee, attempt.identity) == (MOBILE, 541123456789)
    assert key_of(MOBILE) == key_of(FIXED)
    assert spellings(FIXED) == (541123456789, 5491123456789)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_wish_not_to_be_called_holds_for_every_spelling(one: str, other: str) -> None:
    listed(one)
    assert dnc.listing_of(other, now=NOW) == Listing("Regulator", "By letter.")
    assert outlook_on(other, purpose="service", now=NOW).verdicts[0].code == "do_not_call"
    found = refusal(other)
    assert found.code == "do_not_call"
    assert found.message.startswith("This number is on the do-not-call list Regulator. By letter.")


def test_a_batch_with_both_spellings_is_told_of_each() -> None:
    listed(FIXED)
    wire = [5491123456789, 541123456789, 447700900001]
    found = dnc.listings_of(wire, countries=["AR", "AR", "GB"], now=NOW)
    assert found == dict.fromkeys(wire[:2], Listing("Regulator", "By letter."))


def test_a_phone_that_is_no_longer_listed_may_be_called_in_every_spelling() -> None:
    dnc_list = listed(FIXED)
    dnc.remove(entry=dnc_list.entries.get(), by=make_user("ada", group="Administrator"))
    assert order(MOBILE).callee == MOBILE


def test_the_other_spelling_is_in_the_list_already_and_may_hold_it_longer() -> None:
    dnc_list, user = listed(), make_user()
    entry = {"dnc_list": dnc_list, "reason": "", "source": "", "by": user, "now": NOW}
    assert dnc.add(callee=FIXED, expires_at=NOW + timedelta(days=1), **entry)
    assert not dnc.add(callee=MOBILE, expires_at=NOW + timedelta(days=9), **entry)
    kept = dnc_list.entries.get()
    assert (kept.callee, kept.expires_at) == (FIXED, NOW + timedelta(days=9))


def test_an_opt_out_of_one_spelling_is_one_of_the_other() -> None:
    user = make_user()
    assert dnc.opt_out(callee=MOBILE, source="", by=user, now=NOW)
    assert not dnc.opt_out(callee=FIXED, source="", by=user, now=NOW)


def test_a_file_with_both_spellings_adds_one_entry() -> None:
    row = imported(f"{MOBILE}\n{FIXED}\n{LONDON}\n")
    assert counts(row) == (3, 2, 1, 0)
    again = imported(f"{FIXED}\n", dnc_list=row.dnc_list)
    assert counts(again) == (1, 0, 1, 0)
    assert row.dnc_list.entries.of_phone(FIXED).count() == 1


def test_the_list_is_searched_for_the_phone(administrator_client: Client) -> None:
    dnc_list = listed(FIXED)
    page = administrator_client.get(reverse("dnc:list", args=[dnc_list.pk]), {"number": MOBILE})
    assert page.context["found"] == dnc_list.entries.get()
    page = administrator_client.get(reverse("admin:dialer_dncentry_changelist"), {"q": MOBILE})
    assert [row.callee for row in page.context["cl"].result_list] == [FIXED]


def test_an_open_order_holds_the_phone_in_every_spelling() -> None:
    call = order(FIXED)
    found = refusal(MOBILE)
    assert found.code == "open_order"
    assert found.blocking_order is not None
    assert found.blocking_order.url == call.get_absolute_url()
    with pytest.raises(IntegrityError, match="one_open_order_per_callee"), transaction.atomic():
        Attempt.objects.create(callee=MOBILE, source="call", source_id=2, opened_at=NOW)


def test_two_spellings_that_are_ordered_at_once_are_one_order() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE asked ON COMMIT DROP AS SELECT * FROM (VALUES"
            " (1, 5491123456789::bigint, 541123456789::bigint), (2, 541123456789, 541123456789),"
            " (3, 447700900001, 447700900001)) AS rows (id, callee, identity)"
        )
    taken = open_orders.open_attempts("call", "SELECT id, callee, identity FROM asked", [], now=NOW)
    assert len(taken) == 2
    assert 3 in taken


def test_calls_to_both_spellings_count_for_the_caps() -> None:
    make_profile("AR", attempts_per_day=2)
    for hours, callee in ((2, FIXED), (3, MOBILE)):
        at = NOW - timedelta(hours=hours)
        Attempt.objects.create(callee=callee, source="entry", source_id=1, opened_at=at, closed_at=at)
    assert refusal(MOBILE).code == refusal(FIXED).code == "capped_day"


def test_a_search_for_one_spelling_finds_calls_to_both() -> None:
    calls = {make_call_request(FIXED, state=State.REJECTED), make_call_request(MOBILE, state=State.REJECTED)}
    make_call_request(LONDON, state=State.REJECTED)
    assert set(CallRequest.objects.matching("+54 9 11 2345-6789")) == calls
    assert set(CallRequest.objects.matching("+54 11 2345-6789")) == calls


def test_decisions_are_told_of_the_phone(administrator_client: Client) -> None:
    for callee in (FIXED, MOBILE, LONDON):
        decisions.record(Verdict("do_not_call"), callee=callee, source="form", now=NOW)
    assert {row.callee for row in decisions.about(MOBILE)} == {541123456789, 5491123456789}
    page = administrator_client.get(reverse("admin:dialer_decision_changelist"), {"q": FIXED})
    assert len(page.context["cl"].result_list) == 2


@pytest.mark.parametrize(
    ("country", "callee", "is_listed"),
    [
        ("US", PUERTO_RICO, True),
        ("PR", PUERTO_RICO, True),
        ("PR", "+12025550142", False),
        ("GB", JERSEY, True),
        ("GB", PUERTO_RICO, False),
        ("CA", PUERTO_RICO, False),
    ],
)
def test_a_countrys_list_also_holds_in_its_territories(country: str, callee: str, is_listed: bool) -> None:
    listed(callee, scope="country", country=country)
    verdicts = [verdict.code for verdict in outlook_on(callee, purpose="service", now=NOW).verdicts]
    assert verdicts == (["do_not_call"] if is_listed else [])
    assert (dnc.listing_of(callee, now=NOW) is not None) is is_listed


def test_numbers_for_which_a_countrys_list_does_not_hold_are_counted() -> None:
    callees = [LONDON, JERSEY, PUERTO_RICO, "+12025550142", FIXED]
    assert uncovered(listed(*callees, name="Britain", scope="country", country="GB")) == 3
    assert uncovered(listed(*callees, name="America", scope="country", country="US")) == 3
    assert uncovered(listed(*callees, name="All")) == 0
    assert uncovered(listed(name="Nobody", scope="country", country="GB")) == 0


def test_an_old_number_is_told_by_the_country_of_its_key_and_an_unknown_one_by_its_code() -> None:
    old = listed("+551181234567", "+55109999999", name="Brazil", scope="country", country="BR")
    assert uncovered(old) == 0
    other = listed("+551181234567", "+55109999999", name="Britain", scope="country", country="GB")
    assert uncovered(other) == 2
