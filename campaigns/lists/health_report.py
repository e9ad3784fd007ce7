"""The health report of a call list: what became of its rows, for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from campaigns.importer.rows import DO_NOT_CALL, DUPLICATES, HELD, REPAIRS
from campaigns.models import CallList, Entry
from dialer.web.looks import Tone

MOST_COUNTRIES = 12


@dataclass(frozen=True, slots=True)
class Count:
    label: str
    count: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    reasons: list[Count]
    held: list[Count]
    duplicates: list[Count]
    repairs: list[Count]
    countries: list[Count]
    kinds: list[Count]
    no_zone: int


def reason_labels() -> dict[str, str]:
    return {
        "empty": _("no number in the row"),
        "not_a_number": _("not a telephone number"),
        "scientific": _("digits lost in scientific notation"),
        "extension": _("number with an extension"),
        "too_short": _("too few digits"),
        "too_long": _("too many digits"),
        "no_country": _("unclear country"),
        "invalid": _("not in the country's numbering plan"),
        "emergency": _("emergency number"),
        "premium": _("premium-rate number"),
        "open_quote": _("quotation mark never closed"),
        "too_many_cells": _("more cells than columns"),
        "other_too_long": _("pass-through value too long"),
        "order_id_too_long": _("order ID too long"),
        "row_too_long": _("kept columns too long"),
        "several_numbers": _("several numbers in one cell"),
        "line_range": _("a range of numbers"),
        "date": _("a date"),
        "reference": _("a reference or ID number"),
        "ip_address": _("an IP address"),
        "decimal": _("a decimal number"),
        "amount": _("an amount of money"),
        "amount_or_number": _("an amount or a telephone number: unclear"),
        "placeholder": _("placeholder digits"),
        "fax": _("fax number"),
        "error_cell": _("spreadsheet error"),
        "formula_without_value": _("formula without a value"),
        "ambiguous": _("could be two different numbers"),
        "old_number": _("outdated numbering plan"),
        "unknown_area": _("unknown area code"),
        "unknown_code": _("unknown country code"),
        "unknown_country": _("unknown country"),
        "unknown_purpose": _("unknown purpose"),
        "consent_missing": _("no consent"),
        "consent_old": _("consent too old"),
        "consent_date_unreadable": _("consent date cannot be read"),
        "consent_date_ambiguous": _("ambiguous consent date"),
        "consent_date_future": _("consent date in the future"),
        DO_NOT_CALL: _("opted out"),
        "duplicate": _("duplicate in this file"),
        "duplicate_in_campaign": _("already in this campaign"),
        "duplicate_elsewhere": _("in another running campaign"),
        "called_recently": _("called recently"),
    }


def health_of(call_list: CallList) -> Health | None:
    """None before the list was read."""
    report = call_list.report
    if not report:
        return None
    labels = reason_labels()
    reasons = [(code, labels.get(code, code), count) for code, count in report["reasons"].items()]
    kinds = dict(Entry.Kind.choices)
    repairs = []
    for code, count in report["repairs"].items():
        examples = ", ".join(map(str, report.get("examples", {}).get(code, [])))
        note = _("lines %(lines)s") % {"lines": examples} if examples else ""
        repairs.append(Count(str(REPAIRS.get(code, code)), count, note))
    return Health(
        reasons=[Count(label, count) for code, label, count in reasons if code not in DUPLICATES and code not in HELD],
        held=[Count(label, count) for code, label, count in reasons if code in HELD],
        duplicates=[Count(label, count) for code, label, count in reasons if code in DUPLICATES],
        repairs=repairs,
        countries=_countries(report["countries"]),
        kinds=[Count(str(kinds.get(int(kind), kind)), count) for kind, count in report["kinds"].items()],
        no_zone=report["no_zone"],
    )


def _countries(counts: dict[str, int]) -> list[Count]:
    rows = [Count(code or _("no country"), count) for code, count in counts.items()]
    if len(rows) <= MOST_COUNTRIES:
        return rows
    others = sum(row.count for row in rows[MOST_COUNTRIES:])
    return [*rows[:MOST_COUNTRIES], Count(_("other countries"), others)]


def segments(call_list: CallList) -> list[dict[str, Any]]:
    """For stacked_bar."""
    return [
        {"label": _("accepted unchanged"), "count": call_list.accepted - call_list.repaired, "tone": Tone.GOOD},
        {"label": _("accepted, repaired"), "count": call_list.repaired, "tone": Tone.INFO},
        {"label": _("duplicates"), "count": call_list.duplicates, "tone": Tone.NEUTRAL},
        {"label": _("do not call"), "count": call_list.do_not_call, "tone": Tone.WARN},
        {"label": _("held, needs a decision"), "count": call_list.held, "tone": Tone.WARN},
        {"label": _("invalid"), "count": call_list.invalid, "tone": Tone.BAD},
    ]


@dataclass(frozen=True, slots=True)
class Pace:
    rows_per_second: int
    seconds_left: int | None


def pace_of(call_list: CallList, *, now: datetime) -> Pace | None:
    """None while there is too little to say."""
    if call_list.reading_since is None or not call_list.rows:
        return None
    passed = now - call_list.reading_since
    if passed < timedelta(seconds=1):
        return None
    seconds = passed.total_seconds()
    read, total = call_list.bytes_read, call_list.bytes_total
    left = max(round(seconds * (total - read) / read), 0) if read and total >= read else None
    return Pace(round(call_list.rows / seconds), left)
