"""Each benchmark begins with a database as migrations left it, whatever the one before wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from psycopg.sql import SQL, Identifier

from tests.support import migrated
from tests.support.live import url_of


@contextmanager
def database(name: str) -> Iterator[None]:
    """A copy of the migrated database, in use while the block runs."""
    before = connection.settings_dict["NAME"]
    migrated.create(url_of("postgres"), name, tablespace="pg_default", migrate=_migrate)
    _use(name)
    try:
        yield
    finally:
        _use(before)
        # Threads of the benchmark may still be connected.
        with psycopg.connect(url_of("postgres"), autocommit=True) as server:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _migrate(name: str) -> None:
    _use(name)
    call_command("migrate", verbosity=0)
    connections.close_all()  # nobody can copy a database that is in use


def _use(name: str) -> None:
    connections.close_all()
    connections.databases["default"]["NAME"] = connection.settings_dict["NAME"] = name
