"""The ledger's times, read from the settings when asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from dialer.support.backoff import Backoff

Clock = Callable[[], datetime]
"""Tells the time now, aware; a test hands in its own."""


def lease() -> timedelta:
    """How long a claim holds. A lease that ran out means the process died mid-send."""
    return timedelta(seconds=settings.PORTAL_LEASE_SECONDS)


def send_attempts() -> int:
    """How often an order may fail to reach the provider before it is given up."""
    return int(settings.PORTAL_SEND_ATTEMPTS)


def retry_wait(attempts: int) -> timedelta:
    """After so many attempts that did not reach the provider."""
    return Backoff(timedelta(seconds=settings.PORTAL_RETRY_SECONDS), longest=timedelta(minutes=10)).wait(attempts)


def call_expiry() -> timedelta:
    """A supervisor who pressed Call does not want the call to go out an hour later."""
    return timedelta(seconds=settings.PORTAL_CALL_EXPIRY_SECONDS)


def call_result_window() -> timedelta:
    """How long an accepted call keeps its callee to itself while no result comes."""
    return timedelta(seconds=settings.PORTAL_CALL_RESULT_SECONDS)


def task_result_window() -> timedelta:
    """The same for the entries of a provider task, which dials for hours."""
    return timedelta(seconds=settings.PORTAL_TASK_RESULT_SECONDS)
