"""Registry evidence is per number: only what a result file says of a number opens it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.models import Campaign
from campaigns.planning import services as campaign_services
from campaigns.planning.services import TransitionRefused
from campaigns.policy.evaluator import Evaluator
from dialer.models import DncEntry, DncList, RegistryAnswer, RegistryEvidence
from dialer.policy import registry_evidence, registry_files
from dialer.policy.single_call import outlook_on
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_call_list, make_campaign
from tests.support.rules import make_profile

pytestmark = pytest.mark.django_db
Says, State = RegistryEvidence.Says, RegistryEvidence.State
A, B, C, D = (f"+44770090070{n}" for n in range(1, 5))
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def registry(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_profile("GB", registry="the Preference Service", registry_days=28)


def recorded(content: str, *, on: date = TODAY, **more: Any) -> RegistryEvidence:
    row = registry_evidence.record(
        country="GB",
        received_on=on,
        file=ContentFile(content.encode(), "result.csv"),
        note="",
        by=make_user(),
        now=NOW,
        **more,
    )
    registry_files.read_evidence(row.pk, clock=lambda: NOW)
    row.refresh_from_db()
    return row


def rules_on(*numbers: str, now: Any = NOW) -> list[str]:
    """The first rule against each, "" where it may be called."""
    found = [outlook_on(number, purpose="marketing", now=now).verdicts for number in numbers]
    return [verdicts[0].code if verdicts else "" for verdicts in found]


@pytest.mark.parametrize(
    "content",
    [
        f"number,result\n{A},not listed\n{B},listed\n",
        f"Telephone;TPS\n{A};no\n{B};yes\n",
        f"phone,registered\n{A},0\n{B},1\n",
        f"{A},clean\n{B},registered\n",
        f"nomor,terdaftar\n{A},tidak\n{B},ya\n",
        f"電話番号,結果\n{A},登録なし\n{B},登録あり\n",
    ],
)
def test_a_number_opens_only_by_an_answer_about_itself(content: str) -> None:
    assert rules_on(A, B, C) == ["registry_stale"] * 3
    row = recorded(content)
    assert (row.state, row.clean, row.listed, row.unread) == (State.READ, 1, 1, 0), row.error
    assert rules_on(A, B, C) == ["", "do_not_call_until", "registry_stale"]


def test_a_file_for_other_numbers_opens_nothing() -> None:
    recorded(f"phone\n{C}\n{D}\n", says=Says.CLEAN)
    assert rules_on(A, C) == ["registry_stale", ""]


def test_an_answer_holds_for_its_days() -> None:
    recorded(f"phone\n{A}\n", says=Says.CLEAN, on=TODAY - timedelta(days=28))
    recorded(f"phone\n{B}\n", says=Says.CLEAN, on=TODAY - timedelta(days=29))
    assert rules_on(A, B) == ["", "registry_stale"]
    assert rules_on(A, now=NOW + timedelta(days=1)) == ["registry_stale"]


def test_listed_numbers_go_into_a_list_of_the_registrys_name_for_as_long_as_the_answer_holds() -> None:
    recorded(f"phone\n{A}\n", says=Says.LISTED)
    entry = DncEntry.objects.get()
    assert (entry.dnc_list.name, entry.dnc_list.country) == ("the Preference Service (GB)", "GB")
    assert entry.expires_at is not None
    assert entry.expires_at.date() == TODAY + timedelta(days=29)
    assert rules_on(A, now=NOW + timedelta(days=40)) == ["registry_stale"]


def test_the_newest_answer_counts_and_on_one_day_the_one_that_it_is_listed() -> None:
    recorded(f"number,result\n{A},clean\n{A},listed\n{B},clean\n")
    recorded(f"number,result\n{A},clean\n{B},listed\n", on=TODAY - timedelta(days=1))
    recorded(f"number,result\n{A},clean\n")
    answers = {answer.identity: answer.is_listed for answer in RegistryAnswer.objects.all()}
    assert answers == {447700900701: True, 447700900702: False}


def test_what_is_not_understood_opens_nothing() -> None:
    row = recorded(f"number,result\n{A},clean\n{B},pending\n,clean\nnobody,clean\n")
    assert (row.state, row.rows, row.clean, row.unread) == (State.READ, 4, 1, 3)
    assert rules_on(A, B) == ["", "registry_stale"]
    row = recorded(f"number,result\n{C},pending\n{D},pending\n")
    assert (row.state, row.clean) == (State.FAILED, 0)


def test_digits_with_two_readings_open_neither_and_block_both() -> None:
    make_profile("ID", registry="the register")
    digits = "6591234567"
    row = registry_evidence.record(
        country="ID",
        received_on=TODAY,
        file=ContentFile(f"number,result\n{digits},clean\n+6281234500001,clean\n".encode(), "r.csv"),
        note="",
        by=make_user(),
        now=NOW,
    )
    registry_files.read_evidence(row.pk, clock=lambda: NOW)
    assert rules_on("+626591234567", "+6281234500001") == ["registry_stale", ""]


@pytest.mark.parametrize(
    ("content", "more", "sentence"),
    [
        (f"number,colour\n{A},red\n", {}, "No column says whether each number is listed"),
        (f"number,allowed to call\n{A},yes\n", {}, "No column says whether each number is listed"),
        (f"one,two\n{A},{B}\n", {"says": Says.CLEAN}, "Several columns could contain the numbers"),
        ("name\nAnn\n", {"says": Says.CLEAN}, "This file contains no telephone numbers."),
        (f"number,result\n{A},clean\n", {"number_column": "phone"}, "There is no column phone."),
    ],
)
def test_a_file_that_says_nothing_is_kept_and_told(content: str, more: Any, sentence: str) -> None:
    row = recorded(content, **more)
    assert row.state == State.FAILED
    assert row.error.startswith(sentence), row.error
    assert rules_on(A) == ["registry_stale"]


def test_columns_can_be_named() -> None:
    row = recorded(f"one,two,said\n{A},{B},not registered\n", number_column="two", result_column="said")
    assert (row.state, row.clean) == (State.READ, 1)
    assert rules_on(A, B) == ["registry_stale", ""]


def test_evidence_of_before_opens_nothing_and_the_page_says_so(supervisor_client: Client) -> None:
    row = recorded(f"number,result\n{A},clean\n")
    RegistryAnswer.objects.all().delete()
    RegistryEvidence.objects.filter(pk=row.pk).update(state=State.KEPT, clean=0)
    assert rules_on(A) == ["registry_stale"]
    page = supervisor_client.get(reverse("policy:evidence")).content.decode()
    assert "Stored but not read: it does not allow any calls." in page
    assert "no answer recorded yet. No calls are placed there." in page


def test_the_page_records_a_file_and_tells_what_it_opened(supervisor_client: Client) -> None:
    file = ContentFile(f"number,result\n{A},clean\n{B},listed\n".encode(), "r.csv")
    fields = {"country": "GB", "received_on": TODAY.isoformat(), "file": file, "says": "column"}
    assert supervisor_client.post(reverse("policy:evidence"), fields).status_code == 302
    row = RegistryEvidence.objects.get()
    assert ProcrastinateJob.objects.get(task_name=registry_files.READ_JOB).args == {"evidence_id": row.pk}
    registry_files.read_evidence(row.pk, clock=lambda: NOW)
    page = supervisor_client.get(reverse("policy:evidence")).content.decode()
    assert "may be called: 1, listed: 1" in page


def test_a_lost_job_is_put_back() -> None:
    row = recorded(f"phone\n{A}\n", says=Says.CLEAN)
    RegistryEvidence.objects.filter(pk=row.pk).update(state=State.UPLOADED)
    later = NOW + registry_files.STUCK_AFTER * 2
    assert [registry_files.enqueue_stuck(now=later) for _ in range(2)] == [1, 0]


def test_a_campaign_starts_when_the_registry_was_asked_and_calls_only_those_it_was_asked_about() -> None:
    campaign = make_campaign()
    make_call_list(campaign, entries=[A, B, C])
    with pytest.raises(TransitionRefused, match="Check this number against the Preference Service before calling it"):
        campaign_services.start_campaign(campaign=campaign, by=make_user(), now=NOW)
    recorded(f"number,result\n{A},clean\n{B},listed\n")
    campaign_services.start_campaign(campaign=campaign, by=make_user(), now=NOW)
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.RUNNING
    assert Evaluator(campaign, now=NOW).count_waiting() == {"": 1, "do_not_call_until": 1, "registry_stale": 1}


def test_a_territory_is_asked_about_at_its_homes_registry() -> None:
    jersey = "+447797123456"
    recorded(f"phone\n{jersey}\n", says=Says.CLEAN)
    assert rules_on(jersey) == [""]
    assert DncList.objects.filter(country="GB").count() == 1
