"""The test client as htmx, and what a fragment must look like."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client


def hx_get(client: Client, url: str, data: Any = None) -> HttpResponse:
    return client.get(url, data, headers={"HX-Request": "true"})


def hx_post(client: Client, url: str, data: Any = None, *, target: str = "") -> HttpResponse:
    return client.post(url, data, headers={"HX-Request": "true", "HX-Target": target})


def assert_fragment(response: HttpResponse, template: str, *, root_id: str) -> None:
    """The named template, one root element with that id, and no page around it."""
    names = [used.name for used in response.templates]
    assert template in names, names
    html = response.content.decode()
    assert "<html" not in html
    first_tag = re.search(r"<\w+[^>]*>", html)
    assert first_tag, html
    assert f'id="{root_id}"' in first_tag[0], first_tag[0]
