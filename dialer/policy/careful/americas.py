"""The Americas."""

from __future__ import annotations

from typing import Any

from dialer.policy.careful.week import daily, working_days

_US = {"country": "US", **daily("09:00-20:00"), "consent": "for_ai", "area_code_is_enough": False}
_US_SOURCE = "47 CFR 64.1200(c)(1): 8 to 21 h; several states end at 20 h. FCC 24-17: AI voices need prior consent."
_CANADA = {
    "country": "CA",
    **daily("09:00-21:30", saturday="10:00-18:00", sunday="10:00-18:00"),
    "area_code_is_enough": False,
}
_CANADA_SOURCE = "CRTC rules: weekdays 9 to 21:30 h, weekends 10 to 18 h. Provinces may be narrower."
_BRAZIL = {"country": "BR", **working_days("09:00-20:00", saturday="10:00-16:00")}
_BRAZIL_SOURCE = "Anatel, as a court quotes it: weekdays 9 to 21 h, Saturdays 10 to 16 h, no Sundays."

PROFILES: tuple[dict[str, Any], ...] = (
    {**_US, "source": _US_SOURCE},
    {
        **_US,
        "purpose": "marketing",
        "registry": "the National Do Not Call Registry",
        "registry_days": 31,
        "source": f"{_US_SOURCE} The national registry: a download may be used for 31 days.",
    },
    {
        **_US,
        "purpose": "collection",
        "attempts_per_week": 7,
        "days_after_answered": 7,
        "source": "12 CFR 1006.14(b): more than 7 calls in 7 days per debt are presumed to harass, and so is a call "
        "within 7 days after a conversation. 12 CFR 1006.6: 8 to 21 h.",
    },
    {**_CANADA, "source": _CANADA_SOURCE},
    {
        **_CANADA,
        "purpose": "marketing",
        "registry": "the National Do Not Call List",
        "registry_days": 31,
        "source": f"{_CANADA_SOURCE} National DNCL: a download may be used for 31 days.",
    },
    {**_BRAZIL, "source": _BRAZIL_SOURCE},
    {
        **_BRAZIL,
        "purpose": "marketing",
        "registry": "Não Me Perturbe",
        "registry_days": 30,
        "source": f"{_BRAZIL_SOURCE} Não Me Perturbe: an entry holds after 30 days at the latest.",
    },
    {
        "country": "MX",
        "purpose": "marketing",
        **working_days("09:00-20:00"),
        "registry": "REPEP",
        "registry_days": 30,
        "source": "REPEP (Profeco): an entry takes effect after 30 days; financial companies use REUS. No hours found.",
    },
)
