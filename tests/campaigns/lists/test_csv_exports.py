from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.importer.layout import ListLayout, Role
from campaigns.models import CallList
from dialer.web.csv_stream import BYTE_ORDER_MARK, neutral
from tests.support.campaign_builders import make_call_list, make_campaign
from tests.support.imported_lists import imported

pytestmark = pytest.mark.django_db
CHOSEN = ListLayout(("customer", "Kundentel", "note"), (Role.NAME, Role.PHONE, Role.OTHER), has_header=True)


def url(name: str, *args: Any) -> str:
    return reverse(f"campaigns:{name}", args=args)


def download(client: Client, call_list: CallList, what: str = "rejects") -> list[list[str]]:
    response = client.get(url(f"call_list_{what}", call_list.pk))
    assert response.streaming
    text = b"".join(response.streaming_content).decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def test_rejects_are_downloaded_with_line_and_reason(supervisor_client: Client) -> None:
    call_list = imported('name,phone\n"Ann\nLee",12\nBob,+447700900001\nBob,+447700900001\n')
    header, first, second = download(supervisor_client, call_list)
    assert header == ["name", "phone", "line_number", "reason_code", "reason", "suggestion"]
    assert first[:4] == ["Ann\nLee", "12", "2", "too_short"]
    assert second[:4] == ["Bob", "+447700900001", "5", "duplicate"]
    assert all(first[4:])


def test_corrected_rows_are_read_as_they_were_the_first_time(supervisor_client: Client) -> None:
    first = imported("customer;Kundentel;note\nAnn;12;a\nBob;07700 900002;b\n", layout=CHOSEN)
    rows = download(supervisor_client, first)
    assert rows[0][:3] == ["customer", "Kundentel", "note"]
    text = io.StringIO()
    csv.writer(text).writerows([rows[0], ["Ann", "07700 900001", *rows[1][2:]]])
    again = imported(text.getvalue(), campaign=first.campaign)
    assert (again.accepted, again.invalid) == (1, 0)
    entry = again.entries.get()
    assert (entry.callee, entry.other, entry.extra) == ("+447700900001", "a", {"name": "Ann"})
    assert again.columns["roles"] == ["name", "phone", "other", "ignore", "ignore", "ignore", "ignore"]


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


def test_the_columns_that_were_kept_follow_the_standard_ones(supervisor_client: Client) -> None:
    content = "Ref,Tel,Left out,City\n17,07700 900001,x,Leeds\n"
    roles = ("keep", "phone", "ignore", "keep")
    layout = ListLayout.from_json({"names": ["Ref", "Tel", "Left out", "City"], "roles": roles, "has_header": True})
    header, row = download(supervisor_client, imported(content, layout=layout), "accepted")
    assert header == [
        *["phone", "order_id", "name", "other", "time_zone", "consent_ref", "consent_date", "priority", "purpose"],
        "Ref",
        "City",
    ]
    assert row == ["+447700900001", *[""] * 8, "17", "Leeds"]


def test_a_list_that_was_never_read_is_a_header_only(supervisor_client: Client) -> None:
    call_list = make_call_list(entries=0, state=CallList.State.UPLOADED)
    assert len(download(supervisor_client, call_list, "accepted")) == 1
    assert len(download(supervisor_client, call_list)) == 1
