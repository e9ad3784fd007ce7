from __future__ import annotations

import pytest

from tests.support.aicc import CONNECTED, Aicc


@pytest.fixture
def aicc(monkeypatch: pytest.MonkeyPatch) -> Aicc:
    """AICC's side, which calls back at the console's address of connections."""
    return Aicc(monkeypatch, aicc_connected_url=f"http://127.0.0.1:8000{CONNECTED}")
