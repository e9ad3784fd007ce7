"""What a row's own time zone makes of the places where its phone may be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from campaigns.chunks import chunker
from campaigns.importer.rows import repairs_of
from campaigns.importer.time_zones import believed, zone_named
from campaigns.models import CallList, Campaign, Entry, ZoneSet
from campaigns.policy.evaluator import Evaluator
from telephony.numbers.number_facts import facts_of
from tests.support.builders import NOW
from tests.support.campaign_builders import make_campaign
from tests.support.imported_lists import imported
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
MOBILE = "+628121110001"
INDONESIA = ["Asia/Jakarta", "Asia/Jayapura", "Asia/Makassar", "Asia/Pontianak"]
NEW_YORK, CALIFORNIA, FREEPHONE = "+12125550123", "+13105550123", "+18005550123"


def zones(call_list: CallList) -> list[list[str]]:
    return [entry.zones.zones for entry in call_list.entries.order_by("pk").select_related("zones")]


def with_zone(number: str, zone: str) -> tuple[list[str], dict[str, int]]:
    call_list = imported(f"phone,time_zone\n{number},{zone}\n")
    return zones(call_list)[0], call_list.report["repairs"]


def test_a_rows_time_zone_widens_the_hours_of_a_roaming_mobile() -> None:
    call_list = imported(f"phone,time_zone\n{MOBILE},\n{MOBILE[:-1]}2,WIB\n{MOBILE[:-1]}3,asia/jayapura\n")
    assert zones(call_list) == [INDONESIA, ["Asia/Jakarta"], ["Asia/Jayapura"]]
    assert zones(imported(f"phone,time_zone\n{MOBILE},Asia/Pontianak\n")) == [["Asia/Pontianak"]]


@pytest.mark.parametrize(
    ("number", "written", "meant"),
    [
        ("+919876543210", "Asia/Calcutta", "Asia/Kolkata"),
        ("+84912345678", "asia/saigon", "Asia/Ho_Chi_Minh"),
        ("+9779841234567", "Asia/Katmandu", "Asia/Kathmandu"),
        (NEW_YORK, "US/Eastern", "America/New_York"),
        (NEW_YORK, "America/New York", "America/New_York"),
        ("+628121110001", "Asia/Ujung_Pandang", "Asia/Makassar"),
        ("+6581110001", "Singapore", "Asia/Singapore"),
    ],
)
def test_an_older_name_is_the_same_place(number: str, written: str, meant: str) -> None:
    assert with_zone(number, written) == ([meant], {})


@pytest.mark.parametrize(
    "written",
    [
        *("EST", "MST", "HST", "CET", "EET", "WET", "PST8PDT", "EST5EDT", "GMT", "UTC", "Etc/GMT+7", "GMT+7", "UTC+7"),
        *("PST", "IST", "CST", "est", "+07:00", "Middle Earth"),
    ],
)
def test_what_names_no_place_changes_nothing_and_is_told(written: str) -> None:
    assert zone_named(written) == ""
    assert with_zone(MOBILE, written) == (INDONESIA, {"zone_unknown": 1})


def test_a_zone_of_another_country_is_one_more_place_and_is_told() -> None:
    call_list = imported(f"phone,time_zone\n{MOBILE},Asia/Tokyo\n{MOBILE[:-1]}2,Asia/Tokyo\n{MOBILE[:-1]}3,WIT\n")
    assert zones(call_list) == [sorted([*INDONESIA, "Asia/Tokyo"])] * 2 + [["Asia/Jayapura"]]
    assert ZoneSet.objects.filter(zones=sorted([*INDONESIA, "Asia/Tokyo"])).count() == 1
    assert call_list.report["repairs"] == {"zone_elsewhere": 2}
    assert call_list.report["examples"] == {"zone_elsewhere": [2, 3]}
    (told,) = repairs_of(call_list.entries.order_by("pk")[0].repairs)
    assert "in a different country from the number" in told


def test_a_zone_of_a_number_without_a_country_is_where_it_is() -> None:
    assert with_zone("+80012345678", "Asia/Tokyo") == (["Asia/Tokyo"], {})


@pytest.mark.parametrize(
    ("number", "zone", "enough", "both"),
    [
        (CALIFORNIA, "America/Chicago", "America/Chicago", ["America/Chicago", "America/Los_Angeles"]),
        ("+622112345678", "WIT", "Asia/Jayapura", ["Asia/Jakarta", "Asia/Jayapura"]),
        # The area code says the same, or nothing at all.
        (CALIFORNIA, "US/Pacific", "America/Los_Angeles", ["America/Los_Angeles"]),
        (MOBILE, "WIT", "Asia/Jayapura", ["Asia/Jayapura"]),
        (FREEPHONE, "Pacific/Honolulu", "Pacific/Honolulu", ["Pacific/Honolulu"]),
        ("+17015550123", "America/Denver", "America/Denver", ["America/Denver"]),
    ],
)
def test_an_area_code_and_a_row_that_differ_both_count_where_the_profile_says_so(
    number: str, zone: str, enough: str, both: list[str]
) -> None:
    country = facts_of(number).country
    make_profile(country, area_code_is_enough=True)
    assert with_zone(number, zone) == ([enough], {})
    make_profile(country, area_code_is_enough=False)
    assert with_zone(number, zone) == (both, {})


def test_the_profile_of_the_rows_own_purpose_says_whether_the_area_code_is_enough() -> None:
    make_profile("US", area_code_is_enough=True)
    make_profile("US", "collection", area_code_is_enough=False)
    rows = (
        f"{CALIFORNIA},US/Eastern,collection\n{CALIFORNIA[:-1]}4,US/Eastern,service\n{CALIFORNIA[:-1]}5,US/Eastern,\n"
    )
    found = zones(imported(f"phone,time_zone,purpose\n{rows}"))
    assert found == [["America/Los_Angeles", "America/New_York"], ["America/New_York"], ["America/New_York"]]


def test_a_zone_of_another_country_is_never_believed_alone() -> None:
    facts = facts_of(CALIFORNIA)
    for enough in (True, False):
        found = believed(facts, "Asia/Tokyo", is_area_code_enough=enough)
        assert found.zones == ("America/Los_Angeles", "Asia/Tokyo")


def far_apart(**columns: str) -> Campaign:
    make_profile("ID", **dict.fromkeys(WEEK, "09:00-20:00"))
    campaign = make_campaign(state=Campaign.State.RUNNING, **columns)
    call_list = imported(f"phone,time_zone\n{MOBILE},America/New_York\n", campaign=campaign)
    assert call_list.report["repairs"] == {"zone_elsewhere": 1}
    return campaign


WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def test_a_number_whose_places_share_no_hour_is_held_with_the_reason_and_does_not_wait() -> None:
    campaign = far_apart()
    assert Evaluator(campaign, now=NOW).count_waiting() == {"no_common_hour": 1}
    assert chunker.next_chunk(campaign.pk, now=NOW) is None
    entry = campaign.entries.get()
    assert (entry.state, entry.reason_code) == (Entry.State.NOT_CALLED, "no_common_hour")
    assert "in America/New_York and Asia/Jayapura, and the calling hours there do not overlap" in entry.reason
    assert "Correct the row's time_zone column" in entry.reason


def test_places_that_share_an_hour_wait_for_it() -> None:
    campaign = far_apart()
    make_profile("ID", **dict.fromkeys(WEEK, "07:00-22:00"))
    assert chunker.next_chunk(campaign.pk, now=NOW) is None
    entry = campaign.entries.get()
    assert (entry.state, entry.reason_code) == (Entry.State.WAITING, "outside_hours")
    assert entry.not_before == datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # 7 h in New York, 21 h in Jayapura
    assert chunker.next_chunk(campaign.pk, now=entry.not_before) is not None


def test_a_week_without_any_hour_is_no_matter_of_places() -> None:
    campaign = far_apart()
    make_profile("ID", **dict.fromkeys(WEEK, ""))
    assert Evaluator(campaign, now=NOW).count_waiting() == {"outside_hours": 1}
