from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.builders import make_user
from tests.support.htmx import hx_get

pytestmark = pytest.mark.django_db


def test_the_sign_in_page_is_ours_and_signs_in(client):
    make_user()
    page = client.get(reverse("account_login"))
    assert "base.html" in {template.name for template in page.templates}
    answer = client.post(reverse("account_login"), {"login": "sam", "password": "pass"})
    assert answer["Location"] == reverse("home")


def test_a_wrong_password_says_so_and_nothing_more(client):
    make_user()
    page = client.post(reverse("account_login"), {"login": "sam", "password": "wrong"})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert "_auth_user_id" not in client.session


def test_nobody_can_sign_up(client, django_user_model):
    form = {"username": "eve", "password1": "N0thing-here", "password2": "N0thing-here"}
    page = client.post(reverse("account_signup"), form)
    assert "account/signup_closed.html" in {template.name for template in page.templates}
    assert not django_user_model.objects.filter(username="eve").exists()


def test_home_takes_people_to_what_they_may_do(supervisor_client, auditor_client):
    assert supervisor_client.get("/")["Location"] == reverse("dialer:place_call")
    assert auditor_client.get("/")["Location"] == reverse("dialer:call_list")


def test_the_admin_asks_with_the_portals_own_sign_in(client):
    answer = client.get(reverse("admin:login"))
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_fragment_sends_the_whole_page_to_the_sign_in():
    answer = Client().get(
        reverse("dialer:call_list"),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/calls/?state=pending"},
    )
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=/calls/%3Fstate%3Dpending"


def test_a_fragment_without_a_page_comes_back_to_the_start():
    assert hx_get(Client(), reverse("dialer:call_list"))["HX-Redirect"] == f"{reverse('account_login')}?next=/"


def test_two_factor_settings_are_open_to_everybody_signed_in(stranger_client):
    assert stranger_client.get(reverse("mfa_index")).status_code == 200


def test_posting_without_a_csrf_token_is_refused():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    assert client.post(reverse("dialer:place_call"), {}).status_code == 403


def test_health_says_nothing_but_ok(client):
    page = client.get(reverse("healthz"))
    assert (page.status_code, page.content) == (200, b"ok\n")
