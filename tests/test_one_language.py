"""Until the portal is translated as a whole, every page is English, whatever language the browser asks for."""

from __future__ import annotations

import re

import pytest
from django.conf import global_settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.support.builders import make_call_request
from tests.support.campaign_builders import make_campaign

pytestmark = pytest.mark.django_db

# As browsers send them; the second is Django's name for the first.
LANGUAGES = {"de": "de", "zh-CN": "zh-hans", "ar": "ar", "id": "id"}
PAGES = ("sign-in", "call form", "campaign", "admin list")
# Words of Django's own catalogues that stand on these pages in English.
WORDS = ("Search", "Change password", "Log out", "Password", "Username", "Yes", "No", "Run", "Action:", "Help")

# What differs from one answer to the next: tokens, the key of a form, the time of day.
CHANGING = re.compile(
    r'csrfmiddlewaretoken" value="\w+"|X-CSRFToken": "\w+"'
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d\d:\d\d(?::\d\d)?"
)


@pytest.fixture
def pages(supervisor_client: Client) -> dict[str, tuple[Client, str]]:
    make_call_request()
    campaign = make_campaign()
    return {
        "sign-in": (Client(), reverse("account_login")),
        "call form": (supervisor_client, reverse("dialer:place_call")),
        "campaign": (supervisor_client, reverse("campaigns:campaign_detail", args=[campaign.pk])),
        "admin list": (supervisor_client, reverse("admin:dialer_callrequest_changelist")),
    }


def rendered(page: tuple[Client, str], language: str) -> str:
    client, url = page
    response = client.get(url, headers={"accept-language": f"{language},en;q=0.1"})
    assert response.status_code == 200
    return CHANGING.sub("", response.content.decode())


def translated_words(language: str) -> set[str]:
    """What Django would say in that language, where it says it in other words."""
    with translation.override(LANGUAGES[language]):
        return {translation.gettext(word) for word in WORDS} - set(WORDS)


def words_in(html: str, words: set[str]) -> set[str]:
    text = re.sub(r"<[^>]*>", " ", html)
    return {word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_english_in_every_browser(pages, name, language):
    page = rendered(pages[name], language)
    assert re.search(r'<html lang="en"[^>]* dir="ltr"', page)
    assert 'dir="rtl"' not in page
    with translation.override("en"):
        assert words_in(page, translated_words(language)) == set()
    assert page == rendered(pages[name], "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_all_of_djangos_languages_an_admin_list_would_be_a_mixture(pages, settings, language):
    """Else the test above could look for words that no page has."""
    settings.LANGUAGES = [item for item in global_settings.LANGUAGES if item[0] in {"en", *LANGUAGES.values()}]
    page = rendered(pages["admin list"], language)
    assert words_in(page, translated_words(language))
    assert f'<html lang="{LANGUAGES[language]}"' in page
