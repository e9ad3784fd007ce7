from __future__ import annotations

import errno
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.lists import services as list_services
from campaigns.lists import uploads
from campaigns.lists.uploads import upload_call_list
from campaigns.models import CallList, Campaign
from dialer.support.uploads import UploadRefused
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_call_list, make_campaign

pytestmark = pytest.mark.django_db
CONTENT = b"phone\n+447700900001\n"


def upload(campaign: Campaign | None = None, content: bytes = CONTENT, name: str = "spring.csv") -> CallList:
    return upload_call_list(
        campaign=campaign or make_campaign(), file=ContentFile(content, name), by=make_user(), now=NOW
    )


def stored_files() -> int:
    folder = Path(settings.MEDIA_ROOT) / "call_lists"
    return sum(path.is_file() for path in folder.rglob("*"))


def test_it_stores_the_file_its_row_and_the_job() -> None:
    call_list = upload()
    assert (call_list.name, call_list.size, call_list.state) == ("spring.csv", len(CONTENT), CallList.State.UPLOADED)
    assert call_list.sha256 == hashlib.sha256(CONTENT).hexdigest()
    with call_list.file.open() as file:
        assert file.read() == CONTENT
    job = ProcrastinateJob.objects.get(task_name="campaigns.tasks.inspect_call_list")
    assert (job.queue_name, job.args) == ("imports", {"call_list_id": call_list.pk})


def test_the_uploaders_file_name_is_no_path() -> None:
    call_list = upload(name="../../etc/pass\x07wd.csv")
    assert call_list.name == "passwd.csv"
    assert "passwd" not in call_list.file.name


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "Choose a file first"), (b"", "The file is empty"), (b"x" * 101, "larger than 100")],
)
def test_what_is_no_file_is_refused_and_nothing_is_stored(content: bytes | None, sentence: str) -> None:
    campaign, before = make_campaign(), stored_files()
    file = None if content is None else ContentFile(content, "a.csv")
    with override_settings(PORTAL_UPLOAD_BYTES=100), pytest.raises(UploadRefused, match=sentence):
        upload_call_list(campaign=campaign, file=file, by=make_user(), now=NOW)
    assert not CallList.objects.exists()
    assert not ProcrastinateJob.objects.exists()
    assert stored_files() == before


def test_the_same_file_again_is_refused_and_named() -> None:
    campaign = make_campaign()
    upload(campaign)
    before = stored_files()
    with pytest.raises(UploadRefused, match=r"same file as spring.csv, uploaded on 21 November 2026 09:30 UTC"):
        upload(campaign, name="copy.csv")
    assert (CallList.objects.count(), stored_files()) == (1, before)


def test_the_same_file_may_go_into_another_campaign() -> None:
    upload()
    assert upload(make_campaign("Winter")).pk


def test_a_file_that_failed_may_be_uploaded_again() -> None:
    campaign = make_campaign()
    CallList.objects.filter(pk=upload(campaign).pk).update(state=CallList.State.FAILED)
    assert upload(campaign).pk


@pytest.mark.parametrize("state", [Campaign.State.STOPPED, Campaign.State.FINISHED])
def test_a_campaign_that_is_over_takes_no_more_lists(state: str) -> None:
    with pytest.raises(UploadRefused, match=f"is {state} and does not accept more lists"):
        upload(make_campaign(state=state))


@pytest.mark.parametrize("state", [Campaign.State.DRAFT, Campaign.State.RUNNING, Campaign.State.PAUSED])
def test_a_campaign_that_is_not_over_takes_lists(state: str) -> None:
    assert upload(make_campaign(state=state)).state == CallList.State.UPLOADED


def test_a_row_that_cannot_be_committed_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(job: str, call_list_id: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(list_services, "enqueue", fault)
    before = stored_files()
    with pytest.raises(ZeroDivisionError):
        upload()
    assert (CallList.objects.count(), stored_files()) == (0, before)


def test_nobody_uploads_without_the_permission() -> None:
    auditor = make_user("uma", group="Auditor")
    with pytest.raises(PermissionDenied):
        upload_call_list(campaign=make_campaign(), file=ContentFile(CONTENT, "a.csv"), by=auditor, now=NOW)


@pytest.mark.parametrize(("state", "job"), [("uploaded", "inspect_call_list"), ("importing", "import_call_list")])
def test_a_list_whose_job_was_lost_gets_another_after_an_hour(state: str, job: str) -> None:
    call_list = make_call_list(entries=0, state=state)
    assert uploads.enqueue_stuck(now=NOW + timedelta(minutes=59)) == 0
    assert uploads.enqueue_stuck(now=NOW + timedelta(minutes=61)) == 1
    assert uploads.enqueue_stuck(now=NOW + timedelta(minutes=62)) == 0
    waiting = ProcrastinateJob.objects.get()
    assert (waiting.task_name, waiting.args) == (f"campaigns.tasks.{job}", {"call_list_id": call_list.pk})


def test_a_full_disk_is_said_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(UploadRefused, match="The portal's disk is full"):
        upload()
    assert not CallList.objects.exists()


def test_the_sweep_gives_a_list_up_after_a_few_tries() -> None:
    call_list = make_call_list(entries=0, state="importing")
    later = NOW + uploads.STUCK_AFTER * 2
    for _turn in range(uploads.MOST_TRIES):
        assert uploads.enqueue_stuck(now=later) == 1
        ProcrastinateJob.objects.all().delete()
    assert uploads.enqueue_stuck(now=later) == 0
    call_list.refresh_from_db()
    assert (call_list.state, call_list.tries) == (CallList.State.FAILED, uploads.MOST_TRIES)
    assert call_list.error.startswith("The portal tried to read this list 4 times without finishing.")
    assert uploads.enqueue_stuck(now=later) == 0
