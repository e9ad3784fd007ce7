"""Files of call records: read, looked at without a trace, applied once, every row told."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dialer.models import CallDetailRecord, CallRequest, Disposition, RecordFile, State
from dialer.reconcile import file_pass, files
from dialer.reconcile.file_columns import RecordColumns, UnreadableRow, column_places, read_record
from telephony.contract.vocabulary import Direction
from tests.support.builders import CALLEE, DID, NOW, make_account, make_call_request, make_did, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
HEADER = "callId,caller,callee,startTime,answerTime,endTime,hangupCode,totalCustomerPrice"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def line(call_id: str = "c1", *, callee: str = CALLEE, start: datetime = NOW, code: str = "2002") -> str:
    times = [start, start + timedelta(seconds=5), start + timedelta(seconds=35)]
    cells = [call_id, DID[1:], callee[1:], *(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in times), code, "0.25"]
    return ",".join(cells)


def uploaded(*lines: str, header: str = HEADER, zone: str = "UTC") -> RecordFile:
    content = ContentFile("\n".join([header, *lines]).encode(), name="june.csv")
    row = files.upload_file(account=make_account(), file=content, zone=zone, by=make_user(), now=NOW)
    files.process_file(row.pk, clock=lambda: LATER)
    row.refresh_from_db()
    return row


def applied(*lines: str, **options: str) -> RecordFile:
    row = uploaded(*lines, **options)
    assert row.state == RecordFile.State.READ, row.error
    assert files.apply_file(file=row, by=make_user())
    files.process_file(row.pk, clock=lambda: LATER)
    row.refresh_from_db()
    return row


def told(row: RecordFile) -> list[list[str]]:
    with row.report.open("rb") as report:
        return list(csv.reader(io.StringIO(report.read().decode("utf-8-sig"))))[1:]


def test_a_look_tells_what_would_be_matched_and_changes_nothing():
    call = make_call_request(state=State.ACCEPTED, provider_call_id="c1", sent_at=NOW)
    doubt = make_call_request("+447700900002", state=State.IN_DOUBT, sent_at=NOW)
    row = uploaded(line(), line("c9", callee="+447700900002"), line("x", callee="+447700900003"), "c3,1,2,03/04/2026")
    assert row.counts == {"matched": 2, "candidate": 0, "unmatched": 1, "unreadable": 1}
    assert [(cells[0], cells[1]) for cells in told(row)] == [
        ("2", "matched"),
        ("3", "matched"),
        ("4", "unmatched"),
        ("5", "unreadable"),
    ]
    assert [cells[4] for cells in told(row)][:2] == [call.reference, doubt.reference]
    assert not CallDetailRecord.objects.exists()
    call.refresh_from_db()
    doubt.refresh_from_db()
    assert (call.closed_at, doubt.state) == (None, State.IN_DOUBT)


def test_applied_it_settles_calls_and_ends_doubts():
    call = make_call_request(state=State.ACCEPTED, provider_call_id="c1", sent_at=NOW)
    doubt = make_call_request("+447700900002", state=State.IN_DOUBT, sent_at=NOW)
    row = applied(line(), line("c9", callee="+447700900002", code="2203"))
    assert (row.state, row.counts["matched"]) == (RecordFile.State.DONE, 2)
    call.refresh_from_db()
    doubt.refresh_from_db()
    assert (call.disposition, call.talk_seconds) == (Disposition.ANSWERED, 30)
    assert (doubt.state, doubt.disposition) == (State.ACCEPTED, Disposition.BUSY)
    record = CallDetailRecord.objects.get(provider_call_id="c1")
    assert (record.source, record.cost) == ("file", Decimal("0.25"))


def test_applied_twice_it_changes_nothing_more():
    make_call_request(state=State.ACCEPTED, provider_call_id="c1", sent_at=NOW)
    applied(line(), line("", callee="+447700900003"))
    before = (list(CallDetailRecord.objects.values()), list(CallRequest.objects.values()))
    again = applied(line(), line("", callee="+447700900003"))
    assert (list(CallDetailRecord.objects.values()), list(CallRequest.objects.values())) == before
    assert again.counts["matched"] == 1


def test_a_row_without_an_id_completes_the_calls_own_record():
    make_call_request(state=State.ACCEPTED, provider_call_id="c1", sent_at=NOW)
    applied(line())
    CallDetailRecord.objects.update(cost=None)
    for start in [NOW + timedelta(seconds=20)] * 2:
        row = applied(line("", start=start))
        assert CallDetailRecord.objects.count() == 1
        assert row.counts["matched"] == 1
    assert CallDetailRecord.objects.get().cost == Decimal("0.25")


def test_two_fitting_rows_are_candidates():
    make_call_request(state=State.IN_DOUBT, sent_at=NOW)
    row = applied(line("c1"), line("c2", start=NOW + timedelta(minutes=3)))
    assert row.counts["candidate"] == 2


def test_german_columns_are_understood():
    make_call_request(state=State.ACCEPTED, provider_call_id="c1", sent_at=NOW)
    row = applied(
        "c1;442079460001;447700900001;21.11.2026 09:30:00;21.11.2026 09:30:35;0:30;besetzt;0,05;EUR",
        header="Anruf-ID;Anrufer;Zielrufnummer;Beginn;Ende;Gesprächsdauer;Ergebnis;Kosten;Währung",
    )
    record = CallDetailRecord.objects.get()
    assert row.counts["matched"] == 1
    assert (record.disposition, record.cost, record.currency) == ("busy", Decimal("0.05"), "EUR")
    assert (record.started_at, record.talk_seconds) == (datetime(2026, 11, 21, 9, 30, tzinfo=UTC), 30)


def test_times_without_a_zone_are_in_the_files_zone():
    applied(line(start=datetime(2026, 11, 21, 8, 0)), zone="Asia/Shanghai")
    assert CallDetailRecord.objects.get().started_at == datetime(2026, 11, 21, 0, 0, tzinfo=UTC)


def test_a_file_without_the_columns_says_so():
    row = uploaded("1,2", header="name,town")
    assert row.state == RecordFile.State.FAILED
    assert "call ID" in row.error


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(file_pass, "MAX_ROWS", 3)
    row = uploaded(*(line(f"c{number}") for number in range(4)))
    assert row.state == RecordFile.State.FAILED
    assert not CallDetailRecord.objects.exists()


def layout(*names: str) -> RecordColumns:
    return RecordColumns(places={name: place for place, name in enumerate(names)}, zone=UTC, dids=frozenset({DID}))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21 09:30:00", NOW),
        ("2026-11-21 09:30:00.250", NOW),
        ("2026-11-21T09:30:00Z", NOW),
        ("2026-11-21T10:30:00+01:00", NOW),
        ("1795253400", NOW),
        ("1795253400000", NOW),
        ("21.11.2026 09:30", NOW),
        ("", None),
        ("0", None),
    ],
)
def test_times_in_many_forms(text, moment):
    assert read_record(["c1", text], layout("call_id", "started_at")).started_at == moment


@pytest.mark.parametrize("text", ["03/04/2026 09:30", "yesterday", "2026-13-01 00:00:00", "99999999999999"])
def test_a_time_that_could_be_another_is_refused(text):
    with pytest.raises(UnreadableRow):
        read_record(["c1", text], layout("call_id", "started_at"))


def test_the_direction_is_told_by_our_own_numbers():
    make_did()
    names = ("call_id", "did", "callee")
    assert read_record(["c1", DID, CALLEE], layout(*names)).direction is Direction.OUTBOUND
    assert read_record(["c1", CALLEE, DID], layout(*names)).direction is Direction.INBOUND
    assert read_record(["c1", CALLEE, CALLEE], layout(*names)).direction is Direction.UNKNOWN


def test_durations_in_milliseconds_are_cut_to_the_call():
    names = ("call_id", "started_at", "ended_at", "duration")
    cells = ["c1", "2026-11-21 09:30:00", "2026-11-21 09:30:35", "30000"]
    assert read_record(cells, layout(*names)).talk_seconds == 35


def test_each_column_is_used_once():
    assert column_places(["Call ID", "caller", "number", "callee", "start time"]) == {
        "call_id": 0,
        "did": 1,
        "callee": 3,
        "started_at": 4,
    }


def test_the_zone_of_a_file_is_one_that_exists():
    assert ZoneInfo("Asia/Shanghai")


class TestPages:
    def upload(self, client, **fields: object):
        file = SimpleUploadedFile("june.csv", f"{HEADER}\n{line()}".encode())
        return client.post(
            reverse("records:files"), {"account": make_account().pk, "file": file, "zone": "UTC", **fields}
        )

    def test_upload_look_apply(self, supervisor_client):
        make_call_request(state=State.ACCEPTED, provider_call_id="c1", sent_at=NOW)
        row_url = self.upload(supervisor_client)["Location"]
        assert "The portal is checking the file" in supervisor_client.get(row_url).content.decode()
        row = RecordFile.objects.get()
        files.process_file(row.pk, clock=lambda: LATER)
        assert 'id="record-file-apply"' in supervisor_client.get(row_url).content.decode()
        supervisor_client.post(reverse("records:file_apply", args=[row.pk]))
        files.process_file(row.pk, clock=lambda: LATER)
        assert "Applied at" in supervisor_client.get(row_url).content.decode()
        report = supervisor_client.get(reverse("records:file_report", args=[row.pk]))
        assert b"matched" in b"".join(report.streaming_content)

    @pytest.mark.parametrize("fields", [{"zone": "Peking"}, {"zone": "../x"}, {"account": "99999"}, {"file": ""}])
    def test_what_cannot_be_is_refused(self, supervisor_client, fields):
        assert self.upload(supervisor_client, **fields).status_code == 422
        assert not RecordFile.objects.exists()

    def test_an_auditor_uploads_nothing(self, auditor_client):
        assert self.upload(auditor_client).status_code == 403
        assert not RecordFile.objects.exists()

    def test_asking_about_a_doubt(self, supervisor_client):
        doubt = make_call_request(state=State.IN_DOUBT)
        url = reverse("records:ask", args=["call", doubt.reference])
        assert "The portal is asking the provider" in supervisor_client.post(url, follow=True).content.decode()
        doubt.account.record_cursors.update(asked_at=datetime.now(UTC))
        assert "can ask again in" in supervisor_client.post(url, follow=True).content.decode()
