"""Weeks of calling hours, as columns of a profile."""

from __future__ import annotations

from typing import Any

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def daily(hours: str, **others: str) -> dict[str, Any]:
    """`hours` on every day but the named ones."""
    return {**dict.fromkeys(DAYS, hours), **others}


def working_days(hours: str, *, saturday: str | None = None) -> dict[str, Any]:
    """Monday to Saturday, neither on Sundays nor on public holidays. Saturday "": closed too."""
    others = {"sunday": "", "saturday": hours if saturday is None else saturday}
    return {**daily(hours, **others), "closed_on_holidays": True}
