from __future__ import annotations

import errno
import hashlib
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dialer.models import DncImport, RecordFile, RegistryEvidence
from dialer.reconcile import files as record_files
from dialer.support.uploads import UploadRefused, clean_name, measure
from tests.dialer.dnc.files import make_list
from tests.support.builders import NOW, make_account, make_user
from tests.support.rules import make_profile

CONTENT = b"phone\n+447700900001\n"


def stored(folder: str) -> set[str]:
    return set(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else set()


@pytest.mark.parametrize(
    ("given", "shown"),
    [("june.csv", "june.csv"), ("../etc/june.csv", "june.csv"), ("a\tb\n.csv", "ab.csv"), ("", "x"), ("\x00", "x")],
)
def test_a_name_is_shown_without_folders_and_control_characters(given: str, shown: str) -> None:
    assert clean_name(ContentFile(CONTENT, given), default="x") == shown
    assert len(clean_name(ContentFile(CONTENT, "n" * 300), default="x")) == 200


def test_a_file_is_measured_up_to_the_limit(settings: Any) -> None:
    settings.PORTAL_UPLOAD_BYTES = len(CONTENT)
    assert measure(ContentFile(CONTENT)) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    with pytest.raises(UploadRefused, match="larger than"):
        measure(ContentFile(CONTENT + b"x"))
    with pytest.raises(UploadRefused, match="The file is empty"):
        measure(ContentFile(b""))


@pytest.mark.django_db
def test_a_file_of_records_whose_row_is_not_committed_is_deleted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(row: RecordFile) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(record_files, "_enqueue", fault)
    before = stored("records")
    with pytest.raises(ZeroDivisionError):
        record_files.upload_file(
            account=make_account(), file=ContentFile(CONTENT, "a.csv"), zone="UTC", by=make_user(), now=NOW
        )
    assert (RecordFile.objects.count(), stored("records")) == (0, before)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["records", "evidence", "dnc"])
def test_a_full_disk_is_shown_on_every_page_that_takes_a_file(
    administrator_client: Client, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    def full(*args: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    make_profile("GB", registry="TPS")
    url, entered = {
        "records": (reverse("records:files"), {"account": make_account().pk, "zone": "UTC"}),
        "evidence": (reverse("policy:evidence"), {"country": "GB", "received_on": "2026-01-05"}),
        "dnc": (reverse("dnc:upload", args=[make_list().pk]), {"country": "GB"}),
    }[page]
    answer = administrator_client.post(url, {**entered, "file": SimpleUploadedFile("a.csv", CONTENT)})
    assert answer.status_code == 422
    assert "disk is full" in answer.content.decode()
    assert not [table for table in (RecordFile, RegistryEvidence, DncImport) if table.objects.exists()]
