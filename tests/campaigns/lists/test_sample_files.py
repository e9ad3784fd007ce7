from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.lists.sample_files import TEMPLATES
from tests.support.campaign_builders import make_campaign
from tests.support.imported_lists import accepted, imported, looked_at

pytestmark = pytest.mark.django_db


def url(name: str) -> str:
    return reverse("campaigns:list_template", args=[name])


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_read_without_a_question(supervisor_client: Client, name: str) -> None:
    """Numbers are whole: the campaign's country plays no part."""
    response = supervisor_client.get(url(name))
    assert "attachment" in response["Content-Disposition"]
    call_list = imported(response.content, campaign=make_campaign(name, country="ID"))
    assert accepted(call_list) == ["+447700900001", "+447700900002"]
    assert call_list.rejected == 0


@pytest.mark.parametrize(("name", "product"), [("vicidial", "VICIdial"), ("huawei", "Huawei AICC")])
def test_a_template_of_a_product_is_recognised(supervisor_client: Client, name: str, product: str) -> None:
    call_list = looked_at(supervisor_client.get(url(name)).content)
    page = supervisor_client.get(call_list.get_absolute_url()).content.decode()
    assert f"Recognised as a list from {product}." in page


def test_every_template_is_offered_beside_the_upload(supervisor_client: Client) -> None:
    page = supervisor_client.get(make_campaign().get_absolute_url()).content.decode()
    assert all(url(name) in page for name in TEMPLATES)
    assert len(TEMPLATES) == 4


def test_there_is_no_other_template(supervisor_client: Client) -> None:
    assert supervisor_client.get(url("fifth")).status_code == 404
