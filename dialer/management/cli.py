"""The scripting interface: JSON on standard output, one sentence on standard error, exit status 0, 1 or 2.

0: done.  1: refused or failed, by the portal or by the provider.  2: wrong arguments; nothing was tried.
"""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from psycopg.errors import UndefinedColumn, UndefinedTable


class CliError(Exception):
    """Ends a command: the sentence goes to standard error, and `status` is the exit status."""

    def __init__(self, message: str, *, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class JsonCommand(BaseCommand):
    """A command whose `run(**options)` returns what is printed as JSON.

    A result may be printed and the command still end with status 1: `run` then sets `self.exit_status`.
    """

    requires_system_checks = ()
    exit_status = 0

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Called from the shell or from a test, wrong arguments end with status 2.
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.called_from_command_line = True
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = self.run(**options)
        except CliError as exc:
            self._fail(str(exc), exc.status)
        except PermissionDenied:
            self._fail("This user does not have permission. An administrator can add the user to the right group.", 1)
        except ProgrammingError as exc:
            self._fail(needs_migration(exc), 1)
        except OperationalError as exc:
            self._fail(f"The database does not answer: {str(exc).splitlines()[0]}. Check DATABASE_URL, or start it.", 1)
        # `default=str`: times, amounts and translated texts are printed as people read them.
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2, default=str))
        if self.exit_status:
            sys.exit(self.exit_status)

    def _fail(self, message: str, status: int) -> NoReturn:
        if status == 1:
            raise CommandError(message)
        raise CommandError(message, returncode=status)

    def run(self, **options: Any) -> Any:
        raise NotImplementedError


def needs_migration(exc: ProgrammingError) -> str:
    """The sentence for a database without our tables; any other mistake in a query is a fault and goes on."""
    if not isinstance(exc.__cause__, UndefinedTable | UndefinedColumn):
        raise exc
    return "The database has no tables of this version yet. Run `manage.py migrate` first."


def find_user(username: str) -> User:
    """The active user of that name. Raises CliError with status 2."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CliError(f"There is no active user “{username}”. `manage.py seed_demo` creates demo users.", status=2)
    return user
