from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.config import from_environment, read_env_file


def test_names_and_values_are_read_and_comments_skipped(tmp_path: Path) -> None:
    path = tmp_path / "demo.env"
    path.write_text("# a comment\n\nNXCLOUD_ACCESS_KEY=AK-1\nSANDBOX_WEBHOOK_URL=http://127.0.0.1:1/x?a=b\n")
    values = read_env_file(str(path))
    assert values == {"NXCLOUD_ACCESS_KEY": "AK-1", "SANDBOX_WEBHOOK_URL": "http://127.0.0.1:1/x?a=b"}
    assert from_environment(values).access_key == "AK-1"


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        read_env_file(str(tmp_path / "none"))
