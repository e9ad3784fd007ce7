"""Asia, Africa and the Pacific."""

from __future__ import annotations

from typing import Any

from dialer.policy.careful.week import daily, working_days

_AUSTRALIA = {"country": "AU", **working_days("09:00-20:00", saturday="09:00-17:00")}
_AUSTRALIA_SOURCE = "Telemarketing standard: weekdays 9 to 20 h, Saturdays 9 to 17 h, no Sundays, no national holidays."
_SINGAPORE = {"country": "SG", **daily("09:00-21:00")}
_INDONESIA = {"country": "ID", **working_days("08:00-20:00")}
_INDONESIA_SOURCE = "POJK 22/2023 Art. 62: 8 to 20 h local time, Monday to Saturday, no national holidays."
_SOUTH_AFRICA = {"country": "ZA", **working_days("08:00-20:00", saturday="09:00-13:00")}
_SOUTH_AFRICA_SOURCE = "CPA regulations: weekdays 8 to 20 h, Saturdays 9 to 13 h, no Sundays, no public holidays."

PROFILES: tuple[dict[str, Any], ...] = (
    {**_AUSTRALIA, "source": _AUSTRALIA_SOURCE},
    {
        **_AUSTRALIA,
        "purpose": "marketing",
        "registry": "the Do Not Call Register",
        "registry_days": 30,
        "source": f"{_AUSTRALIA_SOURCE} Do Not Call Register: a washed list may be used for 30 days.",
    },
    {
        "country": "NZ",
        **working_days("08:00-21:00"),
        "source": "Marketing code: Monday to Saturday 8 to 21 h, no Sundays, no holidays. Its do-not-call list is "
        "voluntary.",
    },
    # Not only marketing: whoever calls Singapore for anything else asks the register, too, until people relax it.
    {**_SINGAPORE, "registry": "the No Voice Call Register", "source": "No statutory hours found."},
    {
        **_SINGAPORE,
        "purpose": "marketing",
        "registry": "the No Voice Call Register",
        "registry_days": 21,
        "source": "PDPC: numbers are checked against the No Voice Call Register; a result is valid for 21 days.",
    },
    {
        "country": "HK",
        **daily("09:00-21:00"),
        "attempts_per_week": 3,
        "consent": "for_ai",
        "source": "Industry code: 9 to 22 h. Benchmark of June 2024: 3 unsolicited calls a week to one number.",
    },
    {
        "country": "CN",
        **daily("09:00-20:00"),
        "attempts_per_day": 1,
        "consent": "always",
        "calls_per_minute": 5,
        "doubtful_caller_ids": ["CN", "HK", "MO", "SG", "TW"],
        "source": "Restrictions of the documented route: no cold calls, 5 calls a minute from one caller ID, no caller "
        "ID of these countries.",
    },
    {**_INDONESIA, "consent": "for_ai", "source": _INDONESIA_SOURCE},
    {
        **_INDONESIA,
        "purpose": "marketing",
        "consent": "always",
        "source": "POJK 1/2013 and SE 12/2014: offers by phone only with consent. Hours as for collection: POJK "
        "22/2023 Art. 62.",
    },
    {
        "country": "TH",
        "purpose": "collection",
        **daily("08:00-20:00", saturday="08:00-18:00", sunday="08:00-18:00"),
        "holiday_hours": "08:00-18:00",
        "attempts_per_day": 1,
        "source": "Rules of 2019 on collection: weekdays 8 to 20 h, holidays 8 to 18 h, once a day.",
    },
    {
        "country": "VN",
        "purpose": "marketing",
        **working_days("08:00-17:00"),
        "attempts_per_day": 1,
        "registry": "the DoNotCall list",
        "registry_days": 7,
        "source": "Decree 91/2020: 8 to 17 h unless agreed otherwise, one call in 24 hours. For how long a look at the "
        "DoNotCall list holds was not found: 7 days are the portal's own figure.",
    },
    {
        "country": "PH",
        "purpose": "marketing",
        **working_days("09:00-20:00"),
        "consent": "always",
        "source": "Data Privacy Act: consent. No hours found.",
    },
    {
        "country": "IN",
        "purpose": "marketing",
        **working_days("09:00-20:00"),
        "required_caller_prefixes": ["91140"],
        "source": "TCCCPR: 9 to 21 h, promotional calls from the 140 series. Customers choose hours and subjects in "
        "the preference register, which the operators apply.",
    },
    {
        "country": "IN",
        "purpose": "collection",
        **working_days("08:00-19:00"),
        "source": "Reserve Bank: recovery 8 to 19 h. Service calls of banks come from the 1600 series since 1 January "
        "2026: name 911600 under required caller IDs if you are one.",
    },
    {
        "country": "AE",
        "purpose": "marketing",
        **working_days("09:00-18:00"),
        "attempts_per_day": 1,
        "attempts_per_week": 2,
        "days_after_refusal": 3650,
        "registry": "the Do Not Call Registry",
        "registry_days": 7,
        "required_caller_prefixes": ["971"],
        "source": "Cabinet Resolution 56/2024: 9 to 18 h, once a day and twice a week, never after a refusal, from the "
        "company's local number. For how long a look at the registry holds was not found: 7 days are our own figure.",
    },
    {
        "country": "SA",
        "purpose": "marketing",
        **daily("09:00-20:00", friday=""),
        "closed_on_holidays": True,
        "consent": "always",
        "source": "Terms of a local carrier: 9 to 22 h with explicit consent; in Ramadan from noon, which has to be "
        "entered for that month.",
    },
    {**_SOUTH_AFRICA, "source": _SOUTH_AFRICA_SOURCE},
    {
        **_SOUTH_AFRICA,
        "purpose": "marketing",
        "registry": "the opt-out registry of the National Consumer Commission",
        "registry_days": 30,
        "source": f"{_SOUTH_AFRICA_SOURCE} Rules of 15 April 2026: lists are cleansed monthly.",
    },
)
