"""An order as its account's adapter takes it: what is stored, and the address for callbacks, which is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dialer.models import Submission
from dialer.providers import callback_urls
from telephony.contract.orders import DialOrder


def order_of(row: Submission) -> Any:
    """DialOrder or TaskOrder, ready for the adapter. Whatever sends or previews takes it from here.

    The address holds a secret of this one order, so it is made from the environment at each use and never stored.
    """
    order = row.build_order()
    if not isinstance(order, DialOrder):
        return order
    return replace(order, callback_url=callback_urls.for_order(row.account, row.reference))
