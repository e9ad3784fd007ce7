"""Forty agents for half a minute while a worker is killed and answers are lost (`make soak` is the large one)."""

from __future__ import annotations

import pytest

from tests.soak.__main__ import SIZES
from tests.soak.run import Soak

pytestmark = pytest.mark.xdist_group("live-soak")


def test_no_agent_is_lost_and_no_event_is_told_twice(tmp_path):
    assert Soak(SIZES["small"], folder=tmp_path).run() == []
