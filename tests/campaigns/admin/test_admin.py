from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import RejectedRow
from dialer.models import State
from tests.support.builders import NOW
from tests.support.campaign_builders import callees, make_task

pytestmark = pytest.mark.django_db
MODELS = ["campaign", "calllist", "entry", "rejectedrow", "providertask"]


@pytest.fixture
def rows() -> dict[str, object]:
    task = make_task(state=State.ACCEPTED)
    task.add_event("accepted", now=NOW)
    entry = task.entries.first()
    rejected = RejectedRow.objects.create(
        call_list=entry.call_list, line_number=9, line="+447700900777", reason_code="x", reason="No."
    )
    return {
        "campaign": task.campaign,
        "calllist": entry.call_list,
        "entry": entry,
        "rejectedrow": rejected,
        "providertask": task,
    }


@pytest.mark.parametrize("model", MODELS)
def test_history_is_looked_at_and_not_touched(auditor_client: Client, admin_client: Client, rows, model) -> None:
    pk = rows[model].pk
    for client in (auditor_client, admin_client):
        assert client.get(reverse(f"admin:campaigns_{model}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:campaigns_{model}_change", args=[pk])).status_code == 200
        assert client.get(reverse(f"admin:campaigns_{model}_add")).status_code == 403
        assert client.get(reverse(f"admin:campaigns_{model}_delete", args=[pk])).status_code == 403
        assert client.post(reverse(f"admin:campaigns_{model}_change", args=[pk]), {"name": "x"}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_lists_show_no_full_number(auditor_client: Client, rows, model) -> None:
    page = auditor_client.get(reverse(f"admin:campaigns_{model}_changelist")).content.decode()
    assert "7700900777" not in page
    assert not any(callee in page for callee in callees(3))


@pytest.mark.parametrize("model", MODELS)
def test_the_search_box_works(auditor_client: Client, rows, model) -> None:
    assert auditor_client.get(reverse(f"admin:campaigns_{model}_changelist"), {"q": "Autumn"}).status_code == 200


@pytest.mark.parametrize("text", ["+44 7700 900001", "00447700900001", "order"])
def test_an_entry_is_found_by_its_number_in_any_spelling(auditor_client: Client, rows, text) -> None:
    page = auditor_client.get(reverse("admin:campaigns_entry_changelist"), {"q": text}).content.decode()
    assert ("+4477009•••01" in page) == (text != "order")
    assert "+4477009•••00" not in page


@pytest.mark.parametrize("model", MODELS)
def test_a_list_needs_the_same_queries_for_one_and_for_many(
    auditor_client: Client, rows, model, django_assert_max_num_queries
) -> None:
    make_task(state=State.ACCEPTED, campaign=rows["campaign"], entries=callees(30, start=100))
    with django_assert_max_num_queries(14):
        auditor_client.get(reverse(f"admin:campaigns_{model}_changelist"))
