"""Blocks of numbers in do-not-call lists: adding one by hand, taking it off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from dialer.dnc.end_days import end_of
from dialer.dnc.files.store import Into, store_block
from dialer.hooks import rules_changed
from dialer.models import DncBlock, DncList
from dialer.support.permissions import require
from telephony.numbers.number_blocks import NumberBlock


def add_blocks(
    *,
    dnc_list: DncList,
    blocks: Sequence[NumberBlock],
    reason: str,
    source: str,
    by: AbstractUser,
    now: datetime,
    expires_on: date | None = None,
) -> int:
    """From the commit on, nobody is called whose number lies in one of the blocks. How many were not in the list.

    A block that has ended, or would earlier, holds anew. Raises PermissionDenied.
    """
    require(by, "dialer.add_dncentry")
    into = Into(dnc_list.pk, by.pk, now)
    with transaction.atomic():
        return sum(
            store_block(block, into, reason=reason, source=source, expires_at=end_of(expires_on)) for block in blocks
        )


def remove_block(*, block: DncBlock, by: AbstractUser) -> None:
    """Its numbers may be called again. Raises PermissionDenied."""
    require(by, "dialer.delete_dncentry")
    with transaction.atomic():
        block.delete()
        rules_changed()
