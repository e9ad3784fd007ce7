"""The layers, as data: who may import whom. Read from the syntax tree, so that a lazy import counts too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"nxportal", "campaigns", "dialer", "telephony", "sheets", "sandbox", "tests"}

# package → what of ours it may import. nxportal is wiring, so the apps may not look back at it.
MAY_IMPORT = {
    "telephony": {"telephony"},
    "sheets": {"sheets"},
    "dialer": {"dialer", "telephony", "sheets"},
    "campaigns": {"campaigns", "dialer", "telephony", "sheets"},
    "nxportal": {"nxportal", "campaigns", "dialer", "telephony"},
    "sandbox": {"sandbox"},
}
# Inside the packages: (which files, what they must not import, why).
FORBIDDEN = [
    ("telephony/**/*.py", "django", "telephony is Django-free"),
    ("sandbox/**/*.py", "django", "the sandbox is a plain ASGI app"),
    ("sheets/**/*.py", "django.db", "sheets reads files, whoever asks"),
    ("sheets/**/*.py", "django.conf", "sheets has no settings"),
    ("telephony/**/*.py", "procrastinate", "telephony knows no jobs"),
    ("**/views*.py", "telephony.providers.nxcloud", "views never touch an adapter"),
    ("**/views*.py", "httpx", "views never talk to a provider"),
    ("**/*forms.py", "telephony.providers.nxcloud", "forms never touch an adapter"),
    ("dialer/**/*.py", "httpx", "HTTP to providers is telephony's"),
    ("campaigns/**/*.py", "httpx", "HTTP to providers is telephony's"),
    ("dialer/**/*.py", "telephony.providers.nxcloud", "adapters are reached through the registry"),
    ("campaigns/**/*.py", "telephony.providers.nxcloud", "adapters are reached through the registry"),
]
# doctor compares clocks with the provider's host, posting tells systems that are no providers; neither sends an order.
EXEMPT = {("dialer/management/commands/doctor.py", "httpx"), ("dialer/notices/http_post.py", "httpx")}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import absolutely"
            yield node.module or ""


def sources(pattern: str) -> list[Path]:
    return [path for path in sorted(ROOT.glob(pattern)) if ".venv" not in path.parts]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(f"{package}/**/*.py")
        for name in imports_of(path)
        if (top := name.split(".")[0]) in OURS and top not in MAY_IMPORT[package]
    ]
    assert not wrong


@pytest.mark.parametrize(("pattern", "module", "why"), FORBIDDEN)
def test_nobody_reaches_around_a_layer(pattern, module, why):
    files = sources(pattern)
    assert files, f"the rule looks at nothing: {pattern}"
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}: {why}"
        for path in files
        for name in imports_of(path)
        if (name == module or name.startswith(f"{module}."))
        and (path.relative_to(ROOT).as_posix(), module) not in EXEMPT
    ]
    assert not wrong


def test_a_forbidden_import_would_be_seen(tmp_path):
    path = tmp_path / "view.py"
    path.write_text("def f():\n    from telephony.providers.nxcloud import adapter\n")
    assert list(imports_of(path)) == ["telephony.providers.nxcloud"]


def test_only_one_module_reads_the_providers_environment():
    readers = {
        path.relative_to(ROOT).as_posix()
        for package in ("dialer", "campaigns", "telephony")
        for path in sources(f"{package}/**/*.py")
        if "os.environ" in path.read_text() and "import os" in path.read_text()
    }
    assert readers == {"dialer/providers/adapters.py"}


def test_modules_stay_small():
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for package in MAY_IMPORT
        for path in sources(f"{package}/**/*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long
