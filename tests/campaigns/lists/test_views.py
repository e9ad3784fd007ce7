from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.lists.health_report import Pace, pace_of
from campaigns.models import CallList, RejectedRow
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_call_list, make_campaign
from tests.support.htmx import assert_fragment, hx_get, hx_post
from tests.support.imported_lists import imported, looked_at

pytestmark = pytest.mark.django_db
SESSION_AND_RIGHTS = 4


def url(name: str, *args: Any) -> str:
    return reverse(f"campaigns:{name}", args=args)


def csv_upload(text: str, name: str = "spring.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def test_an_upload_leads_to_the_lists_page(supervisor_client: Client) -> None:
    campaign = make_campaign()
    target = url("call_list_upload", campaign.pk)
    response = supervisor_client.post(target, {"file": csv_upload("phone\n+447700900001\n")})
    assert response["Location"] == campaign.call_lists.get().get_absolute_url()
    again = hx_post(supervisor_client, target, {"file": csv_upload("phone\n+447700900002\n")})
    assert again["HX-Redirect"] == campaign.call_lists.last().get_absolute_url()


@pytest.mark.parametrize(
    ("data", "sentence"), [({}, "Choose a file first."), ({"file": csv_upload("")}, "The file is empty.")]
)
def test_a_refused_upload_comes_back_as_a_fragment(supervisor_client: Client, data: Any, sentence: str) -> None:
    response = hx_post(supervisor_client, url("call_list_upload", make_campaign().pk), data)
    assert response.status_code == 422
    assert_fragment(response, "campaigns/_upload.html", root_id="upload")
    assert sentence in response.content.decode()
    assert not CallList.objects.exists()


def test_a_refused_upload_without_scripts_comes_back_with_the_whole_page(supervisor_client: Client) -> None:
    campaign = make_campaign()
    for status in (302, 422):
        file = csv_upload("phone\n+447700900001\n")
        response = supervisor_client.post(url("call_list_upload", campaign.pk), {"file": file})
        assert response.status_code == status
    assert "<html" in response.content.decode()
    assert "This is the same file as spring.csv" in response.content.decode()


def test_the_upload_form_states_the_limits(supervisor_client: Client) -> None:
    page = supervisor_client.get(make_campaign().get_absolute_url()).content.decode()
    assert "Up to 1,000,000 rows, 256 columns and 200.0\xa0MB (unpacked 1.0\xa0GB)." in page


def test_the_page_tells_what_became_of_the_rows(supervisor_client: Client) -> None:
    call_list = imported("telefono;name\n+447700900001;Ann\n07700 900001;Ann\n4.4E+11;Bob\n")
    page = supervisor_client.get(call_list.get_absolute_url()).content.decode()
    assert "telefono" in page
    assert "semicolon" in page
    assert "duplicate in this file" in page
    assert "The same number is on line 2 of this file." in page
    assert "scientific notation" in page
    assert "4.4E+11;Bob" in page


def test_the_live_fragment_ends_when_the_list_is_read(supervisor_client: Client) -> None:
    call_list = make_call_list(entries=0, state=CallList.State.IMPORTING)
    reading = hx_get(supervisor_client, call_list.get_absolute_url())
    assert_fragment(reading, "campaigns/_call_list.html", root_id="call-list")
    assert "every 1s" in reading.content.decode()
    headers = {"HX-Request": "true", "If-None-Match": reading["ETag"]}
    assert supervisor_client.get(call_list.get_absolute_url(), headers=headers).status_code == 304
    CallList.objects.update(state=CallList.State.READY)
    assert hx_get(supervisor_client, call_list.get_absolute_url()).status_code == 286


def test_a_failed_list_says_why(supervisor_client: Client) -> None:
    call_list = looked_at(b"phone\n\x80\xff\xfe\x00\n")
    page = supervisor_client.get(call_list.get_absolute_url()).content.decode()
    assert "Line 2 is not UTF-8: byte 0x80 at offset 6 cannot be read." in page
    assert "Upload another file" in page


def test_rejected_rows_are_paged_by_key_in_the_order_of_the_file(
    supervisor_client: Client, django_assert_num_queries: Any
) -> None:
    call_list = make_call_list(entries=0)
    RejectedRow.objects.bulk_create(
        RejectedRow(call_list=call_list, line_number=n, line="x", reason_code="not_a_number", reason="No.")
        for n in range(2, 122)
    )
    with django_assert_num_queries(SESSION_AND_RIGHTS + 3):
        first = hx_get(supervisor_client, call_list.get_absolute_url())
    lines, page = [], first.context["page"]
    while True:
        lines += [row.line_number for row in page.rows]
        if not page.next_url:
            break
        page = supervisor_client.get(call_list.get_absolute_url() + page.next_url).context["page"]
    assert lines == list(range(2, 122))
    back = supervisor_client.get(call_list.get_absolute_url() + page.previous_url).context["page"]
    assert [row.line_number for row in back.rows] == list(range(52, 102))
    top = supervisor_client.get(call_list.get_absolute_url() + back.previous_url).context["page"]
    assert top.rows[0].line_number == 2
    assert top.is_first


STATES = [state for state in CallList.State if state != CallList.State.MAPPING]


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_page_and_its_fragment(supervisor_client: Client, state: str) -> None:
    call_list = imported("phone\n+447700900001\nx\n")
    CallList.objects.update(state=state, decided_by=make_user(), error="Broken." if state == "failed" else "")
    assert supervisor_client.get(call_list.get_absolute_url()).status_code == 200
    assert_fragment(
        hx_get(supervisor_client, call_list.get_absolute_url()), "campaigns/_call_list.html", root_id="call-list"
    )


def test_the_progress_tells_rows_a_second_and_the_time_left(supervisor_client: Client) -> None:
    call_list = make_call_list(
        state=CallList.State.IMPORTING, accepted=5_000, bytes_read=1_000, bytes_total=4_000, reading_since=NOW
    )
    assert pace_of(call_list, now=NOW + timedelta(seconds=10)) == Pace(500, 30)
    assert pace_of(call_list, now=NOW + timedelta(milliseconds=900)) is None
    CallList.objects.update(reading_since=NOW - timedelta(days=1))
    page = supervisor_client.get(call_list.get_absolute_url()).content.decode()
    assert "rows per second" in page
    assert "left" in page


@pytest.mark.parametrize(
    ("rows", "text"), [(0, "0 rows, "), (1, "1 row, "), (2, "2 rows, ")], ids=["none", "one", "two"]
)
def test_the_progress_counts_rows(supervisor_client: Client, rows: int, text: str) -> None:
    call_list = make_call_list(state=CallList.State.IMPORTING, accepted=rows, bytes_read=50, bytes_total=100)
    assert text in supervisor_client.get(call_list.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("decision", "state", "becomes"),
    [
        ("confirm", "checked", "ready"),
        ("discard", "checked", "discarded"),
        ("again", "checked", "mapping"),
        ("cancel", "importing", "cancelled"),
        ("undo", "ready", "undone"),
    ],
)
def test_decisions_are_one_press(supervisor_client: Client, decision: str, state: str, becomes: str) -> None:
    call_list = looked_at("phone\n+447700900001\n")
    CallList.objects.update(state=state)
    target = url("call_list_decide", call_list.pk, decision)
    assert supervisor_client.post(target).status_code == 302
    call_list.refresh_from_db()
    assert call_list.state == becomes
    assert "You cannot do this because the list" in supervisor_client.post(target, follow=True).content.decode()


def test_an_unknown_decision_is_not_found(supervisor_client: Client) -> None:
    assert supervisor_client.post(url("call_list_decide", make_call_list().pk, "burn")).status_code == 404


def test_the_campaign_says_that_a_list_waits_for_a_person(supervisor_client: Client) -> None:
    call_list = imported("phone\n+447700900001\n", name="spring.csv", confirm=False)
    page = supervisor_client.get(call_list.campaign.get_absolute_url()).content.decode()
    assert "check the report, then confirm its 1 number or discard the list." in page
    assert "once you have confirmed or discarded the call list above" in page
    assert "Numbers of the campaign by result" not in page


def test_an_upload_that_is_too_large_ends_while_it_streams(supervisor_client: Client, settings: Any) -> None:
    settings.PORTAL_UPLOAD_BYTES = 300_000
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    target = url("call_list_upload", make_campaign().pk)
    response = hx_post(supervisor_client, target, {"file": csv_upload("4" * 5_000_000)})
    assert response.status_code == 422
    assert "The file is larger than 293.0\xa0KB." in response.content.decode()
    assert not CallList.objects.exists()
