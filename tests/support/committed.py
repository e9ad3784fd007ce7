"""Rows that are really committed, by people on database connections of their own.

pytest-django's transactional tests empty every table afterwards, the groups of people too, which a migration made.
Here the test's own connection stays in its transaction, and the work is done beside it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

WAITING = 0.4
"""Seconds that the second one is given to run into the first one's lock."""


class Somebody(threading.Thread):
    """Does a job on a database connection of its own, so that what it writes is committed and seen by others."""

    def __init__(self, job: Callable[[], Any]) -> None:
        super().__init__()
        self.job = job
        self.result: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.job()
        except Exception as exc:
            self.result = exc
        finally:
            connection.close()

    def done(self) -> Any:
        self.join()
        return self.result


def committed(job: Callable[[], Any]) -> Any:
    result = Somebody(job).done()
    if isinstance(result, Exception):
        raise result
    return result


OF_MIGRATIONS = ("dialer_countryprofile", "dialer_portalrules", "dialer_stopswitch", "dialer_dnclist")


def remove_rows() -> None:
    """Everything but the groups of people and the rules, which migrations made."""
    names = connection.introspection.table_names()
    ours = [name for name in names if name.startswith(("dialer_", "campaigns_", "procrastinate_jobs"))]
    with connection.cursor() as cursor:
        # The rules point at people, so they would go with them: people are deleted row by row.
        cursor.execute(f"TRUNCATE {', '.join(name for name in ours if name not in OF_MIGRATIONS)} CASCADE")
        cursor.execute("UPDATE dialer_stopswitch SET stopped_at = NULL, stopped_by_id = NULL, reason = ''")
        cursor.execute("DELETE FROM dialer_dnclist WHERE created_by_id IS NOT NULL")
        cursor.execute("TRUNCATE auth_user_groups, account_emailaddress, django_admin_log, mfa_authenticator CASCADE")
        cursor.execute("DELETE FROM auth_user")


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """All of them at once; raises what one of them raised."""
    people = [Somebody(job) for job in jobs]
    results = [somebody.done() for somebody in people]
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def race(first_job: Callable[[], Any], second_job: Callable[[], Any]) -> tuple[Any, Any]:
    """The second one starts while the first one's transaction is still open."""
    may_commit = threading.Event()

    def hold() -> Any:
        with transaction.atomic():
            result = first_job()
            may_commit.wait()
            return result

    first = Somebody(hold)
    time.sleep(WAITING)
    second = Somebody(second_job)
    time.sleep(WAITING)
    may_commit.set()
    return first.done(), second.done()
