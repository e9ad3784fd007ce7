"""Campaigns that call number by number, as a supervisor sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Person, assert_fits_and_is_accessible
from tests.support.live import LivePortal
from tests.support.paced import callees, make_campaign

LONG = 60_000


def test_a_paced_campaign_is_made_in_the_browser_and_runs_to_its_end(supervisor: Person, tmp_path: Path) -> None:
    page = supervisor.page
    page.goto("/campaigns/new/")
    page.locator("input[name=channel][value=calls]").check()
    expect(page.locator("#retries")).to_be_visible()
    page.get_by_label("Provider account").select_option(label="NxCloud")
    # The answer brings the same fields once more: what is typed before it comes is gone with the old ones.
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.locator("#id_name").fill("Paced in a browser")
    page.locator("#id_country").fill("us")
    page.locator("select[name=connect_number]").select_option(index=1)
    page.get_by_label("Calls per minute").fill("3000")
    page.locator("#id_busy_minutes").fill("60")
    page.locator("#id_busy_calls").fill("2")
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Paced in a browser")
    campaign = page.url

    path = tmp_path / "people.csv"
    path.write_text("phone\n" + "\n".join(callees(25, start=5_000)) + "\n")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    page.locator("#list-read").click(timeout=LONG)
    page.locator("#list-confirm").click(timeout=LONG)
    page.goto(campaign)
    page.locator("#campaign-start").click()
    expect(page.locator("#calls")).to_be_visible(timeout=LONG)
    # Five of the numbers are busy and wait for their other try; everybody else has a result.
    expect(page.locator("#campaign")).to_contain_text("The first number held back (retry)", timeout=LONG)
    expect(page.locator("#calls .badge-answered").first).to_be_visible(timeout=LONG)
    page.locator("#calls tbody a").first.click()
    expect(page.get_by_role("link", name="Paced in a browser")).to_be_visible()


AT_ONCE = """() => {
  document.querySelector('input[name=channel][value=calls]').click()
  document.getElementById('id_name').value = 'Typed at once'
  document.querySelector('input[name=weekdays][value="3"]').click()
}"""


def test_what_is_typed_right_after_a_choice_stays(supervisor: Person) -> None:
    """In one turn of the browser, so that the answer certainly comes later."""
    page = supervisor.page
    page.goto("/campaigns/new/")
    page.evaluate(AT_ONCE)
    expect(page.locator("#retries")).to_be_visible()
    expect(page.locator("#id_name")).to_have_value("Typed at once")
    expect(page.locator("input[name=weekdays][value='3']")).to_be_checked()
    page.get_by_label("Priority").fill("8")
    page.get_by_label("Provider account").focus()
    page.get_by_label("Provider account").select_option(label="Huawei AICC")
    expect(page.get_by_role("group", name="Agent phones")).to_be_visible()
    expect(page.get_by_label("Priority")).to_have_value("8")
    expect(page.get_by_label("Provider account")).to_be_focused()
    page.get_by_label("Provider account").select_option(label="NxCloud")
    expect(page.locator("select[name=connect_number]")).to_be_visible()
    expect(page.locator("#id_name")).to_have_value("Typed at once")


WHILE_IT_SETTLES = """() => document.addEventListener('htmx:afterSwap', () => {
  const account = document.getElementById('id_account')
  account.value = [...account.options].find((option) => option.text === 'NxCloud').value
  account.dispatchEvent(new Event('change', {bubbles: true}))
  document.title = 'Chosen twice'
}, {once: true})"""


def test_a_choice_is_heard_while_the_answer_to_the_one_before_settles(supervisor: Person) -> None:
    page = supervisor.page
    page.goto("/campaigns/new/")
    page.locator("input[name=channel][value=calls]").check()
    expect(page.locator("#retries")).to_be_visible()
    page.wait_for_timeout(200)  # so that this answer has settled
    page.evaluate(WHILE_IT_SETTLES)
    page.get_by_label("Provider account").select_option(label="Huawei AICC")
    expect(page).to_have_title("Chosen twice")
    expect(page.locator("select[name=connect_number]")).to_be_visible()
    expect(page.get_by_role("group", name="Agent phones")).to_be_hidden()
    expect(page.locator("#connection")).to_be_empty()


def test_an_agents_phone_is_chosen_beside_the_number(supervisor: Person, portal: LivePortal) -> None:
    page = supervisor.page
    numbers = callees(2, start=6_500)
    campaign = make_campaign(portal, "By phone", numbers, channel="preview", ours=("--account", "Huawei AICC"))
    portal.json("campaign", "start", "By phone", "--user", "supervisor")
    page.goto(f"/campaigns/{campaign}/next/")
    page.locator("#press-call").click()
    # The browser itself asks for a choice.
    expect(page.locator("#id_agent_phone")).to_be_focused()
    page.locator("#id_agent_phone").select_option(label="442079460102 Desk 2")
    page.locator("#press-call").click()
    expect(page.locator(".badge-answered").first).to_be_visible(timeout=LONG)
    page.goto(f"/campaigns/{campaign}/next/")
    expect(page.locator("#id_agent_phone")).to_have_value(
        page.locator("option", has_text="Desk 2").get_attribute("value")
    )
    page.goto(f"/campaigns/{campaign}/")
    expect(page.locator("#calls")).to_contain_text("442079460102 Desk 2")


def test_the_next_number_is_seen_and_called(supervisor: Person, portal: LivePortal) -> None:
    page = supervisor.page
    campaign = make_campaign(portal, "Looked at first", callees(2, start=6_000), channel="preview")
    page.goto(f"/campaigns/{campaign}/")
    page.locator("#campaign-start").click()
    page.locator("#next-number").click()
    expect(page.get_by_text("May be called now")).to_be_visible()
    page.locator("#press-skip").click()
    expect(page.get_by_text("Skipped.")).to_be_visible()
    page.locator("#press-call").click()
    expect(page.locator(".badge-answered").first).to_be_visible(timeout=LONG)
    assert portal.requests_for(callees(2, start=6_000)[1]) == 1
    assert portal.requests_for(callees(2, start=6_000)[0]) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_are_accessible_and_fit(
    chromium: Browser, portal: LivePortal, signed_in: object, width: int, scheme: str
) -> None:
    name = f"Looked at {width} {scheme}"
    campaign = make_campaign(portal, name, callees(1, start=7_000 + width + len(scheme)), channel="preview")
    portal.json("campaign", "start", name, "--user", "supervisor")
    agents = f"Agents at {width} {scheme}"
    others = callees(1, start=9_000 + width + len(scheme))
    gateway = make_campaign(portal, agents, others, channel="preview", ours=("--account", "Huawei CC-Gateway"))
    portal.json("campaign", "start", agents, "--user", "supervisor")
    aicc = portal.sql("SELECT id FROM dialer_provideraccount WHERE env_prefix = 'AICC'")[0][0]
    pages = ["/campaigns/new/?channel=calls", f"/campaigns/{campaign}/", f"/campaigns/{campaign}/next/"]
    pages += [f"/campaigns/new/?channel=calls&account={aicc}", f"/campaigns/{gateway}/", f"/campaigns/{gateway}/next/"]
    size = {"width": width, "height": 900}
    somebody = Person(chromium, portal, color_scheme=scheme, viewport=size, bypass_csp=True, storage_state=signed_in)
    for path in pages:
        somebody.page.goto(path)
        assert_fits_and_is_accessible(somebody.page)
    somebody.context.close()
