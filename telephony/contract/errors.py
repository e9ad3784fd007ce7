"""What can go wrong with an order, sorted by the only question that matters: may it be sent again?

    ProviderError
    ├── RequestNotSent         nothing reached the provider: send again later
    │   └── SessionLost        the agent's session is over or unknown: nothing was done; sign in again
    ├── CredentialsRefused     key, signature, clock or session refused: a person must act first
    ├── RequestRejected        the provider said no: never send again
    ├── OutcomeUnknown         nobody can know yet: never send again by itself
    ├── RateLimited            a question came too soon after the last one: ask again later; never about an order
    └── UnsupportedByProvider  this provider cannot do that; nothing was sent

Messages carry no secret, no signature and no full number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telephony.contract.orders import Exchange


class ProviderError(Exception):
    """`code` is the provider's code as text ("41000"), ours in words ("connect_timeout") where it sent none."""

    def __init__(self, message: str, *, code: str = "", exchange: Exchange | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.exchange = exchange

    @property
    def was_answered(self) -> bool:
        """Whether the provider looked at the request and said something of it, so that another one may fare better."""
        return self.exchange is not None and self.exchange.status == 200


class RequestNotSent(ProviderError):
    """The connection was never established."""


class SessionLost(RequestNotSent):
    """The provider does not know this agent's session (any more), so it did not look at what was asked."""


class CredentialsRefused(ProviderError):
    """The provider did not believe who we are, so it did not look at the order."""


class RequestRejected(ProviderError):
    """A code that the provider documents as a refusal."""


class OutcomeUnknown(ProviderError):
    """The order may have been taken. Everything not listed elsewhere ends here."""


class RateLimited(ProviderError):
    """The provider wants to be asked less often. Only reads raise it: an order so refused is an unknown outcome."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        exchange: Exchange | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, exchange=exchange)
        self.retry_after = retry_after
        """Seconds, None where the provider named none."""


class UnsupportedByProvider(ProviderError):
    """Asked of an adapter that lacks this capability."""
