"""The checks before a commit: each is a command that exists here, and finds what it is for."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.test_project import ROOT

CONFIGURATION = (ROOT / ".pre-commit-config.yaml").read_text()
ENTRIES = dict(zip(re.findall(r"- id: (\S+)", CONFIGURATION), re.findall(r"entry: (.+)", CONFIGURATION), strict=True))


def test_the_hooks_are_local_and_call_what_is_installed():
    assert set(ENTRIES) == {"ruff", "ruff-format", "mypy", "templates", "migrations"}
    assert "://" not in CONFIGURATION
    assert CONFIGURATION.count("language: system") == len(ENTRIES)


@pytest.mark.parametrize("hook", ENTRIES)
def test_a_hook_starts(hook):
    """What they find is the business of their own tests; `make lint` runs the slow ones."""
    command = [*shlex.split(ENTRIES[hook]), "--help"]
    command[0] = str(Path(ROOT, command[0]))
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)


def test_all_templates_compile():
    call_command("check_templates")


def test_a_template_that_does_not_compile_is_named(settings, tmp_path):
    (tmp_path / "broken.html").write_text("{% if x %}\n{{ y|no_such_filter }}")
    (tmp_path / "sound.html").write_text("{% if x %}{% endif %}")
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path]}]
    with pytest.raises(CommandError, match=r"broken\.html: Invalid filter: 'no_such_filter'") as refused:
        call_command("check_templates")
    assert "sound" not in str(refused.value)
