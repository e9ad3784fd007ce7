"""Call lists of other products, recognised by their header or, where they have none, by their shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.importer.layout import Role
from sheets.dialect import fold

_CODE = re.compile(r"\+?[0-9]{1,4}")
_DIGITS = re.compile(r"[0-9]{5,14}")
_JSON = re.compile(r"\{.*\}", re.DOTALL)
_INTERNATIONAL = re.compile(r"\+?[0-9]{7,15}")


@dataclass(frozen=True, slots=True)
class ByHeader:
    product: str
    words: frozenset[str]
    """Folded names that all must be there."""
    most_columns: int = 1_000


def _header(product: str, *words: str, most_columns: int = 1_000) -> ByHeader:
    return ByHeader(product, frozenset(map(fold, words)), most_columns)


# The most telling first.
HEADERS = (
    _header("Genesys Cloud", "inin-outbound-id"),
    _header("Talkdesk", "External Provider", "Phone"),
    _header("GOautodial", "VendorLeadCode", "Phone"),
    _header("VICIdial", "phone_number", "phone_code"),
    _header("Cisco UCCX", "Account Number", "Phone1"),
    _header("AWS power dialer", "custID", "phone"),
    _header("Amazon Pinpoint", "ChannelType", "Address"),
    _header("Amazon Connect", "phoneNumber", "clientToken"),
    _header("Huawei AICC", "sessionId", "called", "caller"),
    _header("NxCloud", "userPhone"),
    _header("Five9", "number1"),
    _header("FusionPBX", "Phone_Number", "Last_Name", "First_Name", most_columns=3),
    _header("Exotel", "phone_number", "first_name", "company"),
    _header("Exotel", "number", "company_name"),
    _header("OMniLeads", "telefono"),
)


def product_of(header: Sequence[str]) -> str:
    """Whose export has this header; "" where nobody's."""
    names = {fold(name) for name in header}
    return next(
        (known.product for known in HEADERS if known.words <= names and len(header) <= known.most_columns),
        "",
    )


@dataclass(frozen=True, slots=True)
class ByShape:
    """A file without a header."""

    product: str
    names: tuple[str, ...]
    roles: dict[str, Role]
    """By name; the other columns are kept."""


VICIDIAL = ByShape(
    "VICIdial",
    (
        *("vendor_lead_code", "source_id", "list_id", "phone_code", "phone_number", "title", "first_name"),
        *("middle_initial", "last_name", "address1", "address2", "address3", "city", "state", "province"),
        *("postal_code", "country_code", "gender", "date_of_birth", "alt_phone", "email", "security_phrase"),
        *("comments", "rank", "owner"),
    ),
    {
        "vendor_lead_code": Role.ORDER_ID,
        "phone_code": Role.COUNTRY_CODE,
        "phone_number": Role.PHONE,
        "first_name": Role.NAME,
        "last_name": Role.NAME,
        "comments": Role.OTHER,
        "rank": Role.PRIORITY,
    },
)
NEWFIES = ByShape(
    "Newfies-Dialer",
    (
        *("phone", "last_name", "first_name", "email", "description", "status", "address", "city", "state"),
        *("country", "unit", "additional_vars", "end of line"),
    ),
    {
        "phone": Role.PHONE,
        "last_name": Role.NAME,
        "first_name": Role.NAME,
        "additional_vars": Role.OTHER,
        "end of line": Role.IGNORE,
    },
)
ICTDIALER = ByShape(
    "ICTDialer",
    ("phone", "first_name", "last_name", "email", "address", "custom1", "custom2", "custom3", "comment"),
    {"phone": Role.PHONE, "first_name": Role.NAME, "last_name": Role.NAME, "comment": Role.OTHER},
)


def shape_of(rows: Sequence[Sequence[str]], *, delimiter: str) -> ByShape | None:
    """Which product writes files without a header like these rows."""
    if not rows:
        return None
    width = max(map(len, rows))
    if 23 <= width <= 25 and _most(rows, 3, _CODE) and _most(rows, 4, _DIGITS):
        return VICIDIAL
    if delimiter == "|" and 11 <= width <= 13 and _most(rows, 0, _INTERNATIONAL) and any(map(_ends_in_json, rows)):
        return NEWFIES
    if width == 9 and _most(rows, 0, _INTERNATIONAL):
        return ICTDIALER
    return None


def _most(rows: Sequence[Sequence[str]], place: int, pattern: re.Pattern[str]) -> bool:
    fitting = sum(bool(pattern.fullmatch(row[place].strip())) for row in rows if len(row) > place)
    return fitting * 2 > len(rows)


def _ends_in_json(row: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in row if cell.strip()]
    return bool(filled) and bool(_JSON.fullmatch(filled[-1]))
