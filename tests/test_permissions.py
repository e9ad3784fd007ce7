"""Every URL of the portal as five kinds of people. A URL that is missing here fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from dialer.models import DncBlock, DncEntry, DncImport, DncList, RecordFile
from dialer.policy.registry_evidence import record
from tests.dialer.reconcile.builders import make_record
from tests.support import builders
from tests.support.campaign_builders import make_call_list, make_campaign, make_paced_campaign, make_task

pytestmark = pytest.mark.django_db

OK, AWAY, NO, POST_ONLY = 200, 302, 403, 405
PEOPLE = ("anonymous", "stranger", "auditor", "supervisor", "administrator")
READ = (AWAY, NO, OK, OK, OK)
ORDER = (AWAY, NO, NO, OK, NO)
# Pages that change something refuse GET; before that they ask who you are.
ACT = (AWAY, None, None, POST_ONLY, None)

# What a GET answers to whom. None: 403 or 405, either keeps them out.
EXPECTED = {
    "home": (AWAY, AWAY, AWAY, AWAY, AWAY),
    "healthz": (OK, OK, OK, OK, OK),
    "dialer:call_list": READ,
    "dialer:place_call": ORDER,
    "dialer:preview_call": ACT,
    "dialer:in_doubt": READ,
    "dialer:resolve": ACT,
    "dialer:call_detail": READ,
    "dialer:cancel_call": ACT,
    "dialer:call_again": (AWAY, NO, NO, OK, NO),
    "dialer:close_call": (AWAY, NO, NO, OK, NO),
    "campaigns:campaign_list": READ,
    "campaigns:campaign_create": ORDER,
    "campaigns:campaign_detail": READ,
    "campaigns:campaign_edit": ORDER,
    "campaigns:campaign_preview": READ,
    "campaigns:campaign_act": ACT,
    "campaigns:campaign_again": ACT,
    "campaigns:next_number": ORDER,
    "campaigns:call_list_upload": ACT,
    "campaigns:call_list_detail": READ,
    "campaigns:call_list_rejects": READ,
    "campaigns:call_list_accepted": READ,
    "campaigns:call_list_read": ACT,
    "campaigns:call_list_decide": ACT,
    "campaigns:call_list_answer": ACT,
    "campaigns:call_list_opt_out": ACT,
    "campaigns:list_template": READ,
    "dnc:lists": READ,
    "dnc:list": READ,
    "dnc:add": ACT,
    "dnc:upload": (AWAY, None, None, POST_ONLY, POST_ONLY),
    "dnc:switch": (AWAY, None, None, None, POST_ONLY),
    "dnc:remove": (AWAY, None, None, None, POST_ONLY),
    "dnc:remove_block": (AWAY, None, None, None, POST_ONLY),
    "dnc:import": READ,
    "dnc:import_read": (AWAY, None, None, POST_ONLY, POST_ONLY),
    "dnc:import_discard": (AWAY, None, None, POST_ONLY, POST_ONLY),
    "dnc:import_rejects": READ,
    "campaigns:task_detail": READ,
    "campaigns:task_give_back": ACT,
    "campaigns:campaign_numbers": READ,
    "campaigns:campaign_approve": (AWAY, None, None, POST_ONLY, POST_ONLY),
    "dialer:check_callee": ACT,
    "dialer:call_fields": ACT,
    "dialer:hang_up": (AWAY, None, None, POST_ONLY, POST_ONLY),
    "agents:list": READ,
    "agents:detail": READ,
    # What takes something away asks first; the rest refuses GET.
    "agents:act": (AWAY, NO, NO, OK, OK),
    "dialer:opt_out": (AWAY, None, None, POST_ONLY, POST_ONLY),
    "dialer:said_no": (AWAY, None, None, POST_ONLY, POST_ONLY),
    "policy:stop": READ,
    "policy:evidence": READ,
    "policy:evidence_file": READ,
    "notices:list": READ,
    "notices:bell": READ,
    # What a person has read is that person's own, so auditors may say it too.
    "notices:read": (AWAY, None, POST_ONLY, POST_ONLY, POST_ONLY),
    "why:why": READ,
    "records:books": READ,
    "records:books_csv": READ,
    "records:unmatched_csv": READ,
    "records:files": READ,
    "records:file": READ,
    "records:file_apply": (AWAY, None, None, POST_ONLY, POST_ONLY),
    "records:file_report": READ,
    "records:ask": ACT,
    "records:assign": ACT,
    # Its host is none of the allowed ones: nothing is fetched, and that is what is said.
    "records:recording": (AWAY, NO, NO, 502, 502),
    # In front of Django callbacks are let in or refused; here is nothing for anybody.
    "webhooks:push": (404,) * 5,
}


def named_urls(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            if pattern.namespace != "admin":
                yield from named_urls(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}"


def is_sign_in(name: str) -> bool:
    """allauth's own pages; test_sign_in.py looks at them."""
    return name.startswith(("account_", "mfa_"))


@pytest.fixture
def arguments(settings: Any, tmp_path: Path) -> dict[str, list[object]]:
    """For each URL with parameters, rows that exist."""
    settings.MEDIA_ROOT = tmp_path
    call = builders.make_call_request(state="rejected")
    waiting = builders.make_call_request("+447700900556", state="accepted")
    doubt = builders.make_call_request("+447700900555", state="in_doubt")
    campaign = make_campaign()
    call_list = make_call_list(campaign=campaign)
    task = make_task(campaign=make_campaign("Another"))
    preview = make_paced_campaign("Preview", channel="preview")
    make_call_list(campaign=preview, entries=["+447700900557"])
    dnc_list = DncList.objects.create(name="Regulator")
    dnc_entry = DncEntry.objects.create(dnc_list=dnc_list, callee="+447700900001", added_at=builders.NOW)
    dnc_block = DncBlock.objects.create(
        dnc_list=dnc_list, first=120255500000000, last=120255599999999, written="+1202555XXXX", added_at=builders.NOW
    )
    dnc_import = DncImport.objects.create(
        dnc_list=dnc_list,
        name="n.csv",
        size=1,
        uploaded_by=builders.make_user(),
        uploaded_at=builders.NOW,
        state="done",
    )
    evidence = record(
        country="SG",
        received_on=builders.NOW.date(),
        file=ContentFile(b"6581110001,no", "answer.csv"),
        note="",
        by=builders.make_user(),
        now=builders.NOW,
    )
    cdr = make_record(reference=call.reference, recording_url="https://elsewhere.example/1.mp3")
    record_file = RecordFile.objects.create(
        account=call.account, name="june.csv", size=1, uploaded_by=builders.make_user(), uploaded_at=builders.NOW
    )
    record_file.report.save("report.csv", ContentFile(b"line"))
    agent = builders.make_agent()
    by_call, by_campaign, by_list = [call.reference], [campaign.pk], [call_list.pk]
    return {
        "dialer:resolve": ["call", doubt.reference],
        "dialer:call_detail": by_call,
        "dialer:cancel_call": by_call,
        "dialer:call_again": by_call,
        "dialer:close_call": [waiting.reference],
        "campaigns:campaign_detail": by_campaign,
        "campaigns:campaign_edit": by_campaign,
        "campaigns:campaign_preview": by_campaign,
        "campaigns:campaign_act": [campaign.pk, "start"],
        "campaigns:call_list_upload": by_campaign,
        "campaigns:call_list_detail": by_list,
        "campaigns:call_list_rejects": by_list,
        "campaigns:call_list_accepted": by_list,
        "campaigns:call_list_read": by_list,
        "campaigns:call_list_decide": [call_list.pk, "confirm"],
        "campaigns:call_list_answer": [call_list.pk, "own_code"],
        "campaigns:call_list_opt_out": by_list,
        "campaigns:list_template": ["minimal"],
        "records:file": [record_file.pk],
        "records:file_apply": [record_file.pk],
        "records:file_report": [record_file.pk],
        "records:ask": ["call", doubt.reference],
        "records:assign": [cdr.pk],
        "records:recording": [cdr.pk],
        "dnc:list": [dnc_list.pk],
        "dnc:add": [dnc_list.pk],
        "dnc:upload": [dnc_list.pk],
        "dnc:switch": [dnc_list.pk],
        "dnc:remove": [dnc_entry.pk],
        "dnc:remove_block": [dnc_block.pk],
        "dnc:import": [dnc_import.pk],
        "dnc:import_read": [dnc_import.pk],
        "dnc:import_discard": [dnc_import.pk],
        "dnc:import_rejects": [dnc_import.pk],
        "campaigns:campaign_numbers": by_campaign,
        "campaigns:campaign_again": by_campaign,
        "campaigns:next_number": [preview.pk],
        "campaigns:campaign_approve": by_campaign,
        "dialer:opt_out": by_call,
        "dialer:said_no": by_call,
        "dialer:hang_up": by_call,
        "agents:detail": [agent.pk],
        "agents:act": [agent.pk, "end-and-sign-out"],
        "policy:evidence_file": [evidence.pk],
        "campaigns:task_detail": [task.reference],
        "campaigns:task_give_back": [task.reference],
        "webhooks:push": ["nxcloud", "test-path-0000001", "call-record"],
    }


@pytest.fixture
def people(stranger_client, auditor_client, supervisor_client, administrator_client) -> dict[str, Client]:
    clients = (Client(), stranger_client, auditor_client, supervisor_client, administrator_client)
    return dict(zip(PEOPLE, clients, strict=True))


def whole(response):
    """Read to its end, as a browser does: a file that is sent is closed then."""
    if response.streaming:
        list(response.streaming_content)
    return response


def test_no_url_is_without_a_permission_test():
    ours = {name for name in named_urls(get_resolver()) if not is_sign_in(name)}
    assert ours == set(EXPECTED)


def test_each_page_answers_each_kind_of_people_as_expected(people, arguments):
    wrong = []
    for name, expected in EXPECTED.items():
        url = reverse(name, args=arguments.get(name))
        for person, status in zip(PEOPLE, expected, strict=True):
            got = whole(people[person].get(url)).status_code
            if got != status and not (status is None and got in (NO, POST_ONLY)):
                wrong.append(f"{name} as {person}: {got}, not {status}")
    assert not wrong


def test_a_stranger_lands_on_the_sign_in_page_with_the_way_back(people):
    response = people["anonymous"].get(reverse("dialer:call_list"))
    assert response["Location"] == f"{reverse('account_login')}?next={reverse('dialer:call_list')}"


@pytest.mark.parametrize("person", ["anonymous", "stranger"])
def test_the_admin_is_closed_to_those_outside(people, person):
    opened = []
    for model in admin.site._registry:
        opts = model._meta
        for view, args in (("changelist", []), ("add", []), ("change", [1]), ("delete", [1]), ("history", [1])):
            try:
                url = reverse(f"admin:{opts.app_label}_{opts.model_name}_{view}", args=args)
            except NoReverseMatch:
                continue
            if people[person].get(url).status_code == OK:
                opened.append(url)
    assert not opened


def test_an_auditor_changes_nothing_in_the_admin(people):
    opened = [
        model._meta.label
        for model in admin.site._registry
        if people["auditor"].get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")).status_code
        == OK
    ]
    assert not opened


def test_every_page_forbids_foreign_scripts(people, arguments):
    for name in EXPECTED:
        response = whole(people["supervisor"].get(reverse(name, args=arguments.get(name))))
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy, name
        assert "unsafe" not in policy, name
