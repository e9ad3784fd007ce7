"""NxCloud's request signature (wiki page API-Interface-Invocation-Convention).

A plain digest, no HMAC, over the signed headers in ascending order of name, the exact body and the secret. URL, method
and query string are not signed, nor are the headers `sign` and `algorithm`.
"""

from __future__ import annotations

import hashlib
from typing import Literal, get_args

Algorithm = Literal["md5", "sha256"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)

SECRET_SHOWN_AS = "•••"


def string_to_sign(*, access_key: str, action: str, biz_type: str, ts: str, body: bytes, secret: str) -> bytes:
    """The bytes that are signed; `ts` is Unix milliseconds as text, `body` what goes to the socket.

    Without a body its part is left out; `{}` is a body.
    """
    head = f"accessKey={access_key}&action={action}&bizType={biz_type}&ts={ts}".encode()
    return head + (b"&body=" + body if body else b"") + f"&accessSecret={secret}".encode()


def sign(signed: bytes, algorithm: Algorithm = "md5") -> str:
    """Lower-case hexadecimal digest; MD5 is NxCloud's default and all that its older pages know."""
    # usedforsecurity=False: systems in FIPS mode have no MD5 otherwise.
    return hashlib.new(algorithm, signed, usedforsecurity=False).hexdigest()


def shown_string_to_sign(*, access_key: str, action: str, biz_type: str, ts: str, body: bytes) -> str:
    """What is signed, for people: the secret is not even an argument."""
    shown = string_to_sign(
        access_key=access_key, action=action, biz_type=biz_type, ts=ts, body=body, secret=SECRET_SHOWN_AS
    )
    return shown.decode("utf-8", errors="replace")
