"""What a provider needs before calls is fetched before a call's slot, not in it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from campaigns.pacing import claim, pump
from telephony.contract.orders import Accepted
from tests.support.aicc import Aicc
from tests.support.campaign_builders import make_aicc_campaign, make_call_list

pytestmark = pytest.mark.django_db


def test_a_token_is_there_before_the_slot_begins(monkeypatch):
    aicc = Aicc(monkeypatch, aicc_phones=("70001",))
    campaign = make_aicc_campaign(phones=1)
    make_call_list(campaign, entries=1)
    tokens_at_slot = []

    async def slot_begins(*_args: Any, **_options: Any) -> None:
        tokens_at_slot.append((aicc.asked("tokenByAkSk"), aicc.asked("createCall")))

    async def send() -> Any:
        one = pump.Pump(campaign.pk, clock=lambda: slot)
        one._look.found_running(at=time.monotonic())  # the batch's own look, which found the campaign running
        try:
            await one._send(call, slot)
            ((_call, outcome),) = one._answers._waiting
            return outcome
        finally:
            await one.close()

    ((call, slot),) = claim.claim_batch(campaign.pk, token=pump.uuid.uuid4(), now=timezone.now()).calls
    monkeypatch.setattr(pump, "BRISK", 60)
    monkeypatch.setattr("campaigns.pacing.pump.until", slot_begins)
    assert isinstance(async_to_sync(send)(), Accepted)
    assert set(tokens_at_slot) == {(1, 0)}
    assert aicc.asked("createCall") == 1
