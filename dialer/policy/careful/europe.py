"""Europe."""

from __future__ import annotations

from typing import Any

from dialer.policy.careful.week import daily, working_days

_GB = {"country": "GB", **daily("09:00-20:00")}
_GB_SOURCE = "No statutory hours found. Ofcom: 72 hours without another call after an abandoned one."
_FRANCE = {"country": "FR", **working_days("10:00-13:00, 14:00-20:00", saturday="")}
_FRANCE_SOURCE = "Decree of 2022: Monday to Friday, 10 to 13 and 14 to 20 h, no public holidays."
_GERMANY = {"country": "DE", **working_days("09:00-20:00")}
_ITALY = {"country": "IT", **working_days("09:00-20:00", saturday="10:00-19:00"), "eve_hours": "10:00-19:00"}
_ITALY_SOURCE = (
    "Code of conduct: weekdays 9 to 20 h; Saturdays and eves of holidays 10 to 19 h; no Sundays, no holidays."
)
_SPAIN = {"country": "ES", **working_days("09:00-21:00", saturday="")}
_SPAIN_SOURCE = "Consumer law, art. 96.2: Monday to Friday, 9 to 21 h, no public holidays."

PROFILES: tuple[dict[str, Any], ...] = (
    {**_GB, "source": _GB_SOURCE},
    {
        **_GB,
        "purpose": "marketing",
        "registry": "the Telephone Preference Service (TPS, CTPS)",
        "registry_days": 28,
        "source": f"{_GB_SOURCE} PECR, reg. 21: numbers registered for 28 days must not be called.",
    },
    {**_FRANCE, "source": _FRANCE_SOURCE},
    {
        **_FRANCE,
        "purpose": "marketing",
        "consent": "always",
        "attempts_per_month": 4,
        "days_after_refusal": 60,
        "source": f"{_FRANCE_SOURCE} 4 attempts in 30 days, 60 days of rest after a refusal. Law 2025-594: consent "
        "beforehand since 11 August 2026, but for running contracts (purpose service).",
    },
    {**_GERMANY, "source": "No hours by law found; no Sundays and no public holidays as a careful default."},
    {
        **_GERMANY,
        "purpose": "marketing",
        "consent": "always",
        "source": "§ 7, § 7a UWG: express consent beforehand, its proof kept for 5 years after each use.",
    },
    {**_ITALY, "source": _ITALY_SOURCE},
    {
        **_ITALY,
        "purpose": "marketing",
        "registry": "the Registro pubblico delle opposizioni",
        "registry_days": 15,
        "source": f"{_ITALY_SOURCE} The registry takes effect within 15 days. The caller ID must be shown.",
    },
    {**_SPAIN, "source": _SPAIN_SOURCE},
    {
        **_SPAIN,
        "purpose": "marketing",
        "consent": "always",
        "consent_days": 730,
        "source": f"{_SPAIN_SOURCE} Consent since 29 June 2023, renewed every two years. Law 10/2025 gives commercial "
        "calls a range of their own: name it under required caller IDs when it is in force.",
    },
    {
        "country": "NL",
        "purpose": "marketing",
        **working_days("09:00-20:00"),
        "consent": "always",
        "source": "Consent; the exception for customers ended on 1 July 2026. The registry closed on 1 July 2021. No "
        "hours found.",
    },
    {
        "country": "BE",
        "purpose": "marketing",
        **working_days("09:00-20:00"),
        "registry": "the Do not call me list",
        "registry_days": 5,
        "source": "DNCM: the list is downloaded every 5 days at least. No hours found.",
    },
)
