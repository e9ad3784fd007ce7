"""What the two Huawei sides of the sandbox are told: AICC, and CC-Gateway with its signed-in agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

AGENTS_MOST = 1000
SECRETS = ("aicc_app_secret", "aicc_callback_key", "ccgateway_password")
FIXED = ("aicc_app_key", "aicc_app_secret", "ccgateway_password", "ccgateway_agents")
"""Read at the start only."""
CHOICES: dict[str, tuple[str, ...]] = {
    "aicc_serials": ("always", "text", "never"),
    "aicc_callback_syntax": ("json", "form", "map"),
    "aicc_callback_digest": ("hmac-sha256", "sha256", "none"),
}


@dataclass(frozen=True, kw_only=True)
class HuaweiConfig:
    """Every field can be set as SANDBOX_ and its name in capitals; lists are divided by commas."""

    aicc_app_key: str = "aicc-sandbox-key"
    aicc_app_secret: str = "aicc-sandbox-secret"
    aicc_token_seconds: float = 3600.0
    """No token lives longer, whatever X-Token-Expire asks for."""
    aicc_one_token: bool = False
    """A new token ends the ones before."""
    aicc_phones: Sequence[str] = ("12025550199", "442079460101", "442079460102", "442079460103", "447700900801")
    """Softphone numbers of the tenant, allowed as caller. Empty: any."""
    aicc_serials: str = "always"
    """Whether createCall tells the serial number: as a number, as a text, or not at all."""
    aicc_connected_url: str = ""
    """The console's address for connections; empty: none."""
    aicc_released_url: str = ""
    """The console's address for releases. A callBackUrl in the order wins over it."""
    aicc_callback_key: str = "aicc-sandbox-callback-key"
    """Signs what goes to a callBackUrl; empty: nothing is signed."""
    aicc_callback_digest: str = "hmac-sha256"
    aicc_callback_syntax: str = "json"
    aicc_callback_hosts: Sequence[str] = ()
    """Hosts, with their port, that a callBackUrl may name. Empty: any."""
    aicc_callback_utc_offset: float = 0.0
    """Hours by which the clock of the callbacks' times is ahead of UTC."""
    aicc_recording_seconds: float = 300.0
    """How long the address of a recording lives."""

    ccgateway_agents: int = 10
    """How many agents there are, from 1001 on."""
    ccgateway_password: str = "agent-password"
    ccgateway_phones: Sequence[str] = ()
    """Phones that an agent may sign in with. Empty: any."""
    ccgateway_guid_seconds: float = 60.0
    """Age at which a guid is changed, with the next answer to a poll."""
    ccgateway_guid_overlap: float = 60.0
    """How long the guid before is valid after that."""
    ccgateway_needs_cookie: bool = False
    ccgateway_poll_seconds: float = 10.0
    """How long a poll waits for an event."""
    ccgateway_silence_seconds: float = 120.0
    """Without a poll for so long the agent is signed out."""
    ccgateway_lose_polls: float = 0.0
    """Share of answers with an event that are lost, and the event with them."""
    ccgateway_repeat: float = 0.0
    """Share of a call's events that come twice."""
    ccgateway_shuffle: bool = False
    """The events with which a call ends come in any order."""


def from_names(environ: Mapping[str, str]) -> dict[str, Any]:
    """The fields that the environment sets. Raises ValueError that names the variable."""
    found: dict[str, Any] = {}
    for field in fields(HuaweiConfig):
        name = field.name.upper()
        # Portal and sandbox must agree on these, so that the portal's own name is enough.
        is_shared = name in ("AICC_APP_KEY", "AICC_APP_SECRET", "AICC_CALLBACK_KEY", "CCGATEWAY_PASSWORD")
        raw = environ.get(f"SANDBOX_{name}") or (environ.get(name) if is_shared else "")
        # Empty counts as not set: .env files list variables that nobody filled in.
        if raw:
            found[field.name] = _value(f"SANDBOX_{name}", raw, field.default)
            if wrong := complaint(field.name, found[field.name]):
                raise ValueError(f"SANDBOX_{name} {wrong}")
    return found


def _value(name: str, raw: str, default: Any) -> Any:
    if isinstance(default, bool):
        if raw not in ("true", "false"):
            raise ValueError(f"{name} must be true or false, not {raw!r}")
        return raw == "true"
    if isinstance(default, int | float):
        try:
            return type(default)(raw)
        except ValueError:
            raise ValueError(f"{name} must be a number, not {raw!r}") from None
    if isinstance(default, tuple):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    return raw


def complaint(name: str, value: Any) -> str | None:
    """What is wrong with a value of this field, None when nothing is."""
    default = getattr(HuaweiConfig, name)
    if name in CHOICES:
        return None if value in CHOICES[name] else f"must be one of {', '.join(CHOICES[name])}"
    if name.endswith("_url"):
        valid = value == "" or (isinstance(value, str) and value.startswith(("http://", "https://")))
        return None if valid else "must be an http or https address, or empty"
    if isinstance(default, bool):
        return None if isinstance(value, bool) else "must be true or false"
    if isinstance(default, str):
        return None if isinstance(value, str) else "must be a string"
    if isinstance(default, tuple):
        valid = isinstance(value, list | tuple) and all(isinstance(part, str) for part in value)
        return None if valid else "must be a list of strings"
    if name == "ccgateway_agents":
        valid = type(value) is int and 1 <= value <= AGENTS_MOST
        return None if valid else f"must be a whole number from 1 to {AGENTS_MOST}"
    # Not isinstance: in Python a bool is an int, and JSON's true is no number.
    if type(value) not in (int, float):
        return "must be a number"
    if name == "aicc_callback_utc_offset":
        return None if -14 <= value <= 14 else "must be hours from -14 to 14"
    if name in ("ccgateway_lose_polls", "ccgateway_repeat"):
        return None if 0 <= value <= 1 else "must be a share from 0 to 1"
    return None if 0 <= value < float("inf") else "must be 0 or more seconds"
