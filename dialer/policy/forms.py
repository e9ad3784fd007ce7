"""First digits of numbers as people write them into forms."""

from __future__ import annotations

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dialer.models.rules import digits_check


def clean_prefixes(prefixes: list[str], *, country: str = "") -> list[str]:
    """First digits of numbers, sorted and each once.

    Raises ValidationError for digits that begin with no calling code, or not with that of `country` (ISO 3166).
    """
    for prefix in prefixes:
        digits_check()(prefix)
        found = (phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(prefix[:length]), ()) for length in (1, 2, 3))
        regions = {region for some in found for region in some}
        if country and country not in regions:
            text = _("%(prefix)s does not begin with %(code)s, the calling code of %(country)s.")
            code = phonenumbers.country_code_for_region(country)
            raise ValidationError(text % {"prefix": prefix, "country": country, "code": code})
        if not regions:
            raise ValidationError(_("%(prefix)s does not begin with a known calling code.") % {"prefix": prefix})
    return sorted(set(prefixes))
