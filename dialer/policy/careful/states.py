"""States whose rules for marketing are narrower than those of their country, and the area codes that belong to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dialer.policy.careful.week import daily

_SECONDARY = "As law firms and vendors list it, 2023 to 2025; check it before relying on it."


def _state(region: str, name: str, areas: str, hours: dict[str, Any], **others: Any) -> dict[str, Any]:
    """`areas` are area codes, without the country code."""
    code = {"US": "1", "BR": "55"}[region[:2]]
    prefixes = [f"{code}{area}" for area in areas.split()]
    return {
        "region": region,
        "name": name,
        "purpose": "marketing",
        "prefixes": prefixes,
        **hours,
        "source": _SECONDARY,
        **others,
    }


def _us(states: Iterable[tuple[str, str, str]], hours: dict[str, Any], **others: Any) -> Iterable[dict[str, Any]]:
    return (_state(f"US-{code}", name, areas, hours, **others) for code, name, areas in states)


USA: tuple[dict[str, Any], ...] = (
    *_us(
        (
            ("AL", "Alabama", "205 251 256 334 659 938"),
            ("LA", "Louisiana", "225 318 337 504 985"),
            ("MS", "Mississippi", "228 601 662 769"),
        ),
        daily("08:00-20:00", sunday=""),
        closed_on_holidays=True,
    ),
    *_us(
        (
            (
                "FL",
                "Florida",
                "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954",
            ),
            ("OK", "Oklahoma", "405 539 572 580 918"),
        ),
        daily("08:00-20:00"),
        attempts_per_day=3,
    ),
    *_us(
        (
            ("MA", "Massachusetts", "339 351 413 508 617 774 781 857 978"),
            ("MD", "Maryland", "227 240 301 410 443 667"),
        ),
        daily("08:00-20:00"),
    ),
    *_us((("CT", "Connecticut", "203 475 860 959"), ("NV", "Nevada", "702 725 775")), daily("09:00-20:00")),
    *_us((("KY", "Kentucky", "270 364 502 606 859"),), daily("10:00-21:00")),
    *_us(
        (
            ("MI", "Michigan", "231 248 269 313 517 586 616 734 810 906 947 989"),
            ("MN", "Minnesota", "218 320 507 612 651 763 952"),
            ("NM", "New Mexico", "505 575"),
        ),
        daily("09:00-21:00"),
    ),
    *_us(
        (
            (
                "TX",
                "Texas",
                "210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 915 936 940 "
                "945 956 972 979",
            ),
        ),
        daily("09:00-21:00", sunday="12:00-21:00"),
    ),
    *_us(
        (("PA", "Pennsylvania", "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878"),),
        daily("08:00-21:00"),
        closed_on_holidays=True,
    ),
    *_us(
        (("RI", "Rhode Island", "401"),),
        daily("09:00-18:00", saturday="10:00-17:00", sunday=""),
        closed_on_holidays=True,
    ),
    *_us((("UT", "Utah", "385 435 801"),), daily("08:00-21:00", sunday=""), closed_on_holidays=True),
)
BRAZIL: tuple[dict[str, Any], ...] = (
    _state("BR-AM", "Amazonas", "92 97", daily("08:00-19:00")),
    _state("BR-CE", "Ceará", "85 88", daily("08:00-18:00")),
    _state("BR-ES", "Espírito Santo", "27 28", daily("08:00-19:00")),
    _state("BR-RJ", "Rio de Janeiro", "21 22 24", daily("09:00-18:00", saturday="", sunday="")),
    _state("BR-SP", "São Paulo", "11 12 13 14 15 16 17 18 19", daily("08:00-20:00", saturday="08:00-14:00", sunday="")),
)
