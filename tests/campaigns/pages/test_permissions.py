"""Every page of the app against the whole cast, as data."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from tests.support.campaign_builders import make_call_list, make_campaign, make_task
from tests.support.htmx import hx_get

pytestmark = pytest.mark.django_db

CAST = ["supervisor_client", "administrator_client", "auditor_client", "stranger_client"]
# method, name, status for each of the cast
MATRIX = [
    ("get", "campaign_list", [200, 200, 200, 403]),
    ("get", "campaign_create", [200, 403, 403, 403]),
    ("get", "campaign_detail", [200, 200, 200, 403]),
    ("get", "campaign_edit", [200, 403, 403, 403]),
    ("post", "campaign_edit", [422, 403, 403, 403]),
    ("get", "campaign_preview", [200, 200, 200, 403]),
    ("post", "campaign_act", [302, 403, 403, 403]),
    ("post", "call_list_upload", [422, 403, 403, 403]),
    ("get", "call_list_detail", [200, 200, 200, 403]),
    ("get", "call_list_rejects", [200, 200, 200, 403]),
    ("get", "call_list_accepted", [200, 200, 200, 403]),
    ("get", "list_template", [200, 200, 200, 403]),
    ("post", "call_list_read", [302, 403, 403, 403]),
    ("post", "call_list_decide", [302, 403, 403, 403]),
    ("post", "call_list_answer", [302, 403, 403, 403]),
    # Whoever may add to do-not-call lists.
    ("post", "call_list_opt_out", [302, 302, 403, 403]),
    ("get", "task_detail", [200, 200, 200, 403]),
    # Wrong methods are wrong for everybody.
    ("post", "campaign_list", [405, 405, 405, 405]),
    ("get", "campaign_act", [405, 405, 405, 405]),
    ("get", "call_list_upload", [405, 405, 405, 405]),
    ("get", "call_list_read", [405, 405, 405, 405]),
    ("get", "call_list_decide", [405, 405, 405, 405]),
    ("post", "call_list_detail", [405, 405, 405, 405]),
    ("post", "task_detail", [405, 405, 405, 405]),
]


def url_of(name: str) -> str:
    draft = make_campaign("Winter")
    arguments: dict[str, list[Any]] = {
        "campaign_list": [],
        "campaign_create": [],
        "campaign_act": [draft.pk, "start"],
        "call_list_detail": [make_call_list(draft).pk],
        "task_detail": [make_task(make_campaign(state=Campaign.State.RUNNING)).reference],
    }
    for same in ("call_list_rejects", "call_list_accepted", "call_list_read", "call_list_opt_out"):
        arguments[same] = arguments["call_list_detail"]
    arguments["call_list_decide"] = [*arguments["call_list_detail"], "discard"]
    arguments["call_list_answer"] = [*arguments["call_list_detail"], "own_code"]
    arguments["list_template"] = ["standard"]
    return reverse(f"campaigns:{name}", args=arguments.get(name, [draft.pk]))


@pytest.mark.parametrize(("method", "name", "statuses"), MATRIX)
def test_who_may_see_and_do_what(request: pytest.FixtureRequest, method: str, name: str, statuses: list[int]) -> None:
    url = url_of(name)
    got = [getattr(request.getfixturevalue(fixture), method)(url).status_code for fixture in CAST]
    assert got == statuses


@pytest.mark.parametrize("name", sorted({name for method, name, _ in MATRIX if method == "get"}))
def test_strangers_to_the_house_are_sent_to_sign_in(client: Client, name: str) -> None:
    url = url_of(name)
    response = client.get(url)
    assert (response.status_code, response["Location"].partition("?")[0]) == (302, reverse("account_login"))
    assert hx_get(client, url)["HX-Redirect"].startswith(reverse("account_login"))
