"""One thread stores what all others take in: whatever waits goes in one statement and one commit, then all are told.

A commit waits for the disk, and that wait is shared. Nobody is told before it, so an answered callback is stored.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from typing import Protocol

from django.db import Error, InterfaceError, OperationalError, connection, transaction

from dialer.inbox import store
from dialer.inbox.store import Callback

log = logging.getLogger(__name__)
LARGEST_BATCH = 500
PATIENCE = 20.0
"""Seconds that a callback waits for its commit; stored or not, the provider is then asked to repeat it."""


class Keeper(Protocol):
    """Stores a callback for good, or raises django.db.Error or TimeoutError."""

    def __call__(self, callback: Callback, /) -> None: ...


class GroupWriter:
    """A Keeper. Its thread starts with the first callback, so in the process that serves, after any fork."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callback, Future[None]]] = []
        self._came = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ends = False

    def __call__(self, callback: Callback) -> None:
        stored: Future[None] = Future()
        with self._came:
            self._waiting.append((callback, stored))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
                self._thread.start()
            self._came.notify()
        stored.result(timeout=PATIENCE)

    def stop(self) -> None:
        """Stores what waits, and gives the connection back."""
        with self._came:
            self._ends = True
            self._came.notify()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._came:
                self._came.wait_for(lambda: self._waiting or self._ends)
                batch, self._waiting = self._waiting[:LARGEST_BATCH], self._waiting[LARGEST_BATCH:]
            if not batch:
                connection.close()
                return
            self._store(batch)

    def _store(self, batch: list[tuple[Callback, Future[None]]]) -> None:
        try:
            _commit([callback for callback, _stored in batch])
        except Exception as exc:  # told to those who wait, and the thread goes on
            connection.close()
            log.error("%d callbacks could not be stored: %s", len(batch), type(exc).__name__)
            for _callback, stored in batch:
                stored.set_exception(exc if isinstance(exc, Error) else Error(type(exc).__name__))
            return
        for _callback, stored in batch:
            stored.set_result(None)
        _wake([callback for callback, _stored in batch])


def _commit(callbacks: list[Callback]) -> None:
    """Twice, where the connection was lost meanwhile; a callback that is then stored twice is applied as a repeat."""
    try:
        _keep(callbacks)
    except (OperationalError, InterfaceError):
        connection.close()
        _keep(callbacks)


def _keep(callbacks: list[Callback]) -> None:
    with transaction.atomic():
        store.store_callbacks(callbacks)


def _wake(callbacks: list[Callback]) -> None:
    try:
        store.defer_jobs_after_commit(callbacks)
    except Error as exc:  # the sweep applies them, some seconds later
        connection.close()
        log.warning("The job that applies callbacks could not be deferred: %s", type(exc).__name__)
