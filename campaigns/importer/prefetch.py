"""Reads ahead in a thread: while the database stores one batch, the next is being decoded and judged."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")
_LOOK = 0.2
"""Seconds after which a full queue looks whether anybody still reads."""


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def read_ahead(items: Iterable[Item], *, depth: int = 1) -> Generator[Item, None, None]:
    """The same items, `depth` of them made in advance. Errors come out where the item would have.

    The iterable is consumed, and closed if it is a generator, in another thread; it must not use the database.
    """
    ahead: queue.Queue[Item | _End] = queue.Queue(depth)
    is_wanted = threading.Event()
    is_wanted.set()
    thread = threading.Thread(target=_fill, args=(items, ahead, is_wanted), name="read-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = ahead.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        is_wanted.clear()
        # After this nobody reads the file any more, so the caller may close or remove it.
        thread.join()


def _fill(items: Iterable[Item], ahead: queue.Queue[Item | _End], is_wanted: threading.Event) -> None:
    iterator = iter(items)
    end = _End()
    try:
        for item in iterator:
            if not _put(item, ahead, is_wanted):
                break
    except BaseException as exc:  # whatever it is belongs to the reader, who raises it
        end = _End(exc)
    finally:
        if isinstance(iterator, Generator):
            iterator.close()
    _put(end, ahead, is_wanted)


def _put(item: Item | _End, ahead: queue.Queue[Item | _End], is_wanted: threading.Event) -> bool:
    while is_wanted.is_set():
        try:
            ahead.put(item, timeout=_LOOK)
        except queue.Full:
            continue
        return True
    return False
