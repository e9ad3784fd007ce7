"""JSON lists of objects as rows: {"callList": [{…}]}, a bare list, or one object per line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import ijson
from django.utils.translation import gettext as _

from sheets import limits
from sheets.blocks import Block
from sheets.errors import FileRefused
from sheets.packing import Unpacked
from sheets.wide import AsUtf8

HEADER_ITEMS = 50
"""Items whose keys make the header; keys that only later ones have are not read."""
DEEPEST = 32
_HEAD_BYTES = 64 * 1024
_STEPS = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}


class JsonBlocks:
    """The first row is the header, made of the items' keys; it has line number 0."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Block]:
        first = [_object(item, number) for number, item in enumerate(islice(self._items, HEADER_ITEMS), start=1)]
        keys = list(dict.fromkeys(key for item in first for key in item))
        if len(keys) > limits.MAX_COLUMNS:
            text = _("The items have %(n)d keys; the limit is %(limit)d.")
            raise FileRefused(text % {"n": len(keys), "limit": limits.MAX_COLUMNS})
        header = Block([0], [",".join(keys)], [keys])
        if keys:
            yield _with_items(header, first, keys, start=1)
        start = len(first) + 1
        while rest := list(islice(self._items, limits.BLOCK_ROWS)):
            items = [_object(item, number) for number, item in enumerate(rest, start=start)]
            yield _with_items(Block([], [], []), items, keys, start=start)
            start += len(items)


def _with_items(block: Block, items: list[dict[str, Any]], keys: list[str], *, start: int) -> Block:
    numbers = range(start, start + len(items))
    # ijson gives numbers with a fraction as Decimal, which json does not write without `default`.
    lines = [json.dumps(item, ensure_ascii=False, default=str) for item in items]
    rows = [[_cell(item.get(key), number) for key in keys] for number, item in zip(numbers, items, strict=True)]
    return Block([*block.line_numbers, *numbers], [*block.lines, *lines], [*block.rows, *rows])


def _object(item: Any, number: int) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise FileRefused(_("Item %(n)d is not an object. Use a list of objects, each with a number.") % {"n": number})
    return item


def cell_of(value: Any) -> str:
    """A value of an item as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value if isinstance(value, str) else str(value)


def _cell(value: Any, number: int) -> str:
    text = cell_of(value)
    # PostgreSQL stores no NUL, and UTF-8 has no half of a surrogate pair, which JSON can escape.
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise FileRefused(_("Item %(n)d contains characters that are not text.") % {"n": number})
    return text


def check_depth(stream: Unpacked) -> None:
    """Before anything else is done with a file: ijson names every level by its whole path, and recursion ends.

    Raises FileRefused.
    """
    depth = 0
    try:
        # Only the depth counts here, and floats are made faster than Decimals.
        for event, _value in ijson.basic_parse(AsUtf8(stream), multiple_values=True, use_float=True):
            depth += _STEPS.get(event, 0)
            if depth > DEEPEST:
                raise FileRefused(_("The JSON is nested too deeply. Use a flat list of objects."))
    except (ijson.JSONError, ValueError):
        return  # items_of says where


def items_of(stream: Unpacked) -> Iterator[Any]:
    """Raises FileRefused with the number of the item after which nothing can be read."""
    count = 0
    try:
        for item in _items(stream):
            count += 1
            yield item
    except (ijson.JSONError, ValueError) as exc:  # json's own error and a wrong byte are ValueErrors
        text = _("The JSON is incomplete or invalid after item %(n)d. Export the list again.")
        raise FileRefused(text % {"n": count}) from exc


def _items(stream: Unpacked) -> Iterator[Any]:
    text = AsUtf8(stream)
    head = text.read(_HEAD_BYTES)
    chunks = chain([head], iter(lambda: text.read(_HEAD_BYTES), b""))
    if _is_one_per_line(head):
        return (json.loads(line) for line in _lines(chunks) if line.strip())
    # Floats would change long numbers with a fraction; Decimals keep their digits.
    return iter(ijson.items(ijson.from_iter(chunks), _prefix(head), use_float=False))


def _is_one_per_line(head: bytes) -> bool:
    try:
        first = json.loads(head.partition(b"\n")[0])
    except ValueError:
        return False
    # {"callList": [{…}]} on one line is the envelope of a list, not its first item.
    return isinstance(first, dict) and not any(
        isinstance(value, list) and value and isinstance(value[0], dict) for value in first.values()
    )


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        if len(rest) > limits.MAX_LINE:
            raise FileRefused(_("An item is longer than %(n)d bytes.") % {"n": limits.MAX_LINE})
    yield rest


def _prefix(head: bytes) -> str:
    """Where the first list of objects is, as ijson names it; "callList.item" or "item"."""
    array = ""
    try:
        for prefix, event, _value in ijson.parse(head):
            if event == "start_array":
                array = f"{prefix}.item".removeprefix(".")
            elif event == "start_map" and array and prefix == array:
                return array
    except ijson.IncompleteJSONError:
        pass  # it is only the head
    return "item"
