"""Who wants to know that a rule has changed: numbers that waited under the old one are looked at again."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

_wake: list[Callable[[], object]] = []


def on_change(wake: Callable[[], object]) -> None:
    _wake.append(wake)


def rules_changed() -> None:
    """Called in the transaction of the change; the others hear of it when it is committed."""
    for wake in _wake:
        transaction.on_commit(wake)
