from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.importer.layout import Role
from campaigns.models import CallList, SavedMapping
from dialer.models import DncList
from tests.sheets.files import xlsx
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_campaign
from tests.support.htmx import assert_fragment, hx_get, hx_post
from tests.support.imported_lists import imported, looked_at

pytestmark = pytest.mark.django_db
SESSION_AND_RIGHTS = 4
A, B = "+447700900001", "+447700900002"
LIST = f"mobile,landline,name\n{A},{B},Ann\nx,07700 900003,Bob\n"


def read_url(call_list: CallList) -> str:
    return reverse("campaigns:call_list_read", args=[call_list.pk])


def shown(client: Client, call_list: CallList, **query: str) -> str:
    response = client.get(call_list.get_absolute_url(), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_columns_are_offered_with_the_first_rows_and_their_verdict(supervisor_client: Client) -> None:
    page = shown(supervisor_client, looked_at(LIST))
    assert '<option value="phone" selected>Number</option>' in page
    assert "+44 7700 900001" in page
    assert '<option value="next_phone" selected>Next number</option>' in page
    assert "The number comes from another column because the preferred columns are empty." in page


def test_another_column_may_hold_the_numbers(supervisor_client: Client) -> None:
    call_list = looked_at(LIST)
    roles = {"role_0": Role.KEEP, "role_1": Role.PHONE, "role_2": Role.NAME}
    response = supervisor_client.post(read_url(call_list), {**roles, "called_within_days": "7"})
    assert response["Location"] == call_list.get_absolute_url()
    call_list.refresh_from_db()
    assert (call_list.state, call_list.called_within_days) == (CallList.State.IMPORTING, 7)
    assert call_list.columns["roles"] == ["keep", "phone", "name"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"role_0": "keep"}, "Choose the column that contains the numbers."),
        ({"role_1": "phone"}, "Number: choose only one column, not mobile, landline."),
        ({"called_within_days": "400"}, "less than or equal to 365"),
        ({"save_as": "Ours"}, "A saved mapping with this name already exists."),
    ],
)
def test_what_cannot_be_read_comes_back_with_the_reason(supervisor_client: Client, data: Any, sentence: str) -> None:
    SavedMapping.objects.create(name="Ours", roles=["phone"], created_by=make_user(), created_at=NOW)
    call_list = looked_at(LIST)
    response = hx_post(supervisor_client, read_url(call_list), data)
    assert response.status_code == 422
    assert_fragment(response, "campaigns/_call_list.html", root_id="call-list")
    assert sentence in response.content.decode()
    assert supervisor_client.post(read_url(call_list), data).status_code == 422
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.MAPPING


def test_the_rows_are_judged_again_without_reading_the_list(supervisor_client: Client) -> None:
    call_list = looked_at(LIST)
    chosen = {"role_0": "ignore", "role_1": "phone", "show": "1", "save_as": "Ours", "pack_rest": "on"}
    response = hx_post(supervisor_client, read_url(call_list), chosen)
    assert response.status_code == 200
    page = response.content.decode()
    assert "+44 7700 900003" in page
    assert "The number comes from another column" not in page
    assert 'value="Ours"' in page
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.MAPPING


@pytest.mark.parametrize("reading", [{"encoding": "nonsense"}, {"delimiter": "xx"}, {"header_line": "maybe"}])
def test_a_list_is_not_read_in_another_way_than_was_asked(supervisor_client: Client, reading: dict[str, str]) -> None:
    call_list = looked_at(f"phone,姓名\n{A},陳大文\n{B},黃小明\n".encode("big5"))
    response = supervisor_client.post(read_url(call_list), {"role_0": "phone", **reading})
    assert response.status_code == 422
    assert "cannot be read with these settings" in response.content.decode()
    call_list.refresh_from_db()
    assert call_list.state == CallList.State.MAPPING


def test_the_first_line_is_a_row_where_a_person_says_so(supervisor_client: Client) -> None:
    call_list = looked_at("phone,name\n+447700900001,Ann\n")
    assert '<span id="column-0">column 1</span>' in shown(supervisor_client, call_list, header_line="0")
    supervisor_client.post(read_url(call_list), {"header_line": "0", "role_0": "phone", "role_1": "name"})
    call_list.refresh_from_db()
    assert call_list.columns["has_header"] is False


def test_the_sheet_of_a_workbook_is_chosen_by_name_and_rows(supervisor_client: Client) -> None:
    content = xlsx(("Old", [["phone"], [A]]), ("New", [["phone", "name"], [B, "Bob"], [A, "Ann"]]))
    call_list = looked_at(content, name="list.xlsx")
    page = shown(supervisor_client, call_list)
    assert "Old (2 rows)" in page
    assert "Bob" not in page
    assert "Bob" in shown(supervisor_client, call_list, sheet="New")
    supervisor_client.post(read_url(call_list), {"sheet": "New", "role_0": "phone"})
    call_list.refresh_from_db()
    assert call_list.columns["sheet"] == "New"


def test_a_row_that_cannot_be_cut_into_cells_is_shown_as_it_stands(supervisor_client: Client) -> None:
    page = shown(supervisor_client, looked_at(f'phone,name\n{A},Ann\n{B},"Bob\n'))
    assert "A quotation mark on this line is never closed" in page
    assert f"{B},&quot;Bob" in page


def test_a_mapping_is_saved_offered_for_the_next_file_and_used(supervisor_client: Client) -> None:
    first = looked_at(LIST)
    roles = {"role_0": "ignore", "role_1": "phone", "role_2": "name"}
    supervisor_client.post(read_url(first), {**roles, "save_as": "Ours"})
    saved = SavedMapping.objects.get(name="Ours")
    assert (saved.header, saved.roles) == (["mobile", "landline", "name"], ["ignore", "phone", "name"])
    second = looked_at(LIST + f"{A},{A},Cyd\n")
    assert "Use the saved mapping “Ours”" in shown(supervisor_client, second)
    page = shown(supervisor_client, second, saved=str(saved.pk))
    assert '<option value="ignore" selected>Leave out</option>' in page


def test_the_encoding_is_offered_where_it_is_not_certain(supervisor_client: Client) -> None:
    call_list = looked_at(f"phone,姓名\n{A},陳大文\n{B},黃小明\n".encode("big5"))
    page = shown(supervisor_client, call_list)
    assert "The file is not UTF-8." in page
    assert "<td>陳大文</td>" in page
    assert "<td>陳大文</td>" not in shown(supervisor_client, call_list, encoding="cp949")


def test_a_chosen_encoding_is_what_the_list_is_read_with(supervisor_client: Client) -> None:
    call_list = looked_at(f"phone,姓名\n{A},陳大文\n{B},黃小明\n".encode("big5"))
    supervisor_client.post(read_url(call_list), {"encoding": "cp949", "role_0": "phone", "role_1": "name"})
    call_list.refresh_from_db()
    assert call_list.columns["encoding"] == "cp949"


@pytest.mark.parametrize(
    "query",
    [
        {"encoding": "nonsense"},
        {"delimiter": "xx"},
        {"delimiter": ";"},
        {"sheet": "none"},
        {"header_line": "maybe"},
        {"has_header": "no"},
        {"saved": "999999"},
        {"saved": "x"},
        {"role_0": "king", "role_99": "phone"},
        {"after": "1"},
    ],
)
def test_odd_choices_break_nothing(supervisor_client: Client, query: dict[str, str]) -> None:
    call_list = looked_at(LIST)
    shown(supervisor_client, call_list, **query)
    assert hx_get(supervisor_client, call_list.get_absolute_url() + "?encoding=%00").status_code < 500


def test_the_same_file_in_another_campaign_is_noticed(supervisor_client: Client) -> None:
    imported(LIST, name="spring.csv", campaign=make_campaign("Winter"))
    page = shown(supervisor_client, looked_at(LIST))
    assert "spring.csv" in page
    assert "to the campaign Winter" in page


def test_the_do_not_call_lists_that_are_checked_are_named(supervisor_client: Client) -> None:
    DncList.objects.update(is_active=False)  # the one that every portal has
    assert "There is no active do-not-call list." in shown(supervisor_client, looked_at(LIST))
    DncList.objects.create(name="Regulator")
    DncList.objects.create(name="Old", is_active=False)
    page = shown(supervisor_client, looked_at(LIST + "\n"))
    assert "Regulator." in page
    assert "Old" not in page


def test_columns_are_chosen_once(supervisor_client: Client) -> None:
    call_list = looked_at(LIST)
    supervisor_client.post(read_url(call_list), {"role_0": "phone"})
    page = supervisor_client.post(read_url(call_list), {"role_1": "phone"}, follow=True).content.decode()
    assert "The columns of this list have already been chosen." in page


def test_an_auditor_sees_that_a_supervisor_is_waited_for(auditor_client: Client) -> None:
    assert "A supervisor needs to choose" in shown(auditor_client, looked_at(LIST))


def test_the_page_takes_few_queries(supervisor_client: Client, django_assert_num_queries: Any) -> None:
    call_list = looked_at(LIST)
    for n in range(5):
        SavedMapping.objects.create(name=f"Ours {n}", roles=["phone"], created_by=make_user(), created_at=NOW)
        imported(LIST, campaign=make_campaign(f"Winter {n}"))
    with django_assert_num_queries(SESSION_AND_RIGHTS + 6):
        hx_get(supervisor_client, call_list.get_absolute_url())
