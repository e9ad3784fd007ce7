"""Numbers in the do-not-call list of one country for which that list does not hold, because they are of another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import phonenumbers

from dialer.models import DncList
from dialer.support.territories import covered_by
from telephony.numbers.bulk import read_column

_AT_ONCE = 20_000


def uncovered(dnc_list: DncList) -> int:
    """How many entries of a list for one country are numbers of countries that it does not cover; else 0.

    Reads every entry, a second for a few hundred thousand: for the end of an import, not for every page.
    """
    if not dnc_list.country:
        return 0
    keys = dnc_list.entries.order_by("pk").values_list("identity", flat=True)
    count, batch = 0, []
    for key in keys.iterator(chunk_size=_AT_ONCE):
        batch.append(key)
        if len(batch) == _AT_ONCE:
            count, batch = count + count_uncovered(batch, country=dnc_list.country), []
    return count + count_uncovered(batch, country=dnc_list.country)


def count_uncovered(callees: Sequence[int], *, country: str) -> int:
    """How many of the numbers (wire digits as integers) a list for `country` (ISO 3166) does not hold for."""
    covered = covered_by(country)
    # By columns: one number by itself takes 17 µs (docs/adr/0004-call-lists.md).
    column = read_column([f"+{callee}" for callee in callees])
    is_other = np.array([bool(facts.country) and facts.country not in covered for facts in column.fact_sets] or [False])
    taken = column.callees > 0
    codes = [str(phonenumbers.country_code_for_region(region)) for region in covered]
    # What no plan of today knows is told by its calling code.
    refused = (str(callees[place]) for place in np.flatnonzero(~taken).tolist())
    return int(is_other[column.facts[taken]].sum()) + sum(not number.startswith(tuple(codes)) for number in refused)
