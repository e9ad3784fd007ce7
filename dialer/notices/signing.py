"""Signatures of messages, after standardwebhooks.com: the receiver knows who wrote it, and that nobody changed it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from dialer.models import WebhookTarget
from dialer.models.notices import new_salt

OVERLAP = timedelta(hours=24)
"""After a change of the secret the old one signs too, so that the receiver can change it at leisure."""
_PURPOSE = "dialer.notices.webhook"


def secret_of(target: WebhookTarget) -> str:
    """`whsec_` and base64, as receivers' libraries take it. It changes with the target's salt and DJANGO_SECRET_KEY."""
    return "whsec_" + base64.b64encode(_key(target.salt)).decode()


def rotate_secret(target: WebhookTarget, *, now: datetime) -> None:
    """A new secret from now on; the present one signs beside it for a day."""
    target.old_salt, target.salt = target.salt, new_salt()
    target.old_salt_until, target.rotated_at = now + OVERLAP, now
    target.save(update_fields=["salt", "old_salt", "old_salt_until", "rotated_at"])


def signed_headers(target: WebhookTarget, message_id: str, body: bytes, *, now: datetime) -> dict[str, str]:
    timestamp = str(int(now.timestamp()))
    salts = [target.salt]
    if target.old_salt and target.old_salt_until and now < target.old_salt_until:
        salts.append(target.old_salt)
    content = b".".join([message_id.encode(), timestamp.encode(), body])
    digests = [hmac.digest(_key(salt), content, hashlib.sha256) for salt in salts]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }


def _key(salt: str) -> bytes:
    return salted_hmac(_PURPOSE, salt, algorithm="sha256").digest()
