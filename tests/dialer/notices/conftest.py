from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialer.notices.builders import Receiver, receiving


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.PORTAL_WEBHOOK_LOOPBACK = True
    with receiving() as receiver:
        yield receiver
