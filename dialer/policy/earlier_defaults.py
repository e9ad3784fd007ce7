"""The profiles that portals began with at first. A profile that still says the same was never changed by people.

Migrations alone use them: 0004 to fill a new database, 0031 to know what it may replace.
"""

from __future__ import annotations

from typing import Any

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _daily(hours: str, **others: str) -> dict[str, str]:
    return {**dict.fromkeys(DAYS, hours), **others}


PROFILES: tuple[dict[str, Any], ...] = (
    {"country": "", **_daily("09:00-20:00"), "source": "Careful defaults of the portal."},
    {
        "country": "US",
        **_daily("09:00-20:00"),
        "consent": "for_ai",
        "source": "47 CFR 64.1200(c)(1): 8 to 21 h; several states end at 20 h and allow 3 calls in 24 h. FCC 24-17: "
        "voices made by AI need prior consent.",
    },
    {
        "country": "US",
        "purpose": "collection",
        **_daily("09:00-20:00"),
        "attempts_per_week": 7,
        "consent": "for_ai",
        "source": "12 CFR 1006.14: more than 7 calls in 7 days per debt are presumed to harass.",
    },
    {
        "country": "GB",
        **_daily("09:00-20:00"),
        "source": "No statutory hours found. Ofcom: 72 hours without another call after an abandoned one.",
    },
    {
        "country": "SG",
        **_daily("09:00-21:00"),
        "registry": "the No Voice Call Register",
        "registry_days": 21,
        "source": "PDPC: numbers are checked against the No Voice Call Register; a result is valid for 21 days.",
    },
    {
        "country": "HK",
        **_daily("09:00-21:00"),
        "attempts_per_week": 3,
        "consent": "for_ai",
        "source": "Industry code: 9 to 22 h. Benchmark of June 2024: 3 unsolicited calls a week to one number.",
    },
    {
        "country": "CN",
        **_daily("09:00-20:00"),
        "attempts_per_day": 1,
        "consent": "always",
        "calls_per_minute": 5,
        "doubtful_caller_ids": ["CN", "HK", "MO", "SG", "TW"],
        "source": "Restrictions of the documented route: no cold calls, 5 calls a minute from one caller ID, no caller "
        "ID of these countries.",
    },
    {
        "country": "ID",
        **_daily("08:00-20:00", sunday=""),
        "closed_on_holidays": True,
        "consent": "for_ai",
        "source": "POJK 22/2023 Art. 62: 8 to 20 h local time, Monday to Saturday, no national holidays.",
    },
)
