"""The project as a whole: migrations, checks, and what must never be in the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from tests.support.builders import make_account

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


@pytest.mark.django_db
def test_the_system_checks_are_silent():
    make_account()
    call_command("check", databases=["default"], fail_level="WARNING", stdout=StringIO(), stderr=StringIO())


@pytest.mark.django_db
def test_a_missing_secret_is_a_check_error_with_its_name(monkeypatch):
    from dialer.checks import check_accounts

    make_account()
    monkeypatch.delenv("NXCLOUD_ACCESS_SECRET")
    (message,) = check_accounts(None, databases=["default"])
    assert message.id == "dialer.E001"
    assert "NXCLOUD_ACCESS_SECRET" in message.msg
    assert message.hint


@pytest.mark.django_db
def test_a_missing_address_for_pushes_is_a_warning_and_stops_no_worker(monkeypatch):
    from dialer.checks import check_accounts

    make_account()
    monkeypatch.delenv("NXCLOUD_WEBHOOK_PATH")
    (message,) = check_accounts(None, databases=["default"])
    assert message.id == "dialer.W002"
    assert "NXCLOUD_WEBHOOK_PATH" in message.msg


@pytest.mark.django_db
@override_settings(PORTAL_PUBLIC_URL="https://portal.example")
def test_a_public_portal_on_the_sandbox_is_a_warning(monkeypatch):
    from dialer.checks import check_accounts

    make_account()
    monkeypatch.setenv("NXCLOUD_BASE_URL", "http://127.0.0.1:8010")
    assert [message.id for message in check_accounts(None, databases=["default"])] == ["dialer.W001"]


def committed_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def test_nothing_committed_names_a_registry():
    hosts = re.compile("|".join([r"pypi\.or" + "g", "pythonhoste" + "d", r"registry\.npmj" + "s"]))
    wrong = [path.name for path in committed_files() if hosts.search(path.read_text(errors="replace"))]
    assert not wrong


def test_every_requirement_is_locked_with_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text().replace("\\\n", " ")
        requirements = [line for line in text.splitlines() if line and line[0] not in " #-"]
        assert requirements
        assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []


GROUPED = """
import os, pathlib, pytest
@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(8))
def test_who_runs_it(number):
    pathlib.Path(f"{number}.ran").write_text(os.environ["PYTEST_XDIST_WORKER"])
"""


def test_tests_of_one_group_run_in_one_process(tmp_path):
    """Tests with a portal of their own rely on it; a pytest that its plugin does not know yet drops groups silently."""
    (tmp_path / "test_grouped.py").write_text(GROUPED)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-p", "no:django", "."]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    ran_in = [path.read_text() for path in tmp_path.glob("*.ran")]
    assert (len(ran_in), len(set(ran_in))) == (8, 1)
