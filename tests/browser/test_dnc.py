"""A do-not-call file that is not clear, from the upload to its report, and digits that may be two numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, assert_fits_and_is_accessible

ROWS = """Opt-outs of the spring

name,first,second,reason
Ann,+447700900601,+447700900602,asked
Bob,nobody,202555XXXX,
"""


def open_list(page: Page) -> None:
    page.goto("/do-not-call/")
    page.get_by_role("link", name="Opt-outs", exact=True).click()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_file_is_asked_about_and_every_row_is_told(supervisor: Person, tmp_path: Path, width: int) -> None:
    page = supervisor.page
    page.set_viewport_size({"width": width, "height": 900})
    path = tmp_path / f"spring-{width}.csv"
    path.write_text(ROWS)
    open_list(page)
    page.locator("#dnc-upload input[type=file]").set_input_files(path)
    page.locator("#dnc-upload input[name=country]").fill("US")
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("Several columns could contain the numbers")).to_be_visible(timeout=30_000)
    assert_fits_and_is_accessible(page)
    page.get_by_label("first", exact=True).select_option("number")
    expect(page.get_by_text("+44 7700 900601").first).to_be_visible()
    page.get_by_label("second", exact=True).select_option("number")
    expect(page.get_by_text("+1202555XXXX").first).to_be_visible()
    page.get_by_role("button", name="Block these numbers").click()
    expect(page.get_by_text("1 row could not be read")).to_be_visible(timeout=30_000)
    assert_fits_and_is_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert "Bob" in download.value.path().read_text()


def test_two_readings_are_offered_and_both_are_proposed(supervisor: Person) -> None:
    page = supervisor.page
    open_list(page)
    page.locator("#dnc-add input[name=number]").fill("6591234567")
    page.locator("#dnc-add input[name=country]").fill("ID")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("Block both")).to_be_checked()
    assert_fits_and_is_accessible(page)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("+6591234567 was added to the list.")).to_be_visible()
