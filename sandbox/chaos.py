"""Chance that comes again: the same seed and the same thing always give the same share of 1."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.config import SandboxConfig
    from sandbox.nxcloud.calls import Order


def share(seed: int, *what: object) -> float:
    """From 0 to below 1. By what is asked and not by whose turn it is, so that the order of arrival does not matter."""
    # Not hash(): Python salts it anew in each process.
    digest = hashlib.blake2b(repr((seed, *what)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def push_count(config: SandboxConfig, order: Order) -> int:
    """How often the end of this call is pushed: a share of them twice, where the configuration says so."""
    chance = share(config.seed, "twice", order.callee, order.order_id)
    return 2 if chance < config.callback_twice else 1


def push_delay(config: SandboxConfig, order: Order, *which: int) -> float:
    """How many seconds late one push of this call is."""
    least, most = config.callback_delay
    return least + (most - least) * share(config.seed, "late", order.callee, order.order_id, *which)
