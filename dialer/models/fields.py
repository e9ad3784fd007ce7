"""A telephone number in the database: eight bytes there, "+447700900001" here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.support.subscriptable import Field
from telephony.numbers import e164


def currency_check() -> RegexValidator:
    return RegexValidator(r"^[A-Z]{3}$", gettext_lazy("Three capital letters (ISO 4217), such as USD or IDR."))


class E164FormField(forms.CharField):
    """Takes what people paste and returns E.164; refuses with one sentence and what to do."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return e164.parse(text)
        except e164.NumberError as exc:
            raise ValidationError(_sentence(exc), code=exc.code) from exc


def _sentence(error: e164.NumberError) -> str:
    if error.code == "no_country":  # a form for one number has no list whose country could be chosen
        return _("The country code is missing. Start with + and the country code, such as +44 7700 900001.")
    return f"{error.message} {error.suggestion}".strip()


class E164Field(Field[Any, Any]):
    """E.164 text in Python, bigint in PostgreSQL: half the index of a text column, and it sorts by country."""

    description = gettext_lazy("Telephone number (E.164)")

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else f"+{value}"

    def to_python(self, value: Any) -> str | None:
        if value is None or value == "":
            return None
        return value if isinstance(value, str) and value.startswith("+") else f"+{value}"

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or value == "":
            return None
        return value if isinstance(value, int) else int(str(value).removeprefix("+"))

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": E164FormField, **kwargs})


def e164_check(column: str, *, name: str) -> models.CheckConstraint:
    """7 to 15 digits, the first not 0: ITU-T E.164 with the shortest numbers in use."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__gte": 1_000_000, f"{column}__lte": 999_999_999_999_999}),
        name=name,
        violation_error_message=gettext_lazy("This is not a full international number, such as +447700900001."),
    )
