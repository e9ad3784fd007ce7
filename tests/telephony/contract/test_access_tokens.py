from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from telephony.contract.access_tokens import AccessToken, MemoryTokens

END = datetime(2030, 1, 1, tzinfo=UTC)


class Fetch:
    """Gives token after token, and counts how many fetch at one time."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls = self.now = self.most = 0
        self.error = error

    async def __call__(self) -> AccessToken:
        self.calls += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        if self.error:
            raise self.error
        return AccessToken(value=f"token-{self.calls}", expires_at=END)


@pytest.mark.asyncio
async def test_there_is_no_token_before_the_first() -> None:
    tokens, fetch = MemoryTokens(), Fetch()

    assert await tokens.get() is None
    first = await tokens.renew("", fetch)
    assert (await tokens.get(), first.value, fetch.calls) == (first, "token-1", 1)


@pytest.mark.asyncio
async def test_many_callers_share_one_fetch() -> None:
    tokens, fetch = MemoryTokens(), Fetch()
    await tokens.renew("", fetch)

    got = await asyncio.gather(*(tokens.renew("token-1", fetch) for _ in range(20)))

    assert {token.value for token in got} == {"token-2"}
    assert (fetch.calls, fetch.most) == (2, 1)


@pytest.mark.asyncio
async def test_a_token_that_somebody_else_replaced_is_not_fetched_again() -> None:
    tokens, fetch = MemoryTokens(), Fetch()
    await tokens.renew("", fetch)
    await tokens.renew("token-1", fetch)

    assert (await tokens.renew("token-1", fetch)).value == "token-2"
    assert fetch.calls == 2


@pytest.mark.asyncio
async def test_a_fetch_that_fails_leaves_everything_as_it_was() -> None:
    tokens = MemoryTokens()
    kept = await tokens.renew("", Fetch())

    with pytest.raises(RuntimeError):
        await tokens.renew("token-1", Fetch(RuntimeError()))

    assert await tokens.get() == kept
    assert (await tokens.renew("token-1", Fetch())).value == "token-1"


def test_a_token_does_not_show_itself() -> None:
    assert "token-1" not in repr(AccessToken(value="token-1", expires_at=END))
