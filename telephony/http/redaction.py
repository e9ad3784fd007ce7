"""Makes an HTTP exchange fit to be kept: no secret, no signature, no full telephone number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from telephony.contract.orders import Exchange
from telephony.http.untrusted_json import storable_text
from telephony.numbers.e164 import mask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telephony.contract.orders import PreparedRequest

HIDDEN = "•••"
KEPT_BODY_BYTES = 64 * 1024

_DIGITS = re.compile(r"[0-9]{5,}")
_LAST_DIGITS = re.compile(r"[0-9]+\Z")
_TAIL = 8
"""Providers echo numbers with 00, 0 or nothing in front: the last eight digits decide whether a run is masked."""


_SHORTEST_NUMBER = 7


class Redactor:
    """Knows what to hide for one request. `secrets` are values that must never be seen, wherever they turn up.

    `mask_all` is for replies that bring numbers we did not send: every run of digits as long as a number is masked,
    and some times and ids with them.
    """

    def __init__(self, prepared: PreparedRequest, *, secrets: Iterable[str] = (), mask_all: bool = False) -> None:
        self._prepared = prepared
        signed = {value for name, value in prepared.headers if name.lower() in prepared.sensitive_headers}
        self._secrets: list[str] = []
        self.hide((*secrets, *signed))
        self._mask_all = mask_all
        self._numbers = prepared.numbers
        self._tails = {number[-_TAIL:] for number in prepared.numbers if len(number) >= _TAIL}

    def __repr__(self) -> str:
        return "Redactor()"

    def hide(self, secrets: Iterable[str]) -> None:
        """More values that must never be seen, such as a session that the answer itself began."""
        # The longest first: a short one within it would leave the rest in sight.
        self._secrets = sorted({*self._secrets, *secrets} - {""}, key=len, reverse=True)

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return storable_text(_DIGITS.sub(self._mask_run, text))

    def body(self, body: bytes, *, complete: bool = True) -> str:
        """A body as text; one that broke off may end in the middle of a number, so its last digits go too."""
        text = self.text(body.decode("utf-8", errors="replace"))
        if not complete:
            text = _LAST_DIGITS.sub(HIDDEN, text)
        # Masked first and cut afterwards: a cut in the middle of a number would hide it from the mask.
        kept = text.encode()[:KEPT_BODY_BYTES].decode("utf-8", errors="ignore")
        return text if len(kept) == len(text) else f"{kept}\n[cut after 64 KiB of {len(body)} bytes]"

    def exchange(
        self, *, status: int | None = None, reply: bytes = b"", elapsed_ms: int = 0, error: str = ""
    ) -> Exchange:
        prepared = self._prepared
        return Exchange(
            method=prepared.method,
            url=self.text(prepared.url),
            request_headers=tuple(
                (name, HIDDEN if name.lower() in self._prepared.sensitive_headers else self.text(value))
                for name, value in prepared.headers
            ),
            request_body=self.body(prepared.body),
            status=status,
            reply_body=self.body(reply, complete=not error),
            elapsed_ms=elapsed_ms,
            error=error,
        )

    def _mask_run(self, match: re.Match[str]) -> str:
        run = match.group()
        known = run in self._numbers or (len(run) >= _TAIL and run[-_TAIL:] in self._tails)
        return mask(run) if known or (self._mask_all and len(run) >= _SHORTEST_NUMBER) else run
