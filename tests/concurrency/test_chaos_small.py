"""A few hundred numbers while two workers are killed: afterwards everything adds up (`make chaos` is the large one)."""

from __future__ import annotations

import pytest

from tests.chaos.run import Plan, Run

pytestmark = pytest.mark.xdist_group("live-chaos")


def test_after_two_killed_workers_every_number_adds_up(tmp_path):
    run = Run(Plan(count=400, rate=50, kills=2, storm_seconds=90), folder=tmp_path, server=None)
    assert [str(line) for line in run.run()] == []
    assert run.kills == 2
