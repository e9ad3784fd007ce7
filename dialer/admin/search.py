from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest


class NumberSearch:
    """Finds a telephone number in any spelling: "+44 7700 900001", "0044 7700…", "900001"."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        text = search_term.strip()
        if text and not any(char.isalpha() for char in text):
            text = "".join(filter(str.isdigit, text)).removeprefix("00")
        return super().get_search_results(request, queryset, text)  # type: ignore[misc]
