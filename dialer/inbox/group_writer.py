"""One thread stores what all others let in: whatever waits goes in one statement and one commit, then all go on.

A commit waits for the disk, and that wait is shared. None goes on before it, so an answered callback is stored.
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
LARGEST_GROUP = 500
LONGEST_WAIT = 20.0
"""Seconds that a callback waits for its commit; stored or not, the provider is then asked to repeat it."""


class CallbackWriter(Protocol):
    """Stores a callback for good, or raises django.db.Error or TimeoutError."""

    def __call__(self, callback: Callback, /) -> None: ...


class GroupWriter:
    """A CallbackWriter. Its thread starts with the first callback, so in the process that serves, after any fork."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callback, Future[None]]] = []
        self._arrival = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_stopping = False

    def __call__(self, callback: Callback) -> None:
        stored: Future[None] = Future()
        with self._arrival:
            self._waiting.append((callback, stored))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._store_groups, name="intake", daemon=True)
                self._thread.start()
            self._arrival.notify()
        stored.result(timeout=LONGEST_WAIT)

    def stop(self) -> None:
        """Stores what waits, and gives the connection back."""
        with self._arrival:
            self._is_stopping = True
            self._arrival.notify()
        if self._thread:
            self._thread.join()

    def _store_groups(self) -> None:
        while True:
            with self._arrival:
                self._arrival.wait_for(lambda: self._waiting or self._is_stopping)
                batch, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
            if not batch:
                connection.close()
                return
            self._store_batch(batch)

    def _store_batch(self, batch: list[tuple[Callback, Future[None]]]) -> None:
        callbacks = [callback for callback, _stored in batch]
        try:
            try:
                _commit(callbacks)
            except (OperationalError, InterfaceError):
                # The connection was lost meanwhile. Should the first commit have gone through, the callbacks are
                # stored twice, and the second one is applied as a repeat.
                connection.close()
                _commit(callbacks)
        except Exception as exc:  # those who wait hear of it, and the thread goes on
            connection.close()
            log.error("Could not store %d callback(s): %s", len(batch), type(exc).__name__)
            for _callback, stored in batch:
                stored.set_exception(exc if isinstance(exc, Error) else Error(type(exc).__name__))
            return
        for _callback, stored in batch:
            stored.set_result(None)
        try:
            store.defer_jobs_after_commit(callbacks)
        except Error as exc:  # the sweep applies them, some seconds later
            connection.close()
            log.warning("The job that applies callbacks could not be deferred: %s", type(exc).__name__)


def _commit(callbacks: list[Callback]) -> None:
    with transaction.atomic():
        store.store_callbacks(callbacks)
