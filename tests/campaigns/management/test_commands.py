from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.models import CallList, Campaign, Entry
from dialer.models import State
from tests.support.builders import make_agent_group, make_user
from tests.support.campaign_builders import callees, make_call_list, make_campaign, make_task
from tests.support.committed import committed, remove_rows
from tests.support.live import url_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


def run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return json.loads(out.getvalue())


def fails(*arguments: str) -> tuple[int, str]:
    """Exit status and sentence; nothing is printed."""
    out = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command(*arguments, stdout=out)
    assert out.getvalue() == ""
    return failure.value.returncode, str(failure.value)


def test_a_list_is_imported_without_a_worker(file: str) -> None:
    campaign = make_campaign()
    make_user()
    counts = run("import_call_list", file, "--user", "sam", "--campaign", "Autumn")
    assert counts == {
        "campaign": "Autumn",
        "call_list": campaign.call_lists.get().pk,
        "state": "ready",
        "recognised_as": "",
        "rows": 4,
        "hidden_rows_left_out": 0,
        "accepted": 2,
        "repaired": 1,
        "duplicates": 1,
        "do_not_call": 0,
        "opted_out": 0,
        "added_to_opt_out": 0,
        "held": 0,
        "invalid": 1,
        "rejected": 2,
        "reasons": {"duplicate": 1, "not_a_number": 1},
        "questions": [],
    }
    assert list(campaign.entries.values_list("order_id", flat=True)) == ["A1", "A3"]
    assert not ProcrastinateJob.objects.exists()


CREATE = ["--create", "--country", "gb", "--agent-group", "NX00000G000001", "--strategy", "Default Strategy"]


def test_it_creates_the_campaign_as_asked(file: str) -> None:
    make_user()
    make_agent_group()
    options = ["--dispatch-type", "ratio", "--predict-rate", "1.25", "--ratio-rate", "2.5", "--start-count", "4"]
    more = ["--startup", "manual", "--chunk-size", "50", "--description", "Test", "--account", "NxCloud"]
    run("import_call_list", file, "--user", "sam", "--campaign", "New", *CREATE, *options, *more)
    campaign = Campaign.objects.get(name="New")
    assert (campaign.state, campaign.country, campaign.dispatch_type, campaign.startup_type) == ("draft", "GB", 1, 1)
    assert (str(campaign.predict_call_rate), str(campaign.ratio_call_rate)) == ("1.25", "2.5")
    assert (campaign.start_count, campaign.chunk_size, campaign.description) == (4, 50, "Test")
    assert campaign.events.get().state == "draft"


def test_create_again_adds_a_list_where_the_settings_agree(file: str, tmp_path: Path) -> None:
    make_user()
    make_agent_group()
    run("import_call_list", file, "--user", "sam", "--campaign", "New", *CREATE)
    other = tmp_path / "other.csv"
    other.write_text("+447700900009\n")
    assert run("import_call_list", str(other), "--user", "sam", "--campaign", "New", *CREATE)["accepted"] == 1
    status, sentence = fails(
        "import_call_list", str(other), "--user", "sam", "--campaign", "New", *CREATE, "--start-count", "9"
    )
    assert (status, "other settings: start_count" in sentence) == (2, True)


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        (["nowhere.csv"], 2, "There is no file nowhere.csv."),
        (["--user", "nobody"], 2, "There is no active user “nobody”."),
        (["--campaign", "Nothing"], 2, "There is no campaign “Nothing”."),
        (["--campaign", "New", "--create"], 2, "also needs --country, --agent-group, --strategy"),
        (["--campaign", "New", *CREATE, "--account", "Other"], 2, "no active provider account “Other”"),
        (["--campaign", "New", *CREATE, "--agent-group", "NX9"], 2, "no active agent group “NX9”"),
        (["--campaign", "New", *CREATE, "--country", "UK"], 2, "Unknown country code UK."),
        (["--campaign", "New", *CREATE, "--predict-rate", "1.255"], 2, "no more than 2 decimal places"),
        (["--user", "uma"], 1, "This user does not have permission."),
    ],
)
def test_wrong_arguments(file: str, options: list[str], status: int, sentence: str) -> None:
    make_user()
    make_user("uma", group="Auditor")
    make_campaign()
    positional = options if options[0].startswith("--") is False else [file, *options]
    given = ["--user", "sam", "--campaign", "Autumn", *positional]
    got, said = fails("import_call_list", *given)
    assert (got, sentence in said) == (status, True), said
    assert not CallList.objects.exists()
    assert Campaign.objects.count() == 1


def test_a_file_that_is_no_list_fails_with_the_reason(tmp_path: Path) -> None:
    make_campaign()
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04")
    status, sentence = fails("import_call_list", str(path), "--user", "sam", "--campaign", "Autumn")
    assert (status, sentence.startswith("The archive or workbook is damaged.")) == (1, True)


def test_the_same_file_again_is_refused(file: str) -> None:
    make_campaign()
    run("import_call_list", file, "--user", "sam", "--campaign", "Autumn")
    status, sentence = fails("import_call_list", file, "--user", "sam", "--campaign", "Autumn")
    assert (status, "same file as spring.csv" in sentence) == (1, True)


def test_a_campaign_is_run_from_the_command_line() -> None:
    campaign = make_campaign()
    make_call_list(campaign)
    states = [run("campaign", action, "Autumn", "--user", "sam")["state"] for action in ("start", "pause", "resume")]
    assert states == ["running", "paused", "running"]
    stopped = run("campaign", "stop", "Autumn", "--user", "sam")
    assert (stopped["state"], stopped["entries"]["not_called"]) == ("stopped", 3)


def test_status_counts_everything() -> None:
    task = make_task(state=State.ACCEPTED)
    make_call_list(task.campaign, entries=callees(2, start=10), duplicates=2, invalid=3)
    Entry.objects.filter(pk=task.entries.first().pk).update(state=Entry.State.DONE, disposition="answered")
    status = run("campaign", "status", "Autumn", "--user", make_user("uma", group="Auditor").username)
    assert (status["campaign"], status["state"], status["trouble"]) == ("Autumn", "running", "")
    assert status["entries"] == {"waiting": 2, "ordered": 2, "in_doubt": 0, "done": 1, "not_called": 0}
    assert (status["dispositions"]["answered"], sum(status["dispositions"].values())) == (1, 1)
    assert (status["tasks"]["accepted"], sum(status["tasks"].values())) == (1, 1)
    assert status["rejected_rows"] == 5


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["start", "Nothing", "--user", "sam"], 2, "There is no campaign “Nothing”."),
        (["start", "Autumn", "--user", "nobody"], 2, "There is no active user “nobody”."),
        (["resume", "Autumn", "--user", "sam"], 1, "Autumn is draft"),
        (["start", "Autumn", "--user", "sam"], 1, "no numbers to call"),
        (["start", "Autumn", "--user", "uma"], 1, "not have permission"),
        (["status", "Autumn", "--user", "stu"], 1, "not have permission"),
    ],
)
def test_refusals(arguments: list[str], status: int, sentence: str) -> None:
    make_campaign()
    make_user("uma", group="Auditor")
    make_user("stu", group="")
    got, said = fails("campaign", *arguments)
    assert (got, sentence in said) == (status, True), said


@pytest.mark.django_db
def test_the_shell_gets_json_a_sentence_and_the_exit_status(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: committed(remove_rows))
    committed(make_campaign)
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("phone\n+447700900001\n")
    bad.write_bytes(b"phone\n\x81\xa0\xa0\n")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nxportal.settings",
        "DATABASE_URL": url_of(connection.settings_dict["NAME"]),
        "PORTAL_VAR_DIR": str(tmp_path),
    }

    def shell(*arguments: str) -> tuple[int, Any, str]:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    by_sam = ["--user", "sam", "--campaign", "Autumn"]
    status, counts, _errors = shell("import_call_list", str(good), *by_sam)
    assert (status, counts["accepted"]) == (0, 1)
    status, printed, errors = shell("import_call_list", str(bad), *by_sam)
    assert (status, printed) == (1, None)
    assert "is not UTF-8" in errors
    assert "Traceback" not in errors
    status, printed, errors = shell("campaign", "launch", "Autumn", "--user", "sam")
    assert (status, printed, "Traceback" in errors) == (2, None, False)
