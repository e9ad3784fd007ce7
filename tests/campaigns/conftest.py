from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _uploads_of_one_test(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "spring.csv"
    path.write_text("phone,order_id\n+447700900001,A1\n07700900001,A2\n07700 900002,A3\nnonsense,A4\n")
    return str(path)
