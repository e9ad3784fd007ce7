"""Which column is what: delimiter, header or not, and the columns that are read."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.importer.errors import FileRefused
from campaigns.importer.limits import MAX_COLUMNS
from campaigns.importer.records import records_of
from telephony import e164

DELIMITERS = (",", ";", "\t", "|")

# Folded, the surest first: where two columns match, the earlier name wins.
PHONE = (
    "phone", "phonenumber", "phoneno", "phoneprimary", "userphone", "callee", "telephone", "telefono", "tel", "msisdn",
    "mobile", "mobileno", "cell", "celular", "phone1", "number", "number1", "tonumber", "called", "calledno",
    "calledparty", "destination", "dest", "nohp", "nomorhp", "notelp", "notelepon", "nomor", "handphone", "电话",
    "手机", "手机号", "号码", "電話", "手機", "contact", "address",
)  # fmt: skip
ORDER_ID = (
    "orderid", "custid", "externalid", "idcontact", "vendorleadcode", "accountnumber", "sessionid", "ininoutboundid",
    "contactid",
)  # fmt: skip
OTHER = ("other", "calldata", "customfield", "comments", "note", "tag")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a file. Columns count from 0."""

    delimiter: str
    header: tuple[str, ...]
    """Empty where the file has none."""
    width: int
    phone: int
    order_id: int | None = None
    other: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def fold(name: str) -> str:
    """A column name as it is compared: without case, accents, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(char for char in plain.casefold() if char.isalnum())


def find_layout(lines: Sequence[str], *, region: str) -> Layout:
    """From the first lines of a file. Raises FileRefused where no column can be the number."""
    delimiter = _delimiter(lines)
    rows = _rows(lines, delimiter)
    if not rows:
        raise FileRefused(_("The file is empty. Upload a list with one number per line."))
    width = _usual(len(row) for row in rows)
    header = rows[0] if _is_header(rows[0]) else ()
    if max(width, len(header)) > MAX_COLUMNS:
        text = _("The file has %(n)d columns; %(limit)d are possible. Remove those that are not needed.")
        raise FileRefused(text % {"n": max(width, len(header)), "limit": MAX_COLUMNS})
    if not header:
        return Layout(delimiter, (), width, _phone_by_shape(rows, width=width, region=region))
    return _by_header(delimiter, header)


def _by_header(delimiter: str, header: tuple[str, ...]) -> Layout:
    names = [fold(name) for name in header]
    phone = 0 if len(header) == 1 else _index(names, PHONE)
    if phone is None:
        raise _not_found(header)
    return Layout(delimiter, header, len(header), phone, _index(names, ORDER_ID), _index(names, OTHER))


def _index(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in map(fold, wanted) if name in names), None)


def _not_found(header: Sequence[str]) -> FileRefused:
    found = ", ".join(f"“{name.strip()[:40]}”" for name in header[:12]) + ("…" if len(header) > 12 else "")
    text = _("No column with the numbers was found. The header has %(found)s; name the column one of: %(accepted)s.")
    return FileRefused(text % {"found": found, "accepted": ", ".join(PHONE)})


def _delimiter(lines: Sequence[str]) -> str:
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """How consistently it cuts the lines into more than one column."""
    widths = [len(row) for row in _rows(lines, delimiter)]
    usual = _usual(widths)
    return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)


def _rows(lines: Sequence[str], delimiter: str) -> list[tuple[str, ...]]:
    records = records_of(lines, delimiter=delimiter)
    return [record.cells for record in records if any(cell.strip() for cell in record.cells)]


def _usual(widths: Any) -> int:
    counts = Counter(widths)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _is_header(row: Sequence[str]) -> bool:
    return not any(_looks_like_number(cell) for cell in row)


def _looks_like_number(cell: str) -> bool:
    """Also a number that will be rejected, such as 4.47E+12 or one with an extension."""
    visible = [char for char in cell if not char.isspace()]
    digits = sum(char.isdecimal() for char in visible)
    return digits >= 5 and digits * 2 > len(visible)


def _phone_by_shape(rows: Sequence[tuple[str, ...]], *, width: int, region: str) -> int:
    """The one column of a file without header whose cells can be telephone numbers."""
    if width == 1:
        return 0
    found = [column for column in range(width) if _holds_numbers(rows, column, region=region)]
    if len(found) == 1:
        return found[0]
    text = (
        _("The file has no header, and %(n)d of its columns could be the numbers. Add a header line that names one.")
        if found
        else _("The file has no header, and no column holds telephone numbers. Add a header line with the name phone.")
    )
    raise FileRefused(text % {"n": len(found)} if found else text)


def _holds_numbers(rows: Sequence[tuple[str, ...]], column: int, *, region: str) -> bool:
    cells = [row[column] for row in rows if len(row) > column and row[column].strip()]
    return bool(cells) and sum(_is_number(cell, region) for cell in cells) * 2 >= len(cells)


def _is_number(cell: str, region: str) -> bool:
    try:
        e164.normalise(cell, region=region)
    except e164.NumberError:
        return False
    return True
