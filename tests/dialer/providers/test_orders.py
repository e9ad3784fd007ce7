"""What goes to an adapter: the stored order, and what only the environment knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialer.providers.orders import order_of
from tests.support.builders import make_agent_phone, make_call_request
from tests.support.campaign_builders import make_task

pytestmark = pytest.mark.django_db


def test_an_order_by_an_agent_phone_names_where_its_end_is_told():
    call = make_call_request(agent_phone=make_agent_phone("70002"))
    order = order_of(call)
    assert order.agent_phone == "70002"
    assert order.callback_url.startswith(f"http://127.0.0.1:8000/webhooks/aicc/{call.reference}-")
    assert order.callback_url.endswith("/released")
    assert "test-path" not in order.callback_url, "the account's own secret does not leave with an order"


def test_a_call_builds_its_order_from_its_row_alone():
    call = make_call_request(agent_phone=make_agent_phone("70002"))
    assert call.build_order() == replace(order_of(call), callback_url="")


def test_a_task_has_nothing_added():
    task = make_task()
    assert order_of(task) == task.build_order()
