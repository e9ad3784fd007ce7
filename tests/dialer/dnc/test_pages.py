"""The pages of do-not-call files: columns, report, rejected rows; and adding numbers and blocks by hand."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dialer.dnc import importer as dnc_import
from dialer.models import DncBlock, DncEntry, DncImport, DncList
from tests.dialer.dnc.files import A, B, C, listed, make_list, uploaded
from tests.sheets.files import xlsx
from tests.support.builders import NOW
from tests.support.htmx import hx_post

pytestmark = pytest.mark.django_db
State = DncImport.State


def page_of(client: Client, row: DncImport) -> str:
    return client.get(row.get_absolute_url()).content.decode()


def choose(client: Client, row: DncImport, **fields: Any) -> Any:
    """Presses “Block these numbers” with these fields."""
    return client.post(reverse("dnc:import_read", args=[row.pk]), fields)


def read_on(row: DncImport) -> DncImport:
    dnc_import.import_numbers(row.pk, clock=lambda: NOW)
    row.refresh_from_db()
    return row


def test_an_upload_leads_to_its_own_page(supervisor_client: Client) -> None:
    ours = make_list()
    file = SimpleUploadedFile("n.csv", f"phone\n{A}\nx\n".encode())
    response = supervisor_client.post(reverse("dnc:upload", args=[ours.pk]), {"file": file, "country": "gb"})
    row = ours.imports.get()
    assert response["Location"] == row.get_absolute_url()
    assert "every 1s" in page_of(supervisor_client, row)
    read_on(row)
    report = page_of(supervisor_client, row)
    assert "1 row could not be read" in report
    assert "This is not a telephone number" in report


def test_the_columns_page_asks_and_reads_what_was_chosen(supervisor_client: Client) -> None:
    row = uploaded(f"one,two,why\n{A},{B},asked\n", country="GB")
    page = page_of(supervisor_client, row)
    assert "Several columns could contain the numbers: one, two." in page
    assert (
        "needs someone to choose how to read it"
        in supervisor_client.get(row.dnc_list.get_absolute_url()).content.decode()
    )
    roles = {"role_0_0": "ignore", "role_0_1": "ignore", "role_0_2": "reason", "header_0": "1", "country": "GB"}
    refused = choose(supervisor_client, row, **roles)
    assert (refused.status_code, "Choose the column that contains the numbers." in refused.content.decode()) == (
        422,
        True,
    )
    assert choose(supervisor_client, row, **{**roles, "role_0_1": "number"}).status_code == 302
    assert read_on(row).state == State.DONE
    assert list(DncEntry.objects.values_list("callee", "reason")) == [(B, "asked")]
    again = choose(supervisor_client, row, **roles)
    assert again["Location"] == row.get_absolute_url()


def test_a_choice_is_shown_before_it_is_made(supervisor_client: Client) -> None:
    row = uploaded(f"one,two\n{A},{B}\n", country="GB")
    url = reverse("dnc:import_read", args=[row.pk])
    chosen = {"show": "1", "role_0_0": "number", "role_0_1": "number", "header_0": "0", "country": "GB"}
    shown = hx_post(supervisor_client, url, chosen).content.decode()
    assert "This row contains no number." not in shown
    assert "+44 7700 900601" in shown
    assert "+44 7700 900602" in shown
    row.refresh_from_db()
    assert row.state == State.MAPPING


def test_a_list_of_area_codes_is_asked_about_twice(supervisor_client: Client) -> None:
    row = uploaded("202\n212\n", country="US")
    assert "Most entries are short." in page_of(supervisor_client, row)
    chosen = {"role_0_0": "number", "header_0": "0", "country": "US", "holds": "prefixes"}
    refused = choose(supervisor_client, row, **chosen)
    assert "The list contains blocks of whole areas." in refused.content.decode()
    assert choose(supervisor_client, row, **chosen, allows_wide="on").status_code == 302
    read_on(row)
    assert (listed(), row.blocks) == (["+1202*", "+1212*"], 2)


def test_the_country_is_asked_for_where_numbers_have_none(supervisor_client: Client) -> None:
    row = uploaded("phone\n07700 900601\n07700 900602\n")
    chosen = {"role_0_0": "number", "header_0": "1"}
    assert choose(supervisor_client, row, **chosen, country="").status_code == 422
    assert "Unknown country code UK" in choose(supervisor_client, row, **chosen, country="uk").content.decode()
    assert choose(supervisor_client, row, **chosen, country="gb").status_code == 302
    read_on(row)
    assert (row.country, listed()) == ("GB", [A, B])


def test_the_encoding_is_asked_for_and_the_file_is_never_failed_for_it(supervisor_client: Client) -> None:
    row = uploaded(f"phone,grund\n{A},gewünscht\n".encode("cp1252"))
    assert "CP1252: +447700900601,gewünscht" in page_of(supervisor_client, row)
    chosen = {"role_0_0": "number", "role_0_1": "reason", "header_0": "1", "delimiter": ","}
    assert choose(supervisor_client, row, **chosen, encoding="").status_code == 422
    assert choose(supervisor_client, row, **chosen, encoding="cp1252").status_code == 302
    read_on(row)
    assert DncEntry.objects.get().reason == "gewünscht"


def test_sheets_can_be_left_out(supervisor_client: Client) -> None:
    content = xlsx(("May", [["one", "two"], [A, B]]), ("June", [["phone"], [C]]))
    row = uploaded(content, name="two.xlsx", country="GB")
    page = page_of(supervisor_client, row)
    assert "Sheet May" in page
    assert "Sheet June" in page
    fields = {"role_0_0": "number", "role_0_1": "ignore", "role_1_0": "number", "header_0": "1", "header_1": "1"}
    assert choose(supervisor_client, row, **fields, sheet_1="on", country="GB").status_code == 302
    read_on(row)
    assert listed() == [C]


def test_every_rejected_row_can_be_downloaded_corrected_and_sent_again(supervisor_client: Client) -> None:
    rows = "".join(f"{A[:-2]}x{n:03d},asked {n}\n" for n in range(250))
    row = uploaded(f"phone,reason\n{rows}=1+1,\n", country="GB")
    assert row.invalid == 251
    answer = supervisor_client.get(reverse("dnc:import_rejects", args=[row.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["phone", "reason", "line", "reason", "code", "suggestion"]
    assert len(lines) == 252
    assert lines[1][1:3] == ["asked 0", "2"]
    assert lines[251][0] == "'=1+1"
    corrected = text.replace("x000", "99")
    again = uploaded(corrected, country="GB", dnc_list=row.dnc_list)
    assert (again.state, again.rows, again.taken) == (State.DONE, 251, 1)
    assert DncEntry.objects.get().reason == "asked 0"


def test_a_file_that_waits_can_be_discarded(supervisor_client: Client, auditor_client: Client) -> None:
    row = uploaded(f"one,two\n{A},{B}\n")
    url = reverse("dnc:import_discard", args=[row.pk])
    assert auditor_client.post(url).status_code == 403
    assert "Someone with permission to upload" in page_of(auditor_client, row)
    supervisor_client.post(url)
    row.refresh_from_db()
    assert row.state == State.DISCARDED
    assert "It does not block any numbers." in page_of(supervisor_client, row)
    assert choose(supervisor_client, row).status_code == 302
    assert not listed()


def add(client: Client, dnc_list: DncList, **fields: str) -> Any:
    return client.post(reverse("dnc:add", args=[dnc_list.pk]), fields)


def test_digits_that_may_be_two_numbers_are_asked_about(supervisor_client: Client) -> None:
    ours = make_list()
    digits = {"number": "6591234567", "country": "ID"}
    asked = add(supervisor_client, ours, **digits)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Block both" in page
    assert '<input type="radio" name="which" value="all" id="id_which_0" checked>' in page
    assert add(supervisor_client, ours, **digits, which="+442079460001").status_code == 422
    assert add(supervisor_client, ours, **digits, which="+6591234567").status_code == 302
    assert listed() == ["+6591234567"]
    add(supervisor_client, ours, **digits, which="all")
    assert sorted(listed()) == ["+626591234567", "+6591234567"]


def test_a_block_is_added_and_taken_off_by_hand(supervisor_client: Client, administrator_client: Client) -> None:
    ours = make_list()
    assert add(supervisor_client, ours, number="202555XXXX", country="US", reason="whole company").status_code == 302
    page = supervisor_client.get(ours.get_absolute_url(), {"number": "+12025550199"}).content.decode()
    assert "is covered by the block +1202555XXXX" in page
    assert "is not on this list" not in page
    block = DncBlock.objects.get()
    assert (block.written, block.reason, block.expires_at) == ("+1202555XXXX", "whole company", None)
    url = reverse("dnc:remove_block", args=[block.pk])
    assert supervisor_client.post(url).status_code == 403
    administrator_client.post(url)
    assert not DncBlock.objects.exists()


def test_a_whole_area_needs_a_second_word(supervisor_client: Client) -> None:
    ours = make_list()
    refused = add(supervisor_client, ours, number="+1202*")
    assert refused.status_code == 422
    assert 'name="is_wide"' in refused.content.decode()
    assert add(supervisor_client, ours, number="+1202*", is_wide="on").status_code == 302
    assert listed() == ["+1202*"]


def test_the_main_number_of_one_with_an_extension_is_blocked(supervisor_client: Client) -> None:
    ours = make_list()
    assert add(supervisor_client, ours, number="+44 20 7946 0001 ext. 12").status_code == 302
    assert listed() == ["+442079460001"]
