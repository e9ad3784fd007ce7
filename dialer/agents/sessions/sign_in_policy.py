"""What became of a try to sign in, and what follows from it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from dialer.support.backoff import Backoff
from telephony.contract.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    RequestRejected,
    UnsupportedByProvider,
)

SIGNED_IN_ALREADY = "100-002"
FORGOTTEN_AFTER = 130.0
"""Seconds after which the gateway has surely forgotten a session that nobody polls (it says two minutes)."""
# The gateway forgets within two minutes, at a time that nobody can know: it is asked a dozen times until then.
WAIT_FOR_FORGETTING = 10.0
RETRY = Backoff(timedelta(seconds=2), longest=timedelta(seconds=30))


@dataclass(frozen=True, slots=True)
class SignInFailure:
    text: str
    retry_in: float | None
    """Seconds; None: only a person tries again."""
    offers_force: bool = False
    may_be_signed_in: bool = False
    """The gateway may have signed the agent in, though its answer was lost."""


def assess_failure(error: ProviderError, *, may_be_ours: bool, tries: int) -> SignInFailure:
    """`may_be_ours`: the client that is signed in may be our own session, which we lost. `tries` counts from 1."""
    if error.code == SIGNED_IN_ALREADY:
        if may_be_ours:
            text = _("The gateway still has the agent's previous session. The portal is waiting for it to end.")
            return SignInFailure(text, WAIT_FOR_FORGETTING)
        return SignInFailure(error.message, None, offers_force=True)
    # A password that is wrong is not tried again: the account may be locked for it.
    if isinstance(error, RequestRejected | CredentialsRefused | UnsupportedByProvider):
        return SignInFailure(error.message, None)
    wait = RETRY.wait(tries).total_seconds()
    return SignInFailure(error.message, wait, may_be_signed_in=isinstance(error, OutcomeUnknown))


class SignInTries:
    """How often it was tried, when to try again, and whether the gateway may still keep a session of ours."""

    def __init__(self, *, may_be_ours: bool) -> None:
        self._count = 0
        self._next_at = 0.0
        self._ours_until = 0.0
        if may_be_ours:
            self.expect_former_session()

    @property
    def seconds_to_next(self) -> float:
        """0 or less: now."""
        return self._next_at - time.monotonic()

    def expect_former_session(self) -> None:
        self._ours_until = time.monotonic() + FORGOTTEN_AFTER

    def begin(self) -> None:
        self._count += 1

    def note_failure(self, error: ProviderError) -> SignInFailure:
        now = time.monotonic()
        failure = assess_failure(error, may_be_ours=now < self._ours_until, tries=self._count)
        if failure.may_be_signed_in:
            self.expect_former_session()
        if failure.retry_in is not None:
            self._next_at = now + failure.retry_in
        return failure

    def note_lost(self) -> None:
        """The session was lost: the next try is due at once."""
        self._next_at = 0.0
        self.expect_former_session()

    def start_over(self) -> None:
        self._count = 0
