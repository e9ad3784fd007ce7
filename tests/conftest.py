"""The cast: signed in, with and without permissions."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.test import Client
from hypothesis import settings

from tests.support import builders, rules

# A red CI tells of a change, not of luck: there the examples are always the same. On people's machines they differ.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The rules of a new portal would make results depend on the hour; tests of rules make their own."""
    with django_db_blocker.unblock():
        rules.allow_everything()


def _client_of(username: str, group: str, **columns: object) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(builders.make_user(username, group=group, **columns))
    return client


@pytest.fixture
def supervisor_client(db: None) -> Client:
    return _client_of("sam", "Supervisor", is_staff=True)


@pytest.fixture
def administrator_client(db: None) -> Client:
    return _client_of("ada", "Administrator", is_staff=True)


@pytest.fixture
def auditor_client(db: None) -> Client:
    return _client_of("uma", "Auditor", is_staff=True)


@pytest.fixture
def stranger_client(db: None) -> Client:
    """Signed in, but in no group."""
    return _client_of("stu", "")
