"""What the policy says already when a list is read: consent, purpose, lists of one country or campaign."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import CallList, Entry, RejectedRow
from dialer.models import DncEntry, DncList
from tests.support.builders import NOW
from tests.support.campaign_builders import make_campaign
from tests.support.imported_lists import accepted, imported
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
A, B, C = "+447700900001", "+447700900002", "+447700900003"


def codes(call_list: CallList) -> list[tuple[int, str]]:
    return list(call_list.rejected_rows.order_by("line_number").values_list("line_number", "reason_code"))


def test_rows_without_the_consent_they_need_are_left_out() -> None:
    make_profile("GB", "marketing", consent="always", consent_days=30)
    content = f"phone,consent_ref,consent_date\n{A},,2026-11-01\n{B},c2,2026-11-01\n{C},c3,2026-01-01\n"
    call_list = imported(content)
    assert accepted(call_list) == [B]
    assert codes(call_list) == [(2, "consent_missing"), (4, "consent_old")]
    assert str(call_list.entries.get().consented_on) == "2026-11-01"
    row = call_list.rejected_rows.first()
    assert row.callee == 447700900001
    assert row.suggestion == "Add the columns consent_ref and consent_date, or choose another purpose for the campaign."


def test_a_row_may_name_its_own_purpose() -> None:
    make_profile("GB", "marketing", consent="always")
    call_list = imported(f"phone,purpose\n{A},Service\n{B},\n{C},charity\n")
    assert accepted(call_list) == [A]
    assert call_list.entries.get().purpose == "service"
    assert codes(call_list) == [(3, "consent_missing"), (4, "unknown_purpose")]


def test_consent_for_a_voice_robot_is_asked_for_only_where_one_talks() -> None:
    make_profile("GB", consent="for_ai")
    assert accepted(imported(f"phone\n{A}\n")) == [A]
    robot = make_campaign("Robot", uses_ai=True)
    assert codes(imported(f"phone\n{A}\n", campaign=robot)) == [(2, "consent_missing")]


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("03/04/2026", "consent_date_ambiguous"),
        ("2026-02-30", "consent_date_unreadable"),
        ("2027-01-01", "consent_date_future"),
    ],
)
def test_a_date_that_cannot_be_read_surely_is_refused_where_a_consent_is_needed(date: str, code: str) -> None:
    content = f"phone,consent_ref,consent_date\n{A},c1,{date}\n{B},c2,2026-11-21 10:00\n"
    assert codes(imported(content)) == []
    make_profile("GB", "marketing", consent="always")
    assert codes(imported(content + f"{C},c3,20261101\n")) == [(2, code)]


def test_the_other_rows_of_the_column_say_which_part_of_a_date_is_the_month() -> None:
    make_profile("GB", "marketing", consent="always", consent_days=30)
    call_list = imported(f"phone,consent_ref,consent_date\n{A},c1,11/12/2026\n{B},c2,05/11/2026\n{C},c3,21/11/2026\n")
    assert codes(call_list) == [(2, "consent_date_future")]
    assert accepted(call_list) == [C, B]
    assert [str(entry.consented_on) for entry in call_list.entries.order_by("line_number")] == [
        "2026-11-05",
        "2026-11-21",
    ]


def test_lists_of_a_country_and_of_the_campaign_hold_at_import() -> None:
    british = DncList.objects.create(name="British", scope="country", country="GB")
    chosen = DncList.objects.create(name="Ours", scope="campaign")
    for dnc_list, callee in ((british, A), (chosen, B), (DncList.objects.create(name="Old"), C)):
        DncEntry.objects.create(dnc_list=dnc_list, callee=callee, added_at=NOW)
    DncEntry.objects.filter(callee=C).update(expires_at=NOW - timedelta(days=1))
    campaign = make_campaign()
    campaign.dnc_lists.add(chosen)
    call_list = imported(f"phone\n{A}\n{B}\n{C}\n", campaign=campaign)
    assert accepted(call_list) == [C]
    assert set(RejectedRow.objects.values_list("callee", "reason_code")) == {
        (447700900001, "do_not_call"),
        (447700900002, "do_not_call"),
    }


def test_duplicates_keep_their_number_so_that_they_can_be_found() -> None:
    imported(f"phone\n{A}\n{A}\nx\n")
    assert list(RejectedRow.objects.order_by("line_number").values_list("callee", flat=True)) == [447700900001, None]
    assert Entry.objects.count() == 1
