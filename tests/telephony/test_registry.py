from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from telephony.contract.capabilities import CallPlacer
from telephony.contract.records import Push
from telephony.contract.vocabulary import Trust
from telephony.registry import (
    KINDS,
    ConfigurationError,
    ProviderKind,
    Variable,
    base_urls,
    build_adapter,
    check_config,
    config_from,
)
from tests.telephony.support import ACCESS_SECRET, NOW_MS, WEBHOOK_TOKEN, FakeServer, assert_no_leak, make_dial_order

ROOT = Path(__file__).parents[2]
GOOD = {"ACCESS_KEY": "AK-test-key", "ACCESS_SECRET": ACCESS_SECRET}


async def build(config: dict[str, str], **options: Any) -> object:
    async with FakeServer().client() as client:
        return build_adapter("nxcloud", config, client, **options)


@pytest.mark.asyncio
async def test_key_and_secret_are_enough() -> None:
    adapter = await build(GOOD)

    assert isinstance(adapter, CallPlacer)
    prepared = adapter.prepare_call(make_dial_order(), now_ms=NOW_MS)
    assert prepared.url == "https://api2.nxcloud.com/did/openapi/amazon/dialout"
    assert "algorithm" not in dict(prepared.headers)
    assert_no_leak(adapter)


@pytest.mark.asyncio
async def test_every_variable_arrives() -> None:
    adapter: Any = await build(
        {
            **GOOD,
            "BASE_URL": "http://localhost:9000/",
            "TASK_BASE_URL": "http://localhost:9001/tasks/",
            "SIGN_ALGORITHM": "sha256",
            "WEBHOOK_TOKEN": WEBHOOK_TOKEN,
            "WEBHOOK_PATH": "path-of-the-tests",
            "TENANT_ID": "77",
            "RECORDS_ZONE": "Asia/Shanghai",
        }
    )

    prepared = adapter.prepare_call(make_dial_order(), now_ms=NOW_MS)
    assert prepared.url == "http://localhost:9000/did/openapi/amazon/dialout"
    assert dict(prepared.headers)["algorithm"] == "sha256"
    push = Push(topic="call-record", headers={"token": WEBHOOK_TOKEN}, body=b"")
    assert adapter.trust(push, now_ms=NOW_MS) is Trust.SIGNED
    assert "tenant_id=77" in repr(adapter)
    assert "zoneinfo.ZoneInfo(key='Asia/Shanghai')" in repr(adapter)
    assert "task_base_url='http://localhost:9001/tasks'" in repr(adapter)


@pytest.mark.parametrize(
    ("config", "urls"),
    [
        ({}, ("https://api2.nxcloud.com",)),
        ({"BASE_URL": "http://localhost:9000"}, ("http://localhost:9000",)),
        ({"BASE_URL": "https://a.test", "TASK_BASE_URL": "https://b.test"}, ("https://a.test", "https://b.test")),
        ({"BASE_URL": "", "TASK_BASE_URL": ""}, ("https://api2.nxcloud.com",)),
    ],
)
def test_the_addresses_of_an_account(config: dict[str, str], urls: tuple[str, ...]) -> None:
    assert base_urls("nxcloud", config) == urls


@pytest.mark.asyncio
async def test_what_only_pushes_need_is_told_and_stops_no_order() -> None:
    config = GOOD | {"WEBHOOK_TOKEN": WEBHOOK_TOKEN, "WEBHOOK_PATH": ""}
    (problem,) = check_config("nxcloud", config)
    assert problem.startswith("NXCLOUD_WEBHOOK_PATH is missing: set it")
    assert await build(config)


@pytest.mark.parametrize(
    ("changes", "variable", "advice"),
    [
        ({"ACCESS_KEY": ""}, "NXCLOUD_ACCESS_KEY", "is missing: set it"),
        ({"ACCESS_KEY": "  "}, "NXCLOUD_ACCESS_KEY", "is missing: set it"),
        ({"ACCESS_SECRET": ""}, "NXCLOUD_ACCESS_SECRET", "is missing: set it"),
        ({"ACCESS_SECRET": ACCESS_SECRET + "\n"}, "NXCLOUD_ACCESS_SECRET", "remove it"),
        (
            {"WEBHOOK_TOKEN": " " + WEBHOOK_TOKEN, "WEBHOOK_PATH": "path-of-the-tests"},
            "NXCLOUD_WEBHOOK_TOKEN",
            "remove it",
        ),
        ({"WEBHOOK_PATH": "fifteen-letters"}, "NXCLOUD_WEBHOOK_PATH", "16 or more random"),
        ({"WEBHOOK_PATH": "sixteen/letters/"}, "NXCLOUD_WEBHOOK_PATH", "16 or more random"),
        ({"ACCESS_KEY": "clé"}, "NXCLOUD_ACCESS_KEY", "copy it again"),
        ({"ACCESS_KEY": "a\nb"}, "NXCLOUD_ACCESS_KEY", "copy it again"),
        ({"SIGN_ALGORITHM": "sha1"}, "NXCLOUD_SIGN_ALGORITHM", "md5, sha256"),
        ({"SIGN_ALGORITHM": "MD5"}, "NXCLOUD_SIGN_ALGORITHM", "md5, sha256"),
        ({"BASE_URL": "api2.nxcloud.com"}, "NXCLOUD_BASE_URL", "http:// or https://"),
        ({"BASE_URL": "ftp://api2.nxcloud.com"}, "NXCLOUD_BASE_URL", "http:// or https://"),
        ({"BASE_URL": "https://"}, "NXCLOUD_BASE_URL", "write it like"),
        ({"BASE_URL": "https://["}, "NXCLOUD_BASE_URL", "write it like"),
        ({"BASE_URL": "https://a.test:99999"}, "NXCLOUD_BASE_URL", "write it like"),
        ({"BASE_URL": "https://a.test:0"}, "NXCLOUD_BASE_URL", "write it like"),
        ({"BASE_URL": "https://a b.test"}, "NXCLOUD_BASE_URL", "write it like"),
        ({"BASE_URL": "https://bücher.test"}, "NXCLOUD_BASE_URL", "write it like"),
        ({"BASE_URL": "https://user:pw@a.test"}, "NXCLOUD_BASE_URL", "without user name"),
        ({"TASK_BASE_URL": "https://a.test/?x=1"}, "NXCLOUD_TASK_BASE_URL", "without user name, query"),
        ({"TASK_BASE_URL": "https://a.test/#x"}, "NXCLOUD_TASK_BASE_URL", "query or fragment"),
        ({"TENANT_ID": "team"}, "NXCLOUD_TENANT_ID", "digits only"),
        ({"TENANT_ID": "-1"}, "NXCLOUD_TENANT_ID", "digits only"),
        ({"TENANT_ID": "１"}, "NXCLOUD_TENANT_ID", "digits only"),
        ({"RECORDS_ZONE": "Peking"}, "NXCLOUD_RECORDS_ZONE", "such as Asia/Shanghai"),
        ({"RECORDS_ZONE": "Asia"}, "NXCLOUD_RECORDS_ZONE", "such as Asia/Shanghai"),
        ({"RECORDS_ZONE": "../etc/passwd"}, "NXCLOUD_RECORDS_ZONE", "such as Asia/Shanghai"),
        ({"RECORDS_ZONE": "UTC\x00"}, "NXCLOUD_RECORDS_ZONE", "such as Asia/Shanghai"),
    ],
)
@pytest.mark.asyncio
async def test_a_mistake_is_named_with_what_to_do(changes: dict[str, str], variable: str, advice: str) -> None:
    problems = check_config("nxcloud", GOOD | changes)

    assert [problem.split()[0] for problem in problems] == [variable]
    assert advice in problems[0]
    with pytest.raises(ConfigurationError) as caught:
        await build(GOOD | changes)
    assert str(caught.value) == problems[0]
    assert_no_leak(caught.value)


def test_every_problem_is_told_at_once_under_the_account_s_own_prefix() -> None:
    problems = check_config("nxcloud", {"SIGN_ALGORITHM": "x"}, prefix="NXCLOUD_ASIA")

    names = [problem.split()[0] for problem in problems]
    assert names == ["NXCLOUD_ASIA_ACCESS_KEY", "NXCLOUD_ASIA_ACCESS_SECRET", "NXCLOUD_ASIA_SIGN_ALGORITHM"]


def test_a_bad_address_is_told_once_where_it_was_made() -> None:
    problems = check_config("nxcloud", GOOD | {"BASE_URL": "nowhere"})

    assert [problem.split()[0] for problem in problems] == ["NXCLOUD_BASE_URL"]


def test_a_good_configuration_has_no_problems() -> None:
    assert check_config("nxcloud", GOOD) == []
    assert check_config(KINDS["nxcloud"], GOOD) == []


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ConfigurationError, match="'nxclod': use one of nxcloud"):
        check_config("nxclod", {})


def test_variables_are_taken_from_a_mapping_by_prefix() -> None:
    environ = {"NXCLOUD_ACCESS_KEY": "a", "ASIA_ACCESS_KEY": "b", "NXCLOUD_OTHER": "c", "ACCESS_SECRET": "d"}

    assert config_from("nxcloud", environ) == {"ACCESS_KEY": "a"}
    assert config_from("nxcloud", environ, prefix="ASIA") == {"ACCESS_KEY": "b"}


def test_secrets_are_marked() -> None:
    secret = {variable.name for variable in KINDS["nxcloud"].variables if variable.secret}

    assert secret == {"ACCESS_SECRET", "WEBHOOK_PATH", "WEBHOOK_TOKEN"}


def test_a_kind_of_its_own_is_checked_the_same_way() -> None:
    kind = ProviderKind("x", "X", "X", (Variable("A", required=True, help="from the desk"),), lambda *_: object())

    assert check_config(kind, {}) == ["X_A is missing: set it (from the desk)."]


def test_importing_the_registry_reads_no_environment_and_no_django() -> None:
    script = (
        "import os, sys\n"
        "import httpx, phonenumbers, ssl, asyncio, zoneinfo\n"
        "class Closed(dict):\n"
        "    def __getitem__(self, key): raise AssertionError(key)\n"
        "    get = __contains__ = __iter__ = __getitem__\n"
        "os.environ = Closed()\n"
        "os.getenv = Closed().get\n"
        "import telephony.registry\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('django', 'nxportal', 'dialer')]\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)

    assert done.stderr == ""
    assert done.returncode == 0
