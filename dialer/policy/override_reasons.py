"""What somebody has to write who calls against a rule."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LETTERS = 10


def check_reason(text: str) -> None:
    """Raises ValidationError for less than ten letters of any script; dots and digits say nothing to a reader."""
    letters = sum(unicodedata.category(character)[0] in "LM" for character in text)
    if letters < LETTERS:
        raise ValidationError(_("Give a reason of at least %(n)d letters.") % {"n": LETTERS}, code="short_reason")
