"""Secrets that have to lie in the database: sealed with a key that does not (PORTAL_FIELD_KEY).

Several keys, apart by commas, let a key be changed: the first one seals, all of them open.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _


class Unreadable(Exception):
    """The text says what to do."""


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(box: str) -> str:
    """Raises Unreadable where no key of PORTAL_FIELD_KEY opens it."""
    try:
        return _keys().decrypt(box.encode()).decode()
    except InvalidToken as exc:
        text = _("It was encrypted with a key that is not in PORTAL_FIELD_KEY: enter it again.")
        raise Unreadable(text) from exc


def _keys() -> MultiFernet:
    # Hashed, so that any long text will do as a key.
    digests = (hashlib.sha256(key.strip().encode()).digest() for key in settings.PORTAL_FIELD_KEY)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
