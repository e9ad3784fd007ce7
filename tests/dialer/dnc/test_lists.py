"""Do-not-call lists: lookups, pages, imports, the command and the policy."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.calls import services
from dialer.calls.services import OrderRefused
from dialer.dnc import importer as dnc_import
from dialer.dnc import lists as dnc
from dialer.dnc import uploads as dnc_uploads
from dialer.dnc.lists import Listing
from dialer.models import DncEntry, DncImport, DncList
from tests.support.builders import NOW, make_draft, make_user
from tests.support.htmx import hx_get

pytestmark = pytest.mark.django_db
A, B, C = "+447700900001", "+447700900002", "+447700900003"


def make_list(name: str = "Regulator", *callees: str, **columns: Any) -> DncList:
    dnc_list = DncList.objects.create(name=name, **columns)
    for callee in callees:
        DncEntry.objects.create(dnc_list=dnc_list, callee=callee, reason="By letter.", added_at=NOW)
    return dnc_list


def uploaded(content: str | bytes, *, country: str = "", dnc_list: DncList | None = None) -> DncImport:
    body = content.encode() if isinstance(content, str) else content
    return dnc_uploads.upload(
        dnc_list=dnc_list or make_list(),
        file=ContentFile(body, "numbers.csv"),
        country=country,
        by=make_user(),
        now=NOW,
    )


def imported(content: str | bytes, **columns: Any) -> DncImport:
    row = uploaded(content, **columns)
    dnc_import.import_numbers(row.pk, clock=lambda: NOW)
    row.refresh_from_db()
    return row


def counts(row: DncImport) -> tuple[int, ...]:
    """rows, added, known, invalid"""
    return (row.rows, row.added, row.known, row.invalid)


def test_numbers_of_active_lists_are_found_with_their_reason() -> None:
    make_list("Regulator", A)
    make_list("Complaints", A, B)
    make_list("Old", C, is_active=False)
    assert dnc.listings_of([447700900001, 447700900002, 447700900003], countries=["GB"] * 3, now=NOW) == {
        447700900001: Listing("Regulator", "By letter."),
        447700900002: Listing("Complaints", "By letter."),
    }
    assert dnc.listing_of(C, now=NOW) is None


def test_no_call_is_ordered_to_a_listed_number() -> None:
    make_list("Regulator", A)
    with pytest.raises(OrderRefused) as refused:
        services.request_call(make_draft(A), by=make_user(), now=NOW)
    assert refused.value.code == "do_not_call"
    assert (
        refused.value.message == "This number is on the do-not-call list Regulator. By letter. It must not be called."
    )
    assert services.request_call(make_draft(B), by=make_user(), now=NOW).state == "pending"


def test_a_number_per_line_is_imported_and_every_row_counted() -> None:
    row = imported(f"{A}\n07700 900002\n{A}\nnonsense\n112\n\n", country="GB")
    assert (row.state, counts(row)) == ("done", (5, 2, 1, 2))
    assert list(row.rejects.values_list("line_number", "code")) == [(4, "not_a_number"), (5, "emergency")]
    assert list(DncEntry.objects.values_list("callee", "source")) == [(A, "numbers.csv"), (B, "numbers.csv")]


def test_reason_and_source_are_taken_from_their_columns() -> None:
    imported(f"name,Phone,Reason,Source\nx,{A},asked us,web form\ny,{B},,\n")
    assert list(DncEntry.objects.values_list("callee", "reason", "source")) == [
        (A, "asked us", "web form"),
        (B, "", "numbers.csv"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("name,city\nAnn,Leeds\n", "This file contains no telephone numbers."),
        (b"%PDF-1.7", "This is PDF, not a list."),
        ("\n\n", "The file is empty."),
    ],
)
def test_what_is_no_list_fails_with_one_sentence(content: str | bytes, sentence: str) -> None:
    row = imported(content)
    assert row.state == "failed"
    assert row.error.startswith(sentence)
    assert not DncEntry.objects.exists()


def test_an_interrupted_import_starts_again_and_still_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    row = uploaded(f"{A}\n{B}\nx\n")
    real = dnc_import._Run._store_part

    def die(self: Any, *args: Any, **more: Any) -> None:
        real(self, *args, **more)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(dnc_import._Run, "_store_part", die)
        with pytest.raises(Killed):
            dnc_import.import_numbers(row.pk, clock=lambda: NOW)
    dnc_import.import_numbers(row.pk, clock=lambda: NOW)
    dnc_import.import_numbers(row.pk, clock=lambda: NOW)
    row.refresh_from_db()
    assert (row.state, counts(row)) == ("done", (3, 0, 2, 1))
    assert DncEntry.objects.count() == 2


def test_a_lost_job_is_put_back() -> None:
    make_user()
    row = DncImport.objects.create(
        dnc_list=make_list(), name="n.csv", size=1, sha256="0" * 64, uploaded_by=make_user(), uploaded_at=NOW
    )
    assert dnc_import.enqueue_stuck(now=NOW) == 0
    later = NOW + dnc_import.STUCK_AFTER * 2
    assert [dnc_import.enqueue_stuck(now=later) for _ in range(2)] == [1, 0]
    assert ProcrastinateJob.objects.get().args == {"dnc_import_id": row.pk}


def test_who_may_do_what() -> None:
    dnc_list, auditor, supervisor = make_list("Regulator", A), make_user("uma", group="Auditor"), make_user()
    with pytest.raises(PermissionDenied):
        dnc.add(dnc_list=dnc_list, callee=B, reason="", source="", by=auditor, now=NOW)
    with pytest.raises(PermissionDenied):
        dnc.make_list(name="Mine", description="", by=supervisor)
    with pytest.raises(PermissionDenied):
        dnc.remove(entry=DncEntry.objects.get(), by=supervisor)
    with pytest.raises(PermissionDenied):
        dnc.switch(dnc_list=dnc_list, is_active=False, by=supervisor)


def page(client: Client, dnc_list: DncList, **query: str) -> str:
    return client.get(dnc_list.get_absolute_url(), query).content.decode()


def test_a_number_is_found_in_any_spelling(supervisor_client: Client) -> None:
    dnc_list = make_list("Regulator", A)
    assert "+44 7700 900001 has been on this list since" in page(
        supervisor_client, dnc_list, number="07700 900001", country="gb"
    )
    assert "+44 7700 900002 is not on this list" in page(supervisor_client, dnc_list, number=B)
    assert "This is not a telephone number." in page(supervisor_client, dnc_list, number="x")
    assert "Unknown country code UK" in page(supervisor_client, dnc_list, number="0", country="uk")


def test_numbers_are_masked_in_the_table(supervisor_client: Client) -> None:
    shown = page(supervisor_client, make_list("Regulator", B))
    assert "+4477009•••02" in shown
    assert B not in shown


def test_a_number_is_added_and_an_administrator_takes_it_off(
    supervisor_client: Client, administrator_client: Client
) -> None:
    dnc_list = make_list()
    target = reverse("dnc:add", args=[dnc_list.pk])
    supervisor_client.post(target, {"number": "07700 900001", "country": "GB", "reason": "asked", "source": "call"})
    entry = DncEntry.objects.get()
    assert (entry.callee, entry.reason, entry.source) == (A, "asked", "call")
    again = supervisor_client.post(target, {"number": A}, follow=True).content.decode()
    assert "was already on the list" in again
    assert supervisor_client.post(target, {"number": "12"}).status_code == 422
    assert supervisor_client.post(reverse("dnc:remove", args=[entry.pk])).status_code == 403
    administrator_client.post(reverse("dnc:remove", args=[entry.pk]))
    assert not DncEntry.objects.exists()


def test_an_administrator_makes_a_list_and_switches_it(administrator_client: Client) -> None:
    response = administrator_client.post(reverse("dnc:lists"), {"name": "Ours"})
    dnc_list = DncList.objects.get(name="Ours")
    assert response["Location"] == dnc_list.get_absolute_url()
    assert administrator_client.post(reverse("dnc:lists"), {"name": "Ours"}).status_code == 422
    administrator_client.post(reverse("dnc:switch", args=[dnc_list.pk]), {"to": "off"})
    dnc_list.refresh_from_db()
    assert not dnc_list.is_active
    assert "its numbers may be called" in page(administrator_client, dnc_list)


def test_an_upload_defers_the_job_and_its_state_is_shown(supervisor_client: Client) -> None:
    dnc_list = make_list()
    target = reverse("dnc:upload", args=[dnc_list.pk])
    assert supervisor_client.post(target, {}).status_code == 422
    assert supervisor_client.post(target, {"file": SimpleUploadedFile("e.csv", b"")}).status_code == 422
    supervisor_client.post(target, {"file": SimpleUploadedFile("n.csv", f"{A}\nx\n".encode())})
    row = dnc_list.imports.get()
    assert ProcrastinateJob.objects.get().args == {"dnc_import_id": row.pk}
    assert "every 2s" in hx_get(supervisor_client, dnc_list.get_absolute_url()).content.decode()
    dnc_import.import_numbers(row.pk, clock=lambda: NOW)
    assert hx_get(supervisor_client, dnc_list.get_absolute_url()).status_code == 286
    assert f'<a href="{row.get_absolute_url()}">n.csv</a>' in page(supervisor_client, dnc_list)


def test_the_pages_take_few_queries(supervisor_client: Client, django_assert_max_num_queries: Any) -> None:
    dnc_list = make_list("Regulator", A, B, C)
    with django_assert_max_num_queries(14):
        page(supervisor_client, dnc_list)
    with django_assert_max_num_queries(11):
        supervisor_client.get(reverse("dnc:lists"))


def run(*arguments: str) -> Any:
    out = io.StringIO()
    status = 0
    try:
        call_command("dnc", *arguments, stdout=out)
    except SystemExit as exc:
        status = int(exc.code or 0)
    return status, json.loads(out.getvalue())


def test_the_command_imports_adds_and_checks(tmp_path: Path) -> None:
    make_user("ada", group="Administrator")
    path = tmp_path / "numbers.csv"
    path.write_text(f"phone,reason\n{A},asked\nx,\n")
    by_ada = ["--user", "ada", "--list", "Ours"]
    status, told = run("import", str(path), *by_ada, "--create")
    assert (status, told["list"], told["rows"], told["added"], told["known"], told["invalid"]) == (
        1,
        "Ours",
        2,
        1,
        0,
        1,
    )
    assert run("add", "07700 900002", *by_ada, "--country", "GB")[1] == {"number": B, "list": "Ours", "added": True}
    assert run("check", A) == (1, {"number": A, "may_be_called": False, "list": "Ours", "reason": "asked"})
    assert run("check", C) == (0, {"number": C, "may_be_called": True, "list": "", "reason": ""})
    run("add", C, *by_ada, "--expires", "2099-12-31")
    assert DncEntry.objects.get(callee=C).expires_at == datetime(2100, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "12"], "too few digits"),
        (["add", A, "--user", "ada"], "Choose a list"),
        (["add", A, "--user", "ada", "--list", "None"], "There is no list “None”"),
        (["import", "nowhere.csv", "--user", "ada", "--list", "x"], "There is no file"),
        (["check", A, "--country", "UK"], "Unknown country code UK"),
        (["add", A, "--user", "ada", "--list", "Opt-outs", "--expires", "soon"], "“soon” is not a date"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], sentence: str) -> None:
    make_user("ada", group="Administrator")
    with pytest.raises(CommandError, match=sentence):
        call_command("dnc", *arguments, stdout=io.StringIO())


def test_many_numbers_are_opted_out_at_once_and_for_ever() -> None:
    numbers = [447700900001, 447700900002, 447700900001, 447700900003]
    opt_outs = DncList.objects.get(name="Opt-outs")
    DncEntry.objects.create(dnc_list=opt_outs, callee=A, added_at=NOW)
    DncEntry.objects.create(dnc_list=opt_outs, callee=B, added_at=NOW, expires_at=NOW + timedelta(days=1))
    by = {"source": "list.csv", "by": make_user(), "now": NOW}
    assert dnc.opt_out_many(numbers, **by) == 2
    assert dnc.opt_out_many(numbers, **by) == 0
    assert dnc.opt_out_many([], **by) == 0
    assert [(entry.callee, entry.expires_at) for entry in opt_outs.entries.order_by("callee")] == [
        (A, None),
        (B, None),
        (C, None),
    ]
    with pytest.raises(PermissionDenied):
        dnc.opt_out_many(numbers, **{**by, "by": make_user("uma", group="Auditor")})
    dnc.switch(dnc_list=opt_outs, is_active=False, by=make_user("ada", group="Administrator"))
    with pytest.raises(dnc.DncRefused, match="switched off"):
        dnc.opt_out_many(numbers, **by)
