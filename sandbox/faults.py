"""What goes wrong with the answer to an order that is taken, the same on every provider's side."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sandbox.asgi import ConnectionDropped, Reply, text_reply
from sandbox.chaos import share

if TYPE_CHECKING:
    from sandbox.scenarios import Scenario
    from sandbox.state import Sandbox


async def finish(sandbox: Sandbox, scenario: Scenario, reply: Reply, *, callees: list[str]) -> Reply:
    """The answer as it arrives, after its wait. Raises ConnectionDropped where none does."""
    # The order is in the ledger already: whoever gives up during the wait has placed it all the same.
    wait = sandbox.config.answer_seconds + (sandbox.config.slow_seconds if scenario.name == "slow" else 0)
    if wait:
        await asyncio.sleep(wait)
    is_lost = scenario.name == "accepted_then_reset"
    if lose := sandbox.config.lose_answers:
        # The count is in it, so that a number which is ordered again may have better luck.
        chance = share(sandbox.config.seed, "lose", callees[0], sandbox.ledger.taken[callees[0]])
        is_lost = is_lost or chance < lose
    if is_lost:
        sandbox.ledger.answer_lost(callees)
        raise ConnectionDropped
    # The order is taken; now the answer goes wrong.
    match scenario.name:
        case "accepted_then_500":
            return text_reply("Internal Server Error", status=500)
        case "garbage":
            page = b"<!doctype html><title>Welcome</title><p>It works!"
            return Reply(body=page, content_type="text/html; charset=utf-8")
        case "truncated":
            return Reply(body=reply.body, cut_at=len(reply.body) // 2)
        case "redirect_302":
            return Reply(status=302, headers={"location": "/elsewhere"}, content_type="text/html")
        case "status_408":
            return text_reply("Request Timeout", status=408)
    return reply
