from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.importer.rows import REPAIRS
from campaigns.models import SavedMapping
from tests.support.builders import NOW, make_user
from tests.support.imported_lists import imported

pytestmark = pytest.mark.django_db


def test_an_entry_says_what_was_repaired_and_where_its_phone_may_be(auditor_client: Client) -> None:
    entry = imported("phone,name\n(07700) 900001,Ann\n").entries.get()
    page = auditor_client.get(reverse("admin:campaigns_entry_change", args=[entry.pk])).content.decode()
    assert str(REPAIRS["country_added"]) in unescape(page)
    assert "Europe/London" in page
    assert "mobile" in page
    assert "Ann" in page


def test_a_list_shows_how_it_was_read_and_what_became_of_it(auditor_client: Client) -> None:
    call_list = imported("phone\n+447700900001\n+447700900001\n")
    page = auditor_client.get(reverse("admin:campaigns_calllist_change", args=[call_list.pk])).content.decode()
    assert "health report" in page.lower()
    assert "duplicate" in page


@pytest.fixture
def mapping() -> SavedMapping:
    return SavedMapping.objects.create(
        name="Ours", header=["phone"], roles=["phone"], created_by=make_user(), created_at=NOW
    )


def test_a_saved_mapping_is_deleted_by_administrators_only(
    mapping: SavedMapping, auditor_client: Client, supervisor_client: Client, administrator_client: Client
) -> None:
    target = reverse("admin:campaigns_savedmapping_delete", args=[mapping.pk])
    for client in (auditor_client, supervisor_client):
        client.post(target, {"post": "yes"})
        assert SavedMapping.objects.exists()
    assert administrator_client.post(target, {"post": "yes"}).status_code == 302
    assert not SavedMapping.objects.exists()


def test_a_saved_mapping_is_looked_at_and_not_changed(mapping: SavedMapping, administrator_client: Client) -> None:
    assert "Ours" in administrator_client.get(reverse("admin:campaigns_savedmapping_changelist")).content.decode()
    target = reverse("admin:campaigns_savedmapping_change", args=[mapping.pk])
    assert administrator_client.get(target).status_code == 200
    assert administrator_client.post(target, {"name": "Theirs"}).status_code == 403
    assert administrator_client.get(reverse("admin:campaigns_savedmapping_add")).status_code == 403
