"""A database with all migrations, made once on a server and copied for each portal that the tests start.

Its name tells what it was made of: other migrations or other packages make another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "migrated_"
MADE_OF = (
    "*/migrations/*.py",
    "requirements.txt",
    "dialer/models/**/*.py",
    "campaigns/models/**/*.py",
    "nxportal/roles.py",
)
LOCK = 620_112_026


@cache
def name() -> str:
    content = hashlib.sha256()
    for pattern in MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            content.update(path.read_bytes())
    return PREFIX + content.hexdigest()[:16]


def create(admin_url: str, database: str, *, tablespace: str, migrate: Callable[[str], None]) -> None:
    """Makes a database. `migrate` gets the name of an empty one, where there is nothing yet to be copied."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        # Others copy, or make it, at the same time.
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name()]).fetchone():
            _make(connection, migrate)
        connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{name()}" TABLESPACE {tablespace}')


def _make(connection: psycopg.Connection, migrate: Callable[[str], None]) -> None:
    # A run that is ended halfway leaves one under its first name, and one of other migrations serves nobody any more.
    old = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"]).fetchall()
    for (database,) in old:
        connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
    unfinished = f"{PREFIX}unfinished"
    connection.execute(f'CREATE DATABASE "{unfinished}"')
    migrate(unfinished)
    connection.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name()}"')
