"""What a provider account has to be told, and how its mistakes are reported. Reads no environment by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from telephony.contract.vocabulary import Capability
from telephony.http.public_address import AllowedHost

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Collection, Mapping

    import httpx

SECRET_PATH = re.compile(r"[A-Za-z0-9_-]{16,}")


class ConfigurationError(ValueError):
    """The text names the variable and what to do; it never holds the value of a secret."""


def no_check(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting of an account. `name` is without the account's prefix: BASE_URL, not NXCLOUD_BASE_URL."""

    name: str
    default: str = ""
    required: bool = False
    secret: bool = False
    help: str = ""
    same_as: str = ""
    """Another variable, whose value is the default."""
    needed_by: str = ""
    """Another variable, which is of no use without this one. That it is missing is told, but stops no order."""
    check: Callable[[str], str] = no_check
    """Takes a value that is not empty; gives what to do about it, "" when it is good."""

    def problem(self, value: str, *, needed: bool) -> str:
        """What is wrong with a value, as the end of a sentence that begins with the variable's name."""
        if not value.strip():
            why = f" ({self.help})" if self.help else ""
            return f"is missing: set it{why}." if needed else ""
        if value != value.strip():
            return "begins or ends with a space or a line break: remove it."
        return self.check(value)


def public_authorities(_: Mapping[str, str]) -> ssl.SSLContext | bool:
    return True


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What a provider wants to hear of a push that was taken, besides HTTP 200."""

    body: bytes = b"stored\n"
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """A kind of provider account. `build` makes an adapter of a complete configuration."""

    key: str
    label: str
    prefix: str
    variables: tuple[Variable, ...]
    build: Callable[[Mapping[str, str], httpx.AsyncClient], object]
    can: frozenset[Capability] = frozenset()
    """What the adapter fulfils; nothing is asked of it that is not here."""
    call_fields: tuple[str, ...] = ()
    """Fields of DialOrder, besides reference and callee, that a call of this kind may have."""
    call_needs: tuple[str, ...] = ()
    """Those of them without which there is no call."""
    verify: Callable[[Mapping[str, str]], ssl.SSLContext | bool] = public_authorities
    """What the provider's TLS certificate is checked against."""
    push_answer: PushAnswer = PushAnswer()

    def complete(self, config: Mapping[str, str]) -> dict[str, str]:
        """Every variable with its value or default; `config` has names without the prefix."""
        values: dict[str, str] = {}
        for variable in self.variables:
            default = values.get(variable.same_as, "") or variable.default
            values[variable.name] = config.get(variable.name) or default
        return values

    def problems(self, config: Mapping[str, str], *, prefix: str | None = None, for_orders: bool = False) -> list[str]:
        """What is wrong, one sentence each. `for_orders`: only what keeps an adapter from being built."""
        shown_prefix = self.prefix if prefix is None else prefix
        found = []
        for variable in self.variables:
            # Values as given, without `same_as`: a mistake is told once, where it was made.
            value = config.get(variable.name) or variable.default
            is_asked_for = not for_orders and bool(config.get(variable.needed_by, "").strip())
            if problem := variable.problem(value, needed=variable.required or is_asked_for):
                found.append(f"{shown_prefix}_{variable.name} {problem}")
        return found


def check_one_of(choices: Collection[str]) -> Callable[[str], str]:
    """For `Variable.check`: one of these words."""
    return lambda value: "" if value in choices else f"must be one of {', '.join(choices)}: correct it."


def check_url(value: str) -> str:
    """For `Variable.check`: an address that paths can be appended to."""
    advice = "write it like https://api.example.com, without user name, query or fragment."
    try:
        parts = urlsplit(value)
        # The port is parsed when it is read, and raises ValueError then.
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return f"is not a web address: {advice}"
    if parts.scheme not in ("http", "https"):
        return f"does not begin with http:// or https://: {advice}"
    clean = not (parts.username or parts.password or parts.query or parts.fragment) and value.isascii()
    if not parts.hostname or not port_is_good or not clean or any(character.isspace() for character in value):
        return f"is not a usable web address: {advice}"
    return ""


def check_header_value(value: str) -> str:
    """For `Variable.check`: text that fits into an HTTP header."""
    if value.isascii() and value.isprintable():
        return ""
    return "has characters that cannot be sent in an HTTP header: copy it again from the provider's console."


def check_zone(value: str) -> str:
    """For `Variable.check`: the IANA name of a time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, or the name of a folder of zones
        return "is not a time zone: use an IANA name such as Asia/Shanghai."
    return ""


def check_hosts(value: str) -> str:
    """For `Variable.check`: hosts and .domains, apart by commas."""
    try:
        good = all(AllowedHost.parse(entry).host.strip(".") for entry in value.split(","))
    except ValueError:
        good = False
    return "" if good else "is not a list of hosts: write it like files.example.com,.example.org."


def check_secret_path(value: str) -> str:
    """For `Variable.check`: a part of an address that nobody can guess."""
    if SECRET_PATH.fullmatch(value):
        return ""
    return "is not a valid address secret: use 16 or more random letters, digits, - and _."


def check_whole_number(value: str) -> str:
    """For `Variable.check`: digits only."""
    return "" if value.isascii() and value.isdigit() and len(value) <= 15 else "is not a whole number: use digits only."
