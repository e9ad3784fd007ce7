from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.ledger import services
from dialer.models import ProviderAccount, State
from tests.support.builders import NOW, make_account, make_call_request, make_user

pytestmark = pytest.mark.django_db


def test_resuming_an_account_lets_its_orders_go():
    call = make_call_request()
    ProviderAccount.objects.update(suspended_at=NOW, suspended_reason="Key.")
    admin = make_user("ada", group="Administrator")
    assert services.resume_account(account=call.account, by=admin, now=NOW) == 1
    assert ProviderAccount.objects.get().suspended_at is None
    assert ProcrastinateJob.objects.get().args["pk"] == call.pk


def test_a_supervisor_cannot_resume_an_account():
    with pytest.raises(PermissionDenied):
        services.resume_account(account=make_account(), by=make_user(), now=NOW)


def test_an_auditor_cannot_resolve_a_doubt():
    call = make_call_request(state=State.IN_DOUBT)
    with pytest.raises(PermissionDenied):
        services.resolve(submission=call, called=True, by=make_user("uma", group="Auditor"), reason="Because.", now=NOW)
