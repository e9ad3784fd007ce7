"""Chromium against a portal that runs in processes of its own. Without Chromium these tests say so and are left out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.support.live import LivePortal

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run"]


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            # Each module has a portal of its own.
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))
            if CHROMIUM is None:
                reason = "Chromium is not installed, so no browser test ran: apt-get install chromium"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Not for the whole session: Playwright keeps an event loop in this thread, and other tests run loops of their own.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    live = LivePortal(tmp_path_factory.mktemp("portal"), PORTAL_CHUNK_SIZE="300", SANDBOX_SPEED="0.2")
    try:
        live.prepare()
        live.start_sandbox()
        live.start_worker()
        live.start_web()
        yield live
    finally:
        live.stop()


class Person:
    """Somebody at a browser. Whatever the page complains about in its console is kept, and fails the test."""

    def __init__(self, browser: Browser, portal: LivePortal, **context: Any) -> None:
        self.portal = portal
        self.context = browser.new_context(
            base_url=portal.url, **{"viewport": {"width": 1280, "height": 900}, **context}
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        # A form that is refused with 422 is logged by Chromium as a failed load; that is no fault of the page.
        # Nor is a request that a later choice or click overtakes: htmx logs what is aborted, by these two events. A
        # request that fails is logged by others, too.
        is_meant = any(text in message.text for text in ("422", "sendAbort", "htmx:afterRequest"))
        if message.type in ("error", "warning") and not is_meant:
            self.complaints.append(message.text)

    def sign_in(self, role: str) -> None:
        user = next(user for user in self.portal.seeded["users"] if user["role"] == role)
        self.page.goto("/")
        self.page.get_by_label("Username").fill(user["username"])
        self.page.get_by_label("Password").fill(user["password"])
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda url: "/account/login" not in url)


def assert_fits_and_is_accessible(page: Page) -> None:
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, portal: LivePortal) -> Any:
    """A supervisor's cookies, for tests that only look: the portal takes no more than thirty sign-ins a minute."""
    somebody = Person(chromium, portal)
    somebody.sign_in("Supervisor")
    cookies = somebody.context.storage_state()
    somebody.context.close()
    return cookies


@pytest.fixture
def person(chromium: Browser, portal: LivePortal) -> Iterator[Person]:
    somebody = Person(chromium, portal)
    yield somebody
    somebody.context.close()
    assert not somebody.complaints


@pytest.fixture
def supervisor(person: Person) -> Person:
    person.sign_in("Supervisor")
    return person
