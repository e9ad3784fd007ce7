"""Each benchmark begins with a database as migrations left it, whatever the one before wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, connections
from psycopg.sql import SQL, Identifier

from tests.support.live import url_of


@contextmanager
def database(name: str) -> Iterator[None]:
    """A copy of the database in use, in its place while the block runs."""
    migrated = connection.settings_dict["NAME"]
    connections.close_all()
    _execute("CREATE DATABASE {} TEMPLATE {}", name, migrated)
    try:
        _use(name)
        yield
    finally:
        connections.close_all()
        _use(migrated)
        # Threads of the benchmark may still be connected.
        _execute("DROP DATABASE {} WITH (FORCE)", name)


def _use(name: str) -> None:
    connections.databases["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _execute(statement: str, *names: str) -> None:
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        server.execute(SQL(statement).format(*(Identifier(name) for name in names)))
