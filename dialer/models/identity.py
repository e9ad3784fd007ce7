"""The identity key of a telephone number as a stored column: made by PostgreSQL, from the ranges of telephony."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self, TypeVar

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.numbers.phone_identity import DIGEST, RANGES, Range, identities, identity_of, spellings_of

Row = TypeVar("Row", bound=models.Model, covariant=True)


def identity_sql(column: str) -> str:
    """The key of the number in a bigint column, as an SQL expression. A dozen comparisons find the range."""
    return _search(column, RANGES)


def _search(column: str, ranges: Sequence[Range]) -> str:
    if len(ranges) == 1:
        low, high, shift = ranges[0]
        return f"CASE WHEN {column} BETWEEN {low} AND {high} THEN {column} + ({shift}) ELSE {column} END"
    middle = len(ranges) // 2
    lower, upper = _search(column, ranges[:middle]), _search(column, ranges[middle:])
    return f"CASE WHEN {column} < {ranges[middle].low} THEN {lower} ELSE {upper} END"


class Identity(models.Func):
    """The key of a column of numbers. With the digest of the ranges, so that others make Django ask for a migration."""

    template = identity_sql("%(expressions)s")
    arity = 1
    output_field = models.BigIntegerField()


def identity_field() -> models.GeneratedField:
    """Beside a column `callee`: equal for every spelling of one phone, wire digits as an integer."""
    return models.GeneratedField(
        expression=Identity("callee", digest=DIGEST),
        output_field=models.BigIntegerField(),
        db_persist=True,
        verbose_name=_("identity"),
    )


class ByPhone(models.QuerySet[Row]):
    """Rows with an identity column."""

    def of_phone(self, callee: str) -> Self:
        """Those of one phone (E.164), in whichever spelling they have it."""
        return self.filter(identity=key_of(callee))


def key_of(callee: str) -> int:
    """The identity key of a number in E.164."""
    return identity_of(int(callee.removeprefix("+")))


def spellings(callee: str) -> tuple[int, ...]:
    """Every spelling of a phone (E.164), for tables that have no identity column; wire digits as integers."""
    return spellings_of(int(callee.removeprefix("+")))


def keys_of(callees: Iterable[int]) -> list[int]:
    """The keys of many numbers, in their order; wire digits as integers, all of them."""
    keys: list[int] = identities(np.fromiter(callees, np.int64)).tolist()
    return keys
