"""The example in docs/webhooks.md, as somebody would copy it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from dialer.models.notices import FOR_WEBHOOKS
from dialer.notices import signing
from tests.dialer.notices.builders import make_target

pytestmark = pytest.mark.django_db
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "webhooks.md").read_text()


def test_the_example_tells_ours_from_others() -> None:
    example: dict[str, Any] = {}
    exec(re.search(r"```python\n(.+?)```", PAGE, re.DOTALL)[1], example)
    is_from_the_portal = example["is_from_the_portal"]
    target, now, body = make_target(), timezone.now(), '{"id": "ä"}'.encode()
    old = signing.secret_of(target)
    signing.rotate_secret(target, now=now)
    headers = signing.signed_headers(target, "msg_1", body, now=now)
    assert is_from_the_portal(signing.secret_of(target), headers, body)
    assert is_from_the_portal(old, headers, body)
    assert not is_from_the_portal("whsec_AAAA", headers, body)
    assert not is_from_the_portal(old, headers, body + b" ")
    assert not is_from_the_portal(old, {**headers, "webhook-timestamp": "1"}, body)


def test_every_event_is_described() -> None:
    assert [str(event) for event in FOR_WEBHOOKS if f"`{event}`" not in PAGE] == []
