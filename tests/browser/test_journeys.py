"""What only a browser can show: pages that move by themselves, a file going up, a double click, no scripts."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Person, assert_fits_and_is_accessible
from tests.support.live import LivePortal, wait_for

LONG = 90_000
"""Milliseconds for a campaign of a thousand numbers to finish on a busy machine."""


def fill_call_form(page: Page, callee: str) -> None:
    page.goto("/calls/new/")
    page.get_by_label("Callee", exact=False).first.fill(callee)
    page.locator("select[name=did]").select_option(index=1)
    page.locator("select[name=connect_number]").select_option(index=1)


def test_a_call_is_placed_accepted_answered_and_found_in_the_admin(supervisor, portal):
    page = supervisor.page
    fill_call_form(page, "+44 7700 900961")
    page.get_by_role("button", name="Preview request").click()
    expect(page.locator("#preview")).to_contain_text("/did/openapi/amazon/dialout")
    expect(page.locator("#preview")).not_to_contain_text("live-test-secret")
    assert portal.requests_for("+447700900961") == 0

    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("7700 900961")
    expect(page.locator(".badge-accepted").first).to_be_visible(timeout=15_000)
    expect(page.locator(".badge-answered").first).to_be_visible(timeout=30_000)
    (call_id,) = portal.sql("SELECT provider_call_id FROM dialer_callrequest WHERE callee = 447700900961")[0]
    expect(page.get_by_text(call_id).first).to_be_visible()

    page.goto("/admin/dialer/callrequest/?q=900961")
    page.locator("#result_list tbody th a").first.click()
    expect(page.get_by_text(call_id).first).to_be_visible()
    expect(page.get_by_role("cell", name="accepted by the provider")).to_be_visible()


def test_a_double_click_and_a_repeated_post_make_one_order(supervisor, portal):
    page = supervisor.page
    fill_call_form(page, "+44 7700 900962")
    with page.expect_request(lambda request: request.method == "POST") as posted:
        page.get_by_role("button", name="Call", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("7700 900962")
    request = posted.value
    again = page.request.post(request.url, data=request.post_data_buffer, headers=request.all_headers())
    assert again.ok
    wait_for(lambda: portal.requests_for("+447700900962"))
    time.sleep(0.5)
    assert portal.requests_for("+447700900962") == 1


def test_a_second_order_to_an_open_callee_is_refused_with_a_link(supervisor, portal):
    page = supervisor.page
    portal.control("script", callee="+447700900963", scenario="accepted_then_silent")
    fill_call_form(page, "+447700900963")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("7700 900963")
    expect(page.locator(".badge-accepted").first).to_be_visible(timeout=15_000)
    first = page.url
    fill_call_form(page, "+447700900963")
    page.get_by_role("button", name="Call", exact=True).click()
    refusal = page.locator("#place-call .alert")
    expect(refusal).to_contain_text("open order")
    refusal.get_by_role("link").click()
    expect(page).to_have_url(first)


def test_a_doubt_is_settled_at_the_desk(supervisor, portal):
    page = supervisor.page
    portal.control("script", callee="+447700900964", scenario="accepted_then_reset")
    fill_call_form(page, "+447700900964")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("7700 900964")
    expect(page.locator(".badge-in-doubt").first).to_be_visible(timeout=15_000)
    page.locator("#call-doubt").click()
    page.locator("details summary", has_text="Resolve").first.click()
    page.get_by_text("It was called", exact=False).first.click()
    page.get_by_label("What did you check?").fill("Seen in the provider's console.")
    page.get_by_role("button", name="Resolve", exact=True).first.click()
    settled = "SELECT state, resolution FROM dialer_callrequest WHERE callee = 447700900964"
    wait_for(lambda: portal.sql(settled) == [("accepted", "Seen in the provider's console.")])


def thousand_rows(folder: Path) -> Path:
    """959 numbers, 20 that are none, 21 repeated: 1,000 rows. Ending 783 would stay silent in the sandbox."""
    good = [f"+44 7700 900{number:03}" for number in range(960) if number != 783]
    bad = [f"12{number}" for number in range(20)]
    rows = [*good[:500], *bad, *good[500:], *good[:21]]
    assert len(rows) == 1000
    path = folder / "autumn.csv"
    path.write_text("phone,order_id,note\n" + "".join(f"{row},A{line},hello\n" for line, row in enumerate(rows)))
    return path


def test_a_campaign_runs_from_a_csv_to_its_end(supervisor, portal, tmp_path):
    page = supervisor.page
    portal.control("config", speed=0.05)
    page.goto("/campaigns/new/")
    page.locator("#id_name").fill("Autumn renewals")
    page.locator("select[name=agent_group]").select_option(index=1)
    page.locator("#id_country").fill("GB")
    page.get_by_label("Strategy name", exact=False).first.fill("Default Strategy")
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Autumn renewals")

    page.locator("#upload input[type=file]").set_input_files(thousand_rows(tmp_path))
    page.locator("#upload").get_by_role("button", name="Upload", exact=True).click()
    page.locator("#list-read").click(timeout=30_000)
    expect(page.locator(".tiles")).to_contain_text("959", timeout=30_000)
    counts = "SELECT rows, accepted, invalid, duplicates FROM campaigns_calllist"
    assert portal.sql(counts) == [(1000, 959, 20, 21)]
    page.locator("#list-confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Autumn renewals")
    page.locator("#campaign-start").click()
    expect(page.locator(".badge-running").first).to_be_visible()
    expect(page.locator(".badge-finished").first).to_be_visible(timeout=LONG)
    tasks = portal.sql("SELECT state, size FROM campaigns_providertask ORDER BY number")
    assert tasks == [("accepted", 300), ("accepted", 300), ("accepted", 300), ("accepted", 59)]
    assert portal.sql("SELECT DISTINCT state FROM campaigns_entry") == [("done",)]
    orders = portal.received()["orders_by_callee"]
    assert {orders.get(f"447700900{number:03}") for number in range(960) if number != 783} == {1}

    page.goto("/admin/campaigns/providertask/")
    expect(page.locator("#result_list tbody tr")).to_have_count(4)


@pytest.mark.parametrize(
    "path",
    [
        *("/calls/new/", "/calls/", "/calls/in-doubt/", "/campaigns/", "/campaigns/new/", "/do-not-call/"),
        *("/policy/stop/", "/policy/evidence/", "/why/?number=%2B447700900001"),
    ],
)
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_are_accessible_and_fit(
    chromium: Browser, portal: LivePortal, signed_in: Any, path: str, look: str, width: int
):
    size = {"width": width, "height": 900}
    person = Person(chromium, portal, color_scheme=look, bypass_csp=True, viewport=size, storage_state=signed_in)
    person.page.goto(path)
    assert_fits_and_is_accessible(person.page)
    person.context.close()


def test_a_call_can_be_placed_without_scripts(chromium: Browser, portal: LivePortal):
    person = Person(chromium, portal, java_script_enabled=False)
    person.sign_in("Supervisor")
    page = person.page
    fill_call_form(page, "+447700900965")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("7700 900965")
    wait_for(lambda: portal.requests_for("+447700900965") == 1)
    person.context.close()


def test_the_sandbox_banner_is_loud_on_every_page(supervisor):
    for path in ("/calls/new/", "/campaigns/", "/admin/"):
        supervisor.page.goto(path)
        expect(supervisor.page.get_by_text(re.compile("sandbox", re.IGNORECASE)).first).to_be_visible()


def test_the_first_load_is_light(chromium: Browser, portal: LivePortal):
    person = Person(chromium, portal)
    person.page.goto("/account/login/")
    person.page.wait_for_load_state("networkidle")
    transferred = person.page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".reduce((sum, entry) => sum + entry.transferSize, 0)"
    )
    person.context.close()
    assert 0 < transferred <= 100_000


def test_what_the_rules_say_stands_there_while_a_number_is_typed(supervisor, portal):
    page = supervisor.page
    portal.sql(
        "INSERT INTO dialer_dncentry (dnc_list_id, callee, reason, source, added_at)"
        " SELECT id, 442079460444, 'Asked by letter.', '', now() FROM dialer_dnclist WHERE name = 'Opt-outs'"
    )
    page.goto("/calls/new/")
    page.locator("#id_callee").press_sequentially("+44 20 7946 044")
    expect(page.locator("#outlook .alert")).to_have_count(0)
    page.locator("#id_callee").press_sequentially("4")
    expect(page.locator("#outlook")).to_contain_text("Opt-outs. Asked by letter. It must not be called.")
    page.locator("#id_callee").press("Backspace")
    page.locator("#id_callee").press_sequentially("5")
    expect(page.locator("#outlook")).to_contain_text("May be called now")
    expect(page.locator("#outlook")).to_contain_text("local time")


def test_the_stop_switch_is_two_clicks_from_every_page(supervisor, portal):
    page = supervisor.page
    page.goto("/calls/")
    page.locator("#stop-link").click()
    page.locator("#stop-press").click()
    expect(page.locator("#stop-release")).to_be_visible()
    page.locator("#id_reason").fill("The drill is over.")
    page.locator("#stop-release").click()
    expect(page.get_by_text("Orders are being sent as usual.")).to_be_visible()
    assert portal.sql("SELECT is_on, reason FROM dialer_stopevent ORDER BY id") == [
        (True, ""),
        (False, "The drill is over."),
    ]
