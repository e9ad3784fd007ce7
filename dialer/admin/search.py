from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from telephony.numbers.phone_identity import spellings_of


class NumberSearch:
    """Finds a telephone number in any spelling: "+44 7700 900001", "0044 7700…", "900001"."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        text = search_term.strip()
        if text and not any(char.isalpha() for char in text):
            text = "".join(filter(str.isdigit, text)).removeprefix("00")
        return super().get_search_results(request, queryset, text)  # type: ignore[misc]  # stands before a ModelAdmin


class WholeNumberSearch:
    """For tables of millions: by whole number, in any spelling with country code; nothing else ends in time.

    Every spelling of the same phone is found.
    """

    search_fields: ClassVar[list[str] | tuple[str, ...]] = ("callee",)  # shows the box; get_search_results looks

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        digits = "".join(filter(str.isdigit, search_term)).removeprefix("00")
        if not search_term.strip():
            return queryset, False
        if not digits or len(digits) > 15:
            return queryset.none(), False
        return queryset.filter(callee__in=spellings_of(int(digits))), False
