"""Calls that a provider names by our own reference: they get the provider's call id, which leads to their records.

For providers whose acceptance may lack an id, whose record may overtake it, or whose acceptance was lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from telephony.numbers import e164


class ProviderCall(NamedTuple):
    """What a provider says of one of its calls."""

    account_id: int
    call_id: str
    """The provider's own."""
    reference: str
    """Ours, as it came back."""
    callee: str
    """In any spelling."""


class MatchedCall(NamedTuple):
    pk: int
    reference: str
    state: str


# The reference alone is not believed: the number must be the order's as well. A call that has another id of the
# provider's stays as it is; then there were two calls, and the second one's record stands in the books without an
# order. Orders that never left, or were refused by the provider itself, take nothing. The row's lock makes a record
# and the acceptance that it overtakes wait for each other.
MATCH_CALLS = """
    UPDATE dialer_callrequest AS call SET provider_call_id = named.call_id
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS named (account_id, call_id, reference, callee)
     WHERE call.reference = named.reference AND call.account_id = named.account_id AND call.callee = named.callee
       AND call.provider_call_id IN ('', named.call_id)
       AND (call.state IN ('sending', 'accepted', 'in_doubt')
            OR (call.state = 'rejected' AND call.resolved_by_id IS NOT NULL))
    RETURNING call.account_id, call.provider_call_id, call.id, call.reference, call.state
"""


def match_calls(named: Sequence[ProviderCall]) -> dict[tuple[int, str], MatchedCall]:
    """The calls by account and the provider's call id; those of no order of ours are left out. In a transaction."""
    rows = [(one.account_id, one.call_id[:100], one.reference, callee_digits(one.callee)) for one in named]
    # One call of the provider's for each order: which one an UPDATE takes of several would be left to chance.
    of_order = {(row[0], *row[2:]): row for row in reversed(rows) if all(row)}
    if not of_order:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(MATCH_CALLS, [list(column) for column in zip(*of_order.values(), strict=True)])
        return {(account_id, call_id): MatchedCall(*found) for account_id, call_id, *found in cursor.fetchall()}


def callee_digits(number: str) -> int:
    """As the column of an order's callee has them; 0 where they are no number of a phone."""
    found = "".join(character for character in number if character in "0123456789")
    return int(found) if 0 < len(found) <= e164.LONGEST_E164 else 0
