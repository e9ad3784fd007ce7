"""What the documents say of the code: generated ones are fresh, names exist, lines are short."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps

from nxportal.documents import DOCUMENTS, PACKAGES, ROOT

OURS = "|".join(PACKAGES)
# A file or folder of ours (`dialer/ledger/dispatch.py`), with `{a,b}` for several.
PATH = re.compile(rf"`((?:{OURS}|docs|templates)/[\w./{{}},-]*)`")
# A module, or something in one: `dialer.ledger.dispatch`, `campaigns.pacing.pump.Pump`.
DOTTED = re.compile(rf"`((?:{OURS})(?:\.\w+)+)`")
# Named by its file alone.
FILE = re.compile(r"`([\w/]+\.py)`")
JOB = re.compile(r"(?:dialer|campaigns)\.tasks\.\w+")


def markdown() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def several(path: str) -> list[str]:
    """`a/{b,c}.py` is a/b.py and a/c.py."""
    found = re.search(r"\{([^}]*)\}", path)
    if not found:
        return [path]
    return [one for choice in found[1].split(",") for one in several(path.replace(found[0], choice, 1))]


def missing_paths(text: str) -> list[str]:
    whole = [path for written in PATH.findall(text) for path in several(written)]
    files = {f"/{path.relative_to(ROOT)}" for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    return [path for path in whole if not (ROOT / path).exists()] + [
        path for path in FILE.findall(text) if not any(file.endswith(f"/{path}") for file in {*files, "/manage.py"})
    ]


def missing_names(text: str) -> list[str]:
    """Dotted names that are no module, and stand in none either."""
    return [name for name in DOTTED.findall(text) if not JOB.fullmatch(name) and not exists(name)]


def exists(name: str) -> bool:
    module, parts = ROOT, name.split(".")
    while parts and (module / parts[0]).is_dir():
        module /= parts.pop(0)
    if not parts:
        return True
    file = module / f"{parts[0]}.py"
    if file.is_file():
        module, parts = file, parts[1:]
    else:
        module /= "__init__.py"
    return all(
        re.search(rf"^\s*(?:async def|def|class|)\s*{part}\b", module.read_text(), re.MULTILINE) for part in parts
    )


def too_long(text: str) -> list[str]:
    """Lines over 120 columns that can be wrapped: tables and lines that are one link or picture cannot."""
    return [
        line
        for line in text.splitlines()
        if len(line) > 120
        and not line.startswith("|")
        and not re.fullmatch(r"\s*(?:[-*] )?!?\[.*\]\(\S+\)[.,;:]?", line)
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_generated_document_says_what_the_code_says(path):
    assert path.read_text() == DOCUMENTS[path](), "run `make docs`"


def test_every_file_and_module_that_a_document_names_exists():
    history = ROOT / "CHANGELOG.md"
    wrong = {
        str(path.relative_to(ROOT)): missing
        for path in markdown()
        if path != history and (missing := missing_paths(path.read_text()) + missing_names(path.read_text()))
    }
    assert wrong == {}


def test_a_name_that_is_gone_would_be_found():
    text = "`dialer/{ledger,gone}/` `telephony/registry.py` `tests/nowhere/` `sweep.py` `ledger/gone.py`"
    assert missing_paths(text) == ["dialer/gone/", "tests/nowhere/", "ledger/gone.py"]
    text = "`nxportal.roles` `nxportal.roles.Role` `nxportal.roles.Gone` `nxportal.gone` `dialer.tasks.sweep`"
    assert missing_names(text) == ["nxportal.roles.Gone", "nxportal.gone"]


def test_every_link_between_documents_leads_somewhere():
    wrong = []
    for path in markdown():
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                wrong.append(f"{path.relative_to(ROOT)}: {target}")
    assert wrong == []


def test_the_data_model_names_every_table():
    """The tables that triggers fill are told of as a whole."""
    text = (ROOT / "docs" / "data-model.md").read_text()
    models = [model for label in ("dialer", "campaigns") for model in apps.get_app_config(label).get_models()]
    own = [model.__name__ for model in models if not hasattr(model, "pgh_created_at")]
    assert len(own) > 40
    assert [name for name in own if f"`{name}`" not in text] == []


def test_markdown_is_wrapped_at_120_columns():
    wrong = {str(path.relative_to(ROOT)): long for path in markdown() if (long := too_long(path.read_text()))}
    assert wrong == {}


def test_a_long_line_would_be_found_and_a_table_is_none():
    assert too_long("x" * 121) == ["x" * 121]
    assert too_long("| " + "x" * 121) == []
    assert too_long(f"[{'x' * 100}](docs/{'y' * 100}.md)") == []
