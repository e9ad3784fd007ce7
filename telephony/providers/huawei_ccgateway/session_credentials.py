"""What the gateway knows an agent's session by: its Guid, which changes with answers, and a balancer's cookies."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from telephony.contract.agents import SavedSession

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

SENSITIVE_HEADERS = frozenset({"guid", "cookie"})
_PREFIX = "jsessionid="
_GUID = re.compile(r"[\x21-\x7e]{1,512}")
_COOKIE_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
# The octets that RFC 6265 allows in a value: others could not be sent back in one header.
_COOKIE_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{0,2048}")
_MOST_COOKIES = 20
_LONGEST_COOKIES = 8192
_SHORTEST_SECRET = 4


class Identity:
    """Of one session of one agent; never shared, never shown."""

    def __init__(self, host: str, saved: SavedSession | None = None) -> None:
        self._host = host.lower()
        self._cookies = dict(saved.cookies) if saved else {}
        self.guid = saved.guid if saved else ""
        self._former = ""
        self.generation = 0
        """Which session this is, counted from 0; an answer to a request of one before says nothing of this one."""

    def __repr__(self) -> str:
        return "Identity()"

    def forget(self) -> None:
        """The Guid of a session that is over. The cookies stay: they say which of the gateway's nodes to talk to."""
        self.begin("")

    def begin(self, guid: str) -> None:
        self._former, self.guid = self.guid, guid
        self.generation += 1

    @property
    def saved(self) -> SavedSession | None:
        return SavedSession(guid=self.guid, cookies=tuple(self._cookies.items())) if self.guid else None

    def headers(self, *, with_guid: bool = True) -> tuple[tuple[str, str], ...]:
        guid = (("Guid", self.guid),) if with_guid and self.guid else ()
        if not self._cookies:
            return guid
        return *guid, ("Cookie", "; ".join(f"{name}={value}" for name, value in self._cookies.items()))

    def secrets(self) -> tuple[str, ...]:
        """Shorter values than four characters are left: hiding each "1" of a text would hide nothing else."""
        values = (self.guid, self._former, *self._cookies.values())
        return tuple(value for value in values if len(value) >= _SHORTEST_SECRET)

    def hear_guid(self, headers: httpx.Headers) -> None:
        """Take a newer Guid out of any answer, an error as well (page 0005)."""
        guid = guid_of(headers)
        # An operation's answer that comes after a poll's may still name the Guid before.
        if guid and guid not in (self.guid, self._former):
            self._former, self.guid = self.guid, guid

    def hear_cookies(self, headers: httpx.Headers, *, now: datetime) -> None:
        """Keep what can be sent back, and pass over the rest."""
        for line in headers.get_list("Set-Cookie"):
            pair, *rest = line.split(";")
            name, equals, value = (part.strip() for part in pair.partition("="))
            if not equals or not _COOKIE_NAME.fullmatch(name) or not _COOKIE_VALUE.fullmatch(value.strip('"')):
                continue
            attributes = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)}
            wanted = attributes.get("domain", "").lower().removeprefix(".")
            if wanted and self._host != wanted and not self._host.endswith(f".{wanted}"):
                continue
            if _is_over(attributes, now=now):
                self._cookies.pop(name, None)
                continue
            # Path and Secure are not looked at: Huawei's own clients replay every cookie, and it goes back to where it
            # came from only.
            whole = {**self._cookies, name: value.strip('"')}
            if len(whole) <= _MOST_COOKIES and sum(map(len, (*whole, *whole.values()))) <= _LONGEST_COOKIES:
                self._cookies = whole


def guid_of(headers: httpx.Headers) -> str:
    """What goes into the header Guid: the last Set-GUID without "JSESSIONID="; "" for what could not be sent."""
    if "Set-GUID" not in headers:
        return ""
    guid = headers.get_list("Set-GUID")[-1].split(";", 1)[0].strip()
    if guid[: len(_PREFIX)].lower() == _PREFIX:
        guid = guid[len(_PREFIX) :].strip()
    return guid if _GUID.fullmatch(guid) else ""


def _is_over(attributes: dict[str, str], *, now: datetime) -> bool:
    """Whether a cookie's attributes delete it. Max-Age wins over Expires (RFC 6265, 5.3)."""
    if re.fullmatch(r"-?[0-9]{1,15}", attributes.get("max-age", ""), re.ASCII):
        return int(attributes["max-age"]) <= 0
    try:
        expires = parsedate_to_datetime(attributes.get("expires", ""))
        return expires.timestamp() <= now.timestamp()
    except (ValueError, OverflowError, OSError):  # none, or no date
        return False
