"""Names of time zones, and which of them a country has: the tables that come with the package tzdata.

A name here is always one of zone.tab's, which gives every place its own. Older names are links to these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

# zone.tab goes by ISO 3166, which has no letters for these three. Their clocks are those of the places named here.
_NOT_IN_ISO = {"AC": ("Atlantic/St_Helena",), "TA": ("Atlantic/St_Helena",), "XK": ("Europe/Belgrade",)}
# Abbreviations of clocks, not of places: half of the year they are wrong, or mean another clock on another continent.
# tzdata links them to a city, but nobody who writes CET says that the phone is in Brussels.
_ABBREVIATIONS = frozenset({"CET", "EET", "EST", "HST", "MET", "MST", "WET"})
# tzdata merges places whose clocks agree since 1970, so that its links of these names end in another country.
_OLD_NAMES = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}


def _table(name: str) -> list[str]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


@cache
def zones_by_country() -> Mapping[str, tuple[str, ...]]:
    """ISO 3166, or one of the three that a numbering plan calls a country besides → its zones, sorted."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in _table("zone.tab"):
        country, _coordinates, name, *_comment = line.split("\t")
        found[country].add(name)
    return {**{country: tuple(sorted(names)) for country, names in found.items()}, **_NOT_IN_ISO}


@cache
def place_names() -> Mapping[str, str]:
    """Every name that says where a phone is → the same place's name in zone.tab, such as Asia/Saigon → Ho_Chi_Minh.

    What tells a clock and no place (EST, PST8PDT, UTC, Etc/GMT+7) is not among them.
    """
    places = {name for names in zones_by_country().values() for name in names}
    lines = (line.split() for line in _table("tzdata.zi") if line.startswith("L "))
    links = {name: target for _word, target, name in lines if name not in places | _ABBREVIATIONS} | _OLD_NAMES
    names = {name: name for name in places}
    for name in links:
        target = links[name]
        while target in links:
            target = links[target]
        if target in places:
            names[name] = target
    return names
