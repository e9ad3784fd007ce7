from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.exports import BYTE_ORDER_MARK, neutral
from campaigns.health import Pace, pace_of
from campaigns.models import CallList, RejectedRow
from tests.builders import NOW, make_user
from tests.campaigns.builders import make_call_list, make_campaign
from tests.campaigns.importer.lists import accepted, imported, looked_at
from tests.htmx import assert_fragment, hx_get, hx_post

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
    assert "again in this file" in page
    assert "The same number stands on line 2 of this file." in page
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
    call_list = looked_at(b"phone\n\x81\xff\n")
    page = supervisor_client.get(call_list.get_absolute_url()).content.decode()
    assert "Line 2 is not UTF-8: byte 0x81 at offset 6 cannot be read." in page
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


def download(client: Client, call_list: CallList, what: str = "rejects") -> list[list[str]]:
    response = client.get(url(f"call_list_{what}", call_list.pk))
    assert response.streaming
    text = b"".join(response.streaming_content).decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def test_rejects_are_downloaded_with_line_and_reason(supervisor_client: Client) -> None:
    call_list = imported('name,phone\n"Ann\nLee",12\nBob,+447700900001\nBob,+447700900001\n')
    header, first, second = download(supervisor_client, call_list)
    assert header == ["line", "line_number", "reason_code", "reason", "suggestion"]
    assert first[:3] == ['"Ann\nLee",12', "2", "too_short"]
    assert second[:3] == ["Bob,+447700900001", "5", "duplicate"]
    assert all(first[3:])


def test_a_downloaded_cell_is_no_formula(supervisor_client: Client) -> None:
    call_list = imported('phone,name\n=HYPERLINK("http://x"),a\n@SUM(1),b\n-1+2,c\n+447700900001x,d\n')
    cells = [row[0] for row in download(supervisor_client, call_list)[1:]]
    assert [cell[:2] for cell in cells] == ["'=", "'@", "'-", "'+"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_formula_start_is_neutralised(start: str) -> None:
    assert neutral(f"{start}1") == f"'{start}1"
    assert neutral("a=1") == "a=1"


def test_the_download_is_named_after_the_file(supervisor_client: Client) -> None:
    call_list = make_call_list(entries=0, name="Herbst – 1.csv")
    disposition = supervisor_client.get(url("call_list_rejects", call_list.pk))["Content-Disposition"]
    assert disposition == "attachment; filename*=utf-8''Herbst%20%E2%80%93%201-rejects.csv"


def test_what_was_accepted_comes_in_again_as_it_was(supervisor_client: Client) -> None:
    content = (
        "phone,order_id,First Name,Surname,other,time_zone,consent_ref,priority,Postcode,=Sum\n"
        '07700 900001,007,Ann,Smith,"=HYPERLINK(""x"")",Europe/London,-1,5,01234,@x\n'
        "+447700900002,,,,,,,,,\n"
        '+447700900003,+A-3,"Zoë\nLee",,"{""a"": 1}",,,,"tab\there",\n'
    )
    first = imported(content)
    response = supervisor_client.get(url("call_list_accepted", first.pk))
    second = imported(b"".join(response.streaming_content), campaign=make_campaign("Again"))
    columns = ("callee", "external_id", "other", "extra", "country", "kind", "zones")
    stored = [list(row.entries.order_by("pk").values(*columns)) for row in (first, second)]
    assert len(stored[0]) == 3
    assert stored[0][0]["external_id"] == "007"
    assert stored[0][0]["extra"]["columns"] == {"Postcode": "01234", "=Sum": "@x"}
    assert stored[0] == stored[1]
    assert (second.repaired, second.rejected) == (0, 0)


def test_a_template_is_read_without_a_question(supervisor_client: Client) -> None:
    for name in ("minimal", "standard", "vicidial", "huawei"):
        response = supervisor_client.get(url("list_template", name))
        assert "attachment" in response["Content-Disposition"]
        call_list = imported(response.content, campaign=make_campaign(name, country="ID"))
        assert accepted(call_list) == ["+447700900001", "+447700900002"], name
        assert call_list.rejected == 0


def test_there_are_four_templates_only(supervisor_client: Client) -> None:
    assert supervisor_client.get(url("list_template", "fifth")).status_code == 404


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
    assert "rows a second" in page
    assert "left" in page


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
    assert "cannot be done" in supervisor_client.post(target, follow=True).content.decode()


def test_an_unknown_decision_is_not_found(supervisor_client: Client) -> None:
    assert supervisor_client.post(url("call_list_decide", make_call_list().pk, "burn")).status_code == 404


def test_the_campaign_says_that_a_list_waits_for_a_person(supervisor_client: Client) -> None:
    call_list = imported("phone\n+447700900001\n", name="spring.csv", confirm=False)
    page = supervisor_client.get(call_list.campaign.get_absolute_url()).content.decode()
    assert "look at its report and take its 1 numbers" in page
