from __future__ import annotations

import re

import pytest

from dialer.providers import callback_urls
from tests.support.builders import make_account, make_aicc_account

SECRET = "an-account-secret-1"
REFERENCE = "0123456789abcdef0123456789abcdef"


def test_an_orders_secret_tells_its_order_and_only_under_its_account():
    given = callback_urls.order_secret(SECRET, REFERENCE)
    assert callback_urls.order_of(SECRET, given) == REFERENCE
    assert callback_urls.order_of("another-account-secret", given) == ""
    assert SECRET not in given


@pytest.mark.parametrize(
    "given", ["", SECRET, REFERENCE, f"{REFERENCE}-", f"{REFERENCE}-{'0' * 32}", f"-{'0' * 32}", "é-" + "0" * 32]
)
def test_nothing_else_is_an_orders_secret(given: str):
    assert callback_urls.order_of(SECRET, given) == ""


def test_without_an_account_secret_nothing_is():
    assert callback_urls.order_of("", callback_urls.order_secret("", REFERENCE)) == ""


@pytest.mark.django_db
def test_an_address_has_only_characters_that_aicc_takes():
    address = callback_urls.for_order(make_aicc_account(), REFERENCE)
    assert re.fullmatch(r"[A-Za-z0-9\-:./_#?&]+", address)


@pytest.mark.django_db
def test_no_address_where_none_is_taken(monkeypatch: pytest.MonkeyPatch):
    assert callback_urls.for_order(make_account(), REFERENCE) == ""
    monkeypatch.setenv("AICC_WEBHOOK_PATH", "")
    assert callback_urls.for_order(make_aicc_account(), REFERENCE) == ""
