"""Call lists through the whole import, as a supervisor would take them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile

from campaigns.importer import reading
from campaigns.importer.layout import ListLayout
from campaigns.importer.run import import_call_list
from campaigns.lists import services as list_services
from campaigns.lists import uploads
from campaigns.models import CallList, Campaign
from sheets.reading import Block, Choice
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_campaign

_copies = itertools.count(1)


def uploaded(content: str | bytes, *, campaign: Campaign | None = None, name: str = "list.csv") -> CallList:
    body = content.encode() if isinstance(content, str) else content
    return uploads.upload_call_list(
        campaign=campaign or make_campaign(f"Campaign {next(_copies)}"),
        file=ContentFile(body, name),
        by=make_user(),
        now=NOW,
        read_later=False,
    )


def looked_at(content: str | bytes, **columns: Any) -> CallList:
    call_list = uploaded(content, **columns)
    list_services.inspect_list(call_list.pk, now=NOW)
    call_list.refresh_from_db()
    return call_list


def chosen(
    content: str | bytes,
    *,
    choice: Choice | None = None,
    layout: ListLayout | None = None,
    options: Any = None,
    **more: Any,
) -> CallList:
    """Its columns are chosen, by default as proposed; reading is next. Where the file is no list, it has failed."""
    call_list = looked_at(content, **more)
    if call_list.state != CallList.State.MAPPING:
        return call_list
    choice = choice or Choice()
    layout = layout or reading.propose_reading(call_list, choice).layout
    list_services.read(
        call_list=call_list, choice=choice, layout=layout, by=make_user(), now=NOW, read_later=False, **(options or {})
    )
    return call_list


def imported(content: str | bytes, *, confirm: bool = True, **more: Any) -> CallList:
    call_list = chosen(content, **more)
    import_call_list(call_list.pk, clock=lambda: NOW)
    call_list.refresh_from_db()
    if confirm and call_list.state == CallList.State.CHECKED:
        list_services.confirm(call_list=call_list, by=make_user(), now=NOW)
    return call_list


def counts(call_list: CallList) -> tuple[int, ...]:
    """rows, accepted, repaired, duplicates, do not call, invalid"""
    return (
        call_list.rows,
        call_list.accepted,
        call_list.repaired,
        call_list.duplicates,
        call_list.do_not_call,
        call_list.invalid,
    )


def rejected(call_list: CallList) -> list[tuple[int, str]]:
    """Line number and code."""
    return list(call_list.rejected_rows.values_list("line_number", "reason_code"))


def accepted(call_list: CallList) -> list[str]:
    return list(call_list.entries.order_by("pk").values_list("callee", flat=True))


class _SmallBlocks:
    def __init__(self, table: Any, rows: int) -> None:
        self._table, self._rows = table, rows
        self.size = 0

    @property
    def position(self) -> int:
        return int(self._table.position)

    def __enter__(self) -> _SmallBlocks:
        self._table.__enter__()
        self.size = self._table.size
        return self

    def __exit__(self, *exc: Any) -> None:
        self._table.__exit__(*exc)

    def body(self) -> Iterator[Block]:
        for block in self._table.body():
            for start in range(0, len(block.rows), self._rows):
                piece = slice(start, start + self._rows)
                unreadable = frozenset(place - start for place in block.unreadable)
                yield Block(block.line_numbers[piece], block.lines[piece], block.rows[piece], unreadable)


def in_blocks_of(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Small files come in several batches, too; the header is in the first."""
    real = reading.open_table
    monkeypatch.setattr(reading, "open_table", lambda *args, **more: _SmallBlocks(real(*args, **more), rows))
