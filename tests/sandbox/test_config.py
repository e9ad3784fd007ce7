"""The environment, and that the README tells the truth."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import sandbox
from sandbox.config import SandboxConfig, from_environment
from sandbox.control import _ACTIONS
from sandbox.huawei_config import HuaweiConfig
from sandbox.scenarios import markdown_table
from sandbox.settings import HUAWEI_SETTINGS, SETTINGS

PACKAGE = Path(sandbox.__file__).parent
README = (PACKAGE / "README.md").read_text()


def test_an_empty_environment_gives_the_defaults() -> None:
    assert from_environment({}) == SandboxConfig()


def test_every_name_is_read() -> None:
    names = {
        "SANDBOX_ACCESS_KEY": "AK-1",
        "SANDBOX_ACCESS_SECRET": "s-1",
        "SANDBOX_WEBHOOK_URL": "http://127.0.0.1:8000/hook",
        "SANDBOX_WEBHOOK_TOKEN": "t-1",
        "SANDBOX_SPEED": "0.25",
        "SANDBOX_SLOW_SECONDS": "3",
        "SANDBOX_RECORDING_BASE": "http://127.0.0.1:8010",
    }
    assert from_environment(names) == SandboxConfig(
        access_key="AK-1",
        access_secret="s-1",
        webhook_url="http://127.0.0.1:8000/hook",
        webhook_token="t-1",
        speed=0.25,
        slow_seconds=3.0,
        recording_base="http://127.0.0.1:8010",
    )


@pytest.mark.parametrize("name", ["ACCESS_KEY", "ACCESS_SECRET", "WEBHOOK_TOKEN"])
def test_the_portals_own_names_are_the_fallback(name: str) -> None:
    field = name.lower()
    assert getattr(from_environment({f"NXCLOUD_{name}": "theirs"}), field) == "theirs"
    assert getattr(from_environment({f"NXCLOUD_{name}": "theirs", f"SANDBOX_{name}": "ours"}), field) == "ours"


def test_every_field_of_the_huawei_sides_is_read() -> None:
    names = {
        "SANDBOX_AICC_ONE_TOKEN": "true",
        "SANDBOX_AICC_PHONES": "442079460101, 442079460102",
        "SANDBOX_AICC_SERIALS": "never",
        "SANDBOX_CCGATEWAY_AGENTS": "200",
        "SANDBOX_CCGATEWAY_GUID_SECONDS": "2",
        "AICC_APP_KEY": "theirs",
        "AICC_APP_SECRET": "theirs",
        "SANDBOX_AICC_APP_SECRET": "ours",
    }
    assert from_environment(names) == SandboxConfig(
        aicc_one_token=True,
        aicc_phones=("442079460101", "442079460102"),
        aicc_serials="never",
        aicc_app_key="theirs",
        aicc_app_secret="ours",
        ccgateway_agents=200,
        ccgateway_guid_seconds=2.0,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AICC_ONE_TOKEN", "yes"),
        ("AICC_SERIALS", "sometimes"),
        ("AICC_RELEASED_URL", "x"),
        ("CCGATEWAY_AGENTS", "1001"),
        ("CCGATEWAY_AGENTS", "1.5"),
        ("CCGATEWAY_REPEAT", "2"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"SANDBOX_{name}"):
        from_environment({f"SANDBOX_{name}": value})


@pytest.mark.parametrize("value", ["fast", "-1", "nan", "inf"])
def test_a_speed_that_is_none_is_named(value: str) -> None:
    with pytest.raises(ValueError, match="SANDBOX_SPEED"):
        from_environment({"SANDBOX_SPEED": value})


def test_the_readme_has_the_table_of_the_code() -> None:
    between = re.search(r"<!-- scenarios -->\n(.*?)\n<!-- end of scenarios -->", README, re.DOTALL)
    assert between is not None
    assert between[1] == markdown_table()


def test_the_readme_names_every_control_endpoint() -> None:
    named = set(re.findall(r"`(GET|POST) /_sandbox/([\w/]+)`", README))
    assert named == {(method, name) for name, (method, _) in _ACTIONS.items()}


def test_the_readme_names_every_setting_of_config() -> None:
    row = next(line for line in README.splitlines() if "`POST /_sandbox/config`" in line)
    assert set(re.findall(r"`(\w+)`", row)) == set(SETTINGS) - set(HUAWEI_SETTINGS)


def test_the_readme_names_every_field_of_the_huawei_sides() -> None:
    for field in fields(HuaweiConfig):
        mark = "" if field.name in HUAWEI_SETTINGS else " †"
        assert f"| `{field.name}`{mark} |" in README


def test_the_readme_names_every_variable() -> None:
    source = "".join(path.read_text() for path in PACKAGE.glob("*.py"))
    assert "SANDBOX_SPEED" in source
    names = ("PORT", "ACCESS_KEY", "ACCESS_SECRET", "WEBHOOK_URL", "WEBHOOK_TOKEN", "SPEED", "SLOW_SECONDS")
    for name in (*names, "RECORDING_BASE"):
        assert f"| `SANDBOX_{name}` |" in README


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_it_imports_nothing_of_the_portal(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "httpx", "h11", "sandbox"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert (node.module or "").split(".")[0] in allowed
