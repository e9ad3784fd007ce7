from __future__ import annotations

import pytest
from django.urls import reverse

from dialer.models import AgentGroup, ConnectNumber, DidNumber, ProviderAccount, ProviderExchange, State
from tests.support.builders import NOW, make_account, make_agent_group, make_call_request, make_connect_number, make_did

pytestmark = pytest.mark.django_db


def admin_url(model: str, view: str = "changelist", *args: object) -> str:
    return reverse(f"admin:dialer_{model}_{view}", args=args)


def test_an_administrator_adds_a_did_in_any_spelling(administrator_client):
    form = {"number": "+44 (0)20 7946 0002", "label": "Second", "account": make_account().pk, "is_active": "on"}
    form |= {"calls_per_minute": "5", "calls_per_day": "0"}
    administrator_client.post(admin_url("didnumber", "add"), form)
    assert DidNumber.objects.get().number == "+442079460002"


def test_a_wrong_number_is_refused_with_a_sentence(administrator_client):
    form = {"number": "12", "account": make_account().pk}
    page = administrator_client.post(admin_url("didnumber", "add"), form)
    assert page.status_code == 200
    assert page.context["adminform"].form.errors["number"][0].endswith(".")
    assert not DidNumber.objects.exists()


def test_the_same_number_twice_is_refused(administrator_client):
    did = make_did()
    page = administrator_client.post(admin_url("didnumber", "add"), {"number": did.number, "account": did.account_id})
    assert "number" in page.context["adminform"].form.errors
    assert DidNumber.objects.count() == 1


@pytest.mark.parametrize(
    ("model", "row_of"),
    [
        ("didnumber", lambda call: call.did),
        ("connectnumber", lambda call: call.connect_number),
        ("provideraccount", lambda call: call.account),
    ],
)
def test_what_is_in_use_is_not_deleted_and_says_why(administrator_client, model, row_of):
    row = row_of(make_call_request())
    page = administrator_client.post(admin_url(model, "delete", row.pk), {"post": "yes"}, follow=True)
    assert "cannot be deleted" in page.content.decode()
    assert type(row).objects.filter(pk=row.pk).exists()


def test_what_is_not_used_can_be_deleted(administrator_client):
    row = make_connect_number()
    administrator_client.post(admin_url("connectnumber", "delete", row.pk), {"post": "yes"})
    assert not ConnectNumber.objects.exists()


def test_usage_is_shown(administrator_client):
    make_call_request()
    assert "1 call<" in administrator_client.get(admin_url("didnumber")).content.decode()


def test_switching_off_says_how_many_changed(administrator_client):
    groups = [make_agent_group("A"), make_agent_group("B", is_active=False)]
    page = administrator_client.post(
        admin_url("agentgroup"),
        {"action": "switch_off", "_selected_action": [group.pk for group in groups]},
        follow=True,
    )
    assert "1 changed, 1 unchanged." in page.content.decode()
    assert not AgentGroup.objects.active().exists()


@pytest.mark.parametrize("text", ["+44 20 7946 0001", "0044 20 7946 0001", "7946 0001", "79460001"])
def test_numbers_are_found_in_any_spelling(administrator_client, text):
    make_did()
    page = administrator_client.get(admin_url("didnumber"), {"q": text})
    assert page.context["cl"].result_count == 1


def test_the_history_is_read_only_even_for_a_superuser(admin_client):
    call = make_call_request()
    assert admin_client.get(admin_url("callrequest", "add")).status_code == 403
    assert admin_client.post(admin_url("callrequest", "delete", call.pk), {"post": "yes"}).status_code == 403
    page = admin_client.get(admin_url("callrequest", "change", call.pk))
    assert page.status_code == 200
    assert "_save" not in page.content.decode()


def test_a_calls_page_shows_events_and_exchanges(admin_client):
    call = make_call_request(state=State.ACCEPTED)
    call.add_event("accepted", now=NOW, detail="call id 77")
    ProviderExchange.objects.create(
        account=call.account, reference=call.reference, at=NOW, method="POST", url="https://provider.invalid/x"
    )
    html = admin_client.get(admin_url("callrequest", "change", call.pk)).content.decode()
    assert "call id 77" in html
    assert "https://provider.invalid/x" in html


def test_numbers_are_masked_in_the_list_of_calls(admin_client):
    call = make_call_request()
    html = admin_client.get(admin_url("callrequest")).content.decode()
    assert call.callee not in html
    assert "+4477009" in html


def test_a_call_is_found_by_number_and_reference(admin_client):
    call = make_call_request()
    for text in ("+44 7700 900001", "900001", call.reference):
        assert admin_client.get(admin_url("callrequest"), {"q": text}).context["cl"].result_count == 1


def test_the_list_of_calls_asks_a_fixed_number_of_queries(admin_client, django_assert_max_num_queries):
    for number in range(5):
        make_call_request(f"+44770090010{number}")
    admin_client.get(admin_url("callrequest"))
    with django_assert_max_num_queries(14):
        admin_client.get(admin_url("callrequest"))


def test_a_suspended_account_is_resumed_from_its_page(administrator_client):
    account = make_account()
    ProviderAccount.objects.update(suspended_at=NOW, suspended_reason="Signature refused.")
    page = administrator_client.get(admin_url("provideraccount", "change", account.pk))
    assert "Signature refused." in page.content.decode()
    administrator_client.post(admin_url("provideraccount", "resume", account.pk))
    account.refresh_from_db()
    assert account.suspended_at is None


def test_an_auditor_cannot_resume(auditor_client):
    account = make_account()
    ProviderAccount.objects.update(suspended_at=NOW, suspended_reason="Signature refused.")
    auditor_client.post(admin_url("provideraccount", "resume", account.pk))
    assert ProviderAccount.objects.get().suspended_at


def test_no_secret_stands_on_the_accounts_page(administrator_client):
    html = administrator_client.get(admin_url("provideraccount", "change", make_account().pk)).content.decode()
    assert "test-secret" not in html
    assert "test-token" not in html


def test_an_administrator_cannot_make_a_superuser(administrator_client, django_user_model):
    stu = django_user_model.objects.create_user("stu", password="pass")
    form = {
        "username": "stu",
        "first_name": "Stu",
        "is_active": "on",
        "is_superuser": "on",
        "date_joined_0": "2026-11-21",
        "date_joined_1": "09:00:00",
    }
    administrator_client.post(reverse("admin:auth_user_change", args=[stu.pk]), form)
    stu.refresh_from_db()
    assert stu.first_name == "Stu"
    assert not stu.is_superuser
