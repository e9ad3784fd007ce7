"""Agents in a browser: signed in, calling, watched while the call goes on, and hung up."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Person, assert_fits_and_is_accessible
from tests.support.live import LivePortal

STAGES = ["The agent's phone is ringing", "The agent is on the line", "The callee's phone is ringing", "Talking"]
SOON = 30_000
"""Milliseconds for a session to begin or a call to go on, on a busy machine."""


def row_of(page: Page, agent_id: int) -> Any:
    return page.locator("#agents tbody tr", has=page.get_by_text(str(agent_id), exact=True))


def sign_in(page: Page, agent_id: int) -> Any:
    page.goto("/agents/")
    row = row_of(page, agent_id)
    row.get_by_role("button", name="Sign in").click()
    expect(row.locator(".badge-agent-idle")).to_be_visible(timeout=SOON)
    return row


def account_of(portal: LivePortal, kind: str) -> int:
    return int(portal.sql("SELECT id FROM dialer_provideraccount WHERE kind = %s", kind)[0][0])


def choose_account(page: Page, portal: LivePortal, kind: str) -> None:
    page.goto("/calls/new/")
    page.locator("select[name=account]").select_option(str(account_of(portal, kind)))


def test_a_call_of_an_agent_is_watched_and_hung_up(supervisor: Person, portal: LivePortal) -> None:
    page = supervisor.page
    portal.control("config", speed=3)
    sign_in(page, 1001).get_by_role("link", name="1001").click()
    page.locator("#agent-place-call").click()
    expect(page.locator("select[name=agent] option:checked")).to_contain_text("1001")
    page.locator("#id_callee").fill("+44 7700 900961")
    page.get_by_role("button", name="Preview request").click()
    expect(page.locator("#preview")).to_contain_text("/voicecall/1001/callout")
    page.get_by_role("button", name="Call", exact=True).click()

    now = page.locator("#call-stages [aria-current=step]")
    for stage in STAGES:
        expect(now).to_contain_text(stage, timeout=SOON)
    page.locator("#call-hang-up").click()
    expect(page.locator(".badge-answered").first).to_be_visible(timeout=SOON)
    expect(page.locator("#call-stages .stage-done")).to_have_count(5)
    expect(page.get_by_text("Hang-up requested · supervisor")).to_be_visible()

    (call_id,) = portal.sql("SELECT provider_call_id FROM dialer_callrequest WHERE callee = 447700900961")[0]
    page.goto("/admin/dialer/callrequest/?q=900961")
    page.locator("#result_list tbody th a").first.click()
    expect(page.get_by_text(call_id).first).to_be_visible()
    expect(page.get_by_role("cell", name="the callee's phone is ringing")).to_be_visible()

    page.goto("/agents/")
    row = row_of(page, 1001)
    row.get_by_role("button", name="Sign out").click()
    expect(row.locator(".badge-agent-signed-out")).to_be_visible(timeout=SOON)
    portal.control("config", speed=0.2)


def test_another_client_is_thrown_out_only_by_a_person(supervisor: Person, portal: LivePortal) -> None:
    page = supervisor.page
    phone = portal.sql("SELECT phone FROM dialer_agent WHERE agent_id = 1002")[0][0]
    url = f"{portal.sandbox_url}/agentgateway/resource/onlineagent/1002"
    elsewhere = httpx.put(url, json={"password": "agent-password", "phonenum": phone}).raise_for_status()
    assert elsewhere.json()["retcode"] == "0"
    page.goto("/agents/")
    row = row_of(page, 1002)
    row.get_by_role("button", name="Sign in").click()
    row.get_by_role("link", name="Sign out the other client").click(timeout=SOON)
    expect(page.get_by_role("heading", level=1)).to_contain_text("1002")
    page.locator("#agent-confirm-yes").click()
    expect(row.locator(".badge-agent-idle")).to_be_visible(timeout=SOON)
    asked = "SELECT kind FROM dialer_agentcommand c JOIN dialer_agent a ON a.id = c.agent_id WHERE a.agent_id = 1002"
    assert portal.sql(asked + " ORDER BY c.id") == [("sign_in",), ("force_in",)]


def test_a_call_by_an_agents_phone_gets_its_result(supervisor: Person, portal: LivePortal) -> None:
    page = supervisor.page
    choose_account(page, portal, "huawei_aicc")
    page.locator("select[name=agent_phone]").select_option(index=1)
    page.locator("#id_callee").fill("+44 7700 900963")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("7700 900963")
    expect(page.locator(".badge-answered").first).to_be_visible(timeout=SOON)


def test_what_is_typed_while_fields_change_stays(supervisor: Person, portal: LivePortal) -> None:
    page = supervisor.page
    page.goto("/calls/new/")
    page.locator("#id_consent_ref").fill("form 7")
    page.route("**/calls/new/fields/", lambda route: (page.wait_for_timeout(700), route.continue_())[1])
    page.locator("select[name=account]").select_option(str(account_of(portal, "huawei_aicc")))
    page.locator("#id_callee").press_sequentially("+44 7700 900964")
    expect(page.locator("select[name=agent_phone]")).to_be_visible()
    expect(page.locator("select[name=connect_number]")).to_have_count(0)
    expect(page.locator("#id_callee")).to_have_value("+44 7700 900964")
    expect(page.locator("#id_consent_ref")).to_have_value("form 7")
    page.unroute_all(behavior="wait")  # the next test would hear of one that still waits


def test_agents_and_their_calls_work_without_scripts(chromium: Browser, portal: LivePortal) -> None:
    somebody = Person(chromium, portal, java_script_enabled=False)
    somebody.sign_in("Supervisor")
    page = somebody.page
    page.goto("/agents/")
    row_of(page, 1003).get_by_role("button", name="Sign in").click()
    for _look in range(30):
        page.goto("/agents/")
        if row_of(page, 1003).locator(".badge-agent-idle").count():
            break
        page.wait_for_timeout(500)
    page.goto("/calls/new/")
    page.locator("#id_callee").fill("+44 7700 900965")
    page.locator("select[name=account]").select_option(str(account_of(portal, "huawei_ccgateway")))
    page.get_by_role("button", name="Choose this account").click()
    expect(page.locator("#id_callee")).to_have_value("+44 7700 900965")
    page.locator("select[name=agent]").select_option(label="1003 Chloe · idle")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("7700 900965")
    somebody.context.close()


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_of_agents_are_accessible_and_fit(
    chromium: Browser, portal: LivePortal, signed_in: Any, look: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    person = Person(chromium, portal, color_scheme=look, bypass_csp=True, viewport=size, storage_state=signed_in)
    page = person.page
    agent = portal.sql("SELECT min(id) FROM dialer_agent")[0][0]
    for path in ("/agents/", f"/agents/{agent}/", f"/agents/{agent}/take-over/", f"/agents/{agent}/end-and-sign-out/"):
        page.goto(path)
        assert_fits_and_is_accessible(page)
    fields = {"nxcloud": "connect_number", "huawei_ccgateway": "agent", "huawei_aicc": "agent_phone"}
    for kind, field in fields.items():
        choose_account(page, portal, kind)
        expect(page.locator(f"[name={field}]")).to_be_visible()
        assert_fits_and_is_accessible(page)
    person.context.close()
