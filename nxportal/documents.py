"""Documents that are written from the code: docs/commands.md and docs/permissions.md. `make docs` writes them."""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import _get_all_permissions
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, DjangoHelpFormatter
from django.utils.text import capfirst

from nxportal.roles import ROLES

ROOT: Path = settings.BASE_DIR
PACKAGES = ("telephony", "sheets", "dialer", "campaigns", "nxportal", "sandbox", "tests")
COLUMNS = 100
ACTIONS = ("view", "add", "change", "delete")
WRITTEN_BY = "<!-- Written by `make docs`; a test compares it with the code. -->"


def commands() -> str:
    sections = [
        "# Commands",
        WRITTEN_BY,
        "Run them as `.venv/bin/python manage.py …`. Commands for scripts print JSON, say errors in one sentence on\n"
        "standard error, and end with status 0 (done), 1 (refused or failed) or 2 (wrong arguments). Every command\n"
        "also takes Django's own options, such as `--traceback`.",
    ]
    own = BaseCommand().create_parser("manage.py", "")
    of_django = {option for action in own._actions for option in action.option_strings}
    for name, app in sorted(get_commands().items()):
        if isinstance(app, str) and app.split(".")[0] in PACKAGES:
            parser = load_command_class(app, name).create_parser("manage.py", name)
            for action in parser._actions:
                if of_django.intersection(action.option_strings):
                    action.help = argparse.SUPPRESS
            sections += [f"## manage.py {name}", *_helps(parser)]
    sections += ["# Modules that are run", "By `.venv/bin/python -m …`; most of them by a target of the Makefile."]
    for path in (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))):
        if path.name == "__main__.py" or 'if __name__ == "__main__"' in path.read_text():
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
            sections += [f"## python -m {module}", _help_or_docstring(module, path)]
    return "\n\n".join(sections) + "\n"


def _helps(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The help of a command and of each of its sub-commands, always as wide."""
    parser.formatter_class = partial(DjangoHelpFormatter, width=COLUMNS - 2)
    yield f"```\n{parser.format_help().strip()}\n```"
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub_parser in action.choices.values():
                yield from _helps(sub_parser)


def _help_or_docstring(module: str, path: Path) -> str:
    source = path.read_text()
    if "argparse" not in source:
        return ast.get_docstring(ast.parse(source)) or ""
    command = [sys.executable, "-m", module, "--help"]
    environment = {**os.environ, "COLUMNS": str(COLUMNS)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return f"```\n{done.stdout.strip()}\n```"


def permissions() -> str:
    sections = [
        "# Permissions",
        WRITTEN_BY,
        "Who may do what stands as data in `nxportal/roles.py`. Every `manage.py migrate` gives the roles (groups of\n"
        "users in the admin) what is listed here and takes nothing away: a permission that a superuser added to a\n"
        "role stays, one that was removed comes back. For somebody who may do less, make a group of your own.",
        "\n".join(["| Role | |", "|---|---|", *(f"| **{role.name}** | {role.purpose} |" for role in ROLES)]),
    ]
    names = [role.name for role in ROLES]
    header = [f"| Rows | In code | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
    for app_label in ("dialer", "campaigns", "auth"):
        config = apps.get_app_config(app_label)
        sections += [f"## {config.verbose_name}", "\n".join([*header, *_rows(app_label)])]
    return "\n\n".join(sections) + "\n"


def _rows(app_label: str) -> list[str]:
    """One row a model with what each role may do to it, then the permissions that are more than that."""
    by_model, special = [], []
    for model in apps.get_app_config(app_label).get_models():
        opts = model._meta
        actions: dict[str, list[str]] = defaultdict(list)
        for codename, sentence in _get_all_permissions(opts):
            action = codename.removesuffix(f"_{opts.model_name}")
            holders = [role.name for role in ROLES if f"{app_label}.{codename}" in role.permissions]
            if action in ACTIONS:
                for role in holders:
                    actions[role].append(action)
            else:
                special.append([sentence, f"`{codename}`", *("yes" if role.name in holders else "–" for role in ROLES)])
        if actions:
            cells = (", ".join(sorted(actions[role.name], key=ACTIONS.index)) or "–" for role in ROLES)
            by_model.append([capfirst(str(opts.verbose_name)), f"`{model.__name__}`", *cells])
    return [f"| {' | '.join(cells)} |" for cells in sorted(by_model) + sorted(special)]


DOCUMENTS: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "commands.md": commands,
    ROOT / "docs" / "permissions.md": permissions,
}
