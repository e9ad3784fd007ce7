from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.live import LivePortal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal of its own with demo data, a sandbox and one worker. Leases are short, so that a crash shows soon."""
    live = LivePortal(
        tmp_path_factory.mktemp("portal"),
        PORTAL_LEASE_SECONDS="8",
        PORTAL_RETRY_SECONDS="0.2",
        PORTAL_SEND_ATTEMPTS="8",
        SANDBOX_SLOW_SECONDS="30",
    )
    try:
        live.prepare()
        live.start_sandbox()
        live.start_worker()
        yield live
    finally:
        live.stop()
