"""What the columns of a file of call records mean, and one row of it as a call record."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.outcomes import record_store
from dialer.reconcile.did_rows import FILE_PREFIX
from sheets.dialect import fold
from telephony.contract.capabilities import HangUpReader
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Direction, Disposition

# Folded names as exports in English and German have them.
NAMES = MappingProxyType(
    {
        "call_id": ("callid", "calluuid", "uuid", "anrufid", "gesprachsid", "rufid", "providerscallid"),
        "order_id": ("orderid", "order", "auftragsid", "auftrag", "auftragsnummer", "bestellnummer"),
        "did": (
            *("did", "didnumber", "caller", "callernumber", "from", "ani"),
            *("anrufer", "anrufernummer", "von", "absender"),
        ),
        "callee": (
            *("callee", "calleenumber", "called", "callednumber", "callnumber", "to", "destination", "phone"),
            *("angerufener", "angerufenenummer", "zielrufnummer", "ziel", "an", "rufnummer", "empfanger"),
        ),
        "started_at": (
            *("starttime", "start", "startedat", "started", "begin"),
            *("beginn", "startzeit", "anrufbeginn", "begonnen"),
        ),
        "answered_at": ("answertime", "answeredat", "answered", "annahme", "annahmezeit", "angenommen", "antwortzeit"),
        "ended_at": ("endtime", "end", "endedat", "ended", "ende", "endzeit", "hanguptime", "anrufende", "beendet"),
        "duration": (
            *("duration", "callduration", "talktime", "talkseconds", "billsec", "seconds"),
            *("dauer", "gesprachsdauer", "anrufdauer", "sekunden"),
        ),
        "code": (
            *("hangupcode", "hangupreason", "endreason", "result", "code", "status", "disposition"),
            *("ergebnis", "auflegegrund", "auflegecode", "grund"),
        ),
        "cost": ("cost", "price", "callprice", "totalcustomerprice", "amount", "kosten", "preis", "betrag"),
        "currency": ("currency", "wahrung"),
        "direction": ("direction", "calltype", "richtung", "anrufart"),
    }
)
LABELS = MappingProxyType(
    {
        "call_id": gettext_lazy("Call ID"),
        "order_id": gettext_lazy("Order ID"),
        "did": gettext_lazy("Caller"),
        "callee": gettext_lazy("Callee"),
        "started_at": gettext_lazy("Start"),
        "answered_at": gettext_lazy("Answer"),
        "ended_at": gettext_lazy("End"),
        "duration": gettext_lazy("Duration"),
        "code": gettext_lazy("Result or hang-up code"),
        "cost": gettext_lazy("Cost"),
        "currency": gettext_lazy("Currency"),
        "direction": gettext_lazy("Direction"),
    }
)
RESULTS = MappingProxyType(
    {
        Disposition.ANSWERED: ("answered", "answer", "success", "angenommen", "beantwortet", "erfolgreich"),
        Disposition.NO_ANSWER: ("noanswer", "unanswered", "notanswered", "missed", "keineantwort", "nichtangenommen"),
        Disposition.BUSY: ("busy", "besetzt"),
        Disposition.FAILED: ("failed", "failure", "error", "fehlgeschlagen", "fehler"),
        Disposition.VOICEMAIL: ("voicemail", "mailbox", "anrufbeantworter"),
        Disposition.CANCELLED: ("cancelled", "canceled", "abgebrochen"),
    }
)
DIRECTIONS = MappingProxyType(
    {
        **dict.fromkeys(("outbound", "out", "ausgehend", "abgehend"), Direction.OUTBOUND),
        **dict.fromkeys(("inbound", "in", "eingehend", "ankommend"), Direction.INBOUND),
    }
)
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M:%S")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})")


class UnreadableRow(Exception):
    """The text says what cannot be read."""


@dataclass(frozen=True, slots=True)
class RecordColumns:
    """Where each column stands, and how its cells are to be read."""

    places: Mapping[str, int]
    zone: tzinfo
    dids: frozenset[str]
    """Our own numbers: a call from one is outbound where the file does not say it."""
    codes: HangUpReader | None = None

    @property
    def is_enough(self) -> bool:
        """Whether a row can be told apart from others: by an id, or by numbers and time."""
        known = self.places.keys()
        return bool({"call_id", "order_id"} & known) or {"did", "callee", "started_at"} <= known

    def cell(self, cells: Sequence[str], name: str) -> str:
        place = self.places.get(name)
        text = cells[place].strip() if place is not None and place < len(cells) else ""
        return text.removeprefix("'")  # our own exports write it before what could be a formula


def column_places(header: Sequence[str]) -> dict[str, int]:
    """Column → place; of several columns with the same meaning the one whose name comes first in NAMES."""
    names = [fold(name) for name in header]
    found = {}
    for meaning, known in NAMES.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None and place not in found.values():
            found[meaning] = place
    return found


def read_record(cells: Sequence[str], columns: RecordColumns) -> CallRecord:
    """Raises UnreadableRow."""
    start, answer, end = (_moment(columns, cells, name) for name in ("started_at", "answered_at", "ended_at"))
    caller, callee = (record_store.readable_number(columns.cell(cells, name)) for name in ("did", "callee"))
    call_id, order_id = columns.cell(cells, "call_id"), columns.cell(cells, "order_id")
    if not call_id and not order_id and not (caller and callee and start):
        raise UnreadableRow(_("The row needs an ID, or both numbers and the start time of the call."))
    # For a call id that is missing: the same for the same content, so a file that is applied twice changes nothing.
    content = f"{order_id}|{caller}|{callee}|{start.isoformat() if start else ''}"
    stand_in = FILE_PREFIX + hashlib.sha256(content.encode()).hexdigest()[:40]
    seconds = _talk_seconds(columns.cell(cells, "duration"), start, answer, end)
    answered = bool(seconds) if answer is None and seconds is not None else answer is not None or None
    disposition, text, abandoned = _result(columns.cell(cells, "code"), columns, answered=answered)
    code = columns.cell(cells, "code")
    return CallRecord(
        provider_call_id=call_id or stand_in,
        order_id=order_id,
        direction=_direction(columns.cell(cells, "direction"), caller, callee, columns.dids),
        caller=caller,
        callee=callee,
        disposition=disposition,
        hangup_code=code[:20],
        hangup_reason=text or (code if len(code) > 20 else ""),
        abandoned=abandoned,
        started_at=start,
        answered_at=answer,
        ended_at=end,
        talk_seconds=seconds,
        cost=_cost(columns.cell(cells, "cost")),
        currency=columns.cell(cells, "currency")[:10],
        raw={name: columns.cell(cells, name) for name in columns.places},
    )


def _moment(columns: RecordColumns, cells: Sequence[str], name: str) -> datetime | None:
    text = columns.cell(cells, name)
    if not text or text == "0" or (name == "answered_at" and not any(char.isdigit() for char in text)):
        return None
    moment = _read_time(text)
    if moment is None:
        raise UnreadableRow(_("The time “%(text)s” cannot be read.") % {"text": text[:40]})
    return (moment if moment.tzinfo else moment.replace(tzinfo=columns.zone)).astimezone(UTC)


def _read_time(text: str) -> datetime | None:
    if text.isascii() and text.isdigit() and len(text) in (10, 13):
        # Unix time: seconds or milliseconds, told apart by their size.
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    if "T" in text or "+" in text or text.endswith("Z"):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    # 03/04/2026 could be either month, so it is none of these.
    # A date that begins with its year may have fractions of a second, which are cut off; a German one has dots itself.
    for form in FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text.partition(".")[0] if text[4:5] == "-" else text, form)
    return None


def _direction(text: str, caller: str, callee: str, dids: frozenset[str]) -> Direction:
    if named := DIRECTIONS.get(fold(text)):
        return named
    if caller in dids:
        return Direction.OUTBOUND
    return Direction.INBOUND if callee in dids else Direction.UNKNOWN


def _talk_seconds(text: str, start: datetime | None, answer: datetime | None, end: datetime | None) -> int | None:
    """From the times where they are known: files mix seconds and milliseconds, too."""
    if answer and end and end >= answer:
        return int((end - answer).total_seconds())
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) <= 7 else None
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        seconds = hours * 3600 + minutes * 60 + rest
    if seconds is not None and start and end and end >= start:
        return min(seconds, int((end - start).total_seconds()))
    return seconds


def _result(text: str, columns: RecordColumns, *, answered: bool | None) -> tuple[Disposition, str, bool]:
    for disposition, words in RESULTS.items():
        if fold(text) in words:
            return disposition, "", False
    if columns.codes:
        return columns.codes.explain_hangup(text, answered=answered)
    return Disposition.ANSWERED if answered and not text else Disposition.UNKNOWN, "", False


def _cost(text: str) -> Decimal | None:
    """“0.05”, “0,05”; what cannot be read is left out, because a cost decides nothing."""
    try:
        cost = Decimal(text.replace(",", ".")) if text else None
    except InvalidOperation:
        return None
    return cost if cost is not None and cost.is_finite() and 0 <= cost < 10**7 else None
