"""Where messages may go: public https addresses. A webhook must not become a way into the portal's own network."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from telephony.http.public_address import IPAddress, is_public, resolve
from telephony.http.transport import is_loopback

PORTS = {"https": 443, "http": 80}


class Unreachable(Exception):
    """Nothing is sent there; the text says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def check(url: str) -> tuple[str, int]:
    """The host and port of an address that may be sent to, as far as its words tell. Raises Unreachable."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise Unreachable(_("This is not a web address.")) from None
    if not url.isascii() or not url.isprintable() or " " in url or not host or parts.scheme not in PORTS:
        raise Unreachable(_("This is not a web address."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Unreachable(_("The address must not contain a password or a #fragment."))
    if parts.scheme == "http" and not (is_loopback(url) and settings.PORTAL_WEBHOOK_LOOPBACK):
        raise Unreachable(_("Only https:// addresses are allowed."))
    try:
        _refuse_private(ip_address(host))
    except ValueError:
        if host == "localhost" and not settings.PORTAL_WEBHOOK_LOOPBACK:
            raise Unreachable(_private_text()) from None
    return host, port


async def find(url: str) -> list[IPAddress]:
    """The addresses to connect to: what was checked is what is asked. Raises Unreachable."""
    host, port = check(url)
    try:
        found = await resolve(host, port)
    except (OSError, UnicodeError):
        raise Unreachable(_("The host name %(host)s is unknown.") % {"host": host}) from None
    if not found:
        raise Unreachable(_("The host name %(host)s is unknown.") % {"host": host})
    # All of them: which one takes the connection is only known later.
    for address in found:
        _refuse_private(address)
    return found


def _refuse_private(address: IPAddress) -> None:
    if not is_public(address) and not (address.is_loopback and settings.PORTAL_WEBHOOK_LOOPBACK):
        raise Unreachable(_private_text())


def _private_text() -> str:
    return _("The address is in a private network. Only public addresses are allowed.")
