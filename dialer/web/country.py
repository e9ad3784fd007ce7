"""Countries as people write them into forms."""

from __future__ import annotations

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def clean_country(country: str) -> str:
    """Raises ValidationError for anything that is no country; "UK" is the usual mistake."""
    code = country.strip().upper()
    if code and code not in phonenumbers.SUPPORTED_REGIONS:
        text = _("Unknown country code %(code)s. Use two letters, such as GB, ID or HK.")
        raise ValidationError(text % {"code": code}, code="unknown_country")
    return code
