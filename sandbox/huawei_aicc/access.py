"""Who may ask AICC: the token that app key and secret get (page 2211), and the check of it."""

from __future__ import annotations

import hmac
import re

from sandbox.asgi import Reply, Request, json_reply
from sandbox.state import Received, Sandbox

TOKEN_SECONDS_MOST = 3600


def token(sandbox: Sandbox, request: Request, received: Received) -> Reply:
    """Page 2211. What a wrong key gets is not documented."""
    config = sandbox.config
    raw = request.headers.get("x-token-expire", "600")
    if not re.fullmatch(r"[1-9][0-9]{0,3}", raw) or int(raw) > TOKEN_SECONDS_MOST:
        return json_reply({"code": "400", "message": "X-Token-Expire must be 1 to 3600"}, status=400)
    body = received.body if isinstance(received.body, dict) else {}
    if not (_same(body.get("app_key"), config.aicc_app_key) and _same(body.get("app_secret"), config.aicc_app_secret)):
        return unauthorised(received)
    received.code = 0
    seconds = min(float(raw), config.aicc_token_seconds)
    return json_reply(
        {
            "AccessToken": sandbox.aicc.new_token(seconds),
            "ApplyType": "Bearer",
            "CreateTime": str(int(sandbox.wall())),
            "Expires": f"{seconds:g}",
            "Scope": "sandbox",
            "AppKey": config.aicc_app_key,
            "UserID": "Anonymous",
        }
    )


def _same(given: object, expected: str) -> bool:
    # compare_digest takes bytes, or text in ASCII only.
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())


def may_ask(sandbox: Sandbox, request: Request) -> bool:
    bearer, _, given = request.headers.get("authorization", "").partition(" ")
    key = request.headers.get("x-app-key")
    return bearer == "Bearer" and sandbox.aicc.knows(given) and _same(key, sandbox.config.aicc_app_key)


def unauthorised(received: Received) -> Reply:
    received.code = 401
    return json_reply({"code": "401", "message": "authentication failed"}, status=401)
