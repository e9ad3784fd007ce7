from __future__ import annotations

from datetime import date

import pytest

from campaigns.importer.dates import DayOrder, readings_of

MARCH = date(2026, 3, 31)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-03-31", "2026/03/31", "2026.3.31", "20260331", "31/03/2026", "03/31/2026", "31.03.2026", "31-3-2026"),
        *("46112", "46112.75", "2026-03-31 10:00", "2026-03-31T10:00:00Z", "31/03/2026 10:05", "2026年3月31日"),
        *("31 March 2026", "31-Mar-2026", "Mar 31, 2026", " 2026-03-31 "),
    ],
)
def test_a_day_with_one_reading_is_read(text: str) -> None:
    assert readings_of(text) == (MARCH,)


@pytest.mark.parametrize("text", ["", "soon", "31/31/2026", "2026-02-30", "31/03/26", "12345", "99999", "31 Foo 2026"])
def test_what_is_no_day_has_no_reading(text: str) -> None:
    assert readings_of(text) == ()


def test_a_day_with_two_readings_has_both() -> None:
    assert readings_of("03/04/2026") == (date(2026, 4, 3), date(2026, 3, 4))
    assert readings_of("04/04/2026") == (date(2026, 4, 4),)


def test_dots_mean_the_day_first() -> None:
    assert readings_of("03.04.2026") == (date(2026, 4, 3),)


@pytest.mark.parametrize(
    ("cells", "day"),
    [
        (["31/03/2026", "03/04/2026"], date(2026, 4, 3)),
        (["03/31/2026", "03/04/2026"], date(2026, 3, 4)),
        (["03/04/2026", "05/06/2026"], None),
        (["31/03/2026", "03/31/2026"], None),
        (["2026-03-31", "31.03.2026", "04/04/2026"], None),
    ],
)
def test_the_column_says_which_part_is_the_month(cells: list[str], day: date | None) -> None:
    order = DayOrder.of(cells[:1]) + DayOrder.of(cells[1:])
    assert order.pick(readings_of("03/04/2026")) == day


def test_one_reading_needs_no_column() -> None:
    assert DayOrder().pick((MARCH,)) == MARCH
    assert DayOrder().pick(()) is None
