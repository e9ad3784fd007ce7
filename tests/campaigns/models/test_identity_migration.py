"""A portal that was there before the identity key, with one phone in two spellings wherever it could be."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.sql import SQL, Identifier

from tests.support.live import url_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
MOBILE, FIXED = 5491123456789, 541123456789
OTHER_MOBILE, OTHER_FIXED = 5491123450000, 541123450000
OLD_MEXICAN, MEXICAN = 5215512345678, 525512345678
LONDON = 447700900001
JULY, MAY = "2027-07-01T00:00:00+00:00", "2027-05-01T00:00:00+00:00"


class Portal:
    """A database of its own at the migrations that one asks for."""

    def __init__(self) -> None:
        self.name = f"{connection.settings_dict['NAME']}_before_identity"
        self._server('CREATE DATABASE "{}"')

    def _server(self, statement: str) -> None:
        with psycopg.connect(url_of("postgres"), autocommit=True) as server:
            server.execute(SQL(statement.replace('"{}"', "{}")).format(Identifier(self.name)))

    def drop(self) -> None:
        self._server('DROP DATABASE IF EXISTS "{}" WITH (FORCE)')

    def migrate(self, app: str, to: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", app, to, "--verbosity", "0", "--skip-checks"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url_of(self.name)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def sql(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(url_of(self.name), autocommit=True) as database:
            cursor = database.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    try:
        made.migrate("campaigns", "0013_agent_permissions")  # and what it needs of the others: dialer 0010
        yield made
    finally:
        made.drop()


def add_entry(portal: Portal, callee: int, *, campaign: int = 1, state: str = "waiting", why: str = "") -> None:
    portal.sql(
        """
        INSERT INTO campaigns_entry
               (campaign_id, call_list_id, line_number, callee, order_id, state, reason, reason_code)
        VALUES (%s, 1, 1, %s, %s, %s, %s, %s)
        """,
        campaign,
        callee,
        f"{campaign}-{callee}",
        state,
        why,
        why,
    )


def add_listed(portal: Portal, callee: int, until: str | None, *, dnc_list: int = 1) -> None:
    portal.sql(
        """
        INSERT INTO dialer_dncentry (dnc_list_id, callee, reason, source, added_at, expires_at)
        VALUES (%s, %s, 'By letter.', '', now(), %s)
        """,
        dnc_list,
        callee,
        until,
    )


def add_attempt(portal: Portal, callee: int, *, is_open: bool, in_doubt: bool = False) -> None:
    portal.sql(
        """
        INSERT INTO dialer_attempt (callee, source, source_id, opened_at, closed_at, in_doubt)
        VALUES (%s, 'call', 1, now(), CASE WHEN %s THEN NULL ELSE now() END, %s)
        """,
        callee,
        is_open,
        in_doubt,
    )


def test_what_was_there_in_two_spellings_is_kept_once(portal):
    for callee, state in (
        *((FIXED, "waiting"), (MOBILE, "waiting")),
        *((OTHER_FIXED, "waiting"), (OTHER_MOBILE, "done")),
        *((OLD_MEXICAN, "not_called"), (MEXICAN, "waiting")),
        (LONDON, "waiting"),
    ):
        add_entry(portal, callee, state=state, why="no_did" if state == "not_called" else "")
    add_entry(portal, MOBILE, campaign=2)
    add_listed(portal, MOBILE, MAY)
    add_listed(portal, FIXED, JULY)
    add_listed(portal, OTHER_FIXED, None)
    add_listed(portal, OTHER_MOBILE, MAY)
    add_listed(portal, OLD_MEXICAN, MAY)
    add_listed(portal, FIXED, MAY, dnc_list=2)
    add_attempt(portal, FIXED, is_open=True)
    add_attempt(portal, MOBILE, is_open=True, in_doubt=True)
    add_attempt(portal, LONDON, is_open=True)
    add_attempt(portal, MOBILE, is_open=False)

    portal.migrate("campaigns", "0014_identity")  # and dialer 0011

    assert_entries(portal)
    assert_listed(portal)
    assert_attempts(portal)


def assert_entries(portal: Portal) -> None:
    entries = "SELECT callee, state, reason_code, is_second_spelling FROM campaigns_entry WHERE campaign_id = %s"
    assert sorted(portal.sql(entries, 1)) == sorted(
        [
            (FIXED, "waiting", "", False),
            (MOBILE, "not_called", "same_phone", True),
            (OTHER_FIXED, "not_called", "same_phone", True),
            (OTHER_MOBILE, "done", "", False),
            (OLD_MEXICAN, "not_called", "no_did", True),
            (MEXICAN, "waiting", "", False),
            (LONDON, "waiting", "", False),
        ]
    )
    assert portal.sql(entries, 2) == [(MOBILE, "waiting", "", False)]
    assert portal.sql("SELECT DISTINCT identity FROM campaigns_entry WHERE callee = %s", MOBILE) == [(FIXED,)]
    with pytest.raises(psycopg.errors.UniqueViolation, match="uniq_callee_per_campaign"):
        add_entry(portal, FIXED, campaign=2)


def assert_listed(portal: Portal) -> None:
    listed = "SELECT callee, to_char(expires_at AT TIME ZONE 'UTC', 'MM') FROM dialer_dncentry WHERE dnc_list_id = 1"
    assert sorted(portal.sql(listed), key=str) == sorted(
        [(MOBILE, "07"), (OTHER_FIXED, None), (OLD_MEXICAN, "05")], key=str
    )
    assert portal.sql("SELECT callee FROM dialer_dncentry WHERE dnc_list_id = 2") == [(FIXED,)]
    # What the migration took off a list and made hold longer is in the history of the list.
    events = "SELECT pgh_label, callee FROM dialer_dncentryevent ORDER BY pgh_label, callee"
    assert portal.sql(events) == [("delete", FIXED), ("delete", OTHER_MOBILE), ("update", MOBILE)]
    with pytest.raises(psycopg.errors.UniqueViolation, match="uniq_callee_per_dnc_list"):
        add_listed(portal, MEXICAN, None)


def assert_attempts(portal: Portal) -> None:
    still_open = "SELECT callee, counts FROM dialer_attempt WHERE closed_at IS NULL ORDER BY callee"
    assert portal.sql(still_open) == [(LONDON, True), (MOBILE, True)]
    with pytest.raises(psycopg.errors.UniqueViolation, match="one_open_order_per_callee"):
        add_attempt(portal, FIXED, is_open=True)
