from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from dialer.models import CallDetailRecord, CallRequest, RecordFile, State
from tests.dialer.reconcile.test_files import HEADER, line
from tests.support.builders import NOW, make_account, make_call_request, make_user

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[Any, int]:
    out, status = io.StringIO(), 0
    try:
        call_command("records", *arguments, stdout=out)
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    return json.loads(out.getvalue()), status


@pytest.fixture
def file(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    path = tmp_path / "june.csv"
    path.write_text(f"{HEADER}\n{line()}\n")
    make_account()
    make_user()
    make_call_request(state=State.ACCEPTED, provider_call_id="c1", sent_at=NOW)
    return str(path)


def test_pull_reads_every_account(provider):
    make_account()
    told, status = run("pull")
    assert (status, {row["source"] for row in told}, {row["records"] for row in told}) == (0, {"calls", "dids"}, {0})
    again, _ = run("pull")
    assert not any(row["asked"] for row in again)
    assert all(row["asked_again"] for row in again)


def test_pull_says_why_it_failed():
    make_account()
    told, status = run("pull", "--account", "NxCloud")
    assert status == 1
    assert all(row["error"] for row in told)


def test_upload_only_looks(file):
    told, status = run("upload", file, "--account", "NxCloud", "--user", "sam")
    assert (told["state"], told["rows"]["matched"], status) == ("read", 1, 0)
    assert not CallDetailRecord.objects.exists()


def test_upload_applies_when_told_to(file):
    told, _ = run("upload", file, "--account", "NxCloud", "--user", "sam", "--apply")
    assert told["state"] == "done"
    assert CallRequest.objects.get().closed_at
    assert RecordFile.objects.get().uploaded_by.username == "sam"


def test_the_books_of_a_day_have_a_status():
    make_call_request(state=State.ACCEPTED)
    told, status = run("books", "--day", NOW.date().isoformat())
    assert (told["differ_by"], status) == (1, 1)  # an order without a history
    told, status = run("books", "--day", "2020-01-01")
    assert (told["lines"], status) == ([], 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("upload", "nothing.csv", "--account", "NxCloud", "--user", "sam"),
        ("upload", "--account", "NxCloud", "--user", "sam"),
        ("pull", "--account", "Nobody"),
        ("books", "--day", "2026-02-31"),
    ],
)
def test_wrong_arguments_end_with_two(arguments):
    make_user()
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert error.value.returncode == 2


def test_a_zone_that_is_none_is_refused(file):
    with pytest.raises(CommandError, match="time zone") as error:
        run("upload", file, "--account", "NxCloud", "--user", "sam", "--zone", "Peking")
    assert error.value.returncode == 2
