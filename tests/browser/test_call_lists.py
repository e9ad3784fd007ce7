"""A million rows through the form of a browser, while other people go on working."""

from __future__ import annotations

import statistics
import threading
import time
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.support.live import LivePortal, wait_for

ROWS = 1_000_000
LONG = 180_000
"""Milliseconds for a million rows to be read on a busy machine; alone it takes about ten seconds."""

OVER = ("checked", "failed", "cancelled")


def a_million_rows(folder: Path, name: str) -> Path:
    """Every 1,000th is no number, every 500th comes again."""
    path = folder / name
    with path.open("w") as file:
        file.write("phone,order_id,note\n")
        for row in range(ROWS):
            number = "n/a" if row % 1000 == 7 else f"+62812{10_000_000 + row - (row % 500 == 9)}"
            file.write(f"{number},M{row},hello\n")
    return path


def make_campaign(page: Page, name: str) -> None:
    page.goto("/campaigns/new/")
    page.locator("#id_name").fill(name)
    page.locator("select[name=agent_group]").select_option(index=1)
    page.locator("#id_country").fill("ID")
    page.get_by_label("Strategy name", exact=False).first.fill("Default Strategy")
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


class Colleague(threading.Thread):
    """Opens another page again and again while the list is being read, beside the browser, which may be busy."""

    def __init__(self, portal: LivePortal, page: Page) -> None:
        super().__init__(daemon=True)
        self.portal = portal
        self.cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
        self.states: list[str] = []
        self.answers: list[float] = []

    def run(self) -> None:
        with httpx.Client(base_url=self.portal.url, cookies=self.cookies) as client:
            deadline = time.monotonic() + LONG / 1000
            while self.state() not in OVER and time.monotonic() < deadline:
                if self.states[-1] == "importing":
                    start = time.perf_counter()
                    client.get("/calls/").raise_for_status()
                    self.answers.append(time.perf_counter() - start)
                time.sleep(0.05)

    def state(self) -> str:
        rows = self.portal.sql("SELECT state FROM campaigns_calllist WHERE name = 'million.csv'")
        now = rows[0][0] if rows else ""
        if now not in self.states[-1:]:
            self.states.append(now)
        return now


def test_a_million_rows_are_uploaded_read_and_reported_while_other_pages_answer(supervisor, portal, tmp_path):
    page = supervisor.page
    make_campaign(page, "A million")
    page.locator("#upload input[type=file]").set_input_files(a_million_rows(tmp_path, "million.csv"))
    page.locator("#upload").get_by_role("button", name="Upload", exact=True).click()
    colleague = Colleague(portal, page)
    colleague.start()
    page.locator("#list-read").click(timeout=LONG)
    expect(page.locator("#list-confirm")).to_be_visible(timeout=LONG)
    colleague.join()
    answers = colleague.answers
    assert len(answers) > 10, colleague.states
    print(f"{len(answers)} pages while reading: median {statistics.median(answers):.3f} s, worst {max(answers):.3f} s")
    assert statistics.median(answers) < 1
    assert max(answers) < 5

    counts = "SELECT rows, accepted, duplicates, invalid FROM campaigns_calllist WHERE name = 'million.csv'"
    assert portal.sql(counts) == [(ROWS, 997_000, 2_000, 1_000)]
    expect(page.locator(".tiles")).to_contain_text("997,000")


def test_a_list_that_is_being_read_can_be_cancelled(supervisor, portal, tmp_path):
    page = supervisor.page
    make_campaign(page, "Cancelled")
    page.locator("#upload input[type=file]").set_input_files(a_million_rows(tmp_path, "cancelled.csv"))
    page.locator("#upload").get_by_role("button", name="Upload", exact=True).click()
    page.locator("#list-read").click(timeout=LONG)
    expect(page.locator("#call-list progress")).to_be_visible(timeout=LONG)
    page.locator("#list-cancel").click(timeout=LONG)
    expect(page.get_by_text("No number of this file will be called.")).to_be_visible(timeout=LONG)
    page.reload()
    expect(page.get_by_text("No number of this file will be called.")).to_be_visible()
    left = (
        "SELECT count(*) FROM campaigns_entry e JOIN campaigns_calllist l ON l.id = e.call_list_id"
        " WHERE l.state = 'cancelled'"
    )
    wait_for(lambda: portal.sql(left) == [(0,)], seconds=60, what="its rows to be gone")
