"""What one AICC account is told, as the adapter uses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal, get_args

Digest = Literal["hmac-sha256", "sha256"]
DIGESTS: tuple[Digest, ...] = get_args(Digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class AiccSettings:
    """One account. The base URLs have no slash at the end."""

    base_url: str
    token_base_url: str
    app_key: str
    app_secret: str = field(repr=False)
    token_seconds: int = 3600
    """How long a token is asked for."""
    tenant_space_id: str = ""
    caller_present: str = ""
    """Digits of the access code that the callee sees where an order names no DID."""
    callback_key: str = field(default="", repr=False)
    callback_digest: Digest = "hmac-sha256"
    records_zone: tzinfo = UTC
    """What the times of callbacks, which AICC writes without a zone, are read in."""
