"""A database from before the first release: complete, it goes on; otherwise migrate says what to do."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from dialer.support.earlier_migrations import APPS, HINT, PROBLEM, stopped_halfway

pytestmark = pytest.mark.django_db


def forget(**columns: object) -> None:
    deleted, _ = MigrationRecorder(connection).migration_qs.filter(**columns).delete()
    assert deleted


def plan() -> list[str]:
    executor = MigrationExecutor(connection)
    return [step.name for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def test_a_database_with_all_of_them_has_nothing_left_to_do() -> None:
    forget(app="dialer", name__in=["0002_triggers", "0003_defaults"])
    assert plan() == []
    assert not stopped_halfway(connection)


@pytest.mark.parametrize("name", ["0005_audit", "0031_careful_defaults", "0034_texts"])
def test_migrate_stops_at_one_that_lacks_some(name: str) -> None:
    forget(app="dialer", name=name)
    forget(app="campaigns", name="0033_texts")
    with pytest.raises(SystemCheckError, match=r"dialer\.E003") as caught:
        call_command("migrate", skip_checks=False, verbosity=0, stderr=StringIO())
    assert PROBLEM in str(caught.value)
    assert HINT in str(caught.value)


def test_the_first_one_alone_is_not_todays_first_one() -> None:
    MigrationRecorder(connection).migration_qs.filter(app__in=APPS).exclude(name="0001_initial").delete()
    assert stopped_halfway(connection)


def test_a_first_migrate_that_broke_off_between_two_goes_on() -> None:
    forget(app="dialer", name__in=["0002_triggers", "0003_defaults", "0005_audit"])
    forget(app="dialer", name__in=["0004_default_rules", "0009_recording_permission", "0021_dnc_block_permissions"])
    forget(app="dialer", name="0031_careful_defaults")
    assert not stopped_halfway(connection)
    assert plan() == ["0002_triggers", "0003_defaults"]


def test_an_empty_database_is_for_migrate_to_fill() -> None:
    forget(app__in=APPS)
    assert not stopped_halfway(connection)


def test_doctor_says_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    forget(app="campaigns", name="0033_texts")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", offline=True, stdout=out)
    report = json.loads(out.getvalue())
    assert report["database"]["ready"] is False
    assert any(problem.startswith(PROBLEM) for problem in report["problems"])
