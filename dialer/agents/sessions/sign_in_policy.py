"""What became of a try to sign in, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

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
WAIT_FOR_FORGETTING = 10.0
FIRST_WAIT, LONGEST_WAIT = 2.0, 30.0


@dataclass(frozen=True, slots=True)
class Verdict:
    text: str
    again_in: float | None
    """Seconds; None: it is not tried again by itself."""
    offers_force: bool = False
    may_be_in: bool = False
    """The gateway may have signed the agent in, though we could not hear it."""


def judge(error: ProviderError, *, may_be_ours: bool, tries: int) -> Verdict:
    """`may_be_ours`: the client that is signed in may be our own session, which we lost. `tries` counts from 1."""
    if error.code == SIGNED_IN_ALREADY:
        if may_be_ours:
            text = _("The gateway still keeps the agent's former session: it is waited for until that ends.")
            return Verdict(text, WAIT_FOR_FORGETTING)
        return Verdict(error.message, None, offers_force=True)
    # A password that is wrong is not tried again: the account may be locked for it.
    if isinstance(error, RequestRejected | CredentialsRefused | UnsupportedByProvider):
        return Verdict(error.message, None)
    wait = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    return Verdict(error.message, wait, may_be_in=isinstance(error, OutcomeUnknown))
