"""Rows that only the whole column, or a person, can decide: held, asked about, read again; and who is asked."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from campaigns.importer import rows
from campaigns.importer.run import import_call_list
from campaigns.lists import opt_out_wishes
from campaigns.lists import services as list_services
from campaigns.lists.services import ListRefused
from campaigns.models import CallList
from dialer.models import DncEntry
from telephony.numbers import e164
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_campaign
from tests.support.imported_lists import accepted, imported, in_blocks_of, looked_at, rejected

pytestmark = pytest.mark.django_db
# Digits that may be a landline of Jakarta's neighbours without its zero, or somebody in Singapore.
OPEN = "6591234567"
SURE = [f"0812345{n:05}" for n in range(3)]


def indonesian(*cells: str) -> CallList:
    return imported("phone\n" + "\n".join(cells) + "\n", campaign=make_campaign(country="ID"), confirm=False)


def test_what_stays_open_is_held_and_counted_apart() -> None:
    call_list = indonesian(OPEN, *SURE)
    assert (call_list.rows, call_list.accepted, call_list.held, call_list.invalid) == (4, 3, 1, 0)
    assert rejected(call_list) == [(2, "ambiguous")]
    row = call_list.rejected_rows.get()
    assert "+6591234567" in row.reason
    assert "+626591234567" in row.reason


def test_the_whole_column_decides_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(monkeypatch, 7)
    coded = [f"6281234{n * 7_919 % 1_000_000:06}" for n in range(1, 26)]
    call_list = indonesian("62812345678", *coded)
    assert call_list.held == 0
    assert "+62812345678" in accepted(call_list)
    assert call_list.report["repairs"]["own_code_by_column"] == 1


def test_a_short_column_asks_and_a_yes_reads_the_list_again() -> None:
    call_list = indonesian(OPEN, *SURE)
    questions = {question["code"]: question for question in call_list.report["questions"]}
    assert questions["all_national"]["count"] == 1
    assert questions["all_national"]["examples"][0][0] == OPEN
    list_services.answer(
        call_list=call_list, code="all_national", is_yes=True, by=make_user(), now=NOW, read_later=False
    )
    assert call_list.state == CallList.State.IMPORTING
    import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    assert (call_list.state, call_list.accepted, call_list.held) == (CallList.State.CHECKED, 4, 0)
    assert "+626591234567" in accepted(call_list)
    assert call_list.report["repairs"]["national_by_answer"] == 1
    assert call_list.columns["answered"]["all_national"].startswith("sam at ")


def test_a_no_leaves_the_rows_held_and_asks_no_more() -> None:
    call_list = indonesian(OPEN, *SURE)
    list_services.answer(call_list=call_list, code="all_national", is_yes=False, by=make_user(), now=NOW)
    assert (call_list.state, call_list.held) == (CallList.State.CHECKED, 1)
    assert "all_national" not in [question["code"] for question in call_list.report["questions"]]
    with pytest.raises(ListRefused, match="already been answered"):
        list_services.answer(call_list=call_list, code="all_national", is_yes=True, by=make_user(), now=NOW)


def test_only_a_supervisor_answers() -> None:
    call_list = indonesian(OPEN, *SURE)
    with pytest.raises(PermissionDenied):
        list_services.answer(
            call_list=call_list, code="all_national", is_yes=True, by=make_user("uma", group="Auditor"), now=NOW
        )


def test_the_report_asks_with_count_and_examples(supervisor_client: Client) -> None:
    call_list = indonesian(OPEN, *SURE)
    page = supervisor_client.get(call_list.get_absolute_url()).content.decode()
    assert "Are all numbers in this column from ID?" in page
    assert "1 row is waiting for your answer." in page
    url = reverse("campaigns:call_list_answer", args=[call_list.pk, "all_national"])
    assert supervisor_client.post(url, {"answer": "yes"}).status_code == 302
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.IMPORTING
    assert call_list.columns["answers"] == {"all_national": True}


def test_the_page_shows_an_open_cell_with_both_readings(supervisor_client: Client) -> None:
    call_list = looked_at(f"phone,name\n{OPEN},A\n{SURE[0]},B\n", campaign=make_campaign(country="ID"))
    page = supervisor_client.get(call_list.get_absolute_url()).content.decode()
    assert "Decided once the whole column has been read:" in page
    assert "+65 9123 4567" in page


def test_plans_without_a_trunk_digit_are_asked_before_the_list_is_read(supervisor_client: Client) -> None:
    american = looked_at("phone\n2125550123\n", campaign=make_campaign("US", country="US"))
    british = looked_at("phone\n07700900001\n", campaign=make_campaign("GB", country="GB"))
    pages = [supervisor_client.get(row.get_absolute_url()).content.decode() for row in (american, british)]
    assert "All numbers in the column are from US" in pages[0]
    boxes = [page[page.index('name="all_national"') :].partition(">")[0] for page in pages]
    assert ["checked" in box for box in boxes] == [True, False]


def test_an_ambiguous_first_number_is_not_passed_over() -> None:
    content = f"name,mobile,home\nA,{OPEN},0215551234\nB,,0215551235\nC,x,0215551236\n"
    call_list = imported(content, campaign=make_campaign(country="ID"))
    assert accepted(call_list) == ["+62215551235", "+62215551236"]
    assert rejected(call_list) == [(2, "ambiguous")]
    assert call_list.report["repairs"]["next_phone"] == 2


def test_a_column_of_dates_is_no_column_of_telephones() -> None:
    days = "\n".join(f"{day:02}-07-2000" for day in range(1, 29))
    call_list = imported(f"phone\n{days}\n", campaign=make_campaign(country="ID"))
    assert call_list.accepted == 0
    if call_list.state == CallList.State.FAILED:
        assert call_list.error == "The column “phone” contains dates, not telephone numbers. Choose another column."
    else:
        assert set(call_list.report["reasons"]) == {"date"}


def test_whom_the_file_names_can_be_put_on_the_opt_out_list(supervisor_client: Client) -> None:
    content = f"phone,home,do not call\n{SURE[0]},0215551234,yes\n{OPEN},,TRUE\n{SURE[1]},,no\n"
    call_list = imported(content, campaign=make_campaign(country="ID"), confirm=False)
    assert (call_list.accepted, call_list.do_not_call, opt_out_wishes.offered(call_list)) == (1, 2, 2)
    page = supervisor_client.get(call_list.get_absolute_url()).content.decode()
    assert "Add these 2 numbers to the opt-out list" in page
    url = reverse("campaigns:call_list_opt_out", args=[call_list.pk])
    assert supervisor_client.post(url).status_code == 302
    found = set(DncEntry.objects.values_list("callee", flat=True))
    assert found == {"+6281234500000", "+62215551234", "+6591234567", "+626591234567"}
    call_list.refresh_from_db()
    assert opt_out_wishes.offered(call_list) == 0


def test_every_repair_has_a_bit_of_its_own_and_words() -> None:
    assert set(e164.REPAIRS) <= set(rows.REPAIR_BITS) == set(rows.REPAIRS)
    bits = list(rows.REPAIR_BITS.values())
    assert len(set(bits)) == len(bits)
    assert all(bit & (bit - 1) == 0 and bit < 2**31 for bit in bits)
