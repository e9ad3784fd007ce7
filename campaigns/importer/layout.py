"""Which column of a call list is what, and how that is found out from a header's words or a file's shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from sheets.dialect import fold


class Role(StrEnum):
    """What a column is for."""

    PHONE = "phone"
    COUNTRY_CODE = "country_code"
    """Digits of the calling code, in front of numbers that lack it."""
    ORDER_ID = "order_id"
    OTHER = "other"
    """Passed through to the provider and back."""
    NAME = "name"
    TIME_ZONE = "time_zone"
    CONSENT_REF = "consent_ref"
    CONSENT_DATE = "consent_date"
    PRIORITY = "priority"
    PURPOSE = "purpose"
    """Why this callee is called: the rules differ by it."""
    KEEP = "keep"
    """Kept with the entry under the column's own name."""
    IGNORE = "ignore"


EXPORTED = {
    "phone": Role.PHONE,
    "order_id": Role.ORDER_ID,
    "name": Role.NAME,
    "other": Role.OTHER,
    "time_zone": Role.TIME_ZONE,
    "consent_ref": Role.CONSENT_REF,
    "consent_date": Role.CONSENT_DATE,
    "priority": Role.PRIORITY,
    "purpose": Role.PURPOSE,
}
"""The columns with which every export of accepted rows begins; what follows them was kept, whatever it is called."""
SEVERAL = (Role.NAME, Role.KEEP, Role.IGNORE)
"""Roles that more than one column may have; the names are joined with a space."""

FULL_NAMES = ("name", "fullname", "customername", "nama", "姓名")
FIRST_NAMES = ("firstname", "givenname", "nombre")
SURNAMES = ("lastname", "surname", "familyname", "apellido", "apellidos")
# Folded, the surest first: where two columns match, the one with the earlier word wins and the other is kept.
WORDS: dict[Role, tuple[str, ...]] = {
    Role.PHONE: (
        "phone", "phonenumber", "phoneno", "phoneprimary", "userphone", "callee", "telephone", "telephonenumber",
        "telefono", "telefone", "telefon", "tel", "msisdn", "mobile", "mobileno", "mobilenumber", "mobilephone", "cell",
        "cellphone", "celular", "phone1", "number", "number1", "tonumber", "called", "calledno", "calledparty",
        "callednumber", "destination", "dest", "nohp", "nomorhp", "notelp", "notelepon", "nomortelepon", "nomor",
        "handphone", "电话", "电话号码", "手机", "手机号", "手机号码", "号码", "電話", "電話號碼", "手機", "手機號碼",
        "contact", "address",
    ),
    Role.COUNTRY_CODE: ("phonecode", "callingcode", "dialcode", "countrycallingcode", "countrycode"),
    Role.ORDER_ID: (
        "orderid", "custid", "customerid", "externalid", "idcontact", "vendorleadcode", "accountnumber", "sessionid",
        "ininoutboundid", "contactid", "userid", "useruserid",
    ),
    Role.OTHER: ("other", "calldata", "callappdata", "customfield", "comments", "note", "notes", "tag"),
    Role.NAME: (*FULL_NAMES, *FIRST_NAMES, *SURNAMES),
    Role.TIME_ZONE: ("timezone", "tz", "zone"),
    Role.CONSENT_REF: ("consentref", "consentreference", "consent"),
    Role.CONSENT_DATE: ("consentdate",),
    Role.PRIORITY: ("priority", "rank"),
    Role.PURPOSE: ("purpose", "callpurpose"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """How the columns of one file are read."""

    names: tuple[str, ...]
    """As they stand in the file's header, else made up."""
    roles: tuple[Role, ...]
    """One per column."""
    has_header: bool
    pack_rest: bool = False
    """The kept columns also go into the pass-through value, as JSON."""
    known_as: str = ""
    """The product whose exports look like this, where one was recognised."""

    @property
    def width(self) -> int:
        return len(self.roles)

    def place(self, role: Role) -> int | None:
        """The column with that role; the first of several. Columns count from 0."""
        return self.roles.index(role) if role in self.roles else None

    def places(self, role: Role) -> list[int]:
        return [place for place, found in enumerate(self.roles) if found is role]

    @property
    def signature(self) -> list[str]:
        """What two files of one shape have in common."""
        return [fold(name) for name in self.names] if self.has_header else []

    def with_saved(self, header: Sequence[str], roles: Sequence[str], *, pack_rest: bool) -> Self:
        """The roles of a saved mapping, by name where both files have a header, else by place; the rest is kept."""
        if self.has_header and header:
            by_name = dict(zip(header, roles, strict=True))
            found = [Role(by_name.get(name, Role.KEEP)) for name in self.signature]
        else:
            found = [Role(role) for role in [*roles, *[Role.KEEP] * self.width][: self.width]]
        return replace(self, roles=tuple(found), pack_rest=pack_rest)

    def as_json(self) -> dict[str, Any]:
        return {
            "names": list(self.names),
            "roles": [role.value for role in self.roles],
            "has_header": self.has_header,
            "pack_rest": self.pack_rest,
            "known_as": self.known_as,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            names=tuple(data["names"]),
            roles=tuple(Role(role) for role in data["roles"]),
            has_header=bool(data["has_header"]),
            pack_rest=bool(data.get("pack_rest")),
            known_as=str(data.get("known_as", "")),
        )


def roles_of(header: Sequence[str]) -> list[Role]:
    """A role for every column of a header: the best word for each role, the rest is kept."""
    if tuple(header[: len(EXPORTED)]) == tuple(EXPORTED):
        return [*EXPORTED.values(), *[Role.KEEP] * (len(header) - len(EXPORTED))]
    names = [fold(name) for name in header]
    roles = [Role.KEEP] * len(names)
    for role, words in WORDS.items():
        places = [names.index(word) for word in map(fold, words) if word in names]
        if role is Role.NAME:
            places = _names(names, places)
        for place in places if role in SEVERAL else places[:1]:
            if roles[place] is Role.KEEP:
                roles[place] = role
    return roles


def _names(names: Sequence[str], places: list[int]) -> list[int]:
    """A full name alone, or first and last name in the file's order; "name" beside a surname is a first name."""
    words = {names[place] for place in places}
    if "name" in words and words.isdisjoint(FIRST_NAMES) and not words.isdisjoint(SURNAMES):
        return sorted(set(places))
    whole = [place for place in places if names[place] in FULL_NAMES]
    return whole[:1] or sorted(set(places))
