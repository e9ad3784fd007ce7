"""One access token for all processes: fetched by one at a time, sealed, and given up by who dies."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from dialer.models import ProviderToken
from dialer.providers.tokens import LEASE, StoredTokens
from telephony.contract.access_tokens import AccessToken
from telephony.contract.errors import RequestNotSent
from tests.support.builders import make_aicc_account
from tests.support.committed import committed, remove_rows, together

HOUR = timedelta(hours=1)


def token(value: str = "token-1", *, expires_at: datetime | None = None) -> AccessToken:
    return AccessToken(value=value, expires_at=expires_at or timezone.now() + HOUR)


def renewed(store: StoredTokens, refused: str = "", *, gives: AccessToken | Exception | None = None) -> AccessToken:
    async def fetch() -> AccessToken:
        if isinstance(gives, AccessToken):
            return gives
        raise gives or AssertionError("nobody should fetch a token")

    return async_to_sync(store.renew)(refused, fetch)


@pytest.mark.django_db
class TestOne:
    @pytest.fixture
    def store(self) -> StoredTokens:
        return StoredTokens(make_aicc_account().pk)

    def test_there_is_none_at_first(self, store):
        assert async_to_sync(store.get)() is None

    def test_a_token_is_kept_sealed_for_all(self, store):
        assert renewed(store, gives=token()).value == "token-1"
        row = ProviderToken.objects.get()
        assert "token-1" not in row.box
        assert async_to_sync(StoredTokens(row.pk).get)().value == "token-1"

    def test_one_that_was_refused_is_replaced_and_another_one_is_used(self, store):
        renewed(store, gives=token())
        assert renewed(store, "token-0").value == "token-1"
        assert renewed(store, "token-1", gives=token("token-2")).value == "token-2"
        assert async_to_sync(store.get)().value == "token-2"

    def test_a_known_token_costs_no_query(self, store, django_assert_num_queries):
        renewed(store, gives=token())
        with django_assert_num_queries(0):
            assert async_to_sync(store.get)().value == "token-1"

    def test_one_that_soon_ends_is_looked_up_again(self, store):
        renewed(store, gives=token(expires_at=timezone.now() + timedelta(minutes=1)))
        other = StoredTokens(store._account_pk)
        renewed(other, "token-1", gives=token("token-2"))
        assert async_to_sync(store.get)().value == "token-2"

    def test_one_that_was_refused_meanwhile_is_found_by_whoever_still_knew_it(self, store):
        renewed(store, gives=token())
        renewed(StoredTokens(store._account_pk), "token-1", gives=token("token-2"))
        assert renewed(store, "token-1").value == "token-2"
        assert async_to_sync(store.get)().value == "token-2"

    def test_one_that_ended_is_replaced(self, store):
        renewed(store, gives=token(expires_at=timezone.now()))
        assert renewed(store, gives=token("token-2")).value == "token-2"

    def test_a_failure_goes_through_and_the_next_one_may_try_at_once(self, store):
        with pytest.raises(RequestNotSent):
            renewed(store, gives=RequestNotSent("no answer"))
        assert renewed(store, gives=token()).value == "token-1"

    def test_who_is_cancelled_gives_up_the_turn(self, store):
        async def cancelled() -> None:
            async with asyncio.timeout(0.2):
                await store.renew("", lambda: asyncio.sleep(60))

        with pytest.raises(TimeoutError):
            async_to_sync(cancelled)()
        assert renewed(store, gives=token()).value == "token-1"

    def test_a_process_that_died_is_waited_for_no_longer_than_its_lease(self, store):
        ProviderToken.objects.create(pk=store._account_pk, expires_at=timezone.now() + timedelta(seconds=0.3))
        before = timezone.now()
        renewed(store, gives=token())
        assert timedelta(seconds=0.2) < timezone.now() - before < LEASE

    def test_a_key_that_is_gone_means_a_new_token(self, store, settings):
        renewed(store, gives=token())
        settings.PORTAL_FIELD_KEY = ["another-key"]
        other = StoredTokens(store._account_pk)
        assert async_to_sync(other.get)() is None
        assert renewed(other, gives=token("token-2")).value == "token-2"


@pytest.mark.django_db
def test_many_processes_fetch_one_token():
    account_pk = committed(make_aicc_account).pk
    fetched: list[str] = []

    async def fetch() -> AccessToken:
        await asyncio.sleep(0.3)
        fetched.append(f"token-{len(fetched) + 1}")
        return token(fetched[-1])

    def one() -> str:
        return async_to_sync(StoredTokens(account_pk).renew)("", fetch).value

    try:
        given = together(*[one] * 6)
    finally:
        committed(remove_rows)
    assert (fetched, given) == (["token-1"], ["token-1"] * 6)
